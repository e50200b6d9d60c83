// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>

/// What clients and senders of callbacks are answered by a profile. All functions are pure and thread-safe.
namespace holdline::profile {

struct ProfileAnswer
{
    int status = 200;
    QByteArray contentType;  ///< empty: the answer has none
    QByteArray body;
    /// For the log: why a part or its base64 could not be taken, so that the client gets the whole.
    QString note{};
};

/// The held client's answer. `document` ended the job: a callback, or an answer of the upstream to the start
/// or to [status]. `report` is Completed or Failed.
ProfileAnswer clientAnswer(const Profile &profile, JobReport report, const MessageView &document);

/// The answer to a callback. `status` is ours: 200 when it was taken, otherwise the refusal's. The body of a
/// refusal is left to the caller. With `never_4xx` a callback that a retry may mend (400, 401, 403, 413) is
/// answered 503, and any other 4xx becomes the profile's own answer, because it would come again in vain.
ProfileAnswer callbackAnswer(const Profile &profile, int status);

}  // namespace holdline::profile

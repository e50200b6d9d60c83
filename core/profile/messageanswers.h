// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>

/// Makes the answers that clients and senders of callbacks get, as a profile says. All functions are pure and
/// thread-safe.
namespace holdline::profile {

struct ProfileAnswer
{
    int status = 200;
    QByteArray contentType;  ///< empty: the answer has none
    QByteArray body;
    /// For the log: why the client gets the whole document in place of the profile's part. Empty otherwise.
    QString note{};
};

/// Returns the answer to the waiting client. `document` is the message that ended the job: a callback, or the
/// upstream's answer to the start request or to the request of [status]. `report` is Completed or Failed.
ProfileAnswer clientAnswer(const Profile &profile, JobReport report, const MessageView &document);

/// Returns the answer to a callback. `status` is the status that Holdline chose: 200 for an accepted
/// callback, otherwise the refusal's. The caller writes the body of a refusal. With `never_4xx`, the statuses
/// 404, 405, 409 and 410 become the answer for an accepted callback, because a retry would be in vain. Any
/// other 4xx becomes 503, because a retry may succeed.
ProfileAnswer callbackAnswer(const Profile &profile, int status);

}  // namespace holdline::profile

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/messageview.h"
#include "service/holdline/ports/jobstarter.h"

#include <memory>

namespace holdline {

namespace profile {
struct Profile;
}

/// The part of a target before its query, and the query without its question mark.
struct SplitTarget
{
    QByteArrayView path;
    QByteArrayView query;
};
SplitTarget splitTarget(QByteArrayView target);

/// Returns a reader for the answer to a start request, by this profile. `upstream` and `uuid` are the values
/// of that start request.
StartAnswerReader answerReader(std::shared_ptr<const profile::Profile> profile, const QByteArray &upstream,
                               const QByteArray &uuid);
/// Returns a reader for answers to requests of [status]. The reader sets the fate Accepted and a report, or
/// the fate Unknown.
StartAnswerReader statusReader(std::shared_ptr<const profile::Profile> profile);
/// Returns a reader for answers to requests for the result of a completed job.
StartAnswerReader resultReader(std::shared_ptr<const profile::Profile> profile);

}  // namespace holdline

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

/// Reads answers to starts by this profile. `upstream` and `uuid` are those of the job's start.
StartAnswerReader answerReader(std::shared_ptr<const profile::Profile> profile, const QByteArray &upstream,
                               const QByteArray &uuid);
/// Reads answers of [status]: fate Accepted and a report, or Unknown.
StartAnswerReader statusReader(std::shared_ptr<const profile::Profile> profile);
/// Reads answers to the request for the result of a completed job.
StartAnswerReader resultReader(std::shared_ptr<const profile::Profile> profile);

}  // namespace holdline

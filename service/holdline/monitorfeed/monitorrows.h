// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/callbackledger.h"
#include "core/job/job.h"
#include "core/monitormessages/monitormessages.h"

/// Functions that make rows for the monitor from the service's data. Pure. The rows share no memory with
/// their sources, so they may move to another thread.
namespace holdline {
class JobCoordinator;
}

namespace holdline::monitor {

/// Makes the row of a job. The row's `order` is the job's key.
JobRow rowOf(const Job &job);
/// Makes the row of a job, with the coordinator's data about an unfinished durable job.
JobRow rowOf(const Job &job, const JobCoordinator &coordinator);
LaneRow rowOf(const JobCoordinator &coordinator, const QByteArray &account);
CallbackRow rowOf(const LedgerEntry &entry);

}  // namespace holdline::monitor

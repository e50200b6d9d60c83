// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/callbackledger.h"
#include "core/job/job.h"
#include "core/job/lanes.h"
#include "core/monitormessages/monitormessages.h"

/// What the service knows as the rows a monitor is told. Pure. The rows share no memory with what they are
/// made of, so that they may go to another thread.
namespace holdline {
class JobCoordinator;
}

namespace holdline::monitor {

/// `order` is the job's key.
JobRow rowOf(const Job &job);
/// The same with what only the coordinator knows of a durable job that has not ended.
JobRow rowOf(const Job &job, const JobCoordinator &coordinator);
LaneRow rowOf(const Lanes &lanes, const QByteArray &account);
CallbackRow rowOf(const LedgerEntry &entry);

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/callbackledger.h"
#include "core/job/job.h"
#include "core/job/lanes.h"
#include "core/wire/monitormessages.h"

/// What the service knows as the rows a monitor is told. Pure. The rows share no memory with what they are
/// made of, so that they may go to another thread.
namespace holdline {
class Bridge;
}

namespace holdline::monitor {

/// `order` is the job's key.
JobRow rowOf(const Job &job);
/// The same with what only the Bridge knows of a promised job that has not ended.
JobRow rowOf(const Job &job, const Bridge &bridge);
LaneRow rowOf(const Lanes &lanes, const QByteArray &account);
CallbackRow rowOf(const LedgerEntry &entry);

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobrecord.h"

namespace holdline {

/// Whether a record keeps its request in the store: until it is settled for its start, afterwards only where
/// an operator may want to drive it again, which is when a handed-over job failed.
inline bool keepsRequest(const JobRecord &record)
{
    if (!record.isSettled())
        return true;
    const Reason outcome = record.status.outcome;
    return record.status.handedOver && outcome != Reason::Completed && outcome != Reason::PassedThrough &&
           outcome != Reason::Cancelled;
}

/// What is left of a record whose result is older than it may be.
inline JobRecord tombstoneOf(const JobRecord &record)
{
    JobRecord left;
    left.id = record.id;
    left.account = record.account;
    left.status.state = JobState::Settled;
    left.expired = true;
    return left;
}

}  // namespace holdline

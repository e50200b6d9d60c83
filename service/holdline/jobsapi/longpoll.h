// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobsapi/jobwatcher.h"

#include <functional>

namespace holdline {

/// A request with `Prefer: wait` (RFC 7240) or `?wait`. It is answered when the job ends, or at the deadline
/// with the job's current state.
class LongPoll : public JobWatcher
{
    Q_OBJECT

public:
    /// Answers the exchange from the record. The record is empty when the job does not exist.
    using Answer = std::function<void(Exchange &, const std::optional<JobRecord> &)>;

    /// `record` is the job's current state.
    LongPoll(JobDirectory &directory, JobRecord record, TimePoint deadline, std::chrono::milliseconds slice,
             std::unique_ptr<Exchange> exchange, Answer answer, QObject *parent);

    void start();
    void finish() override;

private:
    void seen(std::optional<JobRecord> record) override;

    /// The job's last known state, without its request body.
    std::optional<JobRecord> m_record;
    const TimePoint m_deadline;
    const Answer m_answer;
};

}  // namespace holdline

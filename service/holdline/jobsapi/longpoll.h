// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobsapi/jobwatcher.h"

#include <functional>

namespace holdline {

/// A request with `Prefer: wait`: answered when the job has ended, or at its deadline as the job stands then.
class LongPoll : public JobWatcher
{
    Q_OBJECT

public:
    /// Answers the exchange from the record, of which there may be none (any more).
    using Answer = std::function<void(Exchange &, const std::optional<JobRecord> &)>;

    /// `record` is how the job stands now.
    LongPoll(JobDirectory &directory, JobRecord record, TimePoint deadline, std::chrono::milliseconds slice,
             std::unique_ptr<Exchange> exchange, Answer answer, QObject *parent);

    void start();
    void finish() override;

private:
    void seen(std::optional<JobRecord> record) override;

    /// As it stood when it was last looked at, without the request.
    std::optional<JobRecord> m_record;
    const TimePoint m_deadline;
    const Answer m_answer;
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/longpoll.h"

#include <limits>
#include <utility>

namespace holdline {

namespace {

/// No revision is above this one, so only the job's end ends the watch.
constexpr auto kNoRevision = std::numeric_limits<std::uint64_t>::max();

}  // namespace

LongPoll::LongPoll(JobDirectory &directory, JobRecord record, TimePoint deadline,
                   std::chrono::milliseconds slice, std::unique_ptr<Exchange> exchange, Answer answer,
                   QObject *parent)
    : JobWatcher(directory, record.id, slice, std::move(exchange), parent),
      m_record(std::move(record)),
      m_deadline(deadline),
      m_answer(std::move(answer))
{
    m_record->request.reset();
}

void LongPoll::start()
{
    watch(kNoRevision, m_deadline);
}

void LongPoll::seen(std::optional<JobRecord> record)
{
    m_record = std::move(record);
    if (!m_record || m_record->expired || m_record->isSettled() || Clock::now() >= m_deadline)
        return finish();
    m_record->request.reset();
    watch(kNoRevision, m_deadline);
}

void LongPoll::finish()
{
    m_answer(exchange(), m_record);
    end();
}

}  // namespace holdline

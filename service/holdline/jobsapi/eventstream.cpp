// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/eventstream.h"

#include "service/holdline/answers/apianswers.h"

#include <utility>

namespace holdline {

EventStream::EventStream(JobDirectory &directory, const QByteArray &id, std::uint64_t seen,
                         const QByteArray &links, std::chrono::milliseconds slice,
                         std::unique_ptr<Exchange> exchange, QObject *parent)
    : JobWatcher(directory, id, slice, std::move(exchange), parent), m_seen(seen), m_links(links)
{
}

void EventStream::start(const JobRecord &record)
{
    http::Response response = streamHead();
    if (record.revision != m_seen)
        response.body += stateEvent(record, m_links);
    if (exchange().begin(response))
        goOn(record);
    else
        end();
}

void EventStream::seen(std::optional<JobRecord> record)
{
    if (!record || record->expired)
        return finish();
    const bool isNew = record->revision != m_seen;
    if (exchange().write(isNew ? stateEvent(*record, m_links) : heartbeat()))
        goOn(*record);
    else
        end();
}

void EventStream::goOn(const JobRecord &record)
{
    m_seen = record.revision;
    if (record.isSettled())
        finish();
    else
        watch(m_seen);
}

void EventStream::finish()
{
    exchange().end();
    end();
}

}  // namespace holdline

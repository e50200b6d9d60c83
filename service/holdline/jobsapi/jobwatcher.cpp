// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/jobwatcher.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace holdline {

JobWatcher::JobWatcher(JobDirectory &directory, QByteArray id, std::chrono::milliseconds slice,
                       std::unique_ptr<Exchange> exchange, QObject *parent)
    : QObject(parent),
      m_directory(directory),
      m_id(std::move(id)),
      m_slice(slice),
      m_exchange(std::move(exchange))
{
    connect(m_exchange.get(), &Exchange::clientGone, this, &JobWatcher::end);
}

void JobWatcher::watch(std::uint64_t after, TimePoint until)
{
    if (m_over)
        return;
    m_directory.watch(m_id, after, std::min(until, Clock::now() + m_slice),
                      [self = QPointer(this)](std::optional<JobRecord> record) {
                          if (self && !self->m_over)
                              self->seen(std::move(record));
                      });
}

void JobWatcher::end()
{
    if (!std::exchange(m_over, true))
        Q_EMIT over();
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/jobwatcher.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace holdline {

namespace {

/// The time before the next attempt when a job cannot be watched.
constexpr std::chrono::milliseconds kPause{500};

}  // namespace

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
    ask(after, std::min(until, Clock::now() + m_slice));
}

void JobWatcher::ask(std::uint64_t after, TimePoint due)
{
    if (m_over)
        return;
    m_directory.watch(m_id, after, due, [self = QPointer(this), after, due](std::optional<JobRecord> record) {
        if (self && !self->m_over)
            self->told(std::move(record), after, due);
    });
}

void JobWatcher::told(std::optional<JobRecord> record, std::uint64_t after, TimePoint due)
{
    const bool isNews = !record || record->expired || record->isSettled() || record->revision > after;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
    if (isNews || left <= std::chrono::milliseconds(0))
        return seen(std::move(record));
    // The job cannot be watched now. Repeating the watch at once would be a busy loop.
    QTimer::singleShot(std::min(left, kPause), this, [this, after, due] { ask(after, due); });
}

void JobWatcher::end()
{
    if (!std::exchange(m_over, true))
        Q_EMIT over();
}

}  // namespace holdline

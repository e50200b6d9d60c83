// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractEventDispatcher>
#include <QEventLoop>
#include <QFile>
#include <QTimer>

#include <algorithm>
#include <chrono>

#include <sys/resource.h>

namespace holdline::test {

/// Returns a value of /proc/self/status in KiB, e.g. VmRSS or VmPeak; -1 when there is no such value.
inline qint64 processKib(const QByteArray &name)
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith(name + ':'))
            return line.mid(name.size() + 1).simplified().split(' ').first().toLongLong();
    }
    return -1;
}

/// Returns true when a sanitizer is in use. The sanitizer's shadow memory makes memory figures meaningless.
constexpr bool hasShadowMemory()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

/// Sets the soft limit of file descriptors (at most the hard limit) for the lifetime of this object.
class DescriptorLimit
{
public:
    explicit DescriptorLimit(rlim_t wanted)
    {
        ::getrlimit(RLIMIT_NOFILE, &m_before);
        rlimit limit = m_before;
        limit.rlim_cur = std::min(wanted, m_before.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &m_before); }
    Q_DISABLE_COPY_MOVE(DescriptorLimit)

    static rlim_t current()
    {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur;
    }

private:
    rlimit m_before{};
};

/// Runs the event loop for `time` and returns how often it woke up. A busy loop wakes up thousands of times.
inline int wakeUpsWithin(std::chrono::milliseconds time)
{
    int wakeUps = 0;
    bool over = false;
    QTimer timer;
    timer.setSingleShot(true);
    QObject::connect(&timer, &QTimer::timeout, &timer, [&over] { over = true; });
    QObject::connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, &timer,
                     [&wakeUps] { ++wakeUps; });
    timer.start(time);
    QEventLoop loop;
    while (!over)
        loop.processEvents(QEventLoop::WaitForMoreEvents);
    return wakeUps;
}

}  // namespace holdline::test

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

/// A number of /proc/self/status, e.g. VmRSS or VmPeak, in KiB.
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

/// True where a sanitizer's shadow memory makes figures of memory mean nothing.
constexpr bool hasShadowMemory()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

/// Sets the soft limit of descriptors (at most the hard one) for as long as it lives.
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

/// Lets the event loop run for `time` and counts how often it woke up: a loop that spins wakes up thousands
/// of times.
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

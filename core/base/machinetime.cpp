// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machinetime.h"

#include <QFile>

#include <ctime>

namespace holdline {

using std::chrono::milliseconds;

namespace {

milliseconds sinceBoot()
{
    timespec at{};
    ::clock_gettime(CLOCK_BOOTTIME, &at);
    return std::chrono::floor<milliseconds>(std::chrono::seconds(at.tv_sec) +
                                            std::chrono::nanoseconds(at.tv_nsec));
}

QByteArray bootId()
{
    QFile file(QStringLiteral("/proc/sys/kernel/random/boot_id"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

}  // namespace

MachineTime machineTime()
{
    static const QByteArray boot = bootId();
    constexpr milliseconds kSameMoment(100);
    constexpr int kMostTries = 10;
    MachineTime now{{}, sinceBoot(), boot};
    // If the process is stopped between the two readings, the pause would look as if somebody had set the
    // time of day. So both clocks are read again until the readings are close together.
    for (int i = 0; i < kMostTries; ++i) {
        const milliseconds before = now.sinceBoot;
        now.wall = wallNow();
        now.sinceBoot = sinceBoot();
        if (now.sinceBoot - before <= kSameMoment)
            break;
    }
    return now;
}

}  // namespace holdline

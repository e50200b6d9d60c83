// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/procfs.h"

#include "tests/bench/childprocess.h"

#include <ctime>

namespace holdline::bench {

using namespace Qt::StringLiterals;

std::chrono::nanoseconds processCpu(pid_t pid)
{
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        giveUp(u"process %1 is gone"_s.arg(pid));
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::optional<qint64> statusKib(const QByteArray &status, const QByteArray &name)
{
    for (const QByteArray &line : status.split('\n')) {
        if (!line.startsWith(name + ':'))
            continue;
        bool ok = false;
        const qint64 kib = line.mid(name.size() + 1).simplified().split(' ').first().toLongLong(&ok);
        if (ok)
            return kib;
    }
    return std::nullopt;
}

QByteArray cpuInfo(const QByteArray &text, const QByteArray &name)
{
    for (const QByteArray &line : text.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.first(colon).trimmed() == name)
            return line.mid(colon + 1).trimmed();
    }
    return {};
}

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machinememory.h"

#include <QByteArray>
#include <QFile>

#include <algorithm>

#include <unistd.h>

namespace holdline {

namespace {

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Returns the path of this process's control group below the root of the cgroup v2 hierarchy, such as
/// "/system.slice/holdline.service".
QByteArray controlGroup()
{
    for (const QByteArray &line : contents(QStringLiteral("/proc/self/cgroup")).split('\n')) {
        if (line.startsWith("0::"))
            return line.sliced(3);
    }
    return QByteArrayLiteral("/");
}

}  // namespace

std::int64_t machineMemory()
{
    std::int64_t least = std::int64_t(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    // A group's limit also applies to the groups inside it, so the loop reads every group up to the root.
    // A process in a container sees the container's group as the root.
    for (QByteArray group = controlGroup();; group.truncate(group.lastIndexOf('/'))) {
        bool isNumber = false;
        const QByteArray text =
            contents(QStringLiteral("/sys/fs/cgroup%1/memory.max").arg(QString::fromUtf8(group)));
        const qint64 limit = text.trimmed().toLongLong(&isNumber);
        if (isNumber && limit > 0)
            least = std::min<std::int64_t>(least, limit);
        if (group.lastIndexOf('/') < 0)
            return least;
    }
}

}  // namespace holdline

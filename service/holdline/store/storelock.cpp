// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storelock.h"

#include <QByteArray>
#include <QFile>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace holdline {

using namespace Qt::StringLiterals;

QString StoreLock::take(const QString &storePath)
{
    if (m_descriptor >= 0)
        return {};
    const QString path = storePath + u".lock"_s;
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return u"cannot create %1: %2; give this user the right to write its folder, or name another path "
               "(store.path)"_s.arg(path, qt_error_string(errno));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const int why = errno;
        std::array<char, 32> owner{};
        const auto length = ::pread(descriptor, owner.data(), owner.size(), 0);
        ::close(descriptor);
        if (why != EWOULDBLOCK)
            return u"cannot lock %1: %2"_s.arg(path, qt_error_string(why));
        const QString pid = QString::fromLatin1(owner.data(), std::max<qsizetype>(length, 0)).trimmed();
        return u"another process%1 uses %2; end it, or give each a path of its own (store.path)"_s.arg(
            pid.isEmpty() ? QString() : u" (%1)"_s.arg(pid), storePath);
    }
    m_descriptor = descriptor;
    const QByteArray pid = QByteArray::number(::getpid()) + '\n';
    // Only for people: where the disk is full it stays empty.
    if (::ftruncate(descriptor, 0) != 0 ||
        ::pwrite(descriptor, pid.constData(), static_cast<std::size_t>(pid.size()), 0) < 0)
        return {};
    return {};
}

void StoreLock::release()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

}  // namespace holdline

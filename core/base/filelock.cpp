// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/filelock.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdline {

namespace {

bool isSameFile(int descriptor, const QByteArray &path)
{
    struct stat opened
    {
    };
    struct stat there
    {
    };
    return ::fstat(descriptor, &opened) == 0 && ::lstat(path.constData(), &there) == 0 &&
           opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
}

QString read(int descriptor)
{
    std::array<char, 32> text{};
    const auto length = ::pread(descriptor, text.data(), text.size(), 0);
    return QString::fromLatin1(text.data(), std::max<qsizetype>(length, 0)).trimmed();
}

/// Replaces the contents of the file by `text`. Errors are ignored, because the text is for people only: on a
/// full disk the file stays empty.
void write(int descriptor, const QByteArray &text)
{
    [[maybe_unused]] const bool written =
        ::ftruncate(descriptor, 0) == 0 &&
        ::pwrite(descriptor, text.constData(), static_cast<std::size_t>(text.size()), 0) >= 0;
}

}  // namespace

FileLock::Outcome FileLock::take(const QString &path)
{
    if (m_descriptor >= 0)
        return Outcome::Taken;
    m_path = QFile::encodeName(path);
    // The previous owner may delete the file between open() and flock(). Then the lock is on a deleted file,
    // so the path is opened again.
    constexpr int kTries = 10;
    for (int i = 0; i < kTries; ++i) {
        m_descriptor =
            ::open(m_path.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (m_descriptor < 0)
            return fail(Outcome::CannotOpen);
        if (::flock(m_descriptor, LOCK_EX | LOCK_NB) != 0)
            return fail(errno == EWOULDBLOCK ? Outcome::Busy : Outcome::CannotLock);
        if (isSameFile(m_descriptor, m_path)) {
            write(m_descriptor, QByteArray::number(::getpid()) + '\n');
            return Outcome::Taken;
        }
        release();
    }
    return Outcome::Busy;
}

FileLock::Outcome FileLock::fail(Outcome outcome)
{
    m_error = errno;
    m_owner = m_descriptor >= 0 ? read(m_descriptor) : QString();
    release();
    return outcome;
}

void FileLock::release()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void FileLock::remove()
{
    if (m_descriptor >= 0)
        ::unlink(m_path.constData());
    release();
}

QString FileLock::path() const
{
    return QFile::decodeName(m_path);
}

QString FileLock::errorString() const
{
    return qt_error_string(m_error);
}

}  // namespace holdline

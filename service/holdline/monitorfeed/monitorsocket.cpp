// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/monitorsocket.h"

#include <QFile>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr int kBacklog = 16;
constexpr int kAcceptsPerTurn = 16;
constexpr auto kRetryInterval = std::chrono::seconds(1);

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

sockaddr_un addressOf(const QByteArray &path)
{
    sockaddr_un address{};
    static_assert(kMaxSocketPath < qsizetype{sizeof address.sun_path});
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    return address;
}

int openSocket()
{
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// Returns whether a process listens at the path. A full queue also shows that a process listens. Returns
/// nothing when no socket can be opened, for example without a free descriptor; errno then says why.
std::optional<bool> isInUse(const QByteArray &path)
{
    const int descriptor = openSocket();
    if (descriptor < 0)
        return std::nullopt;
    const sockaddr_un address = addressOf(path);
    const bool connected =
        ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    const bool listens = connected || errno != ECONNREFUSED;
    ::close(descriptor);
    return listens;
}

}  // namespace

MonitorSocket::MonitorSocket(std::function<void(qintptr)> accepted) : m_accepted(std::move(accepted))
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(kRetryInterval);
    QObject::connect(&m_retry, &QTimer::timeout, &m_retry, [this] {
        if (m_notifier)
            m_notifier->setEnabled(true);
    });
}

MonitorSocket::~MonitorSocket()
{
    stop();
}

QString MonitorSocket::path() const
{
    return QFile::decodeName(m_path);
}

bool MonitorSocket::fail(const QString &why)
{
    m_error = why;
    return false;
}

bool MonitorSocket::failWith(int error)
{
    return fail(QString::fromStdString(std::system_category().message(error)));
}

bool MonitorSocket::listen(const QString &path)
{
    m_path = QFile::encodeName(path);
    if (m_path.size() > kMaxSocketPath)
        return fail(u"the path has %1 bytes, and a socket's may have %2 at most"_s.arg(m_path.size())
                        .arg(kMaxSocketPath));
    if (!lock())
        return false;
    if (clearPath() && bindPath()) {
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [this] { acceptSome(); });
        return true;
    }
    m_lock.remove();
    return false;
}

bool MonitorSocket::lock()
{
    switch (m_lock.take(path() + u".lock"_s)) {
        case FileLock::Outcome::Taken:
            return true;
        case FileLock::Outcome::Busy:
            return fail(u"another service listens there"_s);
        case FileLock::Outcome::CannotOpen:
            return fail(u"%1: %2"_s.arg(m_lock.path(), m_lock.errorString()));
        case FileLock::Outcome::CannotLock:
            return fail(m_lock.errorString());
    }
    return false;
}

/// Removes a socket file without a listening process. Returns false when anything else is at the path.
bool MonitorSocket::clearPath()
{
    struct stat there
    {
    };
    if (::lstat(m_path.constData(), &there) != 0)
        return errno == ENOENT || failWith(errno);
    if (!S_ISSOCK(there.st_mode))
        return fail(u"another file is there, which is not changed"_s);
    const std::optional<bool> inUse = isInUse(m_path);
    if (!inUse)
        return failWith(errno);
    if (*inUse)
        return fail(u"another service listens there"_s);
    return ::unlink(m_path.constData()) == 0 || failWith(errno);
}

bool MonitorSocket::bindPath()
{
    m_descriptor = openSocket();
    const sockaddr_un address = addressOf(m_path);
    struct stat there
    {
    };
    // The socket file gets the mode of the descriptor, without the bits of the umask. So other users can
    // never use it.
    if (m_descriptor >= 0 && ::fchmod(m_descriptor, kOwnerOnly) == 0 &&
        ::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0) {
        const bool privateEnough =
            ::lstat(m_path.constData(), &there) == 0 && (there.st_mode & ALLPERMS & ~kOwnerOnly) == 0;
        if (privateEnough && ::listen(m_descriptor, kBacklog) == 0)
            return true;
        const int error = errno;
        ::unlink(m_path.constData());
        ::close(std::exchange(m_descriptor, -1));
        return privateEnough ? failWith(error) : fail(u"the file system does not keep it private there"_s);
    }
    const int error = errno;
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
    return failWith(error);
}

void MonitorSocket::stop()
{
    m_retry.stop();
    if (m_notifier) {
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater();  // stop() may run inside this notifier's slot
    }
    if (m_descriptor >= 0) {
        ::unlink(m_path.constData());
        ::close(std::exchange(m_descriptor, -1));
    }
    m_lock.remove();
}

void MonitorSocket::acceptSome()
{
    for (int i = 0; i < kAcceptsPerTurn && m_descriptor >= 0; ++i) {
        const int descriptor = ::accept4(m_descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            m_accepted(descriptor);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            m_notifier->setEnabled(false);
            m_retry.start();
        }
        return;
    }
}

}  // namespace holdline::monitor

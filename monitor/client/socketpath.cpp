// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/socketpath.h"

#include <QCoreApplication>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SocketPath", text);
}

}  // namespace

SocketPath defaultSocketPath()
{
    // Of several directories systemd gives the first is the service's own.
    QString directory = qEnvironmentVariable("RUNTIME_DIRECTORY").section(u':', 0, 0);
    if (directory.isEmpty())
        directory = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (directory.isEmpty()) {
        return {{},
                tr("neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR says where sockets are: name the socket "
                   "with --connect PATH, the same as the service's --monitor-socket")};
    }
    return {directory + "/holdline.sock"_L1, {}};
}

QString connectError(QLocalSocket::LocalSocketError error, const QString &path, const QString &systemText)
{
    switch (error) {
        case QLocalSocket::ServerNotFoundError:
            return tr("nothing listens at %1: is holdline running, with this --monitor-socket?").arg(path);
        case QLocalSocket::ConnectionRefusedError:
            return tr("the socket %1 is left over from a service that has ended: start holdline again")
                .arg(path);
        case QLocalSocket::SocketAccessError:
            return tr("no permission for %1: the socket belongs to another user, the one holdline runs as; "
                      "open "
                      "the monitor as that user")
                .arg(path);
        case QLocalSocket::PeerClosedError:
            return tr("the service closed the connection");
        default:
            return tr("cannot connect to %1: %2").arg(path, systemText);
    }
}

}  // namespace holdline::monitor

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
    // systemd may list several directories in this variable. The first one is the service's own.
    QString directory = qEnvironmentVariable("RUNTIME_DIRECTORY").section(u':', 0, 0);
    if (directory.isEmpty())
        directory = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (directory.isEmpty()) {
        return {{},
                tr("Neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is set. Give the path of the socket with "
                   "--connect PATH. Use the same path as the service's --monitor-socket.")};
    }
    return {directory + "/holdline.sock"_L1, {}};
}

QString connectError(QLocalSocket::LocalSocketError error, const QString &path, const QString &systemText)
{
    switch (error) {
        case QLocalSocket::ServerNotFoundError:
            return tr("Nothing listens at %1. Is holdline running with this --monitor-socket?").arg(path);
        case QLocalSocket::ConnectionRefusedError:
            return tr("The socket %1 is left over from a service that has ended. Start holdline again.")
                .arg(path);
        case QLocalSocket::SocketAccessError:
            return tr("No permission for %1. The socket belongs to the user that runs holdline. Start the "
                      "monitor as that user.")
                .arg(path);
        case QLocalSocket::PeerClosedError:
            return tr("The service closed the connection.");
        default:
            return tr("Cannot connect to %1: %2").arg(path, systemText);
    }
}

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocalSocket>
#include <QString>

namespace holdline::monitor {

/// Where the service's socket is looked for when nobody says where: $RUNTIME_DIRECTORY/holdline.sock, else
/// $XDG_RUNTIME_DIR/holdline.sock.
struct SocketPath
{
    QString path;   ///< empty when neither variable is set
    QString error;  ///< then what to do
};
SocketPath defaultSocketPath();

/// Why connecting to `path` failed, and what to do about it.
QString connectError(QLocalSocket::LocalSocketError error, const QString &path, const QString &systemText);

}  // namespace holdline::monitor

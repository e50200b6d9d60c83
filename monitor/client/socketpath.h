// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocalSocket>
#include <QString>

namespace holdline::monitor {

/// The default path of the service's socket, or an error for the user.
struct SocketPath
{
    QString path;   ///< empty on an error
    QString error;  ///< says what the user can do; empty without an error
};
/// Returns $RUNTIME_DIRECTORY/holdline.sock if RUNTIME_DIRECTORY is set, else $XDG_RUNTIME_DIR/holdline.sock.
/// Returns an error when neither variable is set.
SocketPath defaultSocketPath();

/// Returns a text for the user that says why connecting to `path` failed and what to do.
QString connectError(QLocalSocket::LocalSocketError error, const QString &path, const QString &systemText);

}  // namespace holdline::monitor

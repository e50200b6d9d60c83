// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocalSocket>
#include <QString>

namespace holdline::monitor {

/// The default path of the service's socket, or an error for the user.
struct SocketPath
{
    QString path;   ///< empty on an error
    QString error;  ///< says what to do; empty without an error
};
/// $RUNTIME_DIRECTORY/holdline.sock if the variable is set, else $XDG_RUNTIME_DIR/holdline.sock. An error
/// when neither is set.
SocketPath defaultSocketPath();

/// A text for the user: why connecting to `path` failed, and what to do.
QString connectError(QLocalSocket::LocalSocketError error, const QString &path, const QString &systemText);

}  // namespace holdline::monitor

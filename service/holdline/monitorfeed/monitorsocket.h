// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/filelock.h"
#include "core/config/values.h"

#include <QByteArray>
#include <QSocketNotifier>
#include <QString>
#include <QTimer>

#include <functional>
#include <memory>

namespace holdline::monitor {

/// A listening socket at a path, for nobody but the user the process runs as (mode 0600, from the moment it
/// is there, whatever the umask). Beside it stands `<path>.lock`, locked as long as this listens: what a
/// process that died has left behind is replaced, what another process listens at is not.
///
/// QLocalServer is of no use here: it closes itself for good when a connection cannot be accepted because
/// there is no descriptor left; this pauses.
///
/// Life: listen(), then `accepted` for each connection, with a non-blocking descriptor that is its own from
/// then on; stop(), or its destruction, removes the socket. Thread: one, with an event loop.
class MonitorSocket
{
public:
    explicit MonitorSocket(std::function<void(qintptr)> accepted);
    ~MonitorSocket();
    Q_DISABLE_COPY_MOVE(MonitorSocket)

    /// False when the path cannot be had; errorString() says why. The folder must be there.
    bool listen(const QString &path);
    void stop();
    bool isListening() const { return m_descriptor >= 0; }
    QString path() const;
    /// For people, the path left out.
    QString errorString() const { return m_error; }

private:
    bool lock();
    bool clearPath();
    bool bindPath();
    bool fail(const QString &why);
    bool failWith(int error);
    void acceptSome();

    std::function<void(qintptr)> m_accepted;
    QByteArray m_path;
    QString m_error;
    FileLock m_lock;
    int m_descriptor = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_retry;  ///< runs while no descriptor was left
};

}  // namespace holdline::monitor

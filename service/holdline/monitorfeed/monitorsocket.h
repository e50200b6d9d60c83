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

/// A listening local socket that only the user of this process can use (mode 0600 from the first moment,
/// whatever the umask). While it listens, it holds a lock on `<path>.lock`. listen() replaces the socket file
/// of an ended process, but not that of a running process.
///
/// QLocalServer is not used, because it closes itself for good when descriptors run out. This class pauses
/// accepting instead.
///
/// Lifetime: listen(), then `accepted` is called for each connection, with a non-blocking descriptor that the
/// receiver owns. stop() and the destructor remove the socket file. Thread: one thread with an event loop.
class MonitorSocket
{
public:
    explicit MonitorSocket(std::function<void(qintptr)> accepted);
    ~MonitorSocket();
    Q_DISABLE_COPY_MOVE(MonitorSocket)

    /// Returns false when the path cannot be used. errorString() describes the reason. The folder must exist.
    bool listen(const QString &path);
    void stop();
    bool isListening() const { return m_descriptor >= 0; }
    QString path() const;
    /// Describes the error, without the path.
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
    QTimer m_retry;  ///< runs while accepting pauses because accept4() failed
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QObject>

#include <memory>
#include <vector>

namespace holdline {

class LogSink;

/// Builds and connects all parts of the service: the shards, the admin front and the monitor server. Ends
/// them in the safe order: stop accepting, settle all jobs, drop the exchanges, then destroy the servers.
///
/// Life: construct, start(), then run the event loop. drain() or stop() end the service with finished().
/// Tests use it in their own process: with port 0 the system chooses a port. Thread: the main one, with an
/// event loop. It makes the other threads.
class Service : public QObject
{
    Q_OBJECT

public:
    /// `sink` receives the access log and must outlive it.
    Service(const Config &config, LogSink &sink, QObject *parent = nullptr);
    ~Service() override;

    /// Opens the listeners. Returns false when one fails; errorString() tells which one and why.
    bool start();
    QString errorString() const;

    /// The port of the first address that clients use, 0 when it does not listen.
    quint16 port() const;
    /// The ports of all of these addresses, in the order of the configuration.
    std::vector<quint16> ports() const;
    quint16 adminPort() const;
    /// Path of the local socket for monitors, or empty.
    QString monitorSocket() const;
    /// True when a monitor that reads its updates is connected.
    bool isWatched() const;

    /// Applies the options that can change while running. The caller has restored all others (mergeReload()).
    /// Emits reloaded() when every shard uses the new configuration.
    void reload(const Config &config);
    /// Counts a reload with a wrong configuration for the metrics.
    void countRefusedReload();
    /// Stops accepting new requests and reports "not ready". Callbacks are still served. Emits finished()
    /// when all held requests are answered. After hold.drain_timeout it answers the rest: 504 when the job
    /// may have run, otherwise 503.
    void drain();
    /// Emits finished() at once. The destructor then waits for nothing, not even for a disk.
    void stop();

Q_SIGNALS:
    void reloaded();
    void finished();

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline

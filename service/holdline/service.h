// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QObject>

#include <memory>
#include <vector>

namespace holdline {

class LogSink;

/// Builds and connects all parts of the service: the shards, the admin front and the monitor server. Ends the
/// parts in a safe order: stop accepting, settle all jobs, drop the exchanges, then destroy the servers.
///
/// Lifetime: construct, start(), then run the event loop. drain() or stop() end the service with finished().
/// Tests run a service inside their own process: with port 0 the system chooses a port. Thread: the main
/// thread, with an event loop. The service makes the other threads.
class Service : public QObject
{
    Q_OBJECT

public:
    /// `sink` receives the access log and must outlive the service.
    Service(const Config &config, LogSink &sink, QObject *parent = nullptr);
    ~Service() override;

    /// Opens the store and the listeners. Returns false when a listener cannot be opened; errorString() says
    /// which one and why.
    bool start();
    QString errorString() const;

    /// Returns the port of the first address for clients, or 0 when the service does not listen.
    quint16 port() const;
    /// Returns the ports of all addresses for clients, in the order of the configuration.
    std::vector<quint16> ports() const;
    /// Returns the port of the admin listener, or 0 without one.
    quint16 adminPort() const;
    /// Returns the path of the local socket for monitors, or an empty string without one.
    QString monitorSocket() const;
    /// True when a monitor that reads its updates is connected.
    bool isWatched() const;

    /// Applies the options that can change while running. In `config` the caller has reset all other options
    /// to their running values (mergeReload()). Emits reloaded() when every shard uses the new configuration.
    void reload(const Config &config);
    /// Counts a refused reload for the metrics: the new configuration had an error.
    void countRefusedReload();
    /// Stops accepting new requests and reports "not ready". Callbacks are still served. Emits finished()
    /// when all held requests are answered. After hold.drain_timeout the remaining requests are answered: 504
    /// when the job may have run, otherwise 503.
    void drain();
    /// Emits finished() at once. The destructor then waits only a moment, even when the disk hangs.
    void stop();

Q_SIGNALS:
    void reloaded();
    void finished();

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline

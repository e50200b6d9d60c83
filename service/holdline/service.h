// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QObject>

#include <memory>

namespace holdline {

class LogSink;

/// The composition root: the shards that serve, the front for administration, and their end in the order that
/// is safe: stop accepting, settle all, drop the exchanges, then the servers.
///
/// Life: construct, start(), then the event loop; drain() or stop() end it with finished(). Usable in-process
/// by tests: port 0 lets the system pick one. Thread: the main one, with an event loop; it makes the others.
class Service : public QObject
{
    Q_OBJECT

public:
    /// `sink` takes the access log, and must outlive it.
    Service(const Config &config, LogSink &sink, QObject *parent = nullptr);
    ~Service() override;

    /// Opens the listeners. False when one cannot be had; errorString() says which and why.
    bool start();
    QString errorString() const;

    /// Where it really listens; 0 when it does not.
    quint16 port() const;
    quint16 adminPort() const;
    /// Path of the local socket for monitors; empty when there is none.
    QString monitorSocket() const;
    /// Whether a monitor is connected to it that reads what it is told.
    bool isWatched() const;

    /// Takes over what can change while running; the caller has kept the rest as it was (mergeReload()).
    /// reloaded() when every shard goes by it.
    void reload(const Config &config);
    /// For the metrics: a reload was asked for and its configuration was wrong.
    void countRefusedReload();
    /// Not ready, no new holds, callbacks still served; finished() when all held requests are answered, at
    /// the latest after hold.drain_timeout, when the rest have got 503.
    void drain();
    /// finished() at once.
    void stop();

Q_SIGNALS:
    void reloaded();
    void finished();

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QDateTime>
#include <QObject>

#include <optional>

namespace holdline::monitor {

/// How it stands with where updates come from.
struct SourceStatus
{
    enum class State {
        Connecting,  ///< attempt `attempt` is under way
        Loading,     ///< connected; the snapshot is not complete
        Live,
        Lagging,          ///< we read too slowly: the service left updates out and starts a snapshot over
        Disconnected,     ///< `error` says why; the next attempt comes at `nextTry`
        VersionMismatch,  ///< `error` says which; tried again at `nextTry`
        Recording,        ///< a file is being played
    };

    State state = State::Connecting;
    QString where;  ///< path of the socket or the file
    int attempt = 1;
    QString error;
    std::optional<QDateTime> nextTry;
    QByteArray serviceVersion;  ///< empty until it said hello

    friend bool operator==(const SourceStatus &, const SourceStatus &) = default;
};

/// Where updates come from: the service (MonitorClient) or a file (RecordingPlayer). Thread: the window's.
class UpdateSource : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    virtual SourceStatus status() const = 0;
    /// Sends a command; its answer comes as replied() under the id that is returned. An empty id: this source
    /// cannot take commands now, and nothing was sent.
    virtual QByteArray send(Command::Verb verb, const QByteArray &target = {}) = 0;

Q_SIGNALS:
    void statusChanged();
    /// In order, without gaps: a gap or a new connection begins with a snapshot's first part.
    void received(const holdline::monitor::Update &update);
    void replied(const holdline::monitor::Reply &reply);
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QDateTime>
#include <QObject>

#include <optional>

namespace holdline::monitor {

/// The present state of an UpdateSource.
struct SourceStatus
{
    enum class State {
        Connecting,  ///< tries to connect; `attempt` counts the tries
        Loading,     ///< connected, but the snapshot is not complete
        Live,
        Lagging,       ///< the monitor reads too slowly: the service skipped updates and sends a new snapshot
        Disconnected,  ///< `error` is the reason; the next attempt is at `nextTry`, if set
        VersionMismatch,  ///< `error` names both versions; the next attempt is at `nextTry`
        Recording,        ///< a recording is open
    };

    State state = State::Connecting;
    QString where = {};  ///< path of the socket or of the recording
    int attempt = 1;
    QString error = {};
    std::optional<QDateTime> nextTry = {};
    QByteArray serviceVersion = {};  ///< empty until the service's Hello message arrives

    friend bool operator==(const SourceStatus &, const SourceStatus &) = default;
};

/// A source of updates: the running service (MonitorClient) or a recording (RecordingPlayer). Thread: the
/// window's.
class UpdateSource : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    SourceStatus status() const { return m_status; }
    /// Sends a command and returns its id. The answer arrives as replied() with the same id. Returns an empty
    /// id, and sends nothing, when the source cannot take commands now.
    virtual QByteArray send(Command::Verb verb, const QByteArray &target = {}) = 0;

Q_SIGNALS:
    void statusChanged();
    /// Updates arrive in order and without gaps. After a lost update or a new connection, the next update is
    /// the first part of a snapshot.
    void received(const holdline::monitor::Update &update);
    void replied(const holdline::monitor::Reply &reply);

protected:
    void setStatus(const SourceStatus &status)
    {
        if (status == m_status)
            return;
        m_status = status;
        Q_EMIT statusChanged();
    }

    SourceStatus m_status;
};

}  // namespace holdline::monitor

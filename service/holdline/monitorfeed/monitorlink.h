// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorcodec.h"
#include "service/holdline/monitorfeed/monitormirror.h"
#include "service/http/streamsocket.h"

#include <optional>
#include <vector>

namespace holdline::monitor {

class MonitorLink;

/// The functions of a MonitorServer that its MonitorLinks call.
class MonitorLinkOwner
{
public:
    virtual const MonitorMirror &mirror() const = 0;
    /// Returns the time, the service's facts and the latest sample. A snapshot begins with them, before its
    /// rows.
    virtual Update opening() const = 0;
    /// Carries out a command. The owner calls MonitorLink::answer() exactly once, now or later.
    virtual void commanded(MonitorLink &link, const Command &command) = 0;
    /// Reports that a lagging observer has read everything. The owner calls resume() now or later.
    virtual void caughtUp(MonitorLink &link) = 0;
    /// Reports that the link is closed. The owner destroys the link later, from the event loop.
    virtual void linkClosed(MonitorLink &link) = 0;

protected:
    ~MonitorLinkOwner() = default;
};

/// The connection of one observer (a monitor) at the local socket. Sends a hello, then a snapshot in parts as
/// quickly as the observer reads, then updates. An observer that does not read costs bounded memory: above
/// the limits below it lags and gets no more updates. When it has read everything, it gets a new snapshot. An
/// observer that closes its sending side still gets updates, but can send no more commands.
///
/// Lifetime: made for an accepted descriptor, which the link owns. The link ends with linkClosed(). The owner
/// must outlive the link. Thread: the main thread.
class MonitorLink final : private http::StreamSocket::User
{
public:
    /// An observer with more than this many unsent bytes gets no more updates.
    static constexpr qint64 kMaxUnsent = 1024 * 1024;
    /// Hard limit of unsent bytes, whatever one tick produces. One frame may exceed this limit.
    static constexpr qint64 kHardMaxUnsent = 3 * kMaxUnsent;
    /// The next part of a snapshot waits until at most this many bytes are unsent.
    static constexpr qint64 kLowWater = 64 * 1024;
    /// The most commands without an answer. Further commands stay unread in the socket.
    static constexpr int kMaxUnanswered = 100;
    /// Calls of checkProgress() without a sent byte before an observer counts as lagging.
    static constexpr int kMaxIdleChecks = 5;

    MonitorLink(MonitorLinkOwner &owner, qintptr descriptor, const Hello &hello);
    /// Makes a link that only sends `refusal` and closes.
    MonitorLink(MonitorLinkOwner &owner, qintptr descriptor, const Hello &hello, const QString &refusal);
    ~MonitorLink();

    /// Starts the first snapshot. Called when the mirror is filled.
    void begin();
    /// Starts a new snapshot. Does nothing before begin().
    void sendSnapshot(SnapshotReason reason);
    /// Sends a snapshot to an observer that has caught up. Called when the mirror is filled.
    void resume();
    /// Called once a second. Checks whether the observer reads. An observer that took no byte for
    /// kMaxIdleChecks calls counts as lagging, also with few unsent bytes. So no updates are stored for it.
    void checkProgress();
    /// Sends updates made by encodeUnnumbered(). Sends nothing unless takesDeltas(), e.g. in the first stage
    /// of a snapshot and while lagging.
    void deliver(const std::vector<QByteArray> &frames);
    /// Answers a command passed to commanded().
    void answer(const Reply &reply);
    /// Closes the link if it only waits until its last line is read.
    void closeIfEnding();

    /// Returns the number of bytes that the kernel has not taken yet.
    qint64 unsentBytes() const { return m_socket.bytesToWrite(); }
    /// True when the observer is too slow. The observer gets nothing until it has read everything.
    bool isLagging() const { return m_lagging; }
    /// True when deliver() would send updates.
    bool takesDeltas() const;
    bool isEnding() const { return m_ending; }
    bool isOpen() const { return m_socket.isOpen(); }

private:
    void socketReadable() override;
    void socketWritten() override;
    void socketFailed() override { close(); }

    /// True when the observer closed the connection, not only its sending side.
    bool hasHungUp() const;
    void readCommands();
    void take(QByteArrayView line);
    void refuse(const QString &why);
    void refuseLongLine();
    void send(const QByteArray &line);
    void sendParts();
    void lag();
    void close();

    MonitorLinkOwner &m_owner;
    const int m_descriptor;  ///< owned by m_socket
    http::StreamSocket m_socket;
    QByteArray m_input;
    bool m_inputOver = false;  ///< the observer closed its sending side
    bool m_obeying = false;
    int m_unanswered = 0;
    /// The last command's answer may be large. The next command is read after that answer. So only one answer
    /// exceeds kMaxUnsent.
    bool m_largeUnanswered = false;
    bool m_begun = false;
    bool m_ending = false;  ///< the link closes when all bytes are sent
    bool m_lagging = false;
    bool m_caughtUp = false;  ///< while lagging: all bytes are sent
    int m_checksWithoutByte = 0;
    std::uint64_t m_seq = 0;
    std::optional<SnapshotCursor> m_cursor;  ///< set during a snapshot
    SnapshotReason m_reason = SnapshotReason::Attached;
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorcodec.h"
#include "service/holdline/monitorfeed/monitormirror.h"
#include "service/http/streamsocket.h"

#include <optional>
#include <vector>

namespace holdline::monitor {

class MonitorLink;

/// What a link asks of the server it belongs to.
class MonitorLinkOwner
{
public:
    virtual const MonitorMirror &mirror() const = 0;
    /// Time, facts and the last sample: what the first part of a snapshot has beside its rows.
    virtual Update opening() const = 0;
    /// To be answered with MonitorLink::answer(), once, now or later.
    virtual void commanded(MonitorLink &link, const Command &command) = 0;
    /// An observer that was too slow has read what it was sent: resume(), now or later.
    virtual void caughtUp(MonitorLink &link) = 0;
    /// The link is over; to be destroyed from the event loop.
    virtual void linkClosed(MonitorLink &link) = 0;

protected:
    ~MonitorLinkOwner() = default;
};

/// One observer at the local socket. It says hello, then a snapshot, part by part as quickly as the observer
/// reads, then what changes. An observer that does not read costs a bounded amount of memory: beyond the
/// limits below nothing is sent to it any more, and when it has read what it was sent it gets a new snapshot.
/// Shutting down its sending side only means that it asks for nothing more.
///
/// Life: made for an accepted descriptor, which it owns, until it calls linkClosed(). The owner must outlive
/// it. Thread: the main one.
class MonitorLink final : private http::StreamSocket::User
{
public:
    /// Unsent bytes with which an observer is too slow when there is more to tell it,
    static constexpr qint64 kMaxUnsent = 1024 * 1024;
    /// and those from which on it is, however much is told at once. They can be exceeded by one frame.
    static constexpr qint64 kMostUnsent = 3 * kMaxUnsent;
    /// The next part of a snapshot waits until no more than this is unsent.
    static constexpr qint64 kLowWater = 64 * 1024;
    /// Commands that wait for their answers; more stay unread.
    static constexpr int kMaxUnanswered = 100;
    /// See checkProgress().
    static constexpr int kPatience = 5;

    MonitorLink(MonitorLinkOwner &owner, qintptr descriptor, const Hello &hello);
    /// One that is told why it cannot be served, and closed.
    MonitorLink(MonitorLinkOwner &owner, qintptr descriptor, const Hello &hello, const QString &refusal);
    ~MonitorLink();

    /// The mirror is filled: the first snapshot may begin.
    void begin();
    /// Starts a snapshot over; does nothing before begin().
    void sendSnapshot(SnapshotReason reason);
    /// The mirror is filled: one that has caught up gets a snapshot.
    void resume();
    /// To be called now and then, once a second: one that has not taken a byte since kPatience calls counts
    /// as too slow, however little it was sent, so that nothing need be remembered for it.
    void checkProgress();
    /// What changed, made by encodeUnnumbered(). Not for one who is in a snapshot's first stage, or lags.
    void deliver(const std::vector<QByteArray> &frames);
    /// To a command of commanded().
    void answer(const Reply &reply);
    /// Closes it when it is waiting to be closed and did not read its last line until now.
    void closeIfEnding();

    /// Not taken by the system yet.
    qint64 unsentBytes() const { return m_socket.bytesToWrite(); }
    /// Too slow: it is told nothing until it has read what it was sent.
    bool isLagging() const { return m_lagging; }
    bool takesDeltas() const;
    bool isEnding() const { return m_ending; }
    bool isOpen() const { return m_socket.isOpen(); }

private:
    void socketReadable() override;
    void socketWritten() override;
    void socketFailed() override;

    /// The observer has not only shut down its sending side.
    bool hasHungUp() const;
    void obey();
    void take(QByteArrayView line);
    void say(const Reply &reply);
    void refuse(const QString &why);
    void refuseLongLine();
    void send(const QByteArray &line);
    void sendParts();
    void lag();
    void close();

    MonitorLinkOwner &m_owner;
    const int m_descriptor;  ///< m_socket's
    http::StreamSocket m_socket;
    QByteArray m_input;
    bool m_inputOver = false;  ///< the observer has shut down its sending side
    bool m_obeying = false;
    int m_unanswered = 0;
    /// The last command's answer may be large; the next one is read when it has been given. So only one is
    /// ever beyond kMaxUnsent.
    bool m_largeUnanswered = false;
    bool m_begun = false;
    bool m_ending = false;  ///< to be closed when all is sent
    bool m_lagging = false;
    bool m_caughtUp = false;  ///< while it lags: all it was sent is taken
    int m_checksWithoutByte = 0;
    std::uint64_t m_seq = 0;
    std::optional<SnapshotCursor> m_cursor;  ///< while a snapshot is under way
    SnapshotReason m_reason = SnapshotReason::Attached;
};

}  // namespace holdline::monitor

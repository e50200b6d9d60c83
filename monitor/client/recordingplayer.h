// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/recordingindex.h"
#include "monitor/data/updatesource.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTimer>

#include <optional>

namespace holdline::monitor {

/// Plays a recording as if the service were there: at its own speed or another, from any place. Opening reads
/// through the file once, in pieces between the window's other work. Going elsewhere begins with the last
/// snapshot that was complete by then and applies what follows, also in pieces; LiveData takes a snapshot
/// from earlier as going back.
///
/// status() is Loading while the file is read through, then Recording, and Disconnected with an error when it
/// cannot be played. A last line that is cut off is left out. Takes no commands. Thread: the window's.
class RecordingPlayer : public UpdateSource
{
    Q_OBJECT

public:
    explicit RecordingPlayer(QObject *parent = nullptr);
    ~RecordingPlayer() override;

    /// Leaves what it played. Paused at first, at its beginning; opened() comes when it can be played.
    void open(const QString &path);
    void close();

    void play();  ///< from the beginning when it stands at the end
    void pause();
    bool isPlaying() const { return m_isPlaying; }
    /// 1 is as it was; at least 0.1 and at most 100.
    void setSpeed(double speed);
    double speed() const { return m_speed; }
    void seek(Milliseconds position);

    Milliseconds position() const;
    Milliseconds duration() const { return m_index.duration(); }
    /// Time of day when the recording was begun; for texts beside a slider.
    WallTime startedAt() const { return m_index.head().at; }

    SourceStatus status() const override { return m_status; }
    QByteArray send(Command::Verb verb, const QByteArray &target = {}) override;

Q_SIGNALS:
    void opened();
    void positionChanged();  ///< at most some ten times a second while it plays
    void playingChanged();
    void speedChanged();

private:
    struct Next
    {
        Milliseconds t{};
        QByteArray line;
        int number = 0;
    };

    void turn();
    void readIndex();
    void readNext();
    /// Tells what comes up to there; false when there is more of it for the next turn.
    bool tellUpTo(Milliseconds position);
    void setPlaying(bool isPlaying);
    void setPosition(Milliseconds position);
    void fail(const QString &error);
    void setStatus(const SourceStatus &status);

    SourceStatus m_status;
    QFile m_file;
    RecordingIndex m_index;
    bool m_isOpen = false;  ///< the index is complete
    std::optional<Next> m_next;
    int m_line = 0;  ///< number of the last one read
    QTimer m_turn;
    QElapsedTimer m_clock;  ///< since m_position was right
    Milliseconds m_position{};
    std::optional<Milliseconds> m_goal;  ///< of a seek that is under way
    bool m_isPlaying = false;
    double m_speed = 1;
};

}  // namespace holdline::monitor

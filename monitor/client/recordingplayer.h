// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/recordingindex.h"
#include "monitor/data/updatesource.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTimer>

#include <optional>

namespace holdline::monitor {

/// Plays a recording like a live service, at any speed and from any position.
///
/// Opening reads the whole file once to build an index. A seek starts at the last snapshot that was complete
/// at the new position and emits all updates from there to the new position. Indexing and seeking work in
/// small steps, so that the window stays responsive.
///
/// status() is Loading while the index is built, then Recording. It is Disconnected with an error when the
/// file cannot be played. An incomplete last line is ignored. send() refuses every command. Thread: the
/// window's.
class RecordingPlayer : public UpdateSource
{
    Q_OBJECT

public:
    explicit RecordingPlayer(QObject *parent = nullptr);

    /// Closes the present recording and opens the recording at `path`, paused at its beginning. Emits
    /// opened() when the new recording is ready to play.
    void open(const QString &path);
    void close();

    void play();  ///< at the end, starts again from the beginning
    void pause() { setPlaying(false); }
    bool isPlaying() const { return m_isPlaying; }
    /// Sets the playback speed: 1 is the recorded speed. Values outside 0.1 … 100 are set to the nearest
    /// limit.
    void setSpeed(double speed);
    double speed() const { return m_speed; }
    void seek(Milliseconds position);

    Milliseconds position() const;
    Milliseconds duration() const { return m_index.duration(); }
    /// The time of day when the recording began.
    WallTime startedAt() const { return m_index.head().at; }

    QByteArray send(Command::Verb, const QByteArray & = {}) override { return {}; }

Q_SIGNALS:
    void opened();
    void positionChanged();  ///< about twenty times a second while playing
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
    /// Emits the updates up to `position`. Returns false when updates are left for the next turn of the event
    /// loop, or when a slot closed the recording or called seek().
    bool emitUpTo(Milliseconds position);
    void setPlaying(bool isPlaying);
    void setPosition(Milliseconds position);
    void closeFile();
    void fail(const QString &error);

    QFile m_file;
    RecordingIndex m_index;
    bool m_isOpen = false;       ///< the index is complete
    std::optional<Next> m_next;  ///< the next line to emit; empty at the end of the file
    int m_line = 0;              ///< number of the last line that was read
    QTimer m_turn;
    QElapsedTimer m_clock;  ///< time since m_position was set
    Milliseconds m_position{};
    std::optional<Milliseconds> m_goal;  ///< the target of a seek that has not finished
    bool m_isPlaying = false;
    double m_speed = 1;
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/monitorclient.h"

#include <QElapsedTimer>
#include <QFile>

namespace holdline::monitor {

/// Writes the updates of a MonitorClient to a file for RecordingPlayer. The file has lines of JSON
/// (recordedline.h): first a head, then one line for each update with its time.
///
/// A recording begins with a snapshot and contains another one every half minute, so that a player can start
/// in the middle. When the connection breaks, the recording continues after the client has connected again.
/// An error ends the recording; see error().
///
/// The client must outlive the recorder. Thread: the window's.
class StreamRecorder : public QObject
{
    Q_OBJECT

public:
    struct Limits
    {
        std::int64_t bytes = std::int64_t{1} << 30;
        Milliseconds snapshotEvery{30'000};
    };

    explicit StreamRecorder(MonitorClient &client, QObject *parent = nullptr);
    StreamRecorder(MonitorClient &client, const Limits &limits, QObject *parent = nullptr);

    /// Starts a recording, after stopping a running one. Overwrites an existing file. Returns an error text
    /// for the user, or an empty text.
    QString start(const QString &path);
    void stop();

    bool isRecording() const { return m_file.isOpen(); }
    QString path() const { return m_file.fileName(); }
    /// The error that ended the last recording: the file could not be written or reached Limits::bytes. Empty
    /// without an error.
    QString error() const { return m_error; }
    std::int64_t bytes() const { return m_bytes; }
    Milliseconds length() const;

Q_SIGNALS:
    /// A recording began or ended.
    void recordingChanged();
    /// An error ended the recording.
    void failed(const QString &error);

private:
    void take(const Update &update, const QByteArray &line);
    void write(const QByteArray &line);

    MonitorClient &m_client;
    Limits m_limits;
    QFile m_file;
    QString m_error;
    QElapsedTimer m_clock;
    QTimer m_snapshot;
    std::int64_t m_bytes = 0;
    bool m_hasBegun = false;  ///< the first snapshot has begun
};

}  // namespace holdline::monitor

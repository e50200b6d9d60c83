// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/monitorclient.h"

#include <QElapsedTimer>
#include <QFile>

namespace holdline::monitor {

/// Writes what a MonitorClient receives into a file that RecordingPlayer plays: lines of JSON
/// (recordedline.h), the first says what it is, each other one holds an update as it came, and when. A
/// recording begins with a snapshot and has another every half minute, so that a player can begin in the
/// middle; it goes on when the service is back after it was away.
///
/// The client must outlive it. Thread: the window's. Errors end the recording: error() says why.
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
    ~StreamRecorder() override;

    /// Writes over a file that is there. Returns what is wrong, or an empty text.
    QString start(const QString &path);
    void stop();

    bool isRecording() const { return m_file.isOpen(); }
    QString path() const { return m_file.fileName(); }
    /// Why the last recording ended by itself (the disk is full, the file as long as it may be); else empty.
    QString error() const { return m_error; }
    std::int64_t bytes() const { return m_bytes; }
    Milliseconds length() const;

Q_SIGNALS:
    /// Began, ended.
    void recordingChanged();
    /// Ended by itself.
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
    bool m_hasBegun = false;  ///< a snapshot has
};

}  // namespace holdline::monitor

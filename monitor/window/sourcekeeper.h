// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/monitorclient.h"
#include "monitor/client/recordingplayer.h"
#include "monitor/client/streamrecorder.h"
#include "monitor/data/livedata.h"

namespace holdline::monitor {

/// What a window looks at: a service, or a recording, one at a time. Feeds the data from it and stops the
/// data's clock while nothing comes. Life: as long as the window; the data must outlive it. Thread: the
/// window's.
class SourceKeeper : public QObject
{
    Q_OBJECT

public:
    explicit SourceKeeper(LiveData *data, QObject *parent = nullptr);

    /// Begins to look at the service there; an empty path: at nothing.
    void connectTo(const QString &socket);
    void openRecording(const QString &path);
    /// Back to the service it looked at before.
    void closeRecording() { connectTo(m_socket); }

    /// Null while it looks at nothing.
    UpdateSource *source() const { return m_source; }
    MonitorClient *client() { return &m_client; }
    RecordingPlayer *player() { return &m_player; }
    StreamRecorder *recorder() { return &m_recorder; }
    bool isPlaying() const { return m_source == &m_player; }
    QString socket() const { return m_socket; }

    /// What is shown is how things are, or were when it was recorded.
    bool isCurrent() const;

Q_SIGNALS:
    void sourceChanged();
    /// How it stands with the source: its statusChanged(), or another source.
    void statusChanged();

private:
    void become(UpdateSource *source);
    void watch();

    LiveData *m_data;
    MonitorClient m_client;
    RecordingPlayer m_player;
    StreamRecorder m_recorder;
    UpdateSource *m_source = nullptr;
    QString m_socket;
};

}  // namespace holdline::monitor

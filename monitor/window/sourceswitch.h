// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/monitorclient.h"
#include "monitor/client/recordingplayer.h"
#include "monitor/client/streamrecorder.h"
#include "monitor/data/livedata.h"

namespace holdline::monitor {

/// Selects the source of a window, a service or a recording, and applies its updates to the data. Stops the
/// data's clock while no updates arrive. The data must outlive this object. Thread: the window's.
class SourceSwitch : public QObject
{
    Q_OBJECT

public:
    explicit SourceSwitch(LiveData *data, QObject *parent = nullptr);

    /// Connects to the service at `socket`. An empty path selects no source.
    void connectTo(const QString &socket);
    void openRecording(const QString &path);
    /// Connects to the previous service again.
    void closeRecording() { connectTo(m_socket); }

    /// The present source; null without a source.
    UpdateSource *source() const { return m_source; }
    MonitorClient *client() { return &m_client; }
    RecordingPlayer *player() { return &m_player; }
    StreamRecorder *recorder() { return &m_recorder; }
    bool isPlaying() const { return m_source == &m_player; }
    QString socket() const { return m_socket; }

    /// True while the source delivers updates. False while the source is disconnected; then the data is
    /// outdated.
    bool isCurrent() const;

Q_SIGNALS:
    void sourceChanged();
    /// The status of the source changed, or the source itself.
    void statusChanged();

private:
    void setSource(UpdateSource *source);
    void updateStatus();

    LiveData *m_data;
    MonitorClient m_client;
    RecordingPlayer m_player;
    StreamRecorder m_recorder;
    UpdateSource *m_source = nullptr;
    QString m_socket;
};

}  // namespace holdline::monitor

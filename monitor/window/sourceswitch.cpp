// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/sourceswitch.h"

namespace holdline::monitor {

SourceSwitch::SourceSwitch(LiveData *data, QObject *parent)
    : QObject(parent), m_data(data), m_recorder(m_client)
{
    for (UpdateSource *source :
         {static_cast<UpdateSource *>(&m_client), static_cast<UpdateSource *>(&m_player)}) {
        connect(source, &UpdateSource::received, this, [this, source](const Update &update) {
            if (source == m_source)
                m_data->apply(update);
        });
        connect(source, &UpdateSource::statusChanged, this, [this, source] {
            if (source == m_source)
                updateStatus();
        });
    }
    connect(&m_player, &RecordingPlayer::opened, &m_player, &RecordingPlayer::play);
}

void SourceSwitch::connectTo(const QString &socket)
{
    m_socket = socket;
    m_player.close();
    setSource(socket.isEmpty() ? nullptr : &m_client);
    if (socket.isEmpty())
        m_client.close();
    else
        m_client.open(socket);
}

void SourceSwitch::openRecording(const QString &path)
{
    m_recorder.stop();
    m_client.close();
    setSource(&m_player);
    m_player.open(path);
}

void SourceSwitch::setSource(UpdateSource *source)
{
    m_source = source;
    m_data->setFrozen(false);
    m_data->clear();
    Q_EMIT sourceChanged();
    updateStatus();
}

bool SourceSwitch::isCurrent() const
{
    if (!m_source)
        return false;
    switch (m_source->status().state) {
        case SourceStatus::State::Live:
        case SourceStatus::State::Loading:
        case SourceStatus::State::Lagging:
        case SourceStatus::State::Recording:
            return true;
        case SourceStatus::State::Connecting:
        case SourceStatus::State::Disconnected:
        case SourceStatus::State::VersionMismatch:
            return false;
    }
    return false;
}

void SourceSwitch::updateStatus()
{
    m_data->setStopped(!isCurrent() || isPlaying());
    Q_EMIT statusChanged();
}

}  // namespace holdline::monitor

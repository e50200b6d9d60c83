// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/sourcekeeper.h"

namespace holdline::monitor {

SourceKeeper::SourceKeeper(LiveData *data, QObject *parent)
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
                watch();
        });
    }
    connect(&m_player, &RecordingPlayer::opened, &m_player, &RecordingPlayer::play);
}

void SourceKeeper::connectTo(const QString &socket)
{
    m_socket = socket;
    m_player.close();
    become(socket.isEmpty() ? nullptr : &m_client);
    if (socket.isEmpty())
        m_client.close();
    else
        m_client.open(socket);
}

void SourceKeeper::openRecording(const QString &path)
{
    m_recorder.stop();
    m_client.close();
    become(&m_player);
    m_player.open(path);
}

void SourceKeeper::become(UpdateSource *source)
{
    m_source = source;
    m_data->setFrozen(false);
    m_data->clear();
    Q_EMIT sourceChanged();
    watch();
}

bool SourceKeeper::isCurrent() const
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

void SourceKeeper::watch()
{
    m_data->setStopped(!isCurrent() || isPlaying());
    Q_EMIT statusChanged();
}

}  // namespace holdline::monitor

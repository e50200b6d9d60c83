// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/streamrecorder.h"

#include "monitor/client/recordedline.h"

namespace holdline::monitor {

StreamRecorder::StreamRecorder(MonitorClient &client, QObject *parent)
    : StreamRecorder(client, Limits(), parent)
{
}

StreamRecorder::StreamRecorder(MonitorClient &client, const Limits &limits, QObject *parent)
    : QObject(parent), m_client(client), m_limits(limits)
{
    m_snapshot.setInterval(m_limits.snapshotEvery);
    connect(&m_snapshot, &QTimer::timeout, &m_client, &MonitorClient::requestSnapshot);
}

QString StreamRecorder::start(const QString &path)
{
    stop();
    m_error.clear();
    m_file.setFileName(path);
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        return tr("Cannot write %1: %2").arg(path, m_file.errorString());
    m_bytes = 0;
    m_hasBegun = false;
    RecordingHead head;
    head.at = wallNow();
    head.holdline = m_client.status().serviceVersion;
    write(encodeHead(head));
    m_file.flush();
    if (m_file.error() != QFileDevice::NoError) {
        const QString error = tr("Cannot write %1: %2").arg(path, m_file.errorString());
        m_file.close();
        return error;
    }
    connect(&m_client, &MonitorClient::lineReceived, this, &StreamRecorder::take);
    // The request fails without a connection. In that case the next connection begins with a snapshot.
    m_client.requestSnapshot();
    m_snapshot.start();
    Q_EMIT recordingChanged();
    return {};
}

void StreamRecorder::stop()
{
    if (!isRecording())
        return;
    m_snapshot.stop();
    disconnect(&m_client, &MonitorClient::lineReceived, this, &StreamRecorder::take);
    m_file.close();
    // close() writes the rest of the buffer, which can fail too.
    if (m_error.isEmpty() && m_file.error() != QFileDevice::NoError)
        m_error = tr("Cannot write the end of the recording: %1").arg(m_file.errorString());
    Q_EMIT recordingChanged();
    if (!m_error.isEmpty())
        Q_EMIT failed(m_error);
}

Milliseconds StreamRecorder::length() const
{
    return m_hasBegun && isRecording() ? Milliseconds(m_clock.elapsed()) : Milliseconds{};
}

void StreamRecorder::take(const Update &update, const QByteArray &line)
{
    if (!m_hasBegun) {
        if (update.kind != Update::Kind::Snapshot || update.part != 1)
            return;
        m_hasBegun = true;
        m_clock.start();
    }
    const QByteArray recorded = encodeRecorded(Milliseconds(m_clock.elapsed()), update, line);
    if (m_bytes + recorded.size() > m_limits.bytes) {
        m_error = tr("The recording ended because it reached its limit of %1 MiB.").arg(m_limits.bytes >> 20);
        stop();
        return;
    }
    write(recorded);
    // Samples arrive once a second, so a killed program loses at most one second.
    if (update.sample)
        m_file.flush();
    if (m_file.error() == QFileDevice::NoError)
        return;
    m_error = tr("Cannot write the recording: %1").arg(m_file.errorString());
    stop();
}

void StreamRecorder::write(const QByteArray &line)
{
    if (m_file.write(line) == line.size())
        m_bytes += line.size();
}

}  // namespace holdline::monitor

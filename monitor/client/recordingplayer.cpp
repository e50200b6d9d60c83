// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/recordingplayer.h"

#include "core/monitormessages/monitorcodec.h"

#include <algorithm>
#include <utility>

namespace holdline::monitor {

using State = SourceStatus::State;

namespace {

constexpr std::int64_t kIndexPerTurn = 4 * 1024 * 1024;
constexpr qsizetype kBytesPerTurn = 256 * 1024;
constexpr Milliseconds kBetweenTurns{50};
constexpr double kSlowest = 0.1;
constexpr double kFastest = 100;

}  // namespace

RecordingPlayer::RecordingPlayer(QObject *parent) : UpdateSource(parent)
{
    m_status.state = State::Disconnected;
    m_turn.setSingleShot(true);
    connect(&m_turn, &QTimer::timeout, this, &RecordingPlayer::turn);
}

void RecordingPlayer::open(const QString &path)
{
    close();
    m_file.setFileName(path);
    if (!m_file.open(QIODevice::ReadOnly)) {
        m_status.where = path;
        fail(tr("Cannot read %1: %2").arg(path, m_file.errorString()));
        return;
    }
    m_turn.start(0);
    setStatus({.state = State::Loading, .where = path});
}

void RecordingPlayer::close()
{
    closeFile();
    m_index = {};
    m_position = {};
    setStatus({.state = State::Disconnected});
}

void RecordingPlayer::play()
{
    if (!m_isOpen || m_isPlaying)
        return;
    if (position() >= duration())
        seek({});
    setPlaying(true);
}

void RecordingPlayer::setPlaying(bool isPlaying)
{
    if (isPlaying == m_isPlaying)
        return;
    m_position = position();
    m_clock.start();
    m_isPlaying = isPlaying;
    if (isPlaying && !m_goal)
        m_turn.start(0);
    Q_EMIT playingChanged();
}

void RecordingPlayer::setSpeed(double speed)
{
    const double within = std::clamp(speed, kSlowest, kFastest);
    if (qFuzzyCompare(within, m_speed))
        return;
    m_position = position();
    m_clock.start();
    m_speed = within;
    Q_EMIT speedChanged();
}

Milliseconds RecordingPlayer::position() const
{
    if (m_goal)
        return *m_goal;
    if (!m_isPlaying)
        return m_position;
    const Milliseconds played(qRound64(static_cast<double>(m_clock.elapsed()) * m_speed));
    return std::min(m_position + played, duration());
}

void RecordingPlayer::seek(Milliseconds position)
{
    if (!m_isOpen)
        return;
    const Milliseconds from = m_next ? m_next->t : duration();
    position = std::clamp(position, Milliseconds{}, duration());
    const RecordingIndex::Snapshot &snapshot = m_index.before(position);
    // A seek forward continues from the present line, unless a later snapshot is nearer to the new position.
    if (!m_next || position < std::min(from, this->position()) || m_line < snapshot.line) {
        m_file.seek(snapshot.offset);
        m_line = snapshot.line - 1;
        readNext();
    }
    if (!m_isOpen)
        return;
    m_goal = std::max(position, snapshot.completeAt);
    m_turn.start(0);
    Q_EMIT positionChanged();
}

void RecordingPlayer::turn()
{
    if (!m_isOpen) {
        readIndex();
        return;
    }
    const Milliseconds goal = position();
    if (!emitUpTo(goal)) {
        // Playback cannot keep up: hold the position at the next update.
        if (m_next && !m_goal)
            setPosition(std::min(goal, m_next->t));
        if (m_isOpen)
            m_turn.start(0);
        return;
    }
    if (!m_isOpen)
        return;
    m_goal.reset();
    setPosition(goal);
    if (!m_isPlaying)
        return;
    if (goal >= duration())
        setPlaying(false);
    else
        m_turn.start(kBetweenTurns);
}

void RecordingPlayer::setPosition(Milliseconds position)
{
    m_position = position;
    m_clock.start();
    Q_EMIT positionChanged();
}

void RecordingPlayer::readIndex()
{
    switch (m_index.read(m_file, kIndexPerTurn)) {
        case RecordingIndex::Progress::More:
            m_turn.start(0);
            return;
        case RecordingIndex::Progress::Failed:
            fail(tr("Cannot play %1. %2").arg(m_status.where, m_index.error()));
            return;
        case RecordingIndex::Progress::Done:
            break;
    }
    m_isOpen = true;
    SourceStatus status = m_status;
    status.state = State::Recording;
    status.serviceVersion = m_index.head().holdline;
    setStatus(status);
    // A slot of these signals may call close(), so check m_isOpen again.
    seek({});
    if (m_isOpen)
        Q_EMIT opened();
}

void RecordingPlayer::readNext()
{
    m_next.reset();
    if (m_file.pos() >= m_index.end())
        return;
    QByteArray line = m_file.readLine(kMaxRecordedLine + 2);
    if (line.endsWith('\n'))
        line.chop(1);
    const auto decoded = decodeRecorded(line);
    if (const auto *error = std::get_if<QString>(&decoded)) {
        fail(tr("%1, line %2: %3").arg(m_status.where).arg(m_line + 1).arg(*error));
        return;
    }
    m_next = Next{std::get<RecordedLine>(decoded).t, std::move(line), ++m_line};
}

bool RecordingPlayer::emitUpTo(Milliseconds position)
{
    qsizetype emitted = 0;
    while (m_next && m_next->t <= position) {
        if (emitted > kBytesPerTurn)
            return false;
        const Next next = *std::exchange(m_next, std::nullopt);
        emitted += next.line.size();
        const auto recorded = decodeRecorded(next.line);
        const auto message = decode(std::get<RecordedLine>(recorded).frame);
        const auto *error = std::get_if<QString>(&message);
        const Update *update = error ? nullptr : std::get_if<Update>(&std::get<Message>(message));
        if (!update) {
            fail(tr("%1, line %2: %3")
                     .arg(m_status.where)
                     .arg(next.number)
                     .arg(error ? *error : tr("The frame is not an update.")));
            return false;
        }
        readNext();
        if (!m_isOpen)
            return false;
        const std::optional<Milliseconds> goal = m_goal;
        Q_EMIT received(*update);
        // A slot of received() may have called close() or seek().
        if (!m_isOpen || m_goal != goal)
            return false;
    }
    return true;
}

void RecordingPlayer::fail(const QString &error)
{
    closeFile();
    setStatus({.state = State::Disconnected, .where = m_status.where, .error = error});
}

void RecordingPlayer::closeFile()
{
    setPlaying(false);
    m_turn.stop();
    m_file.close();
    m_isOpen = false;
    m_next.reset();
    m_goal.reset();
}

}  // namespace holdline::monitor

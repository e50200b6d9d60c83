// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/monitorclient.h"

#include "core/monitormessages/monitorcodec.h"

#include <QFileInfo>
#include <QMetaMethod>
#include <QRandomGenerator>

#include <utility>

namespace holdline::monitor {

using State = SourceStatus::State;

namespace {

constexpr qsizetype kReadAtOnce = 64 * 1024;

/// Returns the delay before a connection attempt. The delay doubles with each attempt, plus or minus 10 % at
/// random. The random part spreads the attempts of many monitors when their service restarts.
Milliseconds delayBefore(int attempt, const MonitorClient::Limits &limits)
{
    Milliseconds delay = limits.firstDelay;
    for (int i = 1; i < attempt && delay < limits.longestDelay; ++i)
        delay *= 2;
    delay = std::min(delay, limits.longestDelay);
    const double share = 0.9 + QRandomGenerator::global()->generateDouble() / 5;
    return Milliseconds(qRound64(static_cast<double>(delay.count()) * share));
}

}  // namespace

MonitorClient::MonitorClient(QObject *parent) : MonitorClient(Limits(), parent) {}

MonitorClient::MonitorClient(const Limits &limits, QObject *parent) : UpdateSource(parent), m_limits(limits)
{
    m_status.state = State::Disconnected;
    m_status.attempt = 0;
    for (QTimer *timer : {&m_more, &m_hello, &m_retry})
        timer->setSingleShot(true);
    connect(&m_more, &QTimer::timeout, this, &MonitorClient::readMore);
    connect(&m_retry, &QTimer::timeout, this, &MonitorClient::connectNow);
    connect(&m_hello, &QTimer::timeout, this, [this] {
        fail(tr("%1 is not a Holdline monitor socket. It sends nothing.").arg(m_status.where));
    });
}

MonitorClient::~MonitorClient()
{
    // Emits no replied() for unanswered commands, because their senders may already be destroyed.
    dropSocket();
}

void MonitorClient::open(const QString &path)
{
    close();
    // QLocalSocket looks for a name without a slash in the folder for temporary files.
    m_status.where = path.isEmpty() ? path : QFileInfo(path).absoluteFilePath();
    connectNow();
}

void MonitorClient::close()
{
    const QSet<QByteArray> unanswered = dropSocket();
    m_retry.stop();
    setStatus({.state = State::Disconnected, .attempt = 0});
    replyUnanswered(unanswered);
}

void MonitorClient::retryNow()
{
    if (!m_status.where.isEmpty() && !m_socket)
        connectNow();
}

void MonitorClient::connectNow()
{
    dropSocket();  // a socket exists only if a slot of a signal from close() called open()
    m_retry.stop();
    SourceStatus status = m_status;
    status.state = State::Connecting;
    ++status.attempt;
    status.nextTry.reset();
    m_lines.clear();
    m_hasHello = false;
    m_seq = 0;
    m_hasGap = true;
    auto *socket = new QLocalSocket(this);
    m_socket = socket;
    // When this read buffer is full, the service's write buffer fills too, and the service skips updates.
    socket->setReadBufferSize(kMaxFrameBytes);
    connect(socket, &QLocalSocket::readyRead, this, &MonitorClient::readMore);
    connect(socket, &QLocalSocket::errorOccurred, this, [this](QLocalSocket::LocalSocketError error) {
        // Read the rest of the data first, because it may contain the answer to a command.
        const bool wasConnected = m_hasHello;
        if (wasConnected)
            readMore();
        if (m_socket)
            fail(connectError(error, m_status.where, m_socket->errorString()));
    });
    setStatus(status);
    if (m_socket != socket)
        return;  // a slot of statusChanged() closed or reopened the client
    m_hello.start(m_limits.hello);
    socket->connectToServer(m_status.where);
}

void MonitorClient::readMore()
{
    qsizetype taken = 0;
    for (;;) {
        if (!m_socket)
            return;
        if (taken >= m_limits.bytesPerTurn) {
            m_more.start(0);
            return;
        }
        const std::optional<QByteArray> line = m_lines.next();
        if (line) {
            taken += line->size() + 1;
            takeLine(*line);
            continue;
        }
        if (m_lines.pending() >= kMaxFrameBytes) {
            fail(tr("The service sent a line longer than %1 bytes.").arg(kMaxFrameBytes));
            return;
        }
        const QByteArray bytes = m_socket->read(kReadAtOnce);
        if (bytes.isEmpty())
            return;
        m_lines.append(bytes);
    }
}

void MonitorClient::takeLine(const QByteArray &line)
{
    const auto decoded = decode(line);
    if (const auto *error = std::get_if<QString>(&decoded)) {
        fail(m_hasHello ? tr("The service sent an invalid message: %1").arg(*error)
                        : tr("%1 is not a Holdline monitor socket: %2").arg(m_status.where, *error));
        return;
    }
    const Message &message = std::get<Message>(decoded);
    if (const auto *hello = std::get_if<Hello>(&message)) {
        if (m_hasHello) {
            fail(tr("The service sent two Hello messages."));
        } else if (hello->protocol != kProtocolVersion) {
            m_status.serviceVersion = hello->version;
            fail(tr("The service (holdline %1) uses version %2 of the monitor protocol. This monitor uses "
                    "version %3. Use the monitor of the service's release.")
                     .arg(QString::fromUtf8(hello->version))
                     .arg(hello->protocol)
                     .arg(kProtocolVersion),
                 State::VersionMismatch);
        } else {
            m_hasHello = true;
            m_hello.stop();
            SourceStatus status = m_status;
            status.state = State::Loading;
            status.attempt = 0;
            status.error.clear();
            status.serviceVersion = hello->version;
            setStatus(status);
        }
    } else if (!m_hasHello) {
        fail(tr("%1 is not a Holdline monitor socket. It does not send a Hello message first.")
                 .arg(m_status.where));
    } else if (const auto *update = std::get_if<Update>(&message)) {
        takeUpdate(*update, line);
    } else {
        takeReply(std::get<Reply>(message));
    }
}

void MonitorClient::takeUpdate(const Update &update, const QByteArray &line)
{
    const bool isInOrder = update.seq == m_seq + 1;
    const bool begins = update.kind == Update::Kind::Snapshot && update.part == 1;
    // The service sends the first snapshot without a request. After a lost update the client has to request a
    // snapshot.
    const bool isLost = !isInOrder && !begins && !m_hasGap;
    const bool neverBegan = m_hasGap && !begins && m_seq == 0;
    m_seq = update.seq;
    if (isLost || neverBegan) {
        m_hasGap = true;
        setState(State::Loading);
        requestSnapshot();
    }
    if (begins) {
        m_hasGap = false;
        if (update.reason == SnapshotReason::Lagged)
            setState(State::Lagging);
        else if (update.reason == SnapshotReason::Attached)
            setState(State::Loading);
    }
    if (m_hasGap || !m_socket)
        return;
    static const QMetaMethod kLineReceived = QMetaMethod::fromSignal(&MonitorClient::lineReceived);
    Q_EMIT received(update);
    if (isSignalConnected(kLineReceived))
        Q_EMIT lineReceived(update, line);
    if (update.kind == Update::Kind::Snapshot && update.last && m_socket)
        setState(State::Live);
}

void MonitorClient::takeReply(const Reply &reply)
{
    if (m_unanswered.remove(reply.id))
        Q_EMIT replied(reply);
    else if (m_ownCommands.remove(reply.id) && !reply.ok && m_hasGap)
        fail(tr("The service refused to send a snapshot: %1").arg(reply.text));
}

QByteArray MonitorClient::send(Command::Verb verb, const QByteArray &target)
{
    if (m_unanswered.size() >= kMaxUnanswered)
        return {};
    const QByteArray id = write(verb, target);
    if (!id.isEmpty())
        m_unanswered.insert(id);
    return id;
}

bool MonitorClient::requestSnapshot()
{
    const QByteArray id =
        m_ownCommands.size() < kMaxUnanswered ? write(Command::Verb::Snapshot, {}) : QByteArray();
    if (!id.isEmpty())
        m_ownCommands.insert(id);
    return !id.isEmpty();
}

QByteArray MonitorClient::write(Command::Verb verb, const QByteArray &target)
{
    if (!m_socket || !m_hasHello)
        return {};
    const QByteArray id = QByteArray::number(++m_commands);
    const QByteArray line = encode(Command{id, verb, target});
    if (line.size() > kMaxCommandBytes || m_socket->write(line) != line.size())
        return {};
    return id;
}

void MonitorClient::fail(const QString &error, State state)
{
    const QSet<QByteArray> unanswered = dropSocket();
    SourceStatus status = m_status;
    const bool isMismatch = state == State::VersionMismatch;
    const Milliseconds delay = isMismatch ? m_limits.longestDelay : delayBefore(status.attempt, m_limits);
    status.state = state;
    status.error = error;
    status.nextTry = QDateTime::currentDateTime().addMSecs(delay.count());
    m_retry.start(delay);
    setStatus(status);
    replyUnanswered(unanswered);
}

QSet<QByteArray> MonitorClient::dropSocket()
{
    m_more.stop();
    m_hello.stop();
    if (QLocalSocket *socket = std::exchange(m_socket, nullptr)) {
        socket->disconnect(this);
        socket->abort();
        socket->deleteLater();
    }
    m_ownCommands.clear();
    return std::exchange(m_unanswered, {});
}

void MonitorClient::replyUnanswered(const QSet<QByteArray> &commands)
{
    for (const QByteArray &id : commands)
        Q_EMIT replied({id, false, tr("The connection ended before the answer arrived.")});
}

void MonitorClient::setState(State state)
{
    SourceStatus status = m_status;
    status.state = state;
    setStatus(status);
}

}  // namespace holdline::monitor

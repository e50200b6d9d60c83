// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/monitorlink.h"

#include <array>
#include <utility>

#include <poll.h>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

MonitorLink::MonitorLink(MonitorLinkOwner &owner, qintptr descriptor, const Hello &hello)
    : m_owner(owner), m_descriptor(static_cast<int>(descriptor)), m_socket(*this, descriptor)
{
    send(encode(hello));
}

MonitorLink::MonitorLink(MonitorLinkOwner &owner, qintptr descriptor, const Hello &hello,
                         const QString &refusal)
    : MonitorLink(owner, descriptor, hello)
{
    refuse(refusal);
}

MonitorLink::~MonitorLink() = default;

void MonitorLink::begin()
{
    if (!std::exchange(m_begun, true))
        sendSnapshot(SnapshotReason::Attached);
}

void MonitorLink::sendSnapshot(SnapshotReason reason)
{
    if (!m_begun || m_ending || m_lagging)
        return;
    m_reason = reason;
    m_cursor = m_owner.mirror().begin();
    sendParts();
}

void MonitorLink::lag()
{
    m_lagging = true;
    m_cursor.reset();
}

void MonitorLink::resume()
{
    if (!m_lagging || !std::exchange(m_caughtUp, false))
        return;
    m_lagging = false;
    sendSnapshot(SnapshotReason::Lagged);
}

void MonitorLink::checkProgress()
{
    if (m_socket.bytesToWrite() == 0)
        m_checksWithoutByte = 0;
    else if (!m_lagging && ++m_checksWithoutByte >= kMaxIdleChecks)
        lag();
}

void MonitorLink::sendParts()
{
    while (m_cursor && m_socket.isOpen() && m_socket.bytesToWrite() <= kLowWater) {
        Update part = m_owner.opening();
        if (m_cursor->part > 0) {
            part.service.reset();
            part.sample.reset();
        }
        m_owner.mirror().fill(*m_cursor, part);
        part.seq = ++m_seq;
        part.reason = m_reason;
        if (part.last)
            m_cursor.reset();
        send(encode(part));
    }
}

bool MonitorLink::takesDeltas() const
{
    const bool readsPast = m_cursor && m_cursor->stage == SnapshotCursor::Stage::Past;
    return m_begun && !m_ending && !m_lagging && !readsPast;
}

void MonitorLink::deliver(const std::vector<QByteArray> &frames)
{
    if (!takesDeltas())
        return;
    qint64 limit = kMaxUnsent;
    for (const QByteArray &frame : frames) {
        if (m_socket.bytesToWrite() > limit) {
            lag();
            return;
        }
        limit = kHardMaxUnsent;
        send(numbered(++m_seq) + frame);
    }
}

void MonitorLink::answer(const Reply &reply)
{
    --m_unanswered;
    m_largeUnanswered = false;
    send(encode(reply));
    readCommands();
}

void MonitorLink::refuse(const QString &why)
{
    send(encode(Reply{{}, false, why}));
    m_ending = true;
    m_cursor.reset();
    m_input = {};
    m_socket.setReading(false);
    if (m_socket.bytesToWrite() == 0)
        close();
}

void MonitorLink::closeIfEnding()
{
    if (m_ending)
        close();
}

void MonitorLink::send(const QByteArray &line)
{
    if (m_socket.isOpen() && !m_socket.write(line))
        close();
}

void MonitorLink::close()
{
    if (!m_socket.isOpen())
        return;
    m_socket.close();
    m_cursor.reset();
    m_owner.linkClosed(*this);
}

void MonitorLink::socketWritten()
{
    m_checksWithoutByte = 0;
    if (m_socket.bytesToWrite() == 0) {
        if (m_ending) {
            close();
            return;
        }
        if (m_lagging && !std::exchange(m_caughtUp, true))
            m_owner.caughtUp(*this);
    }
    sendParts();
    // Earlier commands may have stayed unread because too many had no answer.
    readCommands();
}

void MonitorLink::socketReadable()
{
    std::array<char, 4096> bytes;
    qsizetype count = 0;
    switch (m_socket.receive(bytes, count)) {
        case http::StreamSocket::Received::Bytes:
            m_input.append(bytes.data(), count);
            readCommands();
            break;
        case http::StreamSocket::Received::Nothing:
            break;
        case http::StreamSocket::Received::Finished:
            m_socket.setReading(false);
            m_inputOver = true;
            if (hasHungUp())
                close();
            break;
        case http::StreamSocket::Received::Failed:
            close();
            break;
    }
}

bool MonitorLink::hasHungUp() const
{
    pollfd look{m_descriptor, POLLOUT, 0};
    return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR)) != 0;
}

void MonitorLink::readCommands()
{
    if (std::exchange(m_obeying, true))
        return;
    while (!m_ending && m_socket.isOpen()) {
        const bool full =
            m_unanswered >= kMaxUnanswered || m_largeUnanswered || m_socket.bytesToWrite() > kMaxUnsent;
        const qsizetype end = m_input.indexOf('\n');
        if (full || end < 0)
            break;
        const QByteArray line = m_input.first(end);
        m_input.remove(0, end + 1);
        take(line);
    }
    m_obeying = false;
    if (m_ending || !m_socket.isOpen())
        return;
    if (m_input.size() >= kMaxCommandBytes && !m_input.contains('\n'))
        refuseLongLine();
    else if (!m_inputOver)
        m_socket.setReading(m_input.size() < kMaxCommandBytes);
}

void MonitorLink::refuseLongLine()
{
    refuse(u"a command must be one line of at most %1 bytes"_s.arg(kMaxCommandBytes));
}

void MonitorLink::take(QByteArrayView line)
{
    if (line.size() >= kMaxCommandBytes) {
        refuseLongLine();
        return;
    }
    if (line.trimmed().isEmpty())
        return;
    const auto decoded = decodeCommand(line);
    if (const auto *why = std::get_if<QString>(&decoded)) {
        send(encode(Reply{{}, false, *why}));
        return;
    }
    ++m_unanswered;
    m_largeUnanswered = hasLargeAnswer(std::get<Command>(decoded).verb);
    m_owner.commanded(*this, std::get<Command>(decoded));
}

}  // namespace holdline::monitor

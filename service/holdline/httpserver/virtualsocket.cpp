// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/httpserver/virtualsocket.h"

#include <algorithm>
#include <cstring>

namespace holdline {

VirtualSocket::VirtualSocket(QObject *parent) : QTcpSocket(parent)
{
    setPeerAddress(QHostAddress::LocalHost);
    setSocketState(ConnectedState);
    setOpenMode(ReadWrite);
    blockSignals(true);
}

void VirtualSocket::feed(const QByteArray &request)
{
    m_input = request;
    m_inputPos = 0;
    // Signals are enabled only for this call. Otherwise QHttpServer 6.8 emits readyRead() again after each
    // response and fills a buffer in search of more data.
    blockSignals(false);
    Q_EMIT readyRead();
    blockSignals(true);
    m_input = QByteArray();
    m_inputPos = 0;
}

void VirtualSocket::freeReadBuffer()
{
    if (!isOpen())
        return;
    // QIODevice has a read buffer of 16 KiB. Closing the read channel is the only public way to free that
    // buffer.
    setOpenMode(WriteOnly);
    setOpenMode(ReadWrite);
}

void VirtualSocket::retire()
{
    setSocketState(UnconnectedState);
    blockSignals(false);
    Q_EMIT disconnected();
}

qint64 VirtualSocket::readData(char *data, qint64 maxSize)
{
    const qint64 count = std::min<qint64>(maxSize, m_input.size() - m_inputPos);
    std::memcpy(data, m_input.constData() + m_inputPos, static_cast<std::size_t>(count));
    m_inputPos += count;
    return count;
}

VirtualSocket *VirtualServer::open()
{
    auto *socket = new VirtualSocket(this);
    m_pending = socket;
    // Only a call by name can emit a private signal.
    QMetaObject::invokeMethod(this, "pendingConnectionAvailable", Qt::DirectConnection);
    return socket;
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/responseparser.h"
#include "service/httpclient/origin.h"
#include "service/httpclient/poolfailure.h"

#include <QNetworkReply>

#include <cstdint>
#include <list>
#include <optional>

namespace holdline {

class ConnectionPool;
class PooledConnection;

/// An object with a deadline in a ConnectionPool.
class Timed
{
public:
    /// Called when the deadline has passed. Must not emit a signal, because the pool is iterating over its
    /// deadlines.
    virtual void timeUp() = 0;

protected:
    ~Timed() = default;
};

/// The request of a PooledReply.
struct PooledRequest
{
    Origin origin;
    QByteArray key;    ///< the affinity key, see PooledAccessManager::AffinityAttribute
    QByteArray bytes;  ///< head and body
    http::ResponseParser::Method method = http::ResponseParser::Method::Other;
};

/// The QNetworkReply of a PooledAccessManager. PooledAccessManager describes the behaviour for callers.
///
/// The reply is a buffer with signals. Its connection and the pool fill it with the functions below. Both
/// hold plain pointers to the reply, which abort() and the destructor remove. In a slot of any of its
/// signals, callers may abort or delete the reply or destroy the manager. So the code checks its pointers
/// after each signal.
class PooledReply final : public QNetworkReply, public Timed
{
    Q_OBJECT

public:
    PooledReply(QNetworkAccessManager::Operation operation, const QNetworkRequest &request,
                PooledRequest wanted, ConnectionPool *pool, QObject *parent);
    ~PooledReply() override;

    void abort() override;
    qint64 bytesAvailable() const override
    {
        return QNetworkReply::bytesAvailable() + m_body.size() - m_bodyRead;
    }
    bool canReadLine() const override;

    // Called by the pool and its connections.

    const PooledRequest &wanted() const { return m_wanted; }
    /// Detaches the reply from its pool, which is being destroyed. The reply gets no more data.
    void forgetPool();
    void setConnection(PooledConnection *connection) { m_connection = connection; }
    PooledConnection *connection() const { return m_connection; }
    void setQueuePosition(std::uint64_t position) { m_queuePosition = position; }
    std::uint64_t queuePosition() const { return m_queuePosition; }
    /// The position in the pool's list of all its replies. takePoolPosition() returns the position once.
    using PoolPosition = std::list<PooledReply *>::iterator;
    void setPoolPosition(PoolPosition position) { m_poolPosition = position; }
    std::optional<PoolPosition> takePoolPosition() { return std::exchange(m_poolPosition, std::nullopt); }
    /// Records that the kernel took a byte of the request. The request must never be sent again.
    void markSent() { m_sent = true; }
    /// Records that the peer refused the TLS handshake, so it passed no byte of the request on.
    void markNotSent() { m_sent = false; }
    /// True when the request was not sent and takeRetry() was not called before. The request may then use
    /// another connection.
    bool takeRetry() { return !m_sent && !std::exchange(m_tried, true); }

    /// Store received data without emitting a signal.
    void takeHead(const http::ResponseParser &parser);
    void takeBody(const QByteArray &bytes);
    bool hasHead() const { return m_hasHead; }

    /// Emits metaDataChanged() and readyRead() if there is new data. The reply may be gone afterwards.
    void announce();
    /// Ends the reply with a complete response. Emits the remaining signals and finished(). The reply may be
    /// gone afterwards.
    void succeed();
    /// Ends the reply with an error later, from the event loop. Emits nothing now.
    void failLater(const PoolFailure &failure);

    void timeUp() override;

protected:
    qint64 readData(char *data, qint64 maxSize) override;

private:
    void end(const PoolFailure &failure);
    void leavePool();

    PooledRequest m_wanted;
    ConnectionPool *m_pool;
    PooledConnection *m_connection = nullptr;
    std::uint64_t m_queuePosition = 0;
    std::optional<PoolPosition> m_poolPosition;
    QByteArray m_body;
    qsizetype m_bodyRead = 0;
    bool m_sent = false;
    bool m_tried = false;
    bool m_hasHead = false;
    bool m_headAnnounced = false;
    bool m_bodyNews = false;
    bool m_ended = false;
};

}  // namespace holdline

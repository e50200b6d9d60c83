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
    /// The deadline came. Must not emit a signal, because the pool is iterating over its deadlines.
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

/// The QNetworkReply of a PooledAccessManager. That class describes the behaviour for callers.
///
/// It is a buffer with signals. Connection and pool fill it with the functions below. They hold plain
/// pointers to it, which abort() and the destructor remove. In any of its signals, callers may abort or
/// delete it or destroy the manager. So the code checks its pointers after each signal.
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
    /// The pool is being destroyed. Nothing more happens to this reply.
    void forgetPool();
    void setConnection(PooledConnection *connection) { m_connection = connection; }
    PooledConnection *connection() const { return m_connection; }
    void setQueuePosition(std::uint64_t position) { m_queuePosition = position; }
    std::uint64_t queuePosition() const { return m_queuePosition; }
    /// The position in the pool's list of all its replies. takePoolPosition() returns it once.
    using PoolPosition = std::list<PooledReply *>::iterator;
    void setPoolPosition(PoolPosition position) { m_poolPosition = position; }
    std::optional<PoolPosition> takePoolPosition() { return std::exchange(m_poolPosition, std::nullopt); }
    /// The kernel took a byte of the request. It must never be sent again.
    void markSent() { m_sent = true; }
    /// The peer refused the connection before it passed the request on.
    void markNotSent() { m_sent = false; }
    /// True once for a request that was not sent: it may use another connection one time.
    bool takeRetry() { return !m_sent && !std::exchange(m_tried, true); }

    /// Store received data without emitting a signal.
    void takeHead(const http::ResponseParser &parser);
    void takeBody(const QByteArray &bytes);
    bool hasHead() const { return m_hasHead; }

    /// Emits metaDataChanged() and readyRead() if there is new data. The reply may be gone afterwards.
    void announce();
    /// The response is complete. Emits the remaining signals and finished(). The reply may be gone
    /// afterwards.
    void succeed();
    /// Ends the reply later, from the event loop. Emits nothing now.
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

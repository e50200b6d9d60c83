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

/// Something a ConnectionPool keeps a deadline for.
class Timed
{
public:
    /// May not emit anything: the table of deadlines is being walked.
    virtual void timeUp() = 0;

protected:
    ~Timed() = default;
};

/// What a PooledReply wants sent.
struct PooledRequest
{
    Origin origin;
    QByteArray key;    ///< the affinity key, see PooledAccessManager::AffinityAttribute
    QByteArray bytes;  ///< head and body
    http::ResponseParser::Method method = http::ResponseParser::Method::Other;
};

/// The QNetworkReply of a PooledAccessManager; its class comment says what callers see.
///
/// It is a buffer with signals: connection and pool fill it with the functions below and hold plain pointers
/// to it, which abort() and the destructor take back. Callers may abort or delete it inside any of its
/// signals, and may destroy the manager there: nothing is touched after a signal without looking.
class PooledReply final : public QNetworkReply, public Timed
{
    Q_OBJECT

public:
    PooledReply(QNetworkAccessManager::Operation operation, const QNetworkRequest &request,
                PooledRequest wanted, ConnectionPool *pool, QObject *parent);
    ~PooledReply() override;

    void abort() override;
    qint64 bytesAvailable() const override;
    bool canReadLine() const override;

    // For the pool and its connections:

    const PooledRequest &wanted() const { return m_wanted; }
    /// The pool goes; nothing more will happen to this reply.
    void forgetPool();
    void setConnection(PooledConnection *connection) { m_connection = connection; }
    PooledConnection *connection() const { return m_connection; }
    void setQueuePlace(std::uint64_t place) { m_queuePlace = place; }
    std::uint64_t queuePlace() const { return m_queuePlace; }
    /// Of the pool's list of all its replies; taken back once.
    using PoolPlace = std::list<PooledReply *>::iterator;
    void setPoolPlace(PoolPlace place) { m_poolPlace = place; }
    std::optional<PoolPlace> takePoolPlace() { return std::exchange(m_poolPlace, std::nullopt); }
    /// A byte of the request was taken by the system: it must never be sent again.
    void setSent() { m_sent = true; }
    bool isSent() const { return m_sent; }
    /// True the first time: a request that was not sent may be given to another connection once.
    bool takeSecondChance() { return !m_sent && !std::exchange(m_tried, true); }

    /// Take in what came; emit nothing.
    void takeHead(const http::ResponseParser &parser);
    void takeBody(const QByteArray &bytes);
    bool hasHead() const { return m_hasHead; }

    /// Emits metaDataChanged() and readyRead() where there is news. The reply may be gone afterwards.
    void announce();
    /// The answer is complete: emits what is left and finished(). The reply may be gone afterwards.
    void succeed();
    /// Ends the reply from the event loop: emits nothing now.
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
    std::uint64_t m_queuePlace = 0;
    std::optional<PoolPlace> m_poolPlace;
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

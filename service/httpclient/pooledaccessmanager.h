// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/origin.h"
#include "service/httpclient/pooloptions.h"

#include <QNetworkAccessManager>
#include <QNetworkRequest>

#include <memory>

namespace holdline {

class ConnectionPool;

/// A QNetworkAccessManager whose plain `http://` requests go over a pool of kept-alive sockets on the
/// caller's own event loop: no helper thread, no ceiling of six connections per host, and NO REQUEST IS EVER
/// SENT TWICE. Everything else (https and other schemes, a proxy set on the manager, credentials in the URL,
/// bodies that are not there yet, synchronous requests) is left to the stock code. Proxies of the
/// application, the environment or the system are not consulted.
///
/// Replies behave as the stock ones do, with the same signals in the same order, none of them from inside
/// post(), get() and so on, but
///   - a request is given to another connection only while the system has taken no byte of it
///     (RequestSentAttribute tells, once the reply is finished);
///   - redirects are never followed (RedirectionTargetAttribute is set), nothing is unpacked
///     (`Accept-Encoding: identity` is sent), cookies, caches and authenticators are not consulted;
///   - QNetworkRequest::transferTimeout() and the manager's count from the call to the end of the answer,
///     with the wait for a connection, and trickling bytes do not extend them; the error is
///     OperationCanceledError;
///   - an answer beyond PoolOptions::maxAnswerBytes ends with ProtocolFailure;
///   - uploadProgress(), downloadProgress(), requestSent(), socketStartedConnecting() are not emitted.
///
/// A connection the peer closed while unused is noticed before the write where that is possible. Where the
/// close crosses our request the reply ends with RemoteHostClosedError: whether the request was taken is
/// unknown.
///
/// Destroying it, also inside a slot of one of its replies, destroys the replies without a signal.
/// Lives in one thread.
class PooledAccessManager : public QNetworkAccessManager
{
    Q_OBJECT

public:
    /// Of a request, QByteArray: whose connection it may use, see PoolOptions::scope. Never sent.
    static constexpr auto AffinityAttribute =
        static_cast<QNetworkRequest::Attribute>(QNetworkRequest::User + 1);
    /// Of a finished reply, bool: false when certainly no byte of the request left. Absent on stock replies.
    static constexpr auto RequestSentAttribute =
        static_cast<QNetworkRequest::Attribute>(QNetworkRequest::User + 2);
    /// Of a reply that failed below HTTP, QByteArray: the error type of RFC 9209, section 2.3.
    static constexpr auto ProxyStatusAttribute =
        static_cast<QNetworkRequest::Attribute>(QNetworkRequest::User + 3);

    explicit PooledAccessManager(const PoolOptions &options = {}, QObject *parent = nullptr);
    ~PooledAccessManager() override;

    /// For requests and connections to come; see ConnectionPool::setOptions().
    void setOptions(const PoolOptions &options);

    int connectionCount() const;  ///< open or opening
    int idleCount() const;        ///< of those, unused
    int queuedCount() const;      ///< requests that wait for one

protected:
    QNetworkReply *createRequest(Operation op, const QNetworkRequest &request,
                                 QIODevice *outgoingData) override;

private:
    bool isTarget(const QUrl &url) const { return !m_target.path.isEmpty() && url == m_target.url; }
    bool isOurs(Operation op, const QNetworkRequest &request, const QIODevice *outgoingData) const;

    std::unique_ptr<ConnectionPool> m_pool;
    /// The target most requests have: taking a QUrl to pieces costs more than comparing two.
    struct Target
    {
        QUrl url;
        Origin origin;
        QByteArray hostField;
        QByteArray path;
    } m_target;
};

}  // namespace holdline

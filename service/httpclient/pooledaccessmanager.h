// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/httptarget.h"
#include "service/httpclient/pooloptions.h"

#include <QNetworkAccessManager>
#include <QNetworkRequest>

#include <memory>

namespace holdline {

class ConnectionPool;

/// A QNetworkAccessManager that sends `http://` and `https://` requests over a pool of kept-alive sockets in
/// the caller's event loop. It has no helper thread and no limit of six connections per host, and NO REQUEST
/// IS EVER SENT TWICE. Qt's own code handles everything else: other schemes, a proxy set on the manager,
/// credentials in the URL, incomplete bodies and synchronous requests. Proxies of the application, the
/// environment and the system are ignored.
///
/// https follows PoolOptions::tls and TlsClient alone. QSslConfiguration of a request and ignoreSslErrors()
/// have no effect, and sslErrors() is not emitted.
///
/// Replies behave like Qt's own. They emit the same signals in the same order and emit nothing inside post(),
/// get() and so on. The differences:
///   - A request moves to another connection only while the kernel has taken no byte of it.
///     RequestSentAttribute of the finished reply says whether a byte was sent. When the server refuses the
///     TLS handshake with an alert, the request counts as not sent. With TLS 1.3 its bytes may have been sent
///     all the same.
///   - Redirects are never followed (RedirectionTargetAttribute is set). Bodies are never unpacked
///   (`Accept-Encoding: identity` is sent). Cookies, caches and authenticators are not used.
///   - transferTimeout() of QNetworkRequest or of the manager limits the time from the call to the end of the
///     response. The wait for a connection counts, and received bytes do not extend the limit. The error is
///     OperationCanceledError.
///   - A response larger than PoolOptions::maxAnswerBytes ends with ProtocolFailure.
///   - uploadProgress(), downloadProgress(), requestSent() and socketStartedConnecting() are not emitted.
///
/// When the peer has closed an idle connection, the manager notices this before it writes, if possible. When
/// the peer closes while a request is on its way, the reply ends with RemoteHostClosedError. Then nobody
/// knows whether the peer accepted the request.
///
/// The destructor destroys the replies without a signal. It may run inside a slot of a reply. Used by one
/// thread.
class PooledAccessManager : public QNetworkAccessManager
{
    Q_OBJECT

public:
    /// Attribute of a request, QByteArray: the key that selects its connection, see PoolOptions::scope. Never
    /// sent.
    static constexpr auto AffinityAttribute =
        static_cast<QNetworkRequest::Attribute>(QNetworkRequest::User + 1);
    /// Attribute of a finished reply, bool: false when certainly no byte of the request was sent. Replies of
    /// Qt's own code do not have this attribute.
    static constexpr auto RequestSentAttribute =
        static_cast<QNetworkRequest::Attribute>(QNetworkRequest::User + 2);
    /// Attribute of a reply that failed below HTTP, QByteArray: the error type of RFC 9209, 2.3.
    static constexpr auto ProxyStatusAttribute =
        static_cast<QNetworkRequest::Attribute>(QNetworkRequest::User + 3);

    explicit PooledAccessManager(const PoolOptions &options = {}, QObject *parent = nullptr);
    ~PooledAccessManager() override;

    /// Sets the options of later requests and connections, see ConnectionPool::setOptions().
    void setOptions(const PoolOptions &options);

    int connectionCount() const;  ///< connections that are open or being opened
    int idleCount() const;        ///< open connections without a request
    int queuedCount() const;      ///< requests that wait for a connection

protected:
    QNetworkReply *createRequest(Operation op, const QNetworkRequest &request,
                                 QIODevice *outgoingData) override;

private:
    bool isTarget(const QUrl &url) const { return !m_target.path.isEmpty() && url == m_target.url; }
    bool isOurs(Operation op, const QNetworkRequest &request, const QIODevice *outgoingData) const;

    std::unique_ptr<ConnectionPool> m_pool;
    /// The target of most requests. Comparing it is cheaper than taking a QUrl apart.
    HttpTarget m_target;
};

}  // namespace holdline

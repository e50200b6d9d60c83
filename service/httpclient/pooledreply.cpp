// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/pooledreply.h"

#include "service/httpclient/connectionpool.h"
#include "service/httpclient/pooledaccessmanager.h"

#include <QPointer>

#include <cstring>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Maps a status to an error as Qt's own manager does.
QNetworkReply::NetworkError errorOfStatus(int status)
{
    switch (status) {
        case 400:
        case 418:
            return QNetworkReply::ProtocolInvalidOperationError;
        case 401:
            return QNetworkReply::AuthenticationRequiredError;
        case 403:
            return QNetworkReply::ContentAccessDenied;
        case 404:
            return QNetworkReply::ContentNotFoundError;
        case 405:
            return QNetworkReply::ContentOperationNotPermittedError;
        case 407:
            return QNetworkReply::ProxyAuthenticationRequiredError;
        case 409:
            return QNetworkReply::ContentConflictError;
        case 410:
            return QNetworkReply::ContentGoneError;
        case 500:
            return QNetworkReply::InternalServerError;
        case 501:
            return QNetworkReply::OperationNotImplementedError;
        case 503:
            return QNetworkReply::ServiceUnavailableError;
        default:
            if (status > 500)
                return QNetworkReply::UnknownServerError;
            return status >= 400 ? QNetworkReply::UnknownContentError : QNetworkReply::NoError;
    }
}

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

PooledReply::PooledReply(QNetworkAccessManager::Operation operation, const QNetworkRequest &request,
                         PooledRequest wanted, ConnectionPool *pool, QObject *parent)
    : QNetworkReply(parent), m_wanted(std::move(wanted)), m_pool(pool)
{
    setOperation(operation);
    setRequest(request);
    setUrl(request.url());
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

PooledReply::~PooledReply()
{
    leavePool();
}

void PooledReply::forgetPool()
{
    m_pool = nullptr;
    m_connection = nullptr;
}

void PooledReply::leavePool()
{
    if (ConnectionPool *pool = std::exchange(m_pool, nullptr))
        pool->forget(this);
}

void PooledReply::abort()
{
    if (m_ended)
        return;
    end({OperationCanceledError, u"Operation canceled"_s, {}});
}

bool PooledReply::canReadLine() const
{
    return QNetworkReply::canReadLine() || m_body.indexOf('\n', m_bodyRead) >= 0;
}

qint64 PooledReply::readData(char *data, qint64 maxSize)
{
    const qsizetype left = m_body.size() - m_bodyRead;
    if (left == 0)
        return isFinished() || m_ended ? -1 : 0;
    const qsizetype count = std::min<qsizetype>(left, maxSize);
    std::memcpy(data, m_body.constData() + m_bodyRead, static_cast<std::size_t>(count));
    m_bodyRead += count;
    if (m_bodyRead == m_body.size()) {
        m_body.clear();
        m_bodyRead = 0;
    }
    return count;
}

void PooledReply::takeHead(const http::ResponseParser &parser)
{
    m_hasHead = true;
    setAttribute(QNetworkRequest::HttpStatusCodeAttribute, parser.status());
    setAttribute(QNetworkRequest::HttpReasonPhraseAttribute, parser.reason());
    for (const auto &[name, value] : parser.headers()) {
        if (hasRawHeader(name)) {
            // QNetworkReply holds one value per name. RFC 9110, 5.3 joins values with a comma, 5.2 excepts
            // Set-Cookie.
            const QByteArray separator = http::equalsIgnoreCase(name, "Set-Cookie") ? "\n" : ", ";
            setRawHeader(name, rawHeader(name) + separator + value);
        } else {
            setRawHeader(name, value);
        }
    }
    if (isRedirect(parser.status()) && hasRawHeader("Location")) {
        const QUrl target = QUrl::fromEncoded(rawHeader("Location"));
        setAttribute(QNetworkRequest::RedirectionTargetAttribute, target);
    }
}

void PooledReply::takeBody(const QByteArray &bytes)
{
    if (bytes.isEmpty())
        return;
    m_bodyNews = true;
    if (m_body.isEmpty())
        m_body = bytes;
    else
        m_body += bytes;
}

void PooledReply::announce()
{
    const QPointer<PooledReply> alive(this);
    if (m_hasHead && !std::exchange(m_headAnnounced, true)) {
        Q_EMIT metaDataChanged();
        if (!alive)
            return;
    }
    if (std::exchange(m_bodyNews, false))
        Q_EMIT readyRead();
}

void PooledReply::succeed()
{
    const int status = attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const NetworkError error = errorOfStatus(status);
    QString text;
    if (error != NoError)
        text = u"The server replied: %1"_s.arg(status);
    end({error, text, {}});
}

void PooledReply::failLater(const PoolFailure &failure)
{
    QMetaObject::invokeMethod(
        this, [this, failure] { end(failure); }, Qt::QueuedConnection);
}

void PooledReply::timeUp()
{
    failLater({OperationCanceledError, u"Operation timed out"_s,
               m_sent ? "http_response_timeout" : "connection_timeout"});
}

void PooledReply::end(const PoolFailure &failure)
{
    if (std::exchange(m_ended, true))
        return;
    leavePool();
    m_wanted.bytes.clear();
    setAttribute(PooledAccessManager::RequestSentAttribute, m_sent);
    if (!failure.proxyStatus.isEmpty())
        setAttribute(PooledAccessManager::ProxyStatusAttribute, failure.proxyStatus);

    const QPointer<PooledReply> alive(this);
    announce();
    if (!alive)
        return;
    setFinished(true);
    if (failure.error != NoError) {
        setError(failure.error, failure.text);
        Q_EMIT errorOccurred(failure.error);
        if (!alive)
            return;
    }
    Q_EMIT readChannelFinished();
    if (!alive)
        return;
    Q_EMIT finished();
}

}  // namespace holdline

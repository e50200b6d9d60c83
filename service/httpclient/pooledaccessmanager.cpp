// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/pooledaccessmanager.h"

#include "core/base/enumtable.h"
#include "service/httpclient/connectionpool.h"
#include "service/httpclient/oncebody.h"
#include "service/httpclient/requesthead.h"

#include <QNetworkProxy>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

QByteArrayView verbOf(QNetworkAccessManager::Operation op, QByteArrayView custom)
{
    static constexpr EnumTable<QNetworkAccessManager::Operation, QByteArrayView, 7> kVerbs({
        {QNetworkAccessManager::UnknownOperation, {}},
        {QNetworkAccessManager::HeadOperation, "HEAD"},
        {QNetworkAccessManager::GetOperation, "GET"},
        {QNetworkAccessManager::PutOperation, "PUT"},
        {QNetworkAccessManager::PostOperation, "POST"},
        {QNetworkAccessManager::DeleteOperation, "DELETE"},
        {QNetworkAccessManager::CustomOperation, {}},
    });
    return op == QNetworkAccessManager::CustomOperation ? custom : kVerbs[op];
}

bool isExplicitProxy(const QNetworkProxy &proxy)
{
    return proxy.type() != QNetworkProxy::NoProxy && proxy.type() != QNetworkProxy::DefaultProxy;
}

/// True for a body that is available as a whole. Qt's own code handles all others.
bool isWhole(const QIODevice *body, const QNetworkRequest &request)
{
    if (!body || !body->isSequential())
        return true;
    if (qobject_cast<const OnceBody *>(body))
        return true;
    const QVariant length = request.header(QNetworkRequest::ContentLengthHeader);
    return length.isValid() && body->bytesAvailable() >= length.toLongLong();
}

QByteArray affinityOf(const QNetworkRequest &request, const QIODevice *body)
{
    const QVariant attribute = request.attribute(PooledAccessManager::AffinityAttribute);
    if (attribute.isValid())
        return attribute.toByteArray();
    const auto *once = qobject_cast<const OnceBody *>(body);
    return once ? once->affinity() : QByteArray();
}

QByteArray readWhole(QIODevice *body, const QNetworkRequest &request)
{
    if (!body)
        return {};
    if (auto *once = qobject_cast<OnceBody *>(body))
        return once->takeAll();
    if (body->isSequential())
        return body->read(request.header(QNetworkRequest::ContentLengthHeader).toLongLong());
    return body->readAll();
}

}  // namespace

PooledAccessManager::PooledAccessManager(const PoolOptions &options, QObject *parent)
    : QNetworkAccessManager(parent), m_pool(std::make_unique<ConnectionPool>(options))
{
}

PooledAccessManager::~PooledAccessManager() = default;

void PooledAccessManager::setOptions(const PoolOptions &options)
{
    m_pool->setOptions(options);
}

int PooledAccessManager::connectionCount() const
{
    return m_pool->connectionCount();
}

int PooledAccessManager::idleCount() const
{
    return m_pool->idleCount();
}

int PooledAccessManager::queuedCount() const
{
    return m_pool->queuedCount();
}

bool PooledAccessManager::isOurs(Operation op, const QNetworkRequest &request,
                                 const QIODevice *outgoingData) const
{
    if (const QUrl url = request.url();
        !isTarget(url) && ((url.scheme() != "http"_L1 && url.scheme() != "https"_L1) ||
                           url.host().isEmpty() || !url.userInfo().isEmpty()))
        return false;
    if (op == UnknownOperation || !isWhole(outgoingData, request))
        return false;
    // Does not read the application's proxy, because that would look up the system proxy each time, in
    // another thread.
    if (isExplicitProxy(proxy()) || proxyFactory())
        return false;
    // Qt's internal attribute for requests that block their caller (XMLHttpRequest).
    return !request.attribute(QNetworkRequest::SynchronousRequestAttribute).toBool();
}

QNetworkReply *PooledAccessManager::createRequest(Operation op, const QNetworkRequest &request,
                                                  QIODevice *outgoingData)
{
    if (!isOurs(op, request, outgoingData))
        return QNetworkAccessManager::createRequest(op, request, outgoingData);

    if (const QUrl url = request.url(); !isTarget(url))
        m_target = httpTargetOf(url);

    const QByteArray custom = request.attribute(QNetworkRequest::CustomVerbAttribute).toByteArray();
    const QByteArrayView verb = verbOf(op, custom);
    auto bytes =
        renderRequest(verb, m_target.path, m_target.hostField, request, readWhole(outgoingData, request));
    const bool canBeSent = bytes.has_value();
    PooledRequest wanted{m_target.origin, affinityOf(request, outgoingData),
                         std::move(bytes).value_or(QByteArray()),
                         verb == QByteArrayView("HEAD") ? http::ResponseParser::Method::Head
                                                        : http::ResponseParser::Method::Other};
    QNetworkRequest noted = request;
    if (autoDeleteReplies() &&
        !request.attribute(QNetworkRequest::AutoDeleteReplyOnFinishAttribute).isValid())
        noted.setAttribute(QNetworkRequest::AutoDeleteReplyOnFinishAttribute, true);
    auto *reply = new PooledReply(op, noted, std::move(wanted), m_pool.get(), this);
    const int timeout = request.transferTimeout() > 0 ? request.transferTimeout() : transferTimeout();
    if (canBeSent) {
        m_pool->submit(reply, std::chrono::milliseconds(timeout));
    } else {
        reply->failLater({QNetworkReply::ProtocolInvalidOperationError,
                          u"The request has a method or field that cannot be sent"_s, "http_request_error"});
    }
    return reply;
}

}  // namespace holdline

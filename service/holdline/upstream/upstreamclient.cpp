// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/upstreamclient.h"

#include "service/holdline/upstream/startoutcome.h"
#include "service/httpclient/oncebody.h"
#include "service/httpclient/openpost.h"
#include "service/httpclient/pooledaccessmanager.h"

#include <QNetworkReply>

#include <utility>

namespace holdline {

UpstreamClient::UpstreamClient(QNetworkAccessManager *manager, const QUrl &url, const Limits &limits,
                               QObject *parent)
    : JobStarter(parent),
      m_manager(manager),
      m_request(url),
      m_limits(limits),
      m_deadlines([this](const Ticket &ticket) {
          Call &call = m_calls.at(ticket);
          call.timedOut = true;
          // The abort is queued, because abort() emits finished(), and a receiver may destroy this table.
          QMetaObject::invokeMethod(call.reply, &QNetworkReply::abort, Qt::QueuedConnection);
      })
{
    m_request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    m_request.setRawHeader("User-Agent", "holdline/" HOLDLINE_VERSION);
    // Setting this field by hand stops Qt's manager from decompressing bodies.
    m_request.setRawHeader("Accept-Encoding", "identity");
    m_request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    m_request.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
    m_request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    m_request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    m_request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    m_request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    m_request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
}

UpstreamClient::~UpstreamClient()
{
    for (auto &[ticket, call] : m_calls) {
        call.reply->disconnect(this);
        call.reply->abort();
        call.reply->deleteLater();
    }
}

void UpstreamClient::start(Ticket ticket, const StartCall &call)
{
    Q_ASSERT(!m_calls.contains(ticket));
    // Most bodies have the length of the previous one. Comparing lengths is cheaper than setting
    // Content-Length.
    if (call.body.size() != std::exchange(m_contentLength, call.body.size()))
        m_request.setHeader(QNetworkRequest::ContentLengthHeader, m_contentLength);
    QNetworkRequest request = m_request;
    if (!call.url.isEmpty()) {
        request.setUrl(QUrl::fromEncoded(call.url));
        if (call.readAnswer)
            request.setRawHeader("Content-Type", QByteArray());
    }
    if (!call.idempotencyKey.isEmpty())
        request.setRawHeader("Idempotency-Key", call.idempotencyKey);
    for (const auto &[name, value] : call.headers)
        request.setRawHeader(name, value);

    auto *body = new OnceBody(call.body, call.account);
    QNetworkReply *reply = call.method.isEmpty() || call.method == "POST"
                               ? openPost(*m_manager, request, body)
                               : openRequest(*m_manager, call.method, request, body);
    body->setParent(reply);
    // Qt's manager stops reading from the network above this size.
    reply->setReadBufferSize(m_limits.maxAnswerBytes + 1);
    connect(reply, &QNetworkReply::readyRead, this, [this, ticket] { checkSize(ticket); });
    connect(reply, &QNetworkReply::finished, this, [this, ticket] { end(ticket); });
    m_calls.emplace(ticket, Call{reply, body, m_limits.maxAnswerBytes, false, false, call.passThrough,
                                 call.readAnswer, call.readsEveryStatus});
    m_deadlines.setIn(ticket, call.timeout);
}

void UpstreamClient::checkSize(Ticket ticket)
{
    const auto found = m_calls.find(ticket);
    if (found == m_calls.end())
        return;
    Call &call = found->second;
    const std::int64_t announced = call.reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
    if (announced <= call.maxAnswerBytes && call.reply->bytesAvailable() <= call.maxAnswerBytes)
        return;
    call.tooLarge = true;
    call.reply->abort();
}

void UpstreamClient::end(Ticket ticket)
{
    const auto found = m_calls.find(ticket);
    if (found == m_calls.end())
        return;
    const Call call = found->second;
    m_calls.erase(found);
    m_deadlines.clear(ticket);

    QNetworkReply &reply = *call.reply;
    StartExchange exchange;
    exchange.error = reply.error();
    exchange.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    exchange.tooLarge = call.tooLarge;
    exchange.passThrough = call.passThrough;
    exchange.readsEveryStatus = call.readsEveryStatus;
    if (exchange.error != QNetworkReply::NoError) {
        exchange.errorText = reply.errorString();
        exchange.proxyStatus = reply.attribute(PooledAccessManager::ProxyStatusAttribute).toByteArray();
        const QVariant sent = reply.attribute(PooledAccessManager::RequestSentAttribute);
        exchange.sent = sent.isValid() ? sent.toBool() : call.body->wasRead();
        // An answer that was complete before the abort is valid.
        exchange.timedOut = call.timedOut && exchange.error == QNetworkReply::OperationCanceledError;
    }
    exchange.contentType = reply.rawHeader("Content-Type");
    exchange.retryAfter = reply.rawHeader("Retry-After");
    exchange.fields = reply.rawHeaderPairs();
    exchange.url = reply.url();
    // readAll() would allocate 16 KiB. Aborted replies of Qt's manager are closed and cannot be read.
    if (reply.isOpen() && reply.bytesAvailable() > 0)
        exchange.body = reply.read(reply.bytesAvailable());
    reply.deleteLater();
    // Only Retry-After needs the current time.
    const QDateTime now = exchange.retryAfter.isEmpty() ? QDateTime() : QDateTime::currentDateTimeUtc();
    Q_EMIT finished(ticket, startOutcome(exchange, now, m_limits.maxRetryAfter, call.readAnswer));
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/callbacksender.h"

#include "service/httpclient/oncebody.h"
#include "service/httpclient/openpost.h"

#include "core/json/jsontext.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxAnswerBytes = 64 * 1024;
constexpr std::chrono::milliseconds kMaxPause{5000};
// The receivers of callbacks choose the texts that are counted. At most this many texts get their own
// counter.
constexpr std::size_t kMaxAnswerKinds = 64;

/// Returns the outcome in an answer such as {"callback":"matched"}. Empty when it is not usable as a key of
/// the statistics.
QByteArray outcomeIn(const QByteArray &body)
{
    QByteArray outcome;
    const auto scanned = scanJson(body, [&outcome](const JsonMember &member) {
        if (member.key == QByteArrayView("\"callback\"") && member.type == JsonType::String)
            outcome = unescapeJson(member.value);
    });
    const bool fit = std::holds_alternative<JsonType>(scanned) && outcome.size() <= 24 &&
                     std::all_of(outcome.begin(), outcome.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return fit ? outcome : QByteArray();
}

QByteArray kindOf(QNetworkReply &reply, int status)
{
    if (status == 0) {
        const auto error = reply.error();
        const bool late =
            error == QNetworkReply::OperationCanceledError || error == QNetworkReply::TimeoutError;
        return late ? "timeout" : "connection_failed";
    }
    const QByteArray outcome =
        outcomeIn(reply.read(std::min<qint64>(reply.bytesAvailable(), kMaxAnswerBytes)));
    return outcome.isEmpty() ? QByteArray::number(status) : QByteArray::number(status) + ' ' + outcome;
}

}  // namespace

CallbackSender::CallbackSender(QNetworkAccessManager &manager, const Options &options, QObject *parent)
    : QObject(parent),
      m_manager(manager),
      m_options(options),
      m_random(options.seed),
      m_retries([this](Key key) {
          m_line.push_back(key);
          fill();
      })
{
    m_request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    m_request.setTransferTimeout(static_cast<int>(m_options.timeout.count()));
}

CallbackSender::~CallbackSender()
{
    for (const auto &[key, reply] : m_replies) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
}

void CallbackSender::send(Tag tag, const CallbackMessage &message)
{
    ++m_counters.made;
    const Key key = ++m_lastKey;
    m_callbacks.emplace(key, Callback{tag, message, 0});
    m_line.push_back(key);
    fill();
}

void CallbackSender::fill()
{
    while (!m_line.empty() && inFlight() < m_options.atOnce) {
        const Key key = m_line.front();
        m_line.pop_front();
        post(key, m_callbacks.at(key));
    }
}

void CallbackSender::post(Key key, const Callback &callback)
{
    const CallbackMessage &message = callback.message;
    QNetworkRequest request = m_request;
    request.setUrl(message.url);
    for (const auto &[name, value] : message.headers)
        request.setRawHeader(name, value);
    request.setHeader(QNetworkRequest::ContentLengthHeader, message.body.size());
    auto *body = new OnceBody(message.body);
    QNetworkReply *reply = message.method == "POST" ? openPost(m_manager, request, body)
                                                    : openRequest(m_manager, message.method, request, body);
    body->setParent(reply);
    reply->setReadBufferSize(kMaxAnswerBytes);
    m_replies.emplace(key, reply);
    connect(reply, &QNetworkReply::finished, this, [this, key, reply] { replied(key, *reply); });
}

void CallbackSender::replied(Key key, QNetworkReply &reply)
{
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QByteArray kind = kindOf(reply, status);
    const auto counted = m_counters.answers.find(kind);
    if (counted != m_counters.answers.end())
        ++counted->second;
    else
        ++m_counters.answers[m_counters.answers.size() < kMaxAnswerKinds ? kind : "other"];
    m_replies.erase(key);
    reply.deleteLater();

    Callback &callback = m_callbacks.at(key);
    if (status >= 200 && status < 300) {
        end(key, true);
    } else if ((status == 0 || status >= 500) && callback.failures < m_options.retries) {
        ++callback.failures;
        ++m_counters.retries;
        m_retries.setIn(key, pauseAfter(callback, reply));
    } else {
        end(key, false);
    }
    fill();
}

std::chrono::milliseconds CallbackSender::pauseAfter(const Callback &callback, const QNetworkReply &reply)
{
    const auto longest = std::min(m_options.backoff * (1 << std::min(callback.failures - 1, 10)), kMaxPause);
    // Half of the pause is random, so that callbacks that failed together do not retry together.
    const auto half = longest / 2;
    auto pause = half + std::chrono::milliseconds(m_random() % static_cast<std::uint64_t>(half.count() + 1));
    bool ok = false;
    const int seconds = reply.rawHeader("Retry-After").toInt(&ok);
    if (ok && seconds > 0)
        pause =
            std::max(pause, std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), kMaxPause));
    return pause;
}

void CallbackSender::end(Key key, bool delivered)
{
    ++(delivered ? m_counters.delivered : m_counters.givenUp);
    const Tag tag = m_callbacks.at(key).tag;
    m_callbacks.erase(key);
    Q_EMIT finished(tag);
}

}  // namespace holdline

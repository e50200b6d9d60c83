// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/recordedapi.h"

#include "tests/support/callbacksigning.h"
#include "tests/support/rawhttpclient.h"

#include <QJsonArray>
#include <QRegularExpression>

namespace holdline::test {

using namespace Qt::StringLiterals;

namespace {

QByteArray linesOf(const profile::HeaderFields &headers)
{
    QByteArray lines;
    for (const auto &[name, value] : headers)
        lines += name + ": " + value + "\r\n";
    return lines;
}

/// Returns the token of the callback URL in a start request, wherever the request has the URL.
QByteArray tokenIn(const ScriptedServer::Arrival &arrival)
{
    static const QRegularExpression kToken(u"/callback/([A-Za-z0-9_-]{35})"_s);
    QByteArray text =
        QByteArray::fromPercentEncoding(arrival.head) + QByteArray::fromPercentEncoding(arrival.body);
    text.replace("\\/", "/");
    auto match = kToken.match(QString::fromLatin1(text));
    if (!match.hasMatch()) {
        static const QRegularExpression kBase64(u"webhooks=([A-Za-z0-9+/=_-]+)"_s);
        const QString encoded = kBase64.match(QString::fromLatin1(text)).captured(1);
        match = kToken.match(QString::fromLatin1(QByteArray::fromBase64(encoded.toLatin1())));
    }
    return match.captured(1).toLatin1();
}

}  // namespace

RecordedApi::RecordedApi(const QString &name)
    : m_name(name), m_exchange(name), m_recordedId(record()["answer"_L1]["job"_L1].toString().toUtf8())
{
    m_server.setResponder([this](const ScriptedServer::Arrival &arrival) { return answer(arrival); });
    setAsk(askOf(u"progress"_s));
}

QJsonObject RecordedApi::askOf(const QString &outcome) const
{
    const QJsonArray asks = record()["asks"_L1].toArray();
    for (const QJsonValue ask : asks) {
        if (ask["outcome"_L1] == outcome)
            return ask.toObject();
    }
    return {};
}

QByteArray RecordedApi::request(const QByteArray &fields, const QByteArray &prefix) const
{
    const QJsonObject client = record()["client"_L1].toObject();
    const RecordedMessage message(client);
    QByteArray lines = fields;
    for (const auto &[name, value] : message.headers) {
        if (!fields.contains(name + ':'))
            lines += name + ": " + value + "\r\n";
    }
    return RawHttpClient::post(prefix + client["target"_L1].toString().toUtf8(), message.body, lines);
}

// Callbacks

QJsonObject RecordedApi::callbackOf(End end) const
{
    const QJsonArray callbacks = record()["callbacks"_L1].toArray();
    for (const QJsonValue callback : callbacks) {
        const bool isFull = callback["outcome"_L1] == (end == End::Completed ? u"completed"_s : u"failed"_s);
        const bool isThin =
            callback["mustAsk"_L1].toBool() &&
            callback["name"_L1].toString().startsWith(end == End::Completed ? u"success"_s : u"failure"_s);
        if (isFull || isThin)
            return callback.toObject();
    }
    return {};
}

std::vector<QJsonObject> RecordedApi::progress() const
{
    std::vector<QJsonObject> found;
    const QJsonArray callbacks = record()["callbacks"_L1].toArray();
    for (const QJsonValue callback : callbacks) {
        // This callback of dropbox-sign only tests the callback address and names no job.
        if (callback["outcome"_L1] == u"progress"_s && !callback["mustAsk"_L1].toBool() &&
            !(m_name == "dropbox-sign"_L1 && callback["job"_L1].toString().isEmpty()))
            found.push_back(callback.toObject());
    }
    return found;
}

std::vector<QJsonObject> RecordedApi::forged() const
{
    std::vector<QJsonObject> found;
    const QJsonArray callbacks = record()["callbacks"_L1].toArray();
    for (const QJsonValue callback : callbacks) {
        if (callback["forged"_L1].toBool())
            found.push_back(callback.toObject());
    }
    return found;
}

QJsonObject RecordedApi::clientAnswerTo(const QJsonObject &callback) const
{
    if (callback.contains("client"_L1))
        return callback["client"_L1].toObject();
    const bool isFailure = callback == callbackOf(End::Failed);
    return askOf(isFailure ? u"failed"_s : u"completed"_s)["client"_L1].toObject();
}

QByteArray RecordedApi::callback(int start, const QJsonObject &recorded, Key key) const
{
    const Start &job = m_starts.at(static_cast<std::size_t>(start));
    RecordedMessage message(recorded);
    message.body = about(job.id, message.body);
    for (auto &[name, value] : message.headers)
        value = about(job.id, value);
    QByteArray path = "/" + (job.token.isEmpty() ? m_name.toLatin1() : job.token);
    if (!message.suffix.isEmpty())
        path += '/' + message.suffix;
    if (key != Key::AsRecorded)
        signCallback(m_name, message, {m_exchange.secrets, kCallbackUrl + path, key == Key::Wrong});
    QByteArray target = "/callback" + path;
    if (!message.query.isEmpty())
        target += '?' + message.query;
    return RawHttpClient::post(target, message.body, linesOf(message.headers)).replace(0, 4, message.method);
}

bool RecordedApi::isSigned() const
{
    return signsCallbacks(m_name);
}

// The upstream's side

QByteArray RecordedApi::about(const QByteArray &id, QByteArray recorded) const
{
    if (!m_recordedId.isEmpty())
        recorded.replace(m_recordedId, id);
    return recorded.replace(m_exchange.upstream, url());
}

ScriptedServer::Script RecordedApi::answer(const ScriptedServer::Arrival &arrival)
{
    if (arrival.head.startsWith("GET /keys "))
        return {ScriptedServer::write(ScriptedServer::answer(200, publishedKeys()))};
    if (isRequest(arrival, record()["start"_L1].toObject())) {
        const QByteArray ours = arrival.field("X-Reference-Id");
        m_starts.push_back({ours.isEmpty() ? m_recordedId + '-' + QByteArray::number(m_starts.size()) : ours,
                            tokenIn(arrival), arrival.field("X-Request-Id")});
        return recordedAnswer(record()["answer"_L1].toObject(), m_starts.back().id, m_holdsStarts);
    }
    const QByteArray id = jobIn(arrival);
    if (!id.isEmpty() && isRequest(arrival, record()["cancel"_L1].toObject())) {
        m_cancels.append(arrival);
        return {ScriptedServer::write(ScriptedServer::answer(200, "{}"))};
    }
    const QJsonArray asks = record()["asks"_L1].toArray();
    const bool isQuestion = isRequest(arrival, asks.first()["request"_L1].toObject());
    const bool isForResult = std::any_of(asks.begin(), asks.end(), [&](const QJsonValue &ask) {
        return isRequest(arrival, ask["result"_L1].toObject());
    });
    if (id.isEmpty() || !(isQuestion || isForResult)) {
        m_strangers.append(arrival.head);
        return {ScriptedServer::write(ScriptedServer::answer(404, "{}"))};
    }
    m_asked += isQuestion ? 1 : 0;
    const QJsonObject found = m_ask[isQuestion ? "answer"_L1 : "resultAnswer"_L1].toObject();
    // The record has no such answer: a 503 says nothing about the job.
    return found.isEmpty() ? ScriptedServer::Script{ScriptedServer::write(ScriptedServer::answer(503, "{}"))}
                           : recordedAnswer(found, id, false);
}

ScriptedServer::Script RecordedApi::recordedAnswer(const QJsonObject &recorded, const QByteArray &id,
                                                   bool holds) const
{
    const RecordedMessage message(recorded);
    const QByteArray body = about(id, message.body);
    const auto last =
        ScriptedServer::write("HTTP/1.1 " + QByteArray::number(message.status) + " Recorded\r\n" +
                              about(id, linesOf(message.headers)) +
                              "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    return holds ? ScriptedServer::Script{ScriptedServer::hold(), last} : ScriptedServer::Script{last};
}

/// Returns whether the request has the method and path of the recorded request. The job's id may differ.
bool RecordedApi::isRequest(const ScriptedServer::Arrival &arrival, const QJsonObject &recorded) const
{
    if (recorded.isEmpty())
        return false;
    const QByteArray line = arrival.head.first(arrival.head.indexOf(" HTTP/"));
    const QByteArray url = recorded["url"_L1].toString().toUtf8().split('?').front();
    QString path = QRegularExpression::escape(QString::fromUtf8(url.sliced(m_exchange.upstream.size())));
    if (!m_recordedId.isEmpty())
        path.replace(QRegularExpression::escape(QString::fromUtf8(m_recordedId)), u"[A-Za-z0-9_-]+"_s);
    const QRegularExpression wanted(u"^%1 %2(\\?.*)?$"_s.arg(recorded["method"_L1].toString(), path));
    return wanted.match(QString::fromUtf8(line)).hasMatch();
}

QByteArray RecordedApi::jobIn(const ScriptedServer::Arrival &arrival) const
{
    const QByteArray text = arrival.head.first(arrival.head.indexOf('\r')) + arrival.body;
    QByteArray found;
    for (const Start &start : m_starts) {
        // Takes the longest id that occurs, because the id x-1 is also found in x-12.
        if (start.id.size() > found.size() && text.contains(start.id))
            found = start.id;
    }
    return found;
}

}  // namespace holdline::test

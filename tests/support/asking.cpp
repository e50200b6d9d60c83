// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/asking.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QRegularExpression>
#include <QTimer>

namespace holdline::test {

using namespace Qt::StringLiterals;

bool waitUntil(const std::function<bool()> &condition, std::chrono::milliseconds patience)
{
    const QDeadlineTimer end(patience);
    QTimer look;
    look.start(std::chrono::milliseconds(2));
    while (!condition()) {
        if (end.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}

RawAnswer ask(quint16 port, const QByteArray &request)
{
    RawHttpClient client(port);
    client.send(request);
    static_cast<void>(waitUntil([&] { return client.answerCount() > 0 || client.isClosed(); }));
    const auto answers = client.answers();
    return answers.empty() ? RawAnswer() : answers.front();
}

QByteArray startRequest(const QByteArray &account, const QByteArray &fields)
{
    return RawHttpClient::post("/start", R"({"account":")" + account + R"(","wait":true})", fields);
}

QByteArray result(const QByteArray &id, const QByteArray &state)
{
    return R"({"id":")" + id + R"(","state":")" + state +
           R"(","startedAt":"2015-06-29T15:34:16.850Z","proof":"078DC9F28BA8C890DAAFE65945AF7B15A0519671"})";
}

QUrl callbackOf(const ScriptedServer::Arrival &start)
{
    // A regular expression, because QJsonDocument rejects some valid request bodies, such as those with
    // 1e400.
    static const QRegularExpression member(u"\"callback\":\"([^\"]*)\""_s);
    return QUrl(member.match(QString::fromUtf8(start.body)).captured(1));
}

RawAnswer postCallback(const ScriptedServer::Arrival &start, const QByteArray &body)
{
    const QUrl url = callbackOf(start);
    return ask(static_cast<quint16>(url.port()), RawHttpClient::post(url.path().toLatin1(), body));
}

double metricIn(const QByteArray &text, const QByteArray &name)
{
    for (const QByteArray &line : text.split('\n')) {
        if (line.startsWith(name + ' '))
            return line.mid(name.size() + 1).toDouble();
    }
    return -1;
}

}  // namespace holdline::test

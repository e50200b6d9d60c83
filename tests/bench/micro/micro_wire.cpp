// SPDX-License-Identifier: GPL-3.0-or-later
// Measures codecs, request parser and responses, per message.
#include "core/httpvalues/fingerprint.h"
#include "core/profile/startcodec.h"
#include "service/http/requestparser.h"
#include "service/http/responseparser.h"
#include "service/http/responsewriter.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::http;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kStart =
    R"({"account":"example","wait":true,"priority":3,"parameters":{"lines":[1,2,3],"name":"Ärger"}})"_ba;
const QByteArray kCallbackUrl = "http://127.0.0.1:3738/callback/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"_ba;
/// A body of 200 bytes.
const QByteArray kKeyed =
    R"({"wait": true, "account": "example", "priority": 3, "parameters": {"name": "\u00c4rger", "lines": )"
    R"([1, 2.50, 3e10], "title": "Accounts of a year", "nested": {"b": null, "a": false}}, "note":"no hurry"})"_ba;
const QByteArray kCallback =
    R"({"id":"4499a6e0c2ef4b98","state":"completed","startedAt":"2015-06-29T15:34:16.850Z",)"
    R"("proof":"078DC9F28BA8C890DAAFE65945AF7B15A0519671"})"_ba;
const QByteArray kRequest =
    "POST /start HTTP/1.1\r\nHost: 127.0.0.1:3738\r\nUser-Agent: jobclient/0.1.0\r\n"
    "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n"
    "{\"account\":\"example\",\"wait\":true}\n"_ba;
const QByteArray kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Length: 43\r\n\r\n{\"state\":\"running\",\"id\":\"4499a6e0c2ef4b98\"}"_ba;

}  // namespace

class MicroWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parseStartRequest();
    void renderStartRequest();
    void fingerprintOfStart();
    void parseAnswerOfStart();
    void parseCallbackBody();
    void requestParser();
    void responseParser();
    void serialiseAnswer();
};

void MicroWire::parseStartRequest()
{
    std::variant<StartRequest, StartError> parsed;
    QBENCHMARK
    {
        parsed = parseStart(kStart);
    }
    QCOMPARE(std::get<StartRequest>(parsed).account, "example"_ba);
}

void MicroWire::renderStartRequest()
{
    const auto request = std::get<StartRequest>(parseStart(kStart));
    QByteArray body;
    QBENCHMARK
    {
        body = renderStart(request, kCallbackUrl);
    }
    QVERIFY(body.contains(kCallbackUrl));
}

void MicroWire::fingerprintOfStart()
{
    QCOMPARE(kKeyed.size(), 200);
    QByteArray print;
    QBENCHMARK
    {
        print = fingerprint("POST", "/start", kKeyed);
    }
    QCOMPARE(print.size(), 32);
}

void MicroWire::parseAnswerOfStart()
{
    std::variant<JobMessage, QString> parsed;
    QBENCHMARK
    {
        parsed = parseJobMessage("{\"state\":\"running\",\"id\":\"4499a6e0c2ef4b98\"}"_ba);
    }
    QCOMPARE(std::get<JobMessage>(parsed).id, "4499a6e0c2ef4b98"_ba);
}

void MicroWire::parseCallbackBody()
{
    std::variant<JobMessage, QString> parsed;
    QBENCHMARK
    {
        parsed = parseJobMessage(kCallback);
    }
    QVERIFY(std::get<JobMessage>(parsed).report == JobReport::Completed);
}

void MicroWire::requestParser()
{
    RequestParser parser(Limits{});
    Request request;
    QBENCHMARK
    {
        qsizetype pos = 0;
        auto status = RequestParser::Status::NeedMore;
        while (status != RequestParser::Status::Complete) {
            qsizetype consumed = 0;
            status = parser.feed(QByteArrayView(kRequest).sliced(pos), consumed);
            pos += consumed;
        }
        request = parser.takeRequest();
    }
    QCOMPARE(request.body.size(), 33);
}

void MicroWire::responseParser()
{
    ResponseParser parser;
    QByteArray body;
    QBENCHMARK
    {
        parser.begin();
        parser.feed(kAnswer);
        body = parser.takeBody();
    }
    QVERIFY(parser.state() == ResponseParser::State::Complete);
    QCOMPARE(body.size(), 43);
}

void MicroWire::serialiseAnswer()
{
    const Response response{
        200,
        {{"Content-Type", "application/json"},
         {"Holdline-Job", "4499a6e0c2ef4b984499a6e0c2ef4b98"},
         {"Server-Timing", "queue;dur=0.1, start;dur=0.5, job;dur=500.1, total;dur=500.8"}},
        kCallback,
        false};
    const Envelope envelope{"Sun, 06 Nov 1994 08:49:37 GMT", "4499a6e0c2ef4b98", false, false, false};
    QByteArray bytes;
    QBENCHMARK
    {
        bytes = serialise(response, envelope);
    }
    QVERIFY(bytes.endsWith(kCallback));
}

HOLDLINE_TEST(MicroWire)
#include "micro_wire.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that keep a waiting client's connection alive, and the body of the final response after them.
#include "core/json/jsontext.h"
#include "service/holdline/answers/keepaliveanswers.h"
#include "service/holdline/shards/keepalives.h"
#include "service/http/problemresponse.h"
#include "tests/support/fakeexchange.h"
#include "tests/support/suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

http::Response response(int status, const QByteArray &type, const QByteArray &body)
{
    http::Response response;
    response.status = status;
    if (!type.isEmpty())
        response.headers.append("Content-Type", type);
    response.body = body;
    return response;
}

QJsonObject told(const http::Response &response)
{
    return QJsonDocument::fromJson(keptAliveBody(response)).object();
}

struct World
{
    std::unique_ptr<Exchange> wrap(std::chrono::milliseconds interval)
    {
        auto exchange = std::make_unique<FakeExchange>(log);
        client = exchange.get();
        return keepAlives.wrap(std::move(exchange), interval);
    }

    std::shared_ptr<ExchangeLog> log = std::make_shared<ExchangeLog>();
    FakeExchange *client = nullptr;
    KeepAlives keepAlives;
};

}  // namespace

class TestKeepAlives : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answerBeforeTheFirstIntervalIsUnchanged()
    {
        World world;
        auto exchange = world.wrap(1h);
        QCOMPARE(world.keepAlives.count(), 1);
        exchange->answer(response(422, "text/plain", "no"));
        QCOMPARE(world.log->status(), 422);
        QCOMPARE(world.log->body(), "no");
        QVERIFY(!world.log->streaming);
        QVERIFY(!exchange->isOpen());
        QCOMPARE(world.keepAlives.count(), 0);
        exchange->answer(response(200, "text/plain", "again"));
        QCOMPARE(world.log->answers.size(), 1U);
    }

    void spacesUntilTheAnswer()
    {
        World world;
        auto exchange = world.wrap(10ms);
        QVERIFY(world.log->answers.empty());
        QTRY_COMPARE(world.log->status(), 200);
        QCOMPARE(world.log->answers.front().headers.value("Content-Type"), "application/json");
        QTRY_VERIFY(world.log->body().size() >= 3);
        exchange->answer(response(200, "application/json", R"({"a":1})"));
        QVERIFY(world.log->ended);
        const QByteArray body = world.log->body();
        QCOMPARE(body.trimmed(), R"({"a":1})");
        QCOMPARE(body.count(' '), body.size() - 7);
        QTest::qWait(50);
        QCOMPARE(world.log->body(), body);
        QCOMPARE(world.log->answers.size(), 1U);
    }

    void clientThatLeaves()
    {
        for (const bool begun : {false, true}) {
            World world;
            auto exchange = world.wrap(begun ? 5ms : 1h);
            QSignalSpy gone(exchange.get(), &Exchange::clientGone);
            if (begun)
                QTRY_VERIFY(world.log->streaming);
            world.client->leave();
            QCOMPARE(gone.count(), 1);
            QVERIFY(!exchange->isOpen());
            exchange->answer(response(200, "application/json", "1"));
            QTest::qWait(20);
            QCOMPARE(gone.count(), 1);
            QCOMPARE(world.keepAlives.count(), 0);
            QVERIFY(!world.log->ended);
        }
    }

    /// A failed write shows that a client has gone.
    void clientThatIsFoundGone()
    {
        World world;
        auto exchange = world.wrap(5ms);
        QSignalSpy gone(exchange.get(), &Exchange::clientGone);
        QTRY_VERIFY(world.log->streaming);
        world.log->gone = true;
        QTRY_COMPARE(gone.count(), 1);
        QCOMPARE(world.keepAlives.count(), 0);
    }

    void droppedExchange()
    {
        World world;
        auto exchange = world.wrap(5ms);
        QTRY_VERIFY(world.log->streaming);
        exchange.reset();
        QVERIFY(world.log->ended);
        QCOMPARE(QJsonDocument::fromJson(world.log->body()).object()[u"status"_s].toInt(), 500);
        QCOMPARE(world.keepAlives.count(), 0);
    }

    void exchangeOutlivesItsTimer()
    {
        auto log = std::make_shared<ExchangeLog>();
        std::unique_ptr<Exchange> exchange;
        {
            KeepAlives keepAlives;
            exchange = keepAlives.wrap(std::make_unique<FakeExchange>(log), 5ms);
            QTRY_VERIFY(log->streaming);
        }
        QTest::qWait(20);
        exchange->answer(response(200, "application/json", "1"));
        QVERIFY(log->ended);
        QVERIFY(log->body().endsWith('1'));
    }

    void bodyOfASuccess()
    {
        QCOMPARE(keptAliveBody(response(200, "application/json; charset=utf-8", "[1e400]")), "[1e400]");
        QCOMPARE(keptAliveBody(response(201, "application/ld+json", "{}")), "{}");
        QCOMPARE(keptAliveBody(response(200, "application/json", "\xEF\xBB\xBF{}")), "{}");
    }

    void bodyOfAProblem()
    {
        const http::Response problem =
            http::problemResponse({Reason::CallbackTimeout, u"It did not come."_s, "j1", {}});
        const QJsonObject object = told(problem);
        QCOMPARE(object[u"status"_s].toInt(), 504);
        QCOMPARE(object[u"code"_s].toString(), u"callback_timeout"_s);
        QCOMPARE(object[u"job"_s].toString(), u"j1"_s);
        QCOMPARE(keptAliveBody(problem), problem.body);
        // An upstream's own problem without a status, and a problem body that is not JSON.
        const http::Response bare = response(409, "application/problem+json", R"({"title":"Twice"})");
        QCOMPARE(told(bare)[u"status"_s].toInt(), 409);
        QCOMPARE(told(bare)[u"body"_s][u"title"_s].toString(), u"Twice"_s);
        QCOMPARE(told(response(409, "application/problem+json", "no"))[u"status"_s].toInt(), 409);
    }

    void bodyOfOtherAnswers()
    {
        QJsonObject object = told(response(422, "application/json", R"( {"error":"no"} )"));
        QCOMPARE(object[u"status"_s].toInt(), 422);
        QCOMPARE(object[u"type"_s].toString(), u"about:blank"_s);
        QVERIFY(!object[u"title"_s].toString().isEmpty());
        QCOMPARE(object[u"body"_s].toObject()[u"error"_s].toString(), u"no"_s);

        object = told(response(400, "application/json", "not \"JSON\""));
        QCOMPARE(object[u"body"_s].toString(), u"not \"JSON\""_s);
        object = told(response(500, "text/html", "<p>no"));
        QCOMPARE(object[u"content_type"_s].toString(), u"text/html"_s);
        QCOMPARE(object[u"body"_s].toString(), u"<p>no"_s);
        object = told(response(503, {}, {}));
        QCOMPARE(object[u"status"_s].toInt(), 503);
        QVERIFY(!object.contains(u"body"_s));

        // A 2xx response that is not JSON keeps all its data.
        object = told(response(200, "text/plain", "done"));
        QCOMPARE(object[u"status"_s].toInt(), 200);
        QCOMPARE(object[u"body"_s].toString(), u"done"_s);
        object = told(response(200, "image/png", "\x89PNG\xFF"));
        QCOMPARE(QByteArray::fromBase64(object[u"body_base64"_s].toString().toLatin1()), "\x89PNG\xFF");
        http::Response coded = response(400, "application/json", "{}");
        coded.headers.append("Content-Encoding", "gzip");
        object = told(coded);
        QCOMPARE(QByteArray::fromBase64(object[u"body_base64"_s].toString().toLatin1()), "{}");
    }

    /// The body is valid JSON for every response, even after leading spaces.
    void everyBodyIsJson()
    {
        for (const int status : {200, 204, 304, 400, 429, 500, 599}) {
            for (const char *type : {"", "application/json", "text/plain", "image/png", "\xFF"}) {
                for (const char *body : {"", "{}", "{", "\"", "\xFF", "\x01", "text"}) {
                    if (status / 100 == 2 && QByteArray(type) == "application/json" && *body != '\0')
                        continue;  // passed on unchanged
                    const QByteArray text = "  " + keptAliveBody(response(status, type, body));
                    QVERIFY2(std::holds_alternative<JsonType>(scanJson(text)), text.constData());
                }
            }
        }
    }
};

HOLDLINE_TEST(TestKeepAlives)
#include "tst_keepalives.moc"

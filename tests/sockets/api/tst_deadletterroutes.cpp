// SPDX-License-Identifier: GPL-3.0-or-later
// /v1/dead-letters of the admin listener, over a real connection and with a fake store.
#include "service/holdline/deadletters/deadletterservice.h"
#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/routes/deadletterroutes.h"
#include "tests/support/asking.h"
#include "tests/support/fakejobstore.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Kind = DeadLetter::Kind;

namespace {

struct Listener
{
    FakeJobStore store;
    http::Response answer{200, {}, R"({"callback":"late"})", false};
    DeadLetterService deadLetters{
        store,
        {[this](const http::Request &, std::unique_ptr<Exchange> exchange) { exchange->answer(answer); },
         [this](const http::Request &, std::unique_ptr<Exchange> exchange) { exchange->answer(answer); },
         "http://main:1"}};
    HttpServer server{http::Limits{}};

    Listener()
    {
        addDeadLetterRoutes(server, deadLetters);
        if (!server.listener().listen(QHostAddress::LocalHost, 0))
            qFatal("cannot listen");
        for (int i = 1; i <= 3; ++i) {
            DeadLetter one;
            one.id = "l" + QByteArray::number(i);
            one.kind = i == 3 ? Kind::Job : Kind::Callback;
            one.reason = i == 3 ? Reason::StartUnknown : Reason::CallbackUnknown;
            one.at = WallTime(std::chrono::seconds(1'700'000'000 + i));
            one.token = i == 3 ? "" : "S3CRET";
            one.peer = "127.0.0.1:9";
            one.contentType = "application/json";
            one.body = i == 2 ? QByteArray("\x00\xFF\x01", 3) : QByteArray(R"({"state":"completed"})");
            one.bytes = one.body.size();
            store.deadLetters.insert_or_assign(one.id, one);
        }
    }
    RawAnswer send(const QByteArray &method, const QByteArray &target)
    {
        return ask(server.listener().port(),
                   method + ' ' + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    }
    QJsonObject json(const QByteArray &target)
    {
        return QJsonDocument::fromJson(send("GET", target).body).object();
    }
    QStringList ids(const QByteArray &query = {})
    {
        QStringList all;
        for (const auto &one : json("/v1/dead-letters" + query).value("dead_letters"_L1).toArray())
            all.append(one.toObject().value("id"_L1).toString());
        return all;
    }
};

QString code(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object().value("code"_L1).toString();
}

}  // namespace

class TestDeadLetterRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listIsNewestFirstAndHasNoBodies()
    {
        Listener listener;
        QCOMPARE(listener.ids(), (QStringList{u"l3"_s, u"l2"_s, u"l1"_s}));
        QCOMPARE(listener.ids("?kind=callback"), (QStringList{u"l2"_s, u"l1"_s}));
        QCOMPARE(listener.ids("?kind=job"), QStringList{u"l3"_s});
        QCOMPARE(listener.ids("?limit=1"), QStringList{u"l3"_s});
        const QJsonObject first = listener.json("/v1/dead-letters").value("dead_letters"_L1)[0].toObject();
        QCOMPARE(first.value("kind"_L1).toString(), u"job"_s);
        QCOMPARE(first.value("reason"_L1).toString(), u"start_unknown"_s);
        QCOMPARE(first.value("at"_L1).toString(), u"2023-11-14T22:13:23.000Z"_s);
        QVERIFY(!first.contains("body"_L1));
        QCOMPARE(first.value("bytes"_L1).toInt(), 21);
    }

    /// When the store cannot be read, its dead letters are unknown, so no request may be answered with 404.
    void aStoreThatCannotBeRead()
    {
        Listener listener;
        listener.store.deadLetters.clear();
        listener.store.setUnavailable(u"reading failed"_s);
        const QList<std::pair<QByteArray, QByteArray>> requests{{"GET", "/v1/dead-letters"},
                                                                {"GET", "/v1/dead-letters/l1"},
                                                                {"DELETE", "/v1/dead-letters/l1"},
                                                                {"POST", "/v1/dead-letters/l1/redrive"}};
        for (const auto &[method, target] : requests) {
            const RawAnswer answer = listener.send(method, target);
            QCOMPARE(answer.status, 503);
            QCOMPARE(code(answer), u"store_unavailable"_s);
        }
        listener.store.setUnavailable({});
        QCOMPARE(listener.send("GET", "/v1/dead-letters/l1").status, 404);
        QCOMPARE(listener.ids(), QStringList());
    }

    void wrongQuestionsAreToldSo_data()
    {
        QTest::addColumn<QByteArray>("query");
        for (const char *query : {"?kind=other", "?limit=0", "?limit=1001", "?limit=x", "?kind="})
            QTest::newRow(query) << QByteArray(query);
    }
    void wrongQuestionsAreToldSo()
    {
        QFETCH(QByteArray, query);
        Listener listener;
        const RawAnswer answer = listener.send("GET", "/v1/dead-letters" + query);
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.headers.value("Content-Type"), "application/problem+json");
        QCOMPARE(code(answer), u"bad_request"_s);
    }

    void oneIsShownWholeButForItsToken()
    {
        Listener listener;
        const QJsonObject text = listener.json("/v1/dead-letters/l1");
        QCOMPARE(text.value("body"_L1).toString(), uR"({"state":"completed"})"_s);
        const QJsonObject bytes = listener.json("/v1/dead-letters/l2");
        QCOMPARE(QByteArray::fromBase64(bytes.value("body_base64"_L1).toString().toLatin1()),
                 QByteArray("\x00\xFF\x01", 3));
        QVERIFY(!bytes.contains("body"_L1));
        for (const char *target : {"/v1/dead-letters", "/v1/dead-letters/l1", "/v1/dead-letters/l2"})
            QVERIFY2(!listener.send("GET", target).body.contains("S3CRET"), target);
        QCOMPARE(code(listener.send("GET", "/v1/dead-letters/none")), u"not_found"_s);
    }

    void redriveAnswersWithWhatItCameTo()
    {
        Listener listener;
        const RawAnswer late = listener.send("POST", "/v1/dead-letters/l1/redrive");
        QCOMPARE(late.status, 200);
        const QJsonObject object = QJsonDocument::fromJson(late.body).object();
        QCOMPARE(object.value("callback"_L1).toString(), u"late"_s);
        QCOMPARE(object.value("removed"_L1).toBool(), true);
        QCOMPARE(listener.send("POST", "/v1/dead-letters/l1/redrive").status, 404);

        listener.answer = {
            202, {{"Location", "http://h/v1/jobs/j9"}, {"Holdline-Job", "j9"}}, R"({"id":"j9"})", false};
        const RawAnswer started = listener.send("POST", "/v1/dead-letters/l3/redrive");
        QCOMPARE(started.status, 202);
        QCOMPARE(started.headers.value("Location"), "http://h/v1/jobs/j9");
        QCOMPARE(QJsonDocument::fromJson(started.body).object().value("job"_L1).toString(), u"j9"_s);
    }

    void aRefusalIsPassedOn()
    {
        Listener listener;
        listener.answer = {404, {}, R"({"code":"callback_unknown"})", false};
        const RawAnswer answer = listener.send("POST", "/v1/dead-letters/l1/redrive");
        QCOMPARE(answer.status, 404);
        QCOMPARE(code(answer), u"callback_unknown"_s);
        QCOMPARE(listener.json("/v1/dead-letters/l1").value("redriven"_L1).toInt(), 1);
        listener.store.deadLetters.at("l1").cut = true;
        QCOMPARE(listener.send("POST", "/v1/dead-letters/l1/redrive").status, 413);
    }

    /// Each error about a wrong query names the wrong parameter.
    void wrongRedriveQueriesNameTheParameter()
    {
        const QList<std::pair<QByteArray, QByteArray>> queries{
            {"", "kind is missing"},
            {"?limit=5", "kind is missing"},
            {"?kind=job&limit=0", "limit must be"},
            {"?kind=other", "kind must be"},
        };
        Listener listener;
        for (const auto &[query, words] : queries) {
            const RawAnswer answer = listener.send("POST", "/v1/dead-letters/redrive" + query);
            QCOMPARE(answer.status, 400);
            QVERIFY2(answer.body.contains(words), answer.body.constData());
        }
        QCOMPARE(listener.ids().size(), 3);
    }

    void allOfAKindAreDriven()
    {
        Listener listener;
        QCOMPARE(listener.send("POST", "/v1/dead-letters/redrive").status, 400);
        const RawAnswer answer = listener.send("POST", "/v1/dead-letters/redrive?kind=callback");
        QCOMPARE(answer.status, 200);
        const QJsonObject object = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(object.value("removed"_L1).toInt(), 2);
        QCOMPARE(object.value("redriven"_L1).toArray().size(), 2);
        QCOMPARE(listener.ids(), QStringList{u"l3"_s});
    }

    void lettersAreThrownAway()
    {
        Listener listener;
        QCOMPARE(listener.send("DELETE", "/v1/dead-letters/l1").status, 204);
        QCOMPARE(listener.send("DELETE", "/v1/dead-letters/l1").status, 404);
        listener.store.failNext(1, u"disk full"_s);
        const RawAnswer answer = listener.send("DELETE", "/v1/dead-letters/l2");
        QCOMPARE(answer.status, 503);
        QCOMPARE(code(answer), u"store_unavailable"_s);
        QCOMPARE(listener.send("PUT", "/v1/dead-letters/l2").status, 405);
    }
};

HOLDLINE_TEST(TestDeadLetterRoutes)
#include "tst_deadletterroutes.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service passes a response of the upstream on, with the header fields that its status and body
// need. The stored response has these fields after a restart too.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

/// Returns all values of a header field, one per line.
QByteArray valuesOf(const RawAnswer &answer, const QByteArray &name)
{
    QByteArrayList values;
    for (const auto &[field, value] : answer.headers) {
        if (http::equalsIgnoreCase(field, name))
            values.append(value);
    }
    return values.join('\n');
}

ScriptedServer::Script answering(int status, const QByteArray &fields, const QByteArray &body = "refused")
{
    return {ScriptedServer::write(ScriptedServer::answer(status, body, fields))};
}

QByteArray passThrough(const QByteArray &fields = {})
{
    return RawHttpClient::post(
        "/start", R"({"account":"acme","wait":false,"callback":"http://127.0.0.1:9/cb"})", fields);
}

}  // namespace

class TestPassedOnFields : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusals_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("values");  // one value per line
        const auto row = [](const char *title, int status, const char *fields, const char *name,
                            const char *values) {
            QTest::newRow(title) << status << QByteArray(fields) << QByteArray(name) << QByteArray(values);
        };
        row("401", 401, "WWW-Authenticate: Bearer realm=\"x\"\r\n", "WWW-Authenticate", "Bearer realm=\"x\"");
        row("401 with several", 401,
            "WWW-Authenticate: Basic realm=\"a, b\"\r\nwww-authenticate: Bearer realm=\"x\", error=\"y\"\r\n",
            "WWW-Authenticate", "Basic realm=\"a, b\"\nBearer realm=\"x\", error=\"y\"");
        row("407", 407, "Proxy-Authenticate: Basic realm=\"p\"\r\n", "Proxy-Authenticate",
            "Basic realm=\"p\"");
        row("405", 405, "Allow: GET, PUT\r\n", "Allow", "GET, PUT");
        row("413", 413, "Retry-After: 7\r\n", "Retry-After", "7");
        row("a long time", 413, "Retry-After: 3600\r\n", "Retry-After", "60");
        row("415", 415, "Accept-Encoding: gzip\r\n", "Accept-Encoding", "gzip");
        row("426", 426, "Upgrade: TLS/1.2\r\nConnection: Upgrade\r\n", "Upgrade", "TLS/1.2");
        row("a coded body", 422, "Content-Encoding: gzip\r\n", "Content-Encoding", "gzip");
        row("a language", 403, "Content-Language: de\r\n", "Content-Language", "de");
        row("a location", 404, "Location: /other\r\n", "Location", "");
        row("a cookie", 401, "Set-Cookie: a=b\r\n", "Set-Cookie", "");
        row("of the connection", 400, "Keep-Alive: timeout=5\r\n", "Keep-Alive", "");
        row("named by the connection", 400, "Connection: X-Hop\r\nX-Hop: 1\r\n", "X-Hop", "");
    }
    void refusals()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, values);
        ScriptedServer upstream;
        upstream.setDefault(answering(status, fields, "refused"));
        WholeService service(upstream.url());
        for (const QByteArray &request : {startRequest("acme"), passThrough()}) {
            const RawAnswer answer = ask(service.port(), request);
            QCOMPARE(answer.status, status);
            QCOMPARE(answer.body, "refused"_ba);
            QCOMPARE(valuesOf(answer, name), values);
            QVERIFY(!answer.headers.contains("Keep-Alive") && !answer.headers.contains("Server"));
            // RFC 9110, section 7.8.
            QCOMPARE(http::equalsIgnoreCase(answer.headers.value("Connection"), "Upgrade"), status == 426);
        }
    }

    /// With a key, the response is stored with these header fields.
    void storedAnswersHaveThem()
    {
        const QTemporaryDir folder;
        Config config = WholeService::quietConfig();
        config.store.path = folder.filePath(u"holdline.db"_s);
        ScriptedServer upstream;
        const QByteArray fields =
            "WWW-Authenticate: Basic realm=\"a\"\r\nWWW-Authenticate: Bearer realm=\"b\"\r\n"
            "Content-Encoding: gzip\r\nRetry-After: 600\r\n";
        upstream.setDefault(answering(401, fields, "\x1f\x8b bytes"));
        const QByteArray request = startRequest("acme", "Idempotency-Key: \"k\"\r\n");
        QByteArray job;
        const auto check = [&](const RawAnswer &answer) {
            QCOMPARE(answer.status, 401);
            QCOMPARE(answer.body, "\x1f\x8b bytes"_ba);
            QCOMPARE(valuesOf(answer, "WWW-Authenticate"), "Basic realm=\"a\"\nBearer realm=\"b\""_ba);
            QCOMPARE(valuesOf(answer, "Content-Encoding"), "gzip"_ba);
            QCOMPARE(valuesOf(answer, "Retry-After"), "60"_ba);
            job = answer.headers.value("Holdline-Job");
        };
        {
            const WholeService service(upstream.url(), config);
            check(ask(service.port(), request));
            check(ask(service.port(), request));
        }
        for (int run = 0; run < 2; ++run) {
            const WholeService service(upstream.url(), config);
            const RawAnswer replayed = ask(service.port(), request);
            check(replayed);
            QCOMPARE(replayed.headers.value("Idempotent-Replayed"), "true"_ba);
            check(ask(service.port(), RawHttpClient::get("/v1/jobs/" + job + "/result")));
        }
        QCOMPARE(upstream.arrivalCount(), 1);
    }

    void passedThroughSuccess()
    {
        ScriptedServer upstream;
        const QByteArray body = R"({"state":"running","id":"4499a6e0c2ef4b98"})";
        upstream.setDefault(answering(
            201, "Location: jobs/1\r\nContent-Language: en\r\nRetry-After: 2\r\nSet-Cookie: a=b\r\n", body));
        WholeService service(upstream.url());
        for (const QByteArray &fields : {""_ba, "Idempotency-Key: \"k\"\r\n"_ba}) {
            const RawAnswer answer = ask(service.port(), passThrough(fields));
            QCOMPARE(answer.status, 201);
            QCOMPARE(answer.body, body);
            QCOMPARE(valuesOf(answer, "Location"), upstream.url(u"/jobs/1"_s).toEncoded());
            QCOMPARE(valuesOf(answer, "Content-Language"), "en"_ba);
            QCOMPARE(valuesOf(answer, "Retry-After"), "2"_ba);
            QVERIFY(!answer.headers.contains("Set-Cookie"));
        }
    }

    /// Header fields of the start request's response are not sent with the body of the callback.
    void resultsHaveNone()
    {
        ScriptedServer upstream;
        upstream.setDefault(answering(
            200, "Content-Language: en\r\nWWW-Authenticate: Basic realm=\"a\"\r\nRetry-After: 2\r\n",
            R"({"state":"running","id":"4499a6e0c2ef4b98"})"));
        WholeService service(upstream.url());
        for (const QByteArray &fields : {""_ba, "Idempotency-Key: \"k\"\r\n"_ba}) {
            RawHttpClient client(service.port());
            client.send(startRequest("acme", fields));
            QTRY_COMPARE(upstream.arrivalCount(), fields.isEmpty() ? 1 : 2);
            QCOMPARE(postCallback(upstream.arrivals().last()).status, 200);
            QTRY_COMPARE(client.status(), 200);
            const RawAnswer answer = client.answers().front();
            QCOMPARE(answer.body, result());
            for (const char *name : {"Content-Language", "WWW-Authenticate", "Retry-After"})
                QVERIFY2(!answer.headers.contains(name), name);
            if (fields.isEmpty())
                continue;
            const RawAnswer replayed = ask(service.port(), startRequest("acme", fields));
            QVERIFY(!replayed.headers.contains("Content-Language"));
        }
    }

    void bounded()
    {
        ScriptedServer upstream;
        QByteArray fields;
        for (int i = 0; i < 60; ++i)
            fields += "WWW-Authenticate: Scheme" + QByteArray::number(i) + " realm=\"x\"\r\n";
        upstream.setDefault(answering(401, fields));
        WholeService service(upstream.url());
        const RawAnswer answer = ask(service.port(), startRequest("acme"));
        QCOMPARE(answer.status, 401);
        QCOMPARE(valuesOf(answer, "WWW-Authenticate").count('\n') + 1, 16);
    }
};

HOLDLINE_TEST(TestPassedOnFields)
#include "tst_passedonfields.moc"

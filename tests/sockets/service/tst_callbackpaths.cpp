// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service: callbacks arrive at the URL that was sent to the upstream, whatever its path is, and at
// equivalent paths.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

/// A service with one job that waits for its callback.
class WaitingJob
{
public:
    explicit WaitingJob(const QString &callbackUrl)
    {
        Config config = WholeService::quietConfig();
        config.server.callbackUrl = QUrl(callbackUrl);
        m_service = std::make_unique<WholeService>(m_upstream.url(), config);
        m_client = std::make_unique<RawHttpClient>(m_service->port());
        m_client->send(startRequest("acme"));
        QTRY_COMPARE(m_upstream.arrivalCount(), 1);
        told = callbackOf(m_upstream.arrivals().first()).toEncoded();
        token = told.sliced(told.lastIndexOf('/') + 1);
    }

    RawAnswer post(const QByteArray &target, const QByteArray &fields = {})
    {
        return ask(m_service->port(), RawHttpClient::post(target, result(), fields));
    }
    RawAnswer get(const QByteArray &target) { return ask(m_service->port(), RawHttpClient::get(target)); }
    bool isAnswered()
    {
        return QTest::qWaitFor([this] { return m_client->status() == 200; }) &&
               m_client->answers().front().body == result();
    }

    QByteArray told;
    QByteArray token;

private:
    ScriptedServer m_upstream;
    std::unique_ptr<WholeService> m_service;
    std::unique_ptr<RawHttpClient> m_client;
};

QString codeOf(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body)[u"code"_s].toString();
}

}  // namespace

class TestCallbackPaths : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPathWorks_data()
    {
        QTest::addColumn<QString>("path");
        for (const char *path : {"",
                                 "/",
                                 "/callback",
                                 "/cb/",
                                 "/cb//",
                                 "/a+b",
                                 "/a.b*c",
                                 "/(a",
                                 "/$x$",
                                 "/%5Ba-z%5D",
                                 "/a%20b",
                                 "/a%2Fb",
                                 "/%C3%A4",
                                 "/%41",
                                 "/a//b",
                                 "/a/../b",
                                 "/one/two/three/four/five/six/seven",
                                 "/start",
                                 "/v1",
                                 "/v1/jobs",
                                 "/v1/jobs/x",
                                 "/x/v1",
                                 "/openapi.json",
                                 "/_",
                                 "/%25",
                                 "/;v=1,2",
                                 "/@:&=~!'"})
            QTest::addRow("\"%s\"", path) << QString::fromLatin1(path);
    }
    void everyPathWorks()
    {
        QFETCH(QString, path);
        const QByteArray origin = "http://callbacks.example:1";
        WaitingJob job(QString::fromLatin1(origin) + path);
        QVERIFY2(job.told.startsWith(origin + '/'), job.told.constData());
        const QByteArray target = job.told.sliced(origin.size());
        const QByteArray other = target.first(target.lastIndexOf('/') + 1) + "test";
        QCOMPARE(codeOf(job.post(other)), u"unknown"_s);
        QCOMPARE(job.post(target).body, R"({"callback":"matched"})"_ba);
        QVERIFY(job.isAnswered());
        // A callback path must not hide Holdline's other routes.
        QCOMPARE(job.get("/v1/jobs").status, 400);
        QCOMPARE(job.get("/v1/jobs?idempotency_key=k").status, 200);
        for (const char *missing : {"/v1/jobs/00aa", "/v1/jobs/00aa/result", "/v1/jobs/00aa/events"})
            QVERIFY2(job.get(missing).body.contains("There is no such job"), missing);
        QCOMPARE(job.get("/openapi.json").status, 200);
        QCOMPARE(codeOf(job.post("/start")), u"missing_account"_s);
    }

    void equivalentAddresses_data()
    {
        QTest::addColumn<bool>("isEscaped");
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("slash") << false << "/a+b/"_ba
                               << "/"_ba;
        QTest::newRow("escaped token") << true << "/a+b/"_ba
                                       << ""_ba;
        QTest::newRow("escaped token and slash") << true << "/a+b/"_ba
                                                 << "/"_ba;
        QTest::newRow("escaped path") << false << "/%61+%62/"_ba
                                      << ""_ba;
        QTest::newRow("usual path") << false << "/c%61llback/"_ba
                                    << "/?x=1"_ba;
        QTest::newRow("stripped path") << false << "/"_ba
                                       << ""_ba;
        QTest::newRow("stripped path, escaped token") << true << "/"_ba
                                                      << "/"_ba;
    }
    void equivalentAddresses()
    {
        QFETCH(bool, isEscaped);
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        WaitingJob job(u"http://callbacks.example/a+b/"_s);
        QByteArray token = job.token;
        if (isEscaped) {
            token.clear();
            for (const char c : job.token)
                token += '%' + QByteArray(1, c).toHex();
        }
        QCOMPARE(job.post(before + token + after).body, R"({"callback":"matched"})"_ba);
        QVERIFY(job.isAnswered());
    }

    /// Callbacks at other paths are not accepted.
    void otherAddresses_data()
    {
        QTest::addColumn<QByteArray>("target");  // contains TOKEN
        QTest::addColumn<QString>("code");
        const auto row = [](const char *target, const char *code) {
            QTest::newRow(target) << QByteArray(target) << QString::fromLatin1(code);
        };
        row("/in/a%2Bb/TOKEN", "not_found");
        row("/in/aab/TOKEN", "not_found");
        row("/in/ab/TOKEN", "not_found");
        row("/in%2Fa+b/TOKEN", "not_found");
        row("/in/a+b%2FTOKEN", "not_found");
        row("/in/a+b/TOKEN//", "not_found");
        row("/in/a+b//TOKEN", "not_found");
        row("/in/x/../a+b/TOKEN", "not_found");
        row("/other/TOKEN", "not_found");
        row("/a+b/short", "not_found");
        row("/short", "not_found");
        row("/in/a+b/%2554OKEN", "unknown");
        row("/callback/short", "unknown");
    }
    void otherAddresses()
    {
        QFETCH(QByteArray, target);
        QFETCH(QString, code);
        WaitingJob job(u"http://callbacks.example/in/a+b"_s);
        const RawAnswer answer = job.post(QByteArray(target).replace("TOKEN", job.token));
        QCOMPARE(answer.status, 404);
        QCOMPARE(codeOf(answer), code);
        QCOMPARE(job.post("/a+b/" + job.token).body, R"({"callback":"matched"})"_ba);
        QVERIFY(job.isAnswered());
    }

    /// Bodies with a content coding are refused, and the job still waits (RFC 9110, sections 8.4 and
    /// 15.5.16).
    void contentCodings_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<int>("status");
        const auto row = [](const char *name, const char *fields, int status) {
            QTest::newRow(name) << QByteArray(fields) << status;
        };
        row("gzip", "Content-Encoding: gzip\r\n", 415);
        row("case", "content-encoding: GZip\r\n", 415);
        row("unknown", "Content-Encoding: br\r\n", 415);
        row("several", "Content-Encoding: gzip, deflate\r\n", 415);
        row("several fields", "Content-Encoding: identity\r\nContent-Encoding: x-gzip\r\n", 415);
        row("identity and another", "Content-Encoding: identity, gzip\r\n", 415);
        row("identity", "Content-Encoding: identity\r\n", 200);
        row("identity in other case", "Content-Encoding: IDENTITY , identity\r\n", 200);
        row("empty", "Content-Encoding:\r\n", 200);
        row("empty elements", "Content-Encoding: , ,\r\n", 200);
    }
    void contentCodings()
    {
        QFETCH(QByteArray, fields);
        QFETCH(int, status);
        WaitingJob job(QString{});
        const RawAnswer answer = job.post("/callback/" + job.token, fields);
        QCOMPARE(answer.status, status);
        if (status == 415) {
            QCOMPARE(codeOf(answer), u"unsupported_encoding"_s);
            QCOMPARE(answer.headers.value("Accept-Encoding"), "identity"_ba);
            QCOMPARE(answer.headers.value("Content-Type"), "application/problem+json"_ba);
            QVERIFY(answer.body.contains("Content-Encoding"));
            QCOMPARE(job.post("/callback/" + job.token).body, R"({"callback":"matched"})"_ba);
        }
        QVERIFY(job.isAnswered());
    }

    void contentCodingsOfStarts_data() { contentCodings_data(); }
    void contentCodingsOfStarts()
    {
        QFETCH(QByteArray, fields);
        QFETCH(int, status);
        ScriptedServer upstream;
        WholeService service(upstream.url());
        for (const char *path : {"/start", "/", "/proxy", "/start/"}) {
            const int before = upstream.arrivalCount();
            RawHttpClient client(service.port());
            // The bytes are valid JSON. Only the Content-Encoding field decides.
            client.send(RawHttpClient::post(path, R"({"account":"acme"})", fields));
            if (status == 200) {
                QTRY_COMPARE(upstream.arrivalCount(), before + 1);
                postCallback(upstream.arrivals().last());
                QTRY_COMPARE(client.status(), 200);
                continue;
            }
            QTRY_COMPARE(client.status(), 415);
            const RawAnswer answer = client.answers().front();
            QCOMPARE(codeOf(answer), u"unsupported_encoding"_s);
            QCOMPARE(answer.headers.value("Accept-Encoding"), "identity"_ba);
            QCOMPARE(upstream.arrivalCount(), before);
        }
        if (status == 415)
            QCOMPARE(service.metric("holdline_requests_total{outcome=\"unsupported_encoding\"}"), 4);
    }
};

HOLDLINE_TEST(TestCallbackPaths)
#include "tst_callbackpaths.moc"

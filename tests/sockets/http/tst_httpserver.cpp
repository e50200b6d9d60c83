// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/httpserver/httpserver.h"
#include "tests/support/processstatus.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <map>

using namespace holdline;
using holdline::test::RawAnswer;
using holdline::test::RawHttpClient;

namespace {

/// A server with routes like those of holdline: two that hold requests, some that answer at once, and one
/// with an argument.
class TestServer
{
public:
    explicit TestServer(const http::Limits &limits = {}) : server(std::make_unique<HttpServer>(limits))
    {
        const auto hold = [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
            requests.push_back(request);
            QObject::connect(exchange.get(), &Exchange::clientGone, exchange.get(), [this] { ++gone; });
            held.push_back(std::move(exchange));
        };
        const auto echo = [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
            requests.push_back(request);
            exchange->answer({200,
                              {{"Content-Type", "text/plain"}, {"X-Extra", "1"}},
                              request.method + ' ' + request.target + '|' + request.body,
                              false});
        };
        server->route("POST", "/", hold);
        server->route("POST", "/start", hold);
        server->route("GET", "/status", echo);
        server->route("GET", "/both", echo);
        server->route("POST", "/both", echo);
        server->route("POST", "/callback/<arg>", echo);
        server->route("GET", "/v1/<arg>/part/<arg>", echo);
        QVERIFY(server->listener().listen(QHostAddress::LocalHost, 0));
    }

    quint16 port() const { return server->listener().port(); }

    std::unique_ptr<HttpServer> server;
    std::vector<http::Request> requests;
    std::vector<std::unique_ptr<Exchange>> held;
    int gone = 0;
};

QByteArray codeOf(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object().value(QStringLiteral("code")).toString().toUtf8();
}

}  // namespace

class TestHttpServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    /// QHttpServer gets less than the client sent. The routes must not notice.
    void longArguments()
    {
        TestServer test;
        RawHttpClient client(test.port());
        const QByteArray token(2000, 't');
        client.send(RawHttpClient::post("/callback/" + token, "{}"));
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.answers()[0].body, "POST /callback/" + token + "|{}");
        client.send(RawHttpClient::get("/v1/" + token + "/part/%2F" + token + "?q=" + token));
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.answers()[1].body, "GET /v1/" + token + "/part/%2F" + token + "?q=" + token + '|');
        client.send(RawHttpClient::get("/" + token));
        QTRY_COMPARE(client.answerCount(), 3);
        QCOMPARE(client.status(2), 404);
    }

    void answersAtOnceAndLater()
    {
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::post("/start?x=1", "{}", "X-Custom: a\r\nX-Custom: b\r\n"));
        QTRY_COMPARE(test.held.size(), 1U);
        QCOMPARE(test.requests[0].target, "/start?x=1");
        QCOMPARE(test.requests[0].body, "{}");
        QCOMPARE(test.requests[0].headers.combined("x-custom").value_or(""), "a, b");
        QVERIFY(test.held[0]->isOpen());
        test.held[0]->answer({200, {{"Content-Type", "application/json"}}, R"({"id":"1"})", false});
        QVERIFY(!test.held[0]->isOpen());
        test.held[0]->answer({500, {}, "twice", false});
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.answers()[0].body, R"({"id":"1"})");
        QCOMPARE(client.answers()[0].headers.value("Content-Type"), "application/json");
        QCOMPARE(client.answers()[0].headers.combined("Content-Length").value_or(""), "10");

        for (int i = 1; i <= 5; ++i) {
            client.send(RawHttpClient::post("/callback/abc%2fdef", "hello"));
            QTRY_COMPARE(client.answerCount(), 1 + i);
        }
        QCOMPARE(client.answers().back().body, "POST /callback/abc%2Fdef|hello");
        QCOMPARE(client.answers().back().headers.value("X-Extra"), "1");
        client.send(RawHttpClient::get("/v1/a/part/b?q"));
        QTRY_COMPARE(client.answerCount(), 7);
        QCOMPARE(client.answers().back().body, "GET /v1/a/part/b?q|");
    }

    void bytesOfTheBodyAreNotTouched()
    {
        TestServer test;
        RawHttpClient client(test.port());
        QByteArray body;
        for (int i = 0; i < 300'000; ++i)
            body.append(static_cast<char>(i * 7));
        body += "\r\n\r\nHTTP/1.1 500 No\r\n\r\n";
        client.send(RawHttpClient::post("/start", body));
        QTRY_COMPARE(test.held.size(), 1U);
        QCOMPARE(test.requests[0].body, body);
        test.held[0]->answer({502, {}, body, false});
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.answers()[0].body, body);
        QCOMPARE(client.status(), 502);
    }

    void unusualStatusesGetThrough_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {201, 202, 204, 299, 304, 400, 402, 418, 425, 429, 451, 499, 504, 599})
            QTest::addRow("%d", status) << status;
    }
    void unusualStatusesGetThrough()
    {
        QFETCH(int, status);
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::post("/start", "{}"));
        QTRY_COMPARE(test.held.size(), 1U);
        test.held[0]->answer({status, {}, status == 204 || status == 304 ? "" : "body", false});
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.status(), status);
        QVERIFY(client.hasOnlyWholeAnswers());
    }

    void clientLeavesWhileHeld_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::addColumn<bool>("answerLate");
        QTest::addRow("FIN, dropped") << false << false;
        QTest::addRow("RST, dropped") << true << false;
        QTest::addRow("FIN, late answer") << false << true;
        QTest::addRow("RST, late answer") << true << true;
    }
    void clientLeavesWhileHeld()
    {
        QFETCH(bool, reset);
        QFETCH(bool, answerLate);
        TestServer test;
        for (int i = 1; i <= 20; ++i) {
            RawHttpClient client(test.port());
            client.send(RawHttpClient::post("/status/../start", "{}"));
            QTRY_COMPARE(client.status(), 404);
            client.send(RawHttpClient::post("/start", "{}"));
            QTRY_COMPARE(static_cast<int>(test.held.size()), i);
            reset ? client.reset() : client.close();
            QTRY_COMPARE(test.gone, i);
            QVERIFY(!test.held.back()->isOpen());
            if (answerLate)
                test.held.back()->answer({200, {}, "late", false});
            QTRY_COMPARE(test.server->listener().connectionCount(), 0);
            if (!answerLate)
                test.held.back().reset();
        }
    }

    void clientVanishesInsideTheHandler()
    {
        HttpServer server{http::Limits()};
        std::unique_ptr<RawHttpClient> client;
        std::vector<std::unique_ptr<Exchange>> kept;
        bool keep = false;
        server.route("POST", "/start", [&](const http::Request &, std::unique_ptr<Exchange> exchange) {
            client->reset();
            exchange->answer({200, {}, "to nobody", false});
            if (keep)
                kept.push_back(std::move(exchange));
        });
        QVERIFY(server.listener().listen(QHostAddress::LocalHost, 0));
        int closed = 0;
        connect(&server.listener(), &http::HttpListener::connectionClosed, this, [&closed] { ++closed; });
        for (int i = 1; i <= 20; ++i) {
            keep = i % 2 == 0;
            client = std::make_unique<RawHttpClient>(server.listener().port());
            client->send(RawHttpClient::post("/start", "{}"));
            QTRY_COMPARE(closed, i);
        }
        QCOMPARE(server.listener().openExchanges(), 0);
    }

    void aHeldRequestCostsLittleMemory()
    {
        TestServer test;
        const int count = 1'000;
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        const auto hold = [&] {
            test.requests.clear();
            const auto before = test.held.size();
            for (int i = 0; i < count; ++i) {
                clients.push_back(std::make_unique<RawHttpClient>(test.port()));
                clients.back()->send(RawHttpClient::post("/start", R"({"account":"a","wait":true})",
                                                         "User-Agent: test\r\nAccept: */*\r\n"));
            }
            QTRY_COMPARE(test.held.size(), before + count);
            test.requests.clear();
        };
        hold();  // warms up, so that one-time allocations do not count
        const qint64 before = test::processKib("VmRSS");
        hold();
        const double each = static_cast<double>(test::processKib("VmRSS") - before) / count;
        qInfo("%.1f KiB for a held request and its test client", each);
        if constexpr (!test::hasShadowMemory())
            QVERIFY(each < 14);
        for (const auto &exchange : test.held)
            exchange->answer({200, {}, "done", false});
        for (const auto &client : clients)
            QTRY_COMPARE(client->status(), 200);
    }

    void exchangeGivenUpIsAnswered500()
    {
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::post("/start", "{}"));
        QTRY_COMPARE(test.held.size(), 1U);
        test.held.clear();
        QTRY_COMPARE(client.status(), 500);
        QCOMPARE(codeOf(client.answers()[0]), "internal_error");
    }

    void serverDestroyedWhileHolding()
    {
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::post("/start", "{}"));
        QTRY_COMPARE(test.held.size(), 1U);
        test.server.reset();
        QVERIFY(!test.held[0]->isOpen());
        test.held[0]->answer({200, {}, "late", false});
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(test.gone, 0);
    }

    void unknownPathsAre404_data()
    {
        QTest::addColumn<QByteArray>("target");
        for (const char *target : {"/nothing",
                                   "/start//",
                                   "/start/x",
                                   "//start",
                                   "//x/start",
                                   "/callback",
                                   "/callback/",
                                   "/callback/a/b",
                                   "/callback/a//",
                                   "/callback//a",
                                   "/start%2F",
                                   "/%2Fstart",
                                   "/%2573tart",
                                   "/x/../start",
                                   "/./start",
                                   "/%2e/start",
                                   "/callback%2Fa",
                                   "/v1%2Fa%2Fpart%2Fb",
                                   "/start%00",
                                   "/%00",
                                   "/start%0A",
                                   "/../../etc/passwd",
                                   "/%2e%2e/%2e%2e/etc/passwd",
                                   "/start;x",
                                   "/START",
                                   "/.",
                                   "/?/start/x"})
            QTest::addRow("%s", target) << QByteArray(target);
    }
    void unknownPathsAre404()
    {
        QFETCH(QByteArray, target);
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::get(target));
        QTRY_COMPARE(client.answerCount(), 1);
        if (target.startsWith("/?")) {
            QCOMPARE(client.status(), 405);
            return;
        }
        QCOMPARE(client.status(), 404);
        QCOMPARE(codeOf(client.answers()[0]), "not_found");
        QCOMPARE(client.answers()[0].headers.value("Content-Type"), "application/problem+json");
        QVERIFY(test.requests.empty());
        client.send(RawHttpClient::get("/status"));
        QTRY_COMPARE(client.status(1), 200);
    }

    /// Equivalent paths select the same route (RFC 9110, section 4.2.3), and one slash at the end is allowed.
    /// Handlers get the normalised path.
    void equivalentPaths_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("seen");
        const auto row = [](const char *method, const char *target, const char *seen) {
            QTest::addRow("%s %s", method, target)
                << QByteArray(method) << QByteArray(target) << QByteArray(seen);
        };
        row("GET", "/%73tatus", "/status");
        row("GET", "/%73%74%61%74%75%73?q=%61", "/status?q=%61");
        row("GET", "/status/", "/status");
        row("GET", "/status/?q", "/status?q");
        row("GET", "/status%3f", "");
        row("GET", "http://h/%73tatus/", "/status");
        row("GET", "/v1/%41%2d/part/%62/", "/v1/A-/part/b");
        row("GET", "/v1/a/p%61rt/%2f", "/v1/a/part/%2F");
        row("GET", "/v1/../part/..", "/v1/../part/..");
        row("GET", "/v1/%2e%2e/part/%252e", "/v1/../part/%252e");
        row("POST", "/callback/%41bc%5f", "/callback/Abc_");
        row("POST", "/c%61llback/a/", "/callback/a");
        row("POST", "/callback/a%2f", "/callback/a%2F");
        row("POST", "/callback/%25", "/callback/%25");
    }
    void equivalentPaths()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, seen);
        TestServer test;
        RawHttpClient client(test.port());
        client.send(method + ' ' + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(client.answerCount(), 1);
        if (seen.isEmpty())
            QCOMPARE(client.status(), 404);
        else
            QCOMPARE(client.answers()[0].body, method + ' ' + seen + '|');
    }

    void theRootHasItsSlash()
    {
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::post("/", "{}"));
        QTRY_COMPARE(test.held.size(), 1U);
        QCOMPARE(test.requests[0].target, "/");
    }

    /// Characters in a route's path stand for themselves, even if they are special in patterns.
    void patternCharactersStandForThemselves_data()
    {
        QTest::addColumn<QByteArray>("path");
        for (const char *path : {"/a+b",       "/a.b",
                                 "/a*",        "/(a)",
                                 "/(a",        "/a)b",
                                 "/$",         "/a$b$",
                                 "/a%5Eb",     "/a%7Cb",
                                 "/%5Ba-z%5D", "/a%7B2%7D",
                                 "/a%3Fb",     "/%5Cd",
                                 "/%3Carg%3E", "/%25",
                                 "/_",         "/__",
                                 "/!",         "/'",
                                 "/;v=1,2",    "/@:&=~",
                                 "/%C3%A4",    "/%2F",
                                 "//a//b",     "/a/b/c/d/e/f/g/h",
                                 "/(%3F:a)",   "/E%5CQ"})
            QTest::newRow(path) << QByteArray(path);
    }
    void patternCharactersStandForThemselves()
    {
        QFETCH(QByteArray, path);
        HttpServer server{http::Limits()};
        int taken = 0;
        server.route("POST", path + "/<arg>",
                     [&taken](const http::Request &, std::unique_ptr<Exchange> exchange) {
                         ++taken;
                         exchange->answer({200, {}, {}, false});
                     });
        server.route("GET", path, [&taken](const http::Request &, std::unique_ptr<Exchange> exchange) {
            ++taken;
            exchange->answer({200, {}, {}, false});
        });
        QVERIFY(server.listener().listen(QHostAddress::LocalHost, 0));
        RawHttpClient client(server.listener().port());
        client.send(RawHttpClient::post(path + '/' + QByteArray(40, 't'), "{}"));
        QTRY_COMPARE(client.status(), 200);
        client.send(RawHttpClient::get(path));
        QTRY_COMPARE(client.status(1), 200);
        QCOMPARE(taken, 2);
        // Other paths are not served.
        int asked = 2;
        for (const QByteArray &other : {path + 'x', path + path + "/t", "/aab" + path.sliced(1),
                                        QByteArray("/aa/t"), '/' + QByteArray(500, 'x') + "/t"}) {
            client.send(RawHttpClient::post(other, "{}"));
            ++asked;
            QTRY_COMPARE(client.answerCount(), asked);
            QVERIFY2(client.answers().back().status == 404, other.constData());
        }
        QCOMPARE(taken, 2);
    }

    void guardedRoutes()
    {
        HttpServer server{http::Limits()};
        const auto answer = [](const http::Request &, std::unique_ptr<Exchange> exchange) {
            exchange->answer({200, {}, {}, false});
        };
        const auto isLong = [](const http::Request &request) { return request.path().size() > 5; };
        server.route("POST", "/<arg>", answer, isLong);
        server.route("POST", "/a/<arg>", answer, isLong);
        server.route("GET", "/a/<arg>", answer);
        QVERIFY(server.listener().listen(QHostAddress::LocalHost, 0));
        RawHttpClient client(server.listener().port());
        client.send(RawHttpClient::post("/abcdef", "") + RawHttpClient::post("/abc", "") +
                    RawHttpClient::get("/abc") + RawHttpClient::get("/abcdef") +
                    RawHttpClient::post("/a/bcdef", "") + RawHttpClient::post("/a/b", "") +
                    RawHttpClient::get("/a/b"));
        QTRY_COMPARE(client.answerCount(), 7);
        QList<int> statuses;
        for (int i = 0; i < 7; ++i)
            statuses.append(client.status(i));
        QCOMPARE(statuses, QList<int>({200, 404, 404, 405, 200, 405, 200}));
        QCOMPARE(client.answers()[5].headers.value("Allow"), "GET, HEAD, OPTIONS");
    }

    void wrongMethodIs405WithAllow()
    {
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::get("/start") + RawHttpClient::post("/status", "x") +
                    "DELETE /both HTTP/1.1\r\nHost: h\r\n\r\n" + "OPTIONS /both HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(client.answerCount(), 4);
        const auto answers = client.answers();
        QCOMPARE(answers[0].status, 405);
        QCOMPARE(codeOf(answers[0]), "method_not_allowed");
        QCOMPARE(answers[0].headers.value("Allow"), "POST, OPTIONS");
        QCOMPARE(answers[1].status, 405);
        QCOMPARE(answers[1].headers.value("Allow"), "GET, HEAD, OPTIONS");
        QCOMPARE(answers[2].headers.value("Allow"), "GET, HEAD, POST, OPTIONS");
        QCOMPARE(answers[3].status, 204);
        QCOMPARE(answers[3].headers.value("Allow"), "GET, HEAD, POST, OPTIONS");
        QVERIFY(test.requests.empty());
    }

    void headIsGetWithoutBody()
    {
        TestServer test;
        RawHttpClient get(test.port());
        get.send(RawHttpClient::get("/status"));
        RawHttpClient head(test.port());
        head.setExpectsHead(true);
        head.send("HEAD /status HTTP/1.1\r\nHost: h\r\n\r\nHEAD /no HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(get.answerCount(), 1);
        QTRY_COMPARE(head.answerCount(), 2);
        QVERIFY(head.hasOnlyWholeAnswers());
        QCOMPARE(head.answers()[0].headers.size(), get.answers()[0].headers.size());
        QCOMPARE(head.answers()[0].headers.value("Content-Length").toInt(), get.answers()[0].body.size() + 1);
        QCOMPARE(head.status(1), 404);
    }

    void upgradeIsIgnored_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::addRow("websocket") << QByteArray(
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        QTest::addRow("h2c") << QByteArray(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");
    }
    void upgradeIsIgnored()
    {
        QFETCH(QByteArray, fields);
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::post("/start", "{}", fields));
        QTRY_COMPARE(test.held.size(), 1U);
        QVERIFY(!test.requests[0].headers.contains("Upgrade"));
        QVERIFY(!test.requests[0].headers.contains("HTTP2-Settings"));
        test.held[0]->answer({200, {}, "done", false});
        QTRY_COMPARE(client.status(), 200);
        QCOMPARE(test.held.size(), 1U);
    }

    void internalHeaderOfAClientIsNothing()
    {
        TestServer test;
        RawHttpClient victim(test.port());
        victim.send(RawHttpClient::post("/start", "victim"));
        QTRY_COMPARE(test.held.size(), 1U);
        RawHttpClient attacker(test.port());
        attacker.send(RawHttpClient::post("/start", "attacker",
                                          "X-Holdline-Exchange: 1\r\nx-holdline-exchange: 1\r\n"));
        QTRY_COMPARE(test.held.size(), 2U);
        QCOMPARE(test.requests[1].body, "attacker");
        test.held[1]->answer({200, {}, "for the attacker", false});
        QTRY_COMPARE(attacker.status(), 200);
        QCOMPARE(victim.answerCount(), 0);
        test.held[0]->answer({200, {}, "for the victim", false});
        QTRY_COMPARE(victim.answerCount(), 1);
        QCOMPARE(victim.answers()[0].body, "for the victim");
    }

    void pipelinedHeldAnswersInOrder()
    {
        TestServer test;
        RawHttpClient client(test.port());
        QByteArray all;
        for (int i = 0; i < 20; ++i)
            all += RawHttpClient::post("/start", QByteArray::number(i));
        client.send(all);
        for (int i = 0; i < 20; ++i) {
            QTRY_COMPARE(static_cast<int>(test.held.size()), i + 1);
            test.held.back()->answer({200, {}, test.requests.back().body, false});
        }
        QTRY_COMPARE(client.answerCount(), 20);
        for (int i = 0; i < 20; ++i)
            QCOMPARE(client.answers()[static_cast<std::size_t>(i)].body, QByteArray::number(i));
    }

    void halfClosedClientIsAnswered()
    {
        TestServer test;
        RawHttpClient client(test.port());
        client.send(RawHttpClient::get("/status"));
        client.finishSending();
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.status(), 200);
    }
};

HOLDLINE_TEST(TestHttpServer)
#include "tst_httpserver.moc"

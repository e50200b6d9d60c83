// SPDX-License-Identifier: GPL-3.0-or-later
// The request for an access token, byte for byte, and how the response is read.
#include "core/config/credentialurl.h"
#include "core/routing/oauth2client.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Style = OAuth2Client::Style;

namespace {

QByteArray field(const profile::OutgoingRequest &request, QByteArrayView name)
{
    return profile::headerValue(request.headers, name).value_or(QByteArrayView()).toByteArray();
}

profile::OutgoingRequest made(const OAuth2Client &client, const QByteArray &secret)
{
    auto request = tokenRequest(client, {{"own", secret}});
    if (const auto *error = std::get_if<QString>(&request))
        qFatal("%s", qPrintable(*error));
    return std::get<profile::OutgoingRequest>(request);
}

}  // namespace

class TestOAuth2Client : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void basic()
    {
        OAuth2Client client{"https://a/token", "s6BhdRkqt3", "own", "read write"};
        const auto request = made(client, "7Fjfp0ZBr1KtDRbnfVdmIw");
        QCOMPARE(request.method, "POST");
        QCOMPARE(request.url, "https://a/token");
        // The example of RFC 6749, section 2.3.1.
        QCOMPARE(field(request, "Authorization"), "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
        QCOMPARE(field(request, "Content-Type"), "application/x-www-form-urlencoded");
        QCOMPARE(request.body, "grant_type=client_credentials&scope=read+write");
    }

    /// RFC 6749, section 2.3.1: client id and secret are form-encoded before they are joined.
    void basicEncodes()
    {
        const auto request = made({"https://a/token", "me:you", "own"}, "a b+c/d%");
        QCOMPARE(QByteArray::fromBase64(field(request, "Authorization").sliced(6)),
                 "me%3Ayou:a+b%2Bc%2Fd%25");
    }

    void body()
    {
        OAuth2Client client{"https://a/token?t=1",          "me",       "own", {},
                            {{"audience", "https://api/"}}, Style::Body};
        const auto request = made(client, "x&y");
        QCOMPARE(request.url, "https://a/token?t=1");
        QCOMPARE(field(request, "Authorization"), "");
        QCOMPARE(request.body,
                 "grant_type=client_credentials&audience=https%3A%2F%2Fapi%2F&client_id=me&"
                 "client_secret=x%26y");
    }

    /// M-Pesa needs a GET request with Basic authentication.
    void get()
    {
        OAuth2Client client{"https://a/generate", {}, "own", {}, {}, Style::Get};
        const auto request = made(client, "key:secret");
        QCOMPARE(request.method, "GET");
        QCOMPARE(request.url, "https://a/generate?grant_type=client_credentials");
        QCOMPARE(field(request, "Authorization"), "Basic a2V5OnNlY3JldA==");
        QCOMPARE(request.body, "");
        client.tokenUrl = "https://a/generate?grant_type=client_credentials";
        QCOMPARE(made(client, "key:secret").url, client.tokenUrl);
        client.tokenUrl = "https://a/generate?x=1";
        QCOMPARE(made(client, "key:secret").url, "https://a/generate?x=1&grant_type=client_credentials");
    }

    void secrets()
    {
        QVERIFY(std::holds_alternative<QString>(tokenRequest({"https://a", "id", "own"}, {})));
        // Without a configured client id, the file contains both id and secret.
        QVERIFY(std::holds_alternative<QString>(tokenRequest({"https://a", {}, "own"}, {{"own", "alone"}})));
        QVERIFY(std::holds_alternative<QString>(tokenRequest({"https://a", {}, "own"}, {{"own", ":x"}})));
        // Only the first line of the file counts, as in templates.
        const auto request = made({"https://a", {}, "own", {}, {}, Style::Get}, "key:sec:ret\r\nold:one");
        QCOMPARE(QByteArray::fromBase64(field(request, "Authorization").sliced(6)), "key:sec:ret");
    }

    void answers_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("authorization");  // empty: there is no token
        QTest::addColumn<int>("seconds");  // lifetime of the token; for a failure: 1 when it is final
        const auto row = [](const char *name, int status, const char *body, const char *token, int seconds) {
            QTest::newRow(name) << status << QByteArray(body) << QByteArray(token) << seconds;
        };
        row("RFC 6749, 4.4.3", 200, R"({"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example"})", "",
            1);
        row("bearer", 200, R"({"access_token":"t","token_type":"bearer","expires_in":3600,"x":1})",
            "Bearer t", 3600);
        row("M-Pesa", 200, R"({"access_token":"t","expires_in":"3599"})", "Bearer t", 3599);
        row("no lifetime", 200, R"({"access_token":"t","token_type":"Bearer"})", "Bearer t", 300);
        row("null lifetime", 200, R"({"access_token":"t","expires_in":null})", "Bearer t", 300);
        row("a fraction", 200, R"({"access_token":"t","expires_in":60.9})", "Bearer t", 60);
        row("zero", 200, R"({"access_token":"t","expires_in":0})", "Bearer t", 0);
        row("negative", 200, R"({"access_token":"t","expires_in":-1})", "Bearer t", 300);
        row("huge", 200, R"({"access_token":"t","expires_in":99999999999999999999})", "Bearer t", 86400);
        row("an escape", 200, R"({"access_token":"a\u002bb"})", "Bearer a+b", 300);
        row("a line break", 200, R"({"access_token":"a\r\nX: y"})", "", 0);
        row("a space", 200, R"({"access_token":"a b"})", "", 0);
        row("an empty token", 200, R"({"access_token":""})", "", 0);
        row("no token", 200, R"({"token_type":"bearer"})", "", 0);
        row("a number", 200, R"({"access_token":5})", "", 0);
        row("twice", 200, R"({"access_token":"a","access_token":"b"})", "", 0);
        row("a list", 200, "[]", "", 0);
        row("HTML", 200, "<html>", "", 0);
        row("nothing", 200, "", "", 0);
        row("cut off", 200, R"({"access_token":"a")", "", 0);
        row("invalid_client", 401, R"({"error":"invalid_client","error_description":"secret s3"})", "", 1);
        row("bad request", 400, R"({"error":"invalid_scope"})", "", 1);
        row("a redirect", 302, "", "", 1);
        row("created", 201, R"({"access_token":"t"})", "", 1);
        row("busy", 503, "", "", 0);
        row("too many", 429, R"({"error":"slow_down"})", "", 0);
    }

    void answers()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, authorization);
        QFETCH(int, seconds);
        const auto read = readTokenAnswer(status, body);
        if (const auto *token = std::get_if<AccessToken>(&read)) {
            QCOMPARE(token->authorization, authorization);
            QCOMPARE(token->lifetime.count(), seconds);
            return;
        }
        QCOMPARE(QByteArray(), authorization);
        const auto &none = std::get<NoToken>(read);
        QCOMPARE(none.isFinal, seconds == 1);
        // The text shows only the error code of the response.
        QVERIFY(!none.text.isEmpty());
        QVERIFY(!none.text.contains("s3"_L1));
        QCOMPARE(none.text.contains("invalid_client"_L1), body.contains("invalid_client"));
    }

    void longTokens()
    {
        const QByteArray most(kMaxTokenBytes, 'x');
        QVERIFY(
            std::holds_alternative<AccessToken>(readTokenAnswer(200, "{\"access_token\":\"" + most + "\"}")));
        QVERIFY(
            std::holds_alternative<NoToken>(readTokenAnswer(200, "{\"access_token\":\"" + most + "x\"}")));
        // An error code with unexpected characters is not shown.
        const auto read = readTokenAnswer(400, R"({"error":"my secret is 5"})");
        QVERIFY(!std::get<NoToken>(read).text.contains("secret"_L1));
    }

    void urls_data()
    {
        QTest::addColumn<bool>("isAllowed");
        for (const char *url :
             {"https://a/x", "https://a/x?y=1", "http://127.0.0.1:1/x", "http://127.9.8.7/x",
              "http://localhost/x", "http://LOCALHOST:80", "http://[::1]:8080/x"})
            QTest::newRow(url) << true;
        for (const char *url :
             {"http://a/x", "http://127.example.org/x", "http://localhost.example/x", "http://10.0.0.1/x",
              "http://0.0.0.0/x", "http://[::2]/x", "ftp://127.0.0.1/x", "https:///x", "https://u:p@a/x",
              "https://a/x#y", "a", "", "http://127.0.0.1.nip.io/", "//127.0.0.1/x"})
            QTest::newRow(url) << false;
    }

    void urls()
    {
        QFETCH(bool, isAllowed);
        const QString url = QString::fromLatin1(QTest::currentDataTag());
        QCOMPARE(credentialUrlError(url).isEmpty(), isAllowed);
    }
};

HOLDLINE_TEST(TestOAuth2Client)
#include "tst_oauth2client.moc"

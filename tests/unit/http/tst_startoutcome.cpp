// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/startoutcome.h"
#include "service/http/retryafter.h"
#include "tests/support/suite.h"

#include <QMetaEnum>
#include <QTest>
#include <QTimeZone>

using namespace holdline;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

const QByteArray kRunning = R"({"state":"running","id":"4499a6e0c2ef4b98"})";
const QDateTime kNow(QDate(2026, 7, 1), QTime(12, 0), QTimeZone::utc());

StartResult outcome(const StartExchange &exchange)
{
    return startOutcome(exchange, kNow, 10min);
}

StartExchange answered(int status, const QByteArray &body = kRunning)
{
    StartExchange exchange;
    exchange.status = status;
    exchange.contentType = "application/json";
    exchange.body = body;
    return exchange;
}

}  // namespace

class TestStartOutcome : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStatus();
    void everyStatusWithABodyCutShort();
    void everyErrorWithoutAnAnswer();
    void readableAnswer();
    void finishedAnswer();
    void everyAnswerPassesThrough_data();
    void everyAnswerPassesThrough();
    void whatIsCutShortDoesNotPassThrough();
    void unreadableAnswer_data();
    void unreadableAnswer();
    void errorsThatFollowFromTheStatusAreNone();
    void timeLimit();
    void retryAfter_data();
    void retryAfter();
};

/// A complete response with every possible status.
void TestStartOutcome::everyStatus()
{
    const QList<int> retryable{408, 425, 429, 502, 503, 504};
    for (int status = 200; status <= 599; ++status) {
        StartExchange exchange = answered(status);
        exchange.retryAfter = "7";
        const StartResult result = outcome(exchange);
        const Fate expected = status < 300 ? Fate::Accepted
                              : status >= 400 && status < 500 && !retryable.contains(status)
                                  ? Fate::Rejected
                                  : Fate::NotStarted;
        QVERIFY2(result.fate == expected, qPrintable(QString::number(status)));
        QCOMPARE(result.retryable, retryable.contains(status));
        QCOMPARE(result.retryAfter, std::optional(7000ms));
        QCOMPARE(result.status, status);
        QCOMPARE(result.body, kRunning);
        QCOMPARE(result.contentType, "application/json");
        QVERIFY(!result.unreachable);
        QVERIFY(result.proxyStatus.isEmpty());
        QCOMPARE(result.upstreamId, status < 300 ? "4499a6e0c2ef4b98" : "");
    }
}

/// When the body is cut short, the status still counts. A 2xx is useless without its body, so the fate is
/// unknown.
void TestStartOutcome::everyStatusWithABodyCutShort()
{
    for (int status = 200; status <= 599; ++status) {
        for (const bool tooLarge : {false, true}) {
            StartExchange cut = answered(status);
            cut.error =
                tooLarge ? QNetworkReply::OperationCanceledError : QNetworkReply::RemoteHostClosedError;
            cut.tooLarge = tooLarge;
            const StartResult result = outcome(cut);
            const StartResult whole = outcome(answered(status));
            QCOMPARE(result.fate, status < 300 ? Fate::Unknown : whole.fate);
            QCOMPARE(result.retryable, whole.retryable);
            QVERIFY(result.body.isEmpty());
            QVERIFY(result.upstreamId.isEmpty());
            QCOMPARE(result.proxyStatus, tooLarge ? "http_response_body_size" : "http_response_incomplete");
            QVERIFY(!result.unreachable);
            // brokeOff tells the circuit breaker that the connection broke. A response that is too large is
            // not such a case.
            QCOMPARE(result.brokeOff, !tooLarge);
            QVERIFY(!whole.brokeOff);
        }
    }
}

void TestStartOutcome::everyErrorWithoutAnAnswer()
{
    const QMetaEnum errors = QMetaEnum::fromType<QNetworkReply::NetworkError>();
    for (int i = 0; i < errors.keyCount(); ++i) {
        const auto error = static_cast<QNetworkReply::NetworkError>(errors.value(i));
        StartExchange exchange;
        exchange.error = error;
        exchange.sent = true;
        StartResult result = outcome(exchange);
        QCOMPARE(result.fate, Fate::Unknown);
        QVERIFY(!result.retryable);
        QVERIFY(result.unreachable);
        exchange.sent = false;
        result = outcome(exchange);
        QCOMPARE(result.fate, Fate::NotStarted);
        QVERIFY(result.unreachable);
        QCOMPARE(result.retryable, error < 200 && error != QNetworkReply::SslHandshakeFailedError);
        if (error != QNetworkReply::NoError)
            QVERIFY2(!result.proxyStatus.isEmpty(), errors.key(i));
    }
}

void TestStartOutcome::readableAnswer()
{
    const StartResult result = outcome(answered(201));
    QCOMPARE(result.fate, Fate::Accepted);
    QCOMPARE(result.upstreamId, "4499a6e0c2ef4b98");
    QVERIFY(result.detail.isEmpty());
}

/// The response to a start request may already contain the result.
void TestStartOutcome::finishedAnswer()
{
    StartExchange exchange = answered(200);
    QCOMPARE(outcome(exchange).report, JobReport::Progress);
    exchange.body = R"({"id":"i","state":"completed","proof":"P"})";
    QCOMPARE(outcome(exchange).report, JobReport::Completed);
    exchange.body = R"({"id":"i","state":"Failed"})";
    QCOMPARE(outcome(exchange).report, JobReport::Failed);
    QCOMPARE(outcome(exchange).fate, Fate::Accepted);
    // A client with `wait:false` gets the response unchanged, so the state in it is not used.
    exchange.passThrough = true;
    QCOMPARE(outcome(exchange).report, JobReport::Progress);
}

void TestStartOutcome::everyAnswerPassesThrough_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("no content") << 204 << QByteArray();
    QTest::newRow("no state") << 201 << QByteArray(R"({"id":"a"})");
    QTest::newRow("a text") << 200 << QByteArray("hi");
    QTest::newRow("a list") << 202 << QByteArray("[1]");
    QTest::newRow("a redirect") << 303 << QByteArray("see there");
    QTest::newRow("not modified") << 304 << QByteArray();
}

void TestStartOutcome::everyAnswerPassesThrough()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    StartExchange exchange = answered(status);
    exchange.body = body;
    QVERIFY(outcome(exchange).fate != Fate::Accepted);
    exchange.passThrough = true;
    const StartResult result = outcome(exchange);
    QCOMPARE(result.fate, Fate::Accepted);
    QCOMPARE(result.status, status);
    QCOMPARE(result.body, body);
    QVERIFY(result.proxyStatus.isEmpty());
    QVERIFY(result.detail.isEmpty());
}

void TestStartOutcome::whatIsCutShortDoesNotPassThrough()
{
    StartExchange exchange = answered(200);
    exchange.passThrough = true;
    exchange.error = QNetworkReply::RemoteHostClosedError;
    QCOMPARE(outcome(exchange).fate, Fate::Unknown);
    exchange = answered(500);
    exchange.passThrough = true;
    QCOMPARE(outcome(exchange).fate, Fate::NotStarted);
}

void TestStartOutcome::unreadableAnswer_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("<html>OK</html>");
    QTest::newRow("no id") << QByteArray(R"({"state":"running"})");
    QTest::newRow("no state") << QByteArray(R"({"id":"a"})");
    QTest::newRow("id is a number") << QByteArray(R"({"id":1,"state":"running"})");
    QTest::newRow("id is empty") << QByteArray(R"({"id":"","state":"running"})");
    QTest::newRow("half") << kRunning.first(20);
    QTest::newRow("two") << kRunning + kRunning;
}

void TestStartOutcome::unreadableAnswer()
{
    QFETCH(QByteArray, body);
    const StartResult result = outcome(answered(200, body));
    QCOMPARE(result.fate, Fate::Unknown);
    QVERIFY(!result.retryable);
    QVERIFY(!result.unreachable);
    QCOMPARE(result.status, 200);
    QCOMPARE(result.proxyStatus, "http_protocol_error");
    QVERIFY(!result.detail.isEmpty());
}

void TestStartOutcome::errorsThatFollowFromTheStatusAreNone()
{
    const std::pair<int, QNetworkReply::NetworkError> cases[] = {
        {400, QNetworkReply::ProtocolInvalidOperationError},
        {401, QNetworkReply::AuthenticationRequiredError},
        {403, QNetworkReply::ContentAccessDenied},
        {404, QNetworkReply::ContentNotFoundError},
        {407, QNetworkReply::ProxyAuthenticationRequiredError},
        {418, QNetworkReply::ProtocolInvalidOperationError},
        {422, QNetworkReply::UnknownContentError},
        {500, QNetworkReply::InternalServerError},
        {599, QNetworkReply::UnknownServerError},
    };
    for (const auto &[status, error] : cases) {
        StartExchange exchange = answered(status, "why");
        exchange.error = error;
        const StartResult result = outcome(exchange);
        QCOMPARE(result.fate, status < 500 ? Fate::Rejected : Fate::NotStarted);
        QCOMPARE(result.body, "why");
        QVERIFY(result.proxyStatus.isEmpty());
    }
}

void TestStartOutcome::timeLimit()
{
    StartExchange exchange;
    exchange.error = QNetworkReply::OperationCanceledError;
    QVERIFY(!outcome(exchange).timedOut);
    exchange.timedOut = true;
    QVERIFY(outcome(exchange).timedOut);
    QCOMPARE(outcome(exchange).fate, Fate::Unknown);
    QCOMPARE(outcome(exchange).proxyStatus, "http_response_timeout");
    exchange.sent = false;
    QCOMPARE(outcome(exchange).fate, Fate::NotStarted);
    QVERIFY(outcome(exchange).retryable);
    QCOMPARE(outcome(exchange).proxyStatus, "connection_timeout");
    exchange.sent = true;
    exchange.status = 200;
    QVERIFY(outcome(exchange).timedOut && outcome(exchange).brokeOff);
    QCOMPARE(outcome(exchange).fate, Fate::Unknown);
    exchange.status = 503;
    QCOMPARE(outcome(exchange).fate, Fate::NotStarted);
}

void TestStartOutcome::retryAfter_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<qint64>("ms");  // -1 when the field has no valid value
    const auto row = [](const char *value, qint64 ms) { QTest::newRow(value) << QByteArray(value) << ms; };
    row("0", 0);
    row("1", 1000);
    row(" 120 ", 120'000);
    row("600", 600'000);
    row("601", 600'000);
    row("99999999999999999999999", 600'000);
    row("", -1);
    row("-1", -1);
    row("+1", -1);
    row("1.5", -1);
    row("soon", -1);
    row("Wed, 01 Jul 2026 12:00:30 GMT", 30'000);
    row("Wed, 01 Jul 2026 11:00:00 GMT", 0);
    row("Wed, 01 Jul 2026 13:00:00 GMT", 600'000);
    row("Wednesday, 01-Jul-26 12:00:30 GMT", 30'000);
    row("Sunday, 06-Nov-94 08:49:37 GMT", 0);
    row("Wed Jul  1 12:00:30 2026", 30'000);
    row("Wed, 01 Jul 2026 12:00:30", -1);
    row("Wed, 41 Jul 2026 12:00:30 GMT", -1);
    row("Wed, 01 Jul 2026 12:00:30 GMT and a long tail that is not part of any date there is", -1);
}

void TestStartOutcome::retryAfter()
{
    QFETCH(QByteArray, value);
    QFETCH(qint64, ms);
    const auto delay = http::parseRetryAfter(value, kNow, 10min);
    QCOMPARE(delay ? delay->count() : -1, ms);
    // The maximum is exact.
    QCOMPARE(http::parseRetryAfter("3599", kNow, 1h), std::optional(3'599'000ms));
    QCOMPARE(http::parseRetryAfter("3601", kNow, 1h), std::optional(3'600'000ms));
}

HOLDLINE_TEST(TestStartOutcome)
#include "tst_startoutcome.moc"

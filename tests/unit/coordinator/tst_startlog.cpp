// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/startlog.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/fakelogsink.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

Job failedJob()
{
    Job job;
    job.id = "j1";
    job.account = "acme\n level=error";
    job.attempts = 2;
    return job;
}

StartResult answered(int status)
{
    StartResult result;
    result.fate = Fate::NotStarted;
    result.status = status;
    result.body = "a body with a secret";
    result.detail = u"The upstream answered %1"_s.arg(status);
    return result;
}

/// Returns the fields of the last line.
QJsonObject last(const FakeSink &sink)
{
    return sink.lines().isEmpty() ? QJsonObject() : QJsonDocument::fromJson(sink.lines().back()).object();
}

}  // namespace

class TestStartLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QLoggingCategory::setFilterRules(u"holdline.*.info=true\nholdline.*.warning=true"_s); }
    void cleanup() { QLoggingCategory::setFilterRules(QString()); }

    void saysWhyAStartFailed()
    {
        FakeSink sink;
        StartLog log(sink, LogFormat::Json);
        log.write(failedJob(), answered(503), {JobEvent::RetryFailed, 81'250us}, kNow);
        QJsonObject line = last(sink);
        QCOMPARE(line["level"_L1].toString(), u"info"_s);
        QCOMPARE(line["category"_L1].toString(), u"holdline.upstream"_s);
        QCOMPARE(line["message"_L1].toString(), u"start failed"_s);
        QCOMPARE(line["reason"_L1].toString(), u"upstream_error"_s);
        QCOMPARE(line["status"_L1].toInt(), 503);
        QCOMPARE(line["id"_L1].toString(), u"j1"_s);
        QCOMPARE(line["attempt"_L1].toInt(), 2);
        QCOMPARE(line["retry_ms"_L1].toDouble(), 81.25);
        QVERIFY(!line.contains("error"_L1) && !line.contains("shard"_L1) && !line.contains("left_out"_L1));

        StartResult unreachable;
        unreachable.fate = Fate::NotStarted;
        unreachable.unreachable = true;
        unreachable.proxyStatus = "connection_refused";
        log.setShard(3);
        log.write(failedJob(), unreachable, {JobEvent::StartUnreachable, {}}, kNow);
        line = last(sink);
        QCOMPARE(line["reason"_L1].toString(), u"upstream_unreachable"_s);
        QCOMPARE(line["error"_L1].toString(), u"connection_refused"_s);
        QCOMPARE(line["shard"_L1].toInt(), 3);
        QVERIFY(!line.contains("status"_L1) && !line.contains("retry_ms"_L1));
        QVERIFY(sink.wellFormed);
        QVERIFY(!sink.text.contains("secret"));
        QCOMPARE(sink.lines().size(), 2);
    }

    /// Each failed start is logged with the name of the reason with which its job ends.
    void reasonsAreTheWordsOfTheEnds()
    {
        const std::pair<JobEvent, Reason> ends[] = {
            {JobEvent::StartRejected, Reason::StartRejected},
            {JobEvent::RetryRejected, Reason::StartRejected},
            {JobEvent::StartUnreachable, Reason::UpstreamUnreachable},
            {JobEvent::RetryUnreachable, Reason::UpstreamUnreachable},
            {JobEvent::StartFailed, Reason::UpstreamError},
            {JobEvent::RetryFailed, Reason::UpstreamError},
            {JobEvent::StartUnknown, Reason::StartUnknown},
            {JobEvent::RetryUnknown, Reason::StartUnknown},
        };
        for (const auto &[event, reason] : ends) {
            FakeSink sink;
            StartLog(sink, LogFormat::Json).write(failedJob(), answered(500), {event, {}}, kNow);
            QCOMPARE(last(sink)["reason"_L1].toString(), QString(name(reason)));
        }
    }

    /// An upstream that always fails must not fill the log.
    void linesAreBoundedByTime()
    {
        FakeSink sink;
        StartLog log(sink, LogFormat::Json);
        for (int i = 0; i < 1000; ++i)
            log.write(failedJob(), answered(500), {JobEvent::StartFailed, {}}, kNow);
        QCOMPARE(sink.lines().size(), qsizetype(StartLog::kAtOnce));
        log.write(failedJob(), answered(500), {JobEvent::StartFailed, {}}, kNow + StartLog::kOnePer);
        QCOMPARE(sink.lines().size(), qsizetype(StartLog::kAtOnce + 1));
        QCOMPARE(last(sink)["left_out"_L1].toInt(), 1000 - StartLog::kAtOnce);
        log.write(failedJob(), answered(500), {JobEvent::StartFailed, {}}, kNow + 1s);
        QVERIFY(!last(sink).contains("left_out"_L1));
    }

    void saysWhyTheCircuitOpens()
    {
        FakeSink sink;
        StartLog log(sink, LogFormat::Json);
        log.write({true, {10, 10, 0}, "connection refused", false, {}, "https://up.example"});
        QCOMPARE(last(sink)["level"_L1].toString(), u"warning"_s);
        QVERIFY(last(sink)["message"_L1].toString().startsWith(u"the circuit is open"_s));
        QCOMPARE(last(sink)["upstream"_L1].toString(), u"https://up.example"_s);
        QCOMPARE(last(sink)["cause"_L1].toString(),
                 u"10 starts in a row found no connection; the last one: connection refused"_s);
        log.write({true, {12, 3, 4}, "HTTP 503", false, {}});
        QCOMPARE(last(sink)["cause"_L1].toString(),
                 u"12 starts in a row failed, of 4 accounts; the last one: HTTP 503"_s);
        log.write({true, {99, 0, CircuitBreaker::kMostAccounts}, "HTTP 503", false, {}});
        QCOMPARE(last(sink)["cause"_L1].toString(),
                 u"99 starts in a row failed, of many accounts; the last one: HTTP 503"_s);
    }

    void saysThatTheCircuitClosed()
    {
        FakeSink sink;
        StartLog log(sink, LogFormat::Json);
        log.write({false, {}, {}, false, 1250ms, "https://up.example"});
        QCOMPARE(last(sink)["level"_L1].toString(), u"info"_s);
        QCOMPARE(last(sink)["upstream"_L1].toString(), u"https://up.example"_s);
        QCOMPARE(last(sink)["open_ms"_L1].toDouble(), 1250.0);
        QCOMPARE(last(sink)["cause"_L1].toString(), u"the upstream took a start"_s);
        log.write({false, {}, {}, true, 1250ms});
        QCOMPARE(last(sink)["cause"_L1].toString(), u"it was switched off"_s);
    }

    void levelsHold()
    {
        FakeSink sink;
        StartLog log(sink, LogFormat::Json);
        QLoggingCategory::setFilterRules(u"*.info=false"_s);
        log.write(failedJob(), answered(500), {JobEvent::StartFailed, {}}, kNow);
        log.write({false, {}, {}, false, 1s});
        QVERIFY(sink.text.isEmpty());
        log.write({true, {10, 10, 0}, "x", false, {}});
        QCOMPARE(sink.lines().size(), qsizetype(1));
        QLoggingCategory::setFilterRules(u"*.info=false\n*.warning=false"_s);
        log.write({true, {10, 10, 0}, "x", false, {}});
        QCOMPARE(sink.lines().size(), qsizetype(1));
    }
};

HOLDLINE_TEST(TestStartLog)
#include "tst_startlog.moc"

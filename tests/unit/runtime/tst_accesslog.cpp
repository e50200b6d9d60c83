// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/job.h"
#include "core/telemetry/accesslog.h"
#include "core/telemetry/logline.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/fakelogsink.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QByteArray oneLine(LogFormat format, const AccessRecord &record)
{
    FakeSink sink;
    AccessLog log(sink, format, 1000);
    log.write(record, kNow);
    log.flush(kNow);
    return sink.text;
}

QByteArray withText(LogFormat format, const QByteArray &text)
{
    LogLine line(format);
    line.add("k", QByteArrayView(text));
    return line.finish();
}

}  // namespace

class TestAccessLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void logfmt();
    void json();
    void refusedRequest();
    void fromAJob();
    void longTextsAreCut();
    void rateLimit();
    void noAccessLog();
    void leftOutLinesAreSummedUpWhenDestroyed();
    void batches();
    void busySink();
    void failingSink();
    void timerWrites();
    void reload();
};

void TestAccessLog::logfmt()
{
    QCOMPARE(oneLine(LogFormat::Logfmt, sample()),
             "time=2023-11-14T22:13:20.123Z level=info category=holdline.access outcome=completed status=200 "
             "id=j1 "
             "account=acme queue_ms=0.210 start_ms=6.512 job_ms=501.377 total_ms=508.099 attempts=1 "
             "request_id=r-1 client=127.0.0.1 upstream_id=4499a6e0c2ef4b98\n"_ba);
}

void TestAccessLog::json()
{
    const QByteArray line = oneLine(LogFormat::Json, sample());
    QVERIFY(line.endsWith("}\n"));
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(line, &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(object.value(u"time"_s).toString(), u"2023-11-14T22:13:20.123Z"_s);
    QCOMPARE(object.value(u"outcome"_s).toString(), u"completed"_s);
    QCOMPARE(object.value(u"status"_s).toInt(), 200);
    QCOMPARE(object.value(u"job_ms"_s).toDouble(), 501.377);
    QCOMPARE(object.value(u"upstream_id"_s).toString(), u"4499a6e0c2ef4b98"_s);
    QCOMPARE(object.size(), 15);
}

void TestAccessLog::refusedRequest()
{
    AccessRecord record;
    record.at = kWall;
    record.outcome = Reason::LaneFull;
    record.status = 429;
    record.account = "two words";
    QCOMPARE(oneLine(LogFormat::Logfmt, record),
             "time=2023-11-14T22:13:20.123Z level=info category=holdline.access outcome=lane_full status=429 "
             "account=\"two words\"\n"_ba);
}

void TestAccessLog::fromAJob()
{
    Job job;
    job.id = "j7";
    job.account = "acme";
    job.route = "openai";
    job.status.state = JobState::Settled;
    job.status.outcome = Reason::ClientGone;
    job.times.created = kNow;
    job.times.started = kNow + 5ms;
    job.times.settled = kNow + 50ms;
    job.attempts = 2;
    job.requestId = "r";
    job.client = "::1";
    const AccessRecord record = accessRecord(job, 499, kNow + 50ms, kWall);
    QCOMPARE(record.id, "j7"_ba);
    QCOMPARE(record.route, "openai"_ba);
    QCOMPARE(record.outcome, Reason::ClientGone);
    QCOMPARE(record.status, 499);
    QCOMPARE(record.queue, std::optional<Duration>(5ms));
    QCOMPARE(record.total, std::optional<Duration>(50ms));
    QVERIFY(!record.job);
    QCOMPARE(record.attempts, 2);
    QCOMPARE(record.client, "::1"_ba);
}

void TestAccessLog::longTextsAreCut()
{
    AccessRecord record = sample();
    record.account = QByteArray(1'000'000, 'a');
    record.route = QByteArray("r\"").repeated(500'000);
    record.requestId = QByteArray(1'000'000, '\n');
    record.client = QByteArray("\xe2\x82\xac").repeated(100'000);
    const QByteArray line = oneLine(LogFormat::Logfmt, record);
    QVERIFY(line.size() < 1200);
    QVERIFY(line.contains(" route=\"" + QByteArray("r\\\"").repeated(42) + "r\u2026\" account="));
    QVERIFY(line.contains(" account=\"" + QByteArray(128, 'a') + "\u2026\" "));
    QVERIFY(line.contains(" request_id=\"" + QByteArray("\\n").repeated(64) + "\u2026\" "));
    QVERIFY(line.contains(" client=\"" + QByteArray("\u20ac").repeated(42) + "\u2026\" "));
    // A text of exactly the allowed length is not cut.
    QVERIFY(withText(LogFormat::Logfmt, QByteArray(256, 'a')) == "k=" + QByteArray(256, 'a') + "\n");
}

void TestAccessLog::rateLimit()
{
    FakeSink sink;
    AccessLog log(sink, LogFormat::Logfmt, 3);
    AccessRecord record = sample();
    for (int i = 0; i < 5; ++i)
        log.write(record, kNow + i * 10ms);
    record.outcome = Reason::LaneFull;
    log.write(record, kNow + 999ms);
    log.flush(kNow + 999ms);
    QCOMPARE(sink.lines().size(), 3);
    QCOMPARE(log.dropped(), 3u);
    // In the next second, the first line says how many lines were dropped.
    log.write(record, kNow + 1s);
    log.flush(kNow + 1s);
    QCOMPARE(sink.lines().size(), 5);
    QVERIFY2(sink.lines().at(3).endsWith(" level=info category=holdline.access message=\"access lines left "
                                         "out\" lines=3 completed=2 lane_full=1"),
             sink.lines().at(3).constData());
    QVERIFY(sink.lines().at(4).contains("outcome=lane_full"));
    // When no lines were dropped, there is no such summary.
    log.write(record, kNow + 5s);
    log.flush(kNow + 7s);
    QCOMPARE(sink.lines().size(), 6);
    // Without another request, flush() of the timer writes the summary.
    for (int i = 0; i < 4; ++i)
        log.write(record, kNow + 10s);
    log.flush(kNow + 10s + 500ms);
    QCOMPARE(sink.lines().size(), 9);
    log.flush(kNow + 11s);
    QCOMPARE(sink.lines().size(), 10);
    QVERIFY(sink.lines().last().endsWith(" lines=1 lane_full=1"));
    QVERIFY(sink.wellFormed);
}

void TestAccessLog::noAccessLog()
{
    FakeSink sink;
    AccessLog log(sink, LogFormat::Logfmt, 0);
    log.write(sample(), kNow);
    log.flush(kNow + 2s);
    QCOMPARE(sink.calls, 0);
    QCOMPARE(log.dropped(), 0u);
}

void TestAccessLog::leftOutLinesAreSummedUpWhenDestroyed()
{
    FakeSink sink;
    {
        AccessLog log(sink, LogFormat::Logfmt, 1);
        log.write(sample(), kNow);
        log.write(sample(), kNow);
    }
    QCOMPARE(sink.lines().size(), 2);
    QVERIFY(sink.lines().last().contains("lines=1"));
}

void TestAccessLog::batches()
{
    FakeSink sink;
    AccessLog log(sink, LogFormat::Logfmt, 1'000'000);
    for (int i = 0; i < 1000; ++i)
        log.write(sample(), kNow);
    log.flush(kNow);
    QCOMPARE(sink.lines().size(), 1000);
    QVERIFY(sink.wellFormed);
    const qsizetype perCall = LogSink::kMaxBytes / (sink.text.size() / 1000);
    QVERIFY2(sink.calls <= 1000 / perCall + 20, qPrintable(QString::number(sink.calls)));
}

void TestAccessLog::busySink()
{
    FakeSink sink;
    sink.result = LogWrite::Busy;
    AccessLog log(sink, LogFormat::Logfmt, 1'000'000);
    constexpr int kLines = 10'000;
    for (int i = 0; i < kLines; ++i)
        log.write(sample(), kNow);
    log.flush(kNow);
    // The buffer is limited. Lines that do not fit are counted as lost.
    QVERIFY(log.lost() > 0);
    QVERIFY(sink.text.isEmpty());
    sink.result = LogWrite::Done;
    log.flush(kNow);
    QCOMPARE(sink.lines().size() + qsizetype(log.lost()), kLines);
    QVERIFY(sink.text.size() <= 1024 * 1024);
    QVERIFY(sink.wellFormed);
}

void TestAccessLog::failingSink()
{
    FakeSink sink;
    sink.result = LogWrite::Failed;
    AccessLog log(sink, LogFormat::Logfmt, 1'000'000);
    for (int i = 0; i < 100; ++i)
        log.write(sample(), kNow);
    log.flush(kNow);
    QCOMPARE(log.lost(), 100u);
    sink.result = LogWrite::Done;
    log.write(sample(), kNow);
    log.flush(kNow);
    QCOMPARE(sink.lines().size(), 1);
}

void TestAccessLog::timerWrites()
{
    FakeSink sink;
    AccessLog log(sink, LogFormat::Logfmt, 10);
    log.write(sample(), Clock::now());
    QCOMPARE(sink.calls, 0);
    QTRY_COMPARE(sink.lines().size(), 1);
}

void TestAccessLog::reload()
{
    FakeSink sink;
    AccessLog log(sink, LogFormat::Logfmt, 10);
    log.write(sample(), kNow);
    log.configure(LogFormat::Json, 1);
    log.write(sample(), kNow);
    log.write(sample(), kNow + 1s);
    log.write(sample(), kNow + 1s);
    log.flush(kNow + 1s);
    QCOMPARE(log.dropped(), 2u);
    QVERIFY(sink.lines().first().startsWith("time="));
    QVERIFY(sink.lines().last().startsWith("{\"time\":"));
}

HOLDLINE_TEST(TestAccessLog)
#include "tst_accesslog.moc"

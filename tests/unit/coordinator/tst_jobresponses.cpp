// SPDX-License-Identifier: GPL-3.0-or-later
// The response to each end of a job and to each refusal: status, header fields and text.
#include "service/holdline/answers/jobresponses.h"
#include "service/holdline/jobs/refusals.h"
#include "service/http/problemresponse.h"
#include "tests/support/suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Job endedJob(Reason outcome, int attempts)
{
    Job job;
    job.id = "00ff";
    job.status.state = JobState::Settled;
    job.status.outcome = outcome;
    job.attempts = attempts;
    job.times.created = TimePoint(1s);
    job.times.started = job.times.created + 12ms;
    job.times.answered = *job.times.started + 8ms;
    job.times.callback = *job.times.answered + 500ms;
    job.times.settled = *job.times.callback + 30ms;
    return job;
}

QString memberOf(const http::Response &response, QLatin1StringView name)
{
    return QJsonDocument::fromJson(response.body).object().value(name).toString();
}

}  // namespace

class TestJobResponses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void failures_data();
    void failures();
    void whatTheQueueWaitedFor();
    void retryAfterTravelsWithARefusal();
    void onlyAJobThatNeverRanIsToBeRepeated();
    void resultsArePassedOn_data();
    void resultsArePassedOn();
    void timings();
    void callbacks();
    void refusals_data();
    void refusals();
};

void TestJobResponses::failures_data()
{
    QTest::addColumn<int>("reason");
    QTest::addColumn<int>("attempts");
    QTest::addColumn<bool>("durable");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("detail");
    const auto row = [](Reason reason, int attempts, bool durable, int status, const QString &detail) {
        QTest::addRow("%s, %d attempts%s", name(reason).data(), attempts, durable ? ", durable" : "")
            << static_cast<int>(reason) << attempts << durable << status << detail;
    };
    row(Reason::UpstreamUnreachable, 1, false, 502, u"The start failed after 1 attempt: refused"_s);
    row(Reason::UpstreamUnreachable, 2, false, 502, u"The start failed after 2 attempts: refused"_s);
    row(Reason::UpstreamError, 0, true, 502, u"The start failed after 0 attempts: refused"_s);
    row(Reason::StartUnknown, 1, false, 504,
        u"The start was sent, but no usable answer came. The job may or may not have run. It was not sent "
        "again. refused"_s);
    row(Reason::StartUnknown, 2, false, 504,
        u"The start was sent, but no usable answer came. The job may or may not have run. refused"_s);
    row(Reason::CallbackTimeout, 1, false, 504,
        u"The job was started, but its callback did not come in time. No request can get a result that "
        "still comes."_s);
    row(Reason::CallbackTimeout, 1, true, 504,
        u"The job was started, but its callback did not come in time. A result that still comes takes the "
        "place of this answer."_s);
    row(Reason::QueueTimeout, 0, false, 504,
        u"The account's earlier starts took until the deadline. This job was not started."_s);
    row(Reason::Draining, 0, false, 503, u"The service is shutting down. The job was not started."_s);
    row(Reason::DrainTimeout, 1, false, 504,
        u"The service is shutting down and cannot wait longer for the callback. The job may have run, and no "
        "request can get its result."_s);
    row(Reason::StoreUnavailable, 0, true, 503, {});
    row(Reason::Cancelled, 1, false, 503, u"The job was cancelled."_s);
    row(Reason::Interrupted, 1, true, 504,
        u"The service ended while the start was under way, and no callback has come since. The job may or "
        u"may "
        "not have run."_s);
}

void TestJobResponses::failures()
{
    QFETCH(const int, reason);
    QFETCH(const int, attempts);
    QFETCH(const bool, durable);
    QFETCH(const int, status);
    QFETCH(const QString, detail);
    Job job = endedJob(static_cast<Reason>(reason), attempts);
    job.status.durable = durable;
    UpstreamAnswer upstream;
    upstream.detail = u"refused"_s;
    upstream.proxyStatus = "connection_refused";
    const http::Response response = jobResponse(job, upstream);
    QCOMPARE(response.status, status);
    QCOMPARE(response.headers.value("Content-Type"), "application/problem+json"_ba);
    QCOMPARE(response.headers.value("Holdline-Job"), "00ff"_ba);
    QCOMPARE(response.headers.value("Proxy-Status"), "holdline; error=connection_refused"_ba);
    // A cancelled job may have run, so no Retry-After.
    const bool invites = status == 503 && job.status.outcome != Reason::Cancelled;
    QCOMPARE(response.headers.value("Retry-After"), invites ? "1"_ba : QByteArray());
    QCOMPARE(memberOf(response, "code"_L1), QString(name(static_cast<Reason>(reason))));
    QCOMPARE(memberOf(response, "detail"_L1), detail);
    QCOMPARE(memberOf(response, "job"_L1), u"00ff"_s);
    QVERIFY(jobResponse(job, {}).headers.value("Proxy-Status").isNull());
}

void TestJobResponses::whatTheQueueWaitedFor()
{
    UpstreamAnswer upstream;
    upstream.heldBack = true;
    QCOMPARE(memberOf(jobResponse(endedJob(Reason::QueueTimeout, 0), upstream), "detail"_L1),
             u"The upstream failed too often, so starts were held back until the deadline. This job was not "
             "started."_s);
}

void TestJobResponses::retryAfterTravelsWithARefusal()
{
    UpstreamAnswer upstream{429, "text/plain", "too many", {}, {}, 7s};
    QCOMPARE(jobResponse(endedJob(Reason::StartRejected, 1), upstream).headers.value("Retry-After"), "7"_ba);
    QVERIFY(jobResponse(endedJob(Reason::Completed, 1), upstream).headers.value("Retry-After").isNull());
    upstream.retryAfter.reset();
    QVERIFY(jobResponse(endedJob(Reason::StartRejected, 1), upstream).headers.value("Retry-After").isNull());
}

/// No Retry-After when the job may have run: `curl --retry` would repeat the request, and the job would run
/// twice.
void TestJobResponses::onlyAJobThatNeverRanIsToBeRepeated()
{
    for (int i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        Job job = endedJob(reason, 1);
        const auto invites = [&job] { return jobResponse(job, {}).headers.contains("Retry-After"); };
        QVERIFY2(!invites() || reasonInfo(reason).has(EndTrait::NeverStarted), name(reason).data());
        for (bool JobStatus::*mayHaveRun : {&JobStatus::startUnknown, &JobStatus::interrupted}) {
            job.status.*mayHaveRun = true;
            QVERIFY2(!invites(), name(reason).data());
            job.status.*mayHaveRun = false;
        }
    }
}

void TestJobResponses::resultsArePassedOn_data()
{
    QTest::addColumn<int>("reason");
    QTest::addColumn<int>("upstreamStatus");
    QTest::addColumn<int>("status");
    QTest::newRow("completed") << static_cast<int>(Reason::Completed) << 202 << 200;
    QTest::newRow("job failed") << static_cast<int>(Reason::JobFailed) << 202 << 200;
    QTest::newRow("passed through") << static_cast<int>(Reason::PassedThrough) << 202 << 202;
    QTest::newRow("start rejected") << static_cast<int>(Reason::StartRejected) << 418 << 418;
}

void TestJobResponses::resultsArePassedOn()
{
    QFETCH(const int, reason);
    QFETCH(const int, upstreamStatus);
    QFETCH(const int, status);
    UpstreamAnswer upstream{upstreamStatus, "text/x-any", QByteArray("a\0b\xff", 4), "unused", u"unused"_s};
    const Job job = endedJob(static_cast<Reason>(reason), 1);
    const http::Response response = jobResponse(job, upstream);
    QCOMPARE(response.status, status);
    QCOMPARE(response.body, upstream.body);
    QCOMPARE(response.headers.value("Content-Type"), "text/x-any"_ba);
    QCOMPARE(response.headers.value("Holdline-Job"), "00ff"_ba);
    QVERIFY(response.headers.value("Proxy-Status").isNull());
    upstream.contentType.clear();
    QVERIFY(jobResponse(job, upstream).headers.value("Content-Type").isNull());
}

void TestJobResponses::timings()
{
    Job job = endedJob(Reason::Completed, 1);
    QCOMPARE(jobResponse(job, {}).headers.value("Server-Timing"),
             "queue;dur=12.000, start;dur=8.000, job;dur=500.000, total;dur=550.000"_ba);
    job.times = {};
    job.times.created = TimePoint(1s);
    job.deadline = TimePoint(3s);
    QCOMPARE(jobResponse(job, {}).headers.value("Server-Timing"),
             "queue;dur=2000.000, total;dur=2000.000"_ba);
    QCOMPARE(serverTiming({2ms, {}, {}, 3ms}), "queue;dur=2.000, total;dur=3.000"_ba);
}

void TestJobResponses::callbacks()
{
    const http::Response response = callbackTaken(CallbackOutcome::Duplicate);
    QCOMPARE(response.status, 200);
    QCOMPARE(response.headers.value("Content-Type"), "application/json"_ba);
    QCOMPARE(response.body, R"({"callback":"duplicate"})"_ba);
}

void TestJobResponses::refusals_data()
{
    QTest::addColumn<Problem>("problem");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("retryAfter");
    QTest::addColumn<QString>("code");
    QTest::newRow("store") << storeUnavailable(u"why"_s, "1") << 503 << "5"_ba << u"store_unavailable"_s;
    QTest::newRow("callback") << notStored(u"why"_s, "1") << 503 << "1"_ba << u"store_unavailable"_s;
    QTest::newRow("held") << tooManyHeld() << 503 << "1"_ba << u"overloaded"_s;
    QTest::newRow("durable") << tooManyDurable(17) << 503 << "1"_ba << u"overloaded"_s;
    QTest::newRow("process") << endsWithProcess("1", false) << 503 << "1"_ba << u"draining"_s;
    QTest::newRow("process, may have run")
        << endsWithProcess("1", true) << 504 << QByteArray() << u"drain_timeout"_s;
    QTest::newRow("in flight") << keyInFlight("1") << 409 << "1"_ba << u"idempotency_key_in_flight"_s;
    QTest::newRow("reused") << keyReused("1") << 422 << QByteArray() << u"idempotency_key_reused"_s;
}

void TestJobResponses::refusals()
{
    QFETCH(const Problem, problem);
    QFETCH(const int, status);
    QFETCH(const QByteArray, retryAfter);
    QFETCH(const QString, code);
    const http::Response response = http::problemResponse(problem);
    QCOMPARE(response.status, status);
    QCOMPARE(response.headers.value("Retry-After"), retryAfter);
    QCOMPARE(memberOf(response, "code"_L1), code);
    QCOMPARE(memberOf(response, "job"_L1), QString::fromUtf8(problem.job));
    QVERIFY(!problem.detail.isEmpty());
    QCOMPARE(memberOf(response, "detail"_L1), problem.detail);
    QVERIFY(code != "overloaded"_L1 || problem.job.isEmpty());
}

HOLDLINE_TEST(TestJobResponses)
#include "tst_jobresponses.moc"

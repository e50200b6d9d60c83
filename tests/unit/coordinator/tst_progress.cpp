// SPDX-License-Identifier: GPL-3.0-or-later
// Only a result ends a job. Tests callbacks that report progress, and results in the response to the start
// request.
#include "service/holdline/answers/apianswers.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Fate = StartResult::Fate;

namespace {

const QByteArray kBody = R"({"account":"a","wait":true})";

http::HeaderFields keyed()
{
    return {{"Idempotency-Key", "k"}};
}

bool waitForStart(CoordinatorWorld &world, std::size_t starts = 1)
{
    return QTest::qWaitFor([&] { return world.starter.order.size() >= starts; });
}

QByteArray startToken(CoordinatorWorld &world)
{
    return CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
}

JobRecord find(CoordinatorWorld &world, const QByteArray &id)
{
    std::optional<std::optional<JobRecord>> answer;
    world.coordinator.directory().find(id,
                                       [&](std::optional<JobRecord> found) { answer = std::move(found); });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }) || !*answer)
        qFatal("the directory does not know the job");
    return **answer;
}

QJsonObject json(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

QByteArray word(const http::Response &response)
{
    return json(response.body).value("callback"_L1).toString().toLatin1();
}

/// Returns the result of a start request whose response already contains the job's result.
StartResult finished(JobReport report, const QByteArray &body)
{
    StartResult result;
    result.fate = Fate::Accepted;
    result.status = 200;
    result.contentType = "application/json";
    result.body = body;
    result.upstreamId = "1f";
    result.report = report;
    return result;
}

}  // namespace

class TestProgress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Reported by a user: the first callback said "processing", and its body was taken for the result.
    void theResultEndsTheJob_data()
    {
        QTest::addColumn<QByteArray>("state");
        for (const char *state : {"processing", "running", "queued", "pending", "succeeding", "x"})
            QTest::newRow(state) << QByteArray(state);
    }
    void theResultEndsTheJob()
    {
        QFETCH(QByteArray, state);
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = startToken(world);
        world.starter.accept(world.lastTicket(), "1f");
        const http::Response response = world.callback(token, "1f", state);
        QCOMPARE(response.status, 200);
        QCOMPARE(word(response), "progress");
        QVERIFY(client.log->answers.empty());
        QCOMPARE(word(world.callback(token, "1f", "COMPLETED")), "matched");
        QCOMPARE(client.log->body(), R"({"id":"1f","state":"COMPLETED"})");
        QCOMPARE(word(world.callback(token, "1f", state)), "duplicate");
        QCOMPARE(world.coordinator.ledger().count(CallbackOutcome::Progress), 1U);
    }

    void progressIsShown()
    {
        CoordinatorWorld world;
        QSignalSpy progressed(&world.coordinator, &JobCoordinator::jobProgressed);
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        const QByteArray token = startToken(world);
        const QByteArray id = world.starter.calls.at(world.lastTicket()).idempotencyKey;
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(!json(statusAnswer(find(world, id)).body).contains("progress"_L1));
        for (int i = 0; i < 20; ++i)
            world.callback(token, "1f", "step " + QByteArray::number(i));
        QCOMPARE(progressed.count(), 20);
        const JobRecord record = find(world, id);
        QCOMPARE(record.progress, (JobProgress{20, "step 19"}));
        // All progress reports share one journal entry, so that they do not push out other entries.
        QCOMPARE(record.journal.omitted(), 0);
        QCOMPARE(record.journal.entries().back().event, JournalEvent::Progress);
        QCOMPARE(record.journal.entries().back().number, 20);
        const QJsonObject shown = json(statusAnswer(record).body).value("progress"_L1).toObject();
        QCOMPARE(shown.value("state"_L1).toString(), u"step 19"_s);
        QCOMPARE(shown.value("reports"_L1).toInt(), 20);
    }

    void hostileStates()
    {
        CoordinatorWorld world;
        QSignalSpy progressed(&world.coordinator, &JobCoordinator::jobProgressed);
        world.hold();
        const QByteArray token = startToken(world);
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token, "1f", "a\\nb\\u0000\\u00e9\\u007f");
        const auto state = [&] { return world.coordinator.jobs().find(world.lastTicket())->progress.state; };
        QCOMPARE(state(), "a?b????");
        world.callback(token, "1f", QByteArray(100'000, 'x'));
        QCOMPARE(state(), QByteArray(64, 'x'));
    }

    /// The job waits to be started again. The report proves that the first start request worked.
    void noSecondStart()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = startToken(world);
        world.coordinator.pauseLane("a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QVERIFY(QTest::qWaitFor([&] { return world.coordinator.lanes().totalQueued() == 1; }));
        QCOMPARE(word(world.callback(token, "1f", "running")), "progress");
        QCOMPARE(world.coordinator.lanes().totalQueued(), 0);
        world.coordinator.resumeLane("a");
        QCoreApplication::processEvents();
        QCOMPARE(world.starter.order.size(), 1U);
        QCOMPARE(word(world.callback(token)), "matched");
        QCOMPARE(client.log->status(), 200);
    }

    /// A second start request is in flight. The upstream rejects it because the job runs already.
    void theRefusalOfASecondStartEndsNothing()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = startToken(world);
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QVERIFY(waitForStart(world, 2));
        QCOMPARE(word(world.callback(token, "1f", "running")), "progress");
        world.starter.answer(world.lastTicket(), Fate::Rejected, 409);
        QVERIFY(client.log->answers.empty());
        QCOMPARE(word(world.callback(token)), "matched");
        QCOMPARE(client.log->status(), 200);
    }

    void progressEndsTheDoubt()
    {
        Config config = quickConfig();
        config.hold.doubtDeadline = 10min;
        CoordinatorWorld world(config);
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        const JobKey key = world.lastTicket();
        const QByteArray token = startToken(world);
        world.starter.answer(key, Fate::Unknown, 0);
        const Job *job = world.coordinator.jobs().find(key);
        QVERIFY(isStartInDoubt(job->status));
        QVERIFY(job->deadline - job->times.created < 1h);
        world.callback(token, "1f", "running");
        QVERIFY(!isStartInDoubt(job->status));
        QCOMPARE(job->deadline - job->times.created, Duration(1h));
        QCOMPARE(job->upstreamId, "1f");
        // A report with the id of another job changes nothing.
        QCOMPARE(world.callback(token, "2e", "running").status, 409);
        // The progress is stored, so a restarted process knows about it too.
        QTRY_VERIFY(world.store.records.begin()->second.status.progressSeen);
        const JobRecord record = world.store.records.begin()->second;
        CoordinatorWorld next(config);
        next.store.records = {{record.id, record}};
        next.coordinator.recover({record});
        const std::vector<JobKey> recovered = next.coordinator.jobs().heldKeys();
        QCOMPARE(recovered.size(), 1U);
        QVERIFY(!isStartInDoubt(next.coordinator.jobs().find(recovered.front())->status));
        QCOMPARE(next.coordinator.jobs().find(recovered.front())->status.state, JobState::Running);
    }

    void theAnswerToTheStartIsTheResult_data()
    {
        QTest::addColumn<JobReport>("report");
        QTest::addColumn<Reason>("outcome");
        QTest::addColumn<bool>("durable");
        QTest::newRow("completed") << JobReport::Completed << Reason::Completed << false;
        QTest::newRow("failed") << JobReport::Failed << Reason::JobFailed << false;
        QTest::newRow("completed, durable") << JobReport::Completed << Reason::Completed << true;
        QTest::newRow("failed, durable") << JobReport::Failed << Reason::JobFailed << true;
    }
    void theAnswerToTheStartIsTheResult()
    {
        QFETCH(JobReport, report);
        QFETCH(Reason, outcome);
        QFETCH(bool, durable);
        CoordinatorWorld world;
        QSignalSpy ended(&world.coordinator, &JobCoordinator::jobEnded);
        const Client client = world.hold(kBody, durable ? keyed() : http::HeaderFields());
        QVERIFY(waitForStart(world));
        const QByteArray token = startToken(world);
        const QByteArray body = R"({"id":"1f","state":"whatever","proof":"P"})";
        world.starter.finish(world.lastTicket(), finished(report, body));
        QTRY_COMPARE(client.log->answers.size(), 1U);
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), body);
        QCOMPARE(header(client, "Content-Type"), "application/json");
        QCOMPARE(ended.count(), 1);
        QCOMPARE(ended.front().front().value<Job>().status.outcome, outcome);
        QCOMPARE(word(world.callback(token)), "duplicate");
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 0);
        if (durable)
            QCOMPARE(world.store.records.begin()->second.answer->body, body);
    }

    /// The job's deadline passed before the response to the start request came.
    void aLateAnswerWithTheResultIsKept_data()
    {
        QTest::addColumn<bool>("stored");
        QTest::newRow("while its end is being stored") << false;
        QTest::newRow("after its end was stored") << true;
    }
    void aLateAnswerWithTheResultIsKept()
    {
        QFETCH(bool, stored);
        Config config = quickConfig();
        config.hold.jobDeadline = 20ms;
        CoordinatorWorld world(config);
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        const JobKey key = world.lastTicket();
        if (!stored)
            world.store.hold();
        QTRY_VERIFY(world.coordinator.jobs().find(key)->isSettled());
        if (stored)
            QTRY_VERIFY(!world.coordinator.live(key));
        const QByteArray body = R"({"id":"1f","state":"completed"})";
        world.starter.finish(key, finished(JobReport::Completed, body));
        world.store.release();
        const auto answerOf = [&] { return world.store.records.begin()->second.answer; };
        QTRY_VERIFY(answerOf() && answerOf()->status == 200);
        QCOMPARE(answerOf()->body, body);
        QCOMPARE(world.store.records.begin()->second.status.outcome, Reason::Completed);
    }

    void aLateAnswerOfAPlainJobIsRetained()
    {
        Config config = quickConfig();
        config.hold.deadline = 20ms;
        CoordinatorWorld world(config);
        const Client client = world.hold();
        const JobKey key = world.lastTicket();
        QTRY_COMPARE(client.log->answers.size(), 1U);
        world.starter.finish(key, finished(JobReport::Completed, "result"));
        QCOMPARE(world.coordinator.jobs().find(key)->retainedResult, "result");
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 0);
    }
};

HOLDLINE_TEST(TestProgress)
#include "tst_progress.moc"

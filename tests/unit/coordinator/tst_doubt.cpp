// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs in doubt: a start request was sent, and Holdline does not know whether the job was started. Tests what
// clients learn, how long they wait, and what frees their keys.
#include "service/holdline/answers/apianswers.h"
#include "service/holdline/jobs/doubtfulstarts.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using Cancelled = JobDirectory::Cancelled;
using Fate = StartResult::Fate;

namespace {

const QByteArray kBody = R"({"account":"a","wait":true})";

http::HeaderFields keyed(const QByteArray &prefer = {}, const QByteArray &key = "k")
{
    http::HeaderFields headers{{"Idempotency-Key", key}};
    if (!prefer.isEmpty())
        headers.append("Prefer", prefer);
    return headers;
}

bool waitForStart(CoordinatorWorld &world, std::size_t starts = 1)
{
    return QTest::qWaitFor([&] { return world.starter.order.size() >= starts; });
}

/// Returns the record that a killed process leaves behind while its start request is in flight.
JobRecord interruptedRecord(const QByteArray &prefer = {}, const Config &config = quickConfig())
{
    CoordinatorWorld before(config);
    before.hold(kBody, keyed(prefer));
    if (!waitForStart(before))
        qFatal("no start");
    return before.store.records.begin()->second;
}

void recover(CoordinatorWorld &world, const JobRecord &record)
{
    world.store.records = {{record.id, record}};
    world.coordinator.recover({record});
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

Cancelled cancel(CoordinatorWorld &world, const QByteArray &id)
{
    std::optional<Cancelled> answer;
    world.coordinator.directory().cancel(id, [&](auto cancelled, const auto &) { answer = cancelled; });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }))
        qFatal("the directory does not answer");
    return *answer;
}

QJsonObject json(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

QStringList eventsOf(const JobRecord &record)
{
    QStringList events;
    for (const JournalEntry &entry : record.journal.entries())
        events.append(QString(name(entry.event)));
    return events;
}

}  // namespace

class TestDoubt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyAnswerSaysSo()
    {
        Config config = quickConfig();
        config.hold.deadline = 10ms;
        CoordinatorWorld world(config);
        const JobRecord record = interruptedRecord();
        recover(world, record);
        const QJsonObject state = json(statusAnswer(find(world, record.id)).body);
        QCOMPARE(state.value("start_in_doubt"_L1), QJsonValue(true));
        QCOMPARE(state.value("state"_L1).toString(), u"running"_s);
        QCOMPARE(json(resultAnswer(find(world, record.id)).body).value("start_in_doubt"_L1),
                 QJsonValue(true));

        const Client late = world.hold(kBody, keyed());
        QTRY_COMPARE(late.log->status(), 504);
        const QJsonObject problem = json(late.log->body());
        // The job itself will end with `interrupted`, but it still waits for its callback.
        QCOMPARE(problem.value("code"_L1).toString(), u"start_unknown"_s);
        QVERIFY(!header(late, "Location").isEmpty());
        QCOMPARE(problem.value("start_in_doubt"_L1), QJsonValue(true));
        QVERIFY(problem.value("detail"_L1).toString().contains(u"Nobody knows whether the job was started"));
        const Client handed = world.hold(kBody, keyed("respond-async"));
        QTRY_COMPARE(handed.log->status(), 202);
        QCOMPARE(json(handed.log->body()).value("start_in_doubt"_L1), QJsonValue(true));
        const Client other = world.hold(R"({"account":"a","other":1})", keyed());
        QTRY_COMPARE(other.log->status(), 422);
        QCOMPARE(json(other.log->body()).value("start_in_doubt"_L1), QJsonValue(true));

        QCOMPARE(world.callback(record.token).body, R"({"callback":"matched"})");
        QCOMPARE(json(statusAnswer(find(world, record.id)).body).value("start_in_doubt"_L1),
                 QJsonValue(false));
    }

    void aStartWithoutAnAnswerIsInDoubtToo()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        const QByteArray id = world.store.puts.front().id;
        QCOMPARE(isStartInDoubt(find(world, id).status), false);
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        const JobRecord record = find(world, id);
        QVERIFY(isStartInDoubt(record.status));
        QVERIFY(record.deadline <= record.created + quickConfig().hold.doubtDeadline + 1min);
    }

    void itHasADeadlineOfItsOwn()
    {
        Config config = quickConfig();
        config.hold.doubtDeadline = 20ms;
        CoordinatorWorld world(config);
        const JobRecord record = interruptedRecord();
        recover(world, record);
        const Client client = world.hold(kBody, keyed());
        QTRY_COMPARE(client.log->status(), 504);
        const QJsonObject problem = json(client.log->body());
        QCOMPARE(problem.value("code"_L1).toString(), u"interrupted"_s);
        QCOMPARE(problem.value("start_in_doubt"_L1), QJsonValue(true));
        QVERIFY(problem.value("detail"_L1).toString().contains(u"may or may not have run"));
        QCOMPARE(find(world, record.id).status.outcome, Reason::Interrupted);
        QVERIFY(world.starter.order.empty());
        // The job ended with an error, not with a decision, so a late result replaces the error.
        QCOMPARE(world.callback(record.token).body, R"({"callback":"late"})");
        const JobRecord after = find(world, record.id);
        QCOMPARE(after.status.outcome, Reason::Completed);
        QCOMPARE(eventsOf(after),
                 QStringList({u"accepted"_s, u"start"_s, u"recovered"_s, u"ended"_s, u"callback"_s}));
    }

    /// A stored request that this version cannot read cannot be started. An earlier start request may have
    /// run the job.
    void aStoredRequestThatCannotBeReadIsInDoubt()
    {
        Config config = quickConfig();
        config.hold.doubtDeadline = 20ms;
        CoordinatorWorld world(config);
        JobRecord record = openJob("a", "k");
        record.request->body = "no JSON";
        recover(world, record);
        const JobRecord found = find(world, record.id);
        QCOMPARE(found.status.state, JobState::Running);
        QVERIFY(isStartInDoubt(found.status));
        QTRY_COMPARE(find(world, record.id).status.state, JobState::Settled);
        QCOMPARE(find(world, record.id).status.outcome, Reason::Interrupted);
        QVERIFY(world.starter.order.empty());
    }

    void neverLaterThanTheJobsOwn()
    {
        Config config = quickConfig();
        config.hold.jobDeadline = 20ms;
        CoordinatorWorld world(config);
        JobRecord record = interruptedRecord();
        record.deadline = record.created;
        recover(world, record);
        QTRY_COMPARE(find(world, record.id).status.outcome, Reason::Interrupted);
    }

    /// A second crash must not make the wait longer.
    void theDeadlineIsStored()
    {
        CoordinatorWorld world;
        const JobRecord record = interruptedRecord();
        recover(world, record);
        QTRY_COMPARE(world.store.records.at(record.id).status.state, JobState::Running);
        const JobRecord &stored = world.store.records.at(record.id);
        QVERIFY(isStartInDoubt(stored.status));
        QVERIFY(stored.deadline < record.deadline);
        QCOMPARE(eventsOf(stored), QStringList({u"accepted"_s, u"start"_s, u"recovered"_s}));
        CoordinatorWorld next;
        recover(next, JobRecord(stored));
        QVERIFY(find(next, record.id).deadline <= stored.deadline + 1s);
    }

    void measuredJobsShortenIt()
    {
        CoordinatorWorld world;
        const JobRecord record = interruptedRecord();
        recover(world, record);
        const WallTime before = find(world, record.id).deadline;
        const Client other = world.hold(R"({"account":"b"})");
        QVERIFY(waitForStart(world));
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.begin()->second);
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
        QTRY_VERIFY(find(world, record.id).deadline < before - 5min);
        QTRY_VERIFY(world.store.records.at(record.id).deadline < before - 5min);
    }

    void waitsOnlyBecomeShorter()
    {
        const TimePoint start = TimePoint() + 1h;
        Job job;
        job.key = 7;
        job.deadline = start + 8min;
        DoubtfulStarts doubts;
        QCOMPARE(doubts.add(job, start, 10min), start + 8min);
        QVERIFY(doubts.shortened(10min).empty());
        doubts.addJobTime(12s);
        auto shorter = doubts.shortened(10min);
        QCOMPARE(shorter.size(), std::size_t(1));
        QCOMPARE(shorter.front().job, JobKey(7));
        QCOMPARE(shorter.front().at, start + 2min);
        QVERIFY(doubts.shortened(10min).empty());
        doubts.addJobTime(30s);
        QVERIFY(doubts.shortened(10min).empty());
        QCOMPARE(doubts.shortened(30s).front().at, start + 30s);
        doubts.remove(7);
        QVERIFY(doubts.shortened(1s).empty());
    }

    void deletingItFreesItsKey()
    {
        CoordinatorWorld world;
        const JobRecord record = interruptedRecord();
        recover(world, record);
        const Client waiting = world.hold(kBody, keyed());
        QTest::qWait(0);
        world.store.hold();
        std::optional<Cancelled> answer;
        world.coordinator.directory().cancel(record.id, [&](auto done, const auto &) { answer = done; });
        QTest::qWait(0);
        // Clients learn that the key is free only after the store has freed it.
        QVERIFY(!answer && waiting.log->answers.empty());
        world.store.release();
        QTRY_VERIFY(answer == Cancelled::Done);
        QCOMPARE(waiting.log->status(), 503);
        QVERIFY(waiting.log->body().contains("It may have run."));
        QCOMPARE(json(waiting.log->body()).value("start_in_doubt"_L1), QJsonValue(true));
        const JobRecord ended = find(world, record.id);
        QCOMPARE(ended.status.outcome, Reason::Cancelled);
        QVERIFY(ended.key.isNull());
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        // A result of the first job stays with that job.
        QCOMPARE(world.callback(record.token).body, R"({"callback":"late"})");
        QCOMPARE(find(world, record.id).status.outcome, Reason::Cancelled);
    }

    void aJobThatRunsKeepsItsKey()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        world.starter.accept(world.lastTicket(), "1f");
        const QByteArray id = world.store.puts.front().id;
        QCOMPARE(cancel(world, id), Cancelled::Done);
        QCOMPARE(find(world, id).key, "k");
        QCOMPARE(cancel(world, id), Cancelled::AlreadyEnded);
    }

    void deletingAnInterruptedJobFreesItsKey_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("interrupted") << 0;
        QTest::newRow("start_unknown") << 1;
    }
    void deletingAnInterruptedJobFreesItsKey()
    {
        QFETCH(const int, kind);
        Config config = quickConfig();
        config.hold.doubtDeadline = 20ms;
        CoordinatorWorld world(config);
        QByteArray id;
        QByteArray token;
        if (kind == 0) {
            const JobRecord record = interruptedRecord();
            recover(world, record);
            id = record.id;
            token = record.token;
        } else {
            world.hold(kBody, keyed());
            QVERIFY(waitForStart(world));
            id = world.store.puts.front().id;
            token = world.store.puts.front().token;
            world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        }
        const std::size_t starts = world.starter.order.size();
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        const Reason outcome = kind == 0 ? Reason::Interrupted : Reason::StartUnknown;
        QCOMPARE(find(world, id).status.outcome, outcome);
        const std::uint64_t revision = find(world, id).revision;

        world.store.failNext(1, u"no space left"_s);
        QCOMPARE(cancel(world, id), Cancelled::NotStored);
        QCOMPARE(find(world, id).key, "k");
        QCOMPARE(cancel(world, id), Cancelled::Done);
        const JobRecord freed = find(world, id);
        QVERIFY(freed.key.isNull());
        QCOMPARE(freed.status.outcome, outcome);
        QCOMPARE(freed.revision, revision + 1);
        QCOMPARE(cancel(world, id), Cancelled::Done);
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world, starts + 1));
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QCOMPARE(find(world, id).status.outcome, Reason::Completed);
        QCOMPARE(cancel(world, id), Cancelled::AlreadyEnded);
    }

    /// The result is stored after the cancel's look-up and before the write that frees the key.
    void aResultThatComesMeanwhileIsNotLost()
    {
        Config config = quickConfig();
        config.hold.doubtDeadline = 20ms;
        CoordinatorWorld world(config);
        const JobRecord record = interruptedRecord();
        recover(world, record);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        world.store.hold();
        const auto callback = world.send(record.token, CoordinatorWorld::result());
        QTRY_COMPARE(world.store.heldCount(), 1);
        std::optional<Cancelled> answer;
        world.coordinator.directory().cancel(record.id, [&](auto done, const auto &) { answer = done; });
        QTRY_COMPARE(world.store.heldCount(), 2);
        world.store.release();
        QTRY_VERIFY(answer == Cancelled::AlreadyEnded);
        QCOMPARE(callback->body(), R"({"callback":"late"})");
        QCOMPARE(find(world, record.id).status.outcome, Reason::Completed);
        QCOMPARE(find(world, record.id).key, "k");
    }

    void aClientMayAllowAnotherStart()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("repeatable"));
        QVERIFY(waitForStart(world));
        QVERIFY(world.store.puts.front().repeatable);
        // The request is stored too, so a restarted process can start the job again.
        QVERIFY(world.store.puts.front().request);
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QVERIFY(waitForStart(world, 2));
        QVERIFY(client.log->answers.empty());
        QTRY_VERIFY(world.store.records.begin()->second.status.startUnknown);
        // The first start request may have run the job, so the key stays in use.
        world.starter.answer(world.lastTicket(), Fate::Rejected, 402);
        QTRY_COMPARE(client.log->status(), 402);
        QCOMPARE(world.store.records.begin()->second.key, "k");
    }

    void aPlainClientMayToo()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, {{"Prefer", "repeatable"}});
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.begin()->second);
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QVERIFY(waitForStart(world, 2));
        world.callback(token);
        QCOMPARE(client.log->status(), 200);
        QVERIFY(world.store.puts.empty());
    }

    void itIsToldWhatApplies()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, {{"Prefer", "repeatable, respond-async, wait=1"}});
        QTRY_COMPARE(client.log->status(), 202);
        QCOMPARE(header(client, "Preference-Applied"), "respond-async, repeatable, wait=1");
        QCOMPARE(json(client.log->body()).value("repeatable"_L1), QJsonValue(true));
    }

    void afterARestartItIsStartedAgain()
    {
        CoordinatorWorld world;
        const JobRecord record = interruptedRecord("repeatable");
        recover(world, record);
        QVERIFY(waitForStart(world));
        QVERIFY(!isStartInDoubt(find(world, record.id).status));
        QCOMPARE(world.starter.calls.begin()->second.idempotencyKey, record.id);
        QCOMPARE(CoordinatorWorld::tokenIn(world.starter.calls.begin()->second), record.token);
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.callback(record.token).body, R"({"callback":"matched"})");
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(eventsOf(find(world, record.id)),
                 QStringList({u"accepted"_s, u"start"_s, u"recovered"_s, u"start"_s, u"answered"_s,
                              u"callback"_s, u"ended"_s}));
    }

    /// The first start request may have run the job. So the key stays in use when the second one certainly
    /// failed.
    void itsKeyStaysWhenTheNextStartFails()
    {
        Config config = quickConfig();
        config.retry.attempts = 2;
        CoordinatorWorld world(config);
        const JobRecord record = interruptedRecord("repeatable");
        recover(world, record);
        QVERIFY(waitForStart(world));
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        const JobRecord ended = find(world, record.id);
        QCOMPARE(ended.status.outcome, Reason::UpstreamError);
        QCOMPARE(ended.key, record.key);
        const Client again = world.hold(kBody, keyed("repeatable"));
        QTRY_COMPARE(again.log->status(), 502);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
    }

    /// A second process may not repeat start requests and leaves the job in doubt. A third process may, and
    /// starts it.
    void aLaterConfigurationMayAllowIt()
    {
        Config config = quickConfig();
        const Client client;
        CoordinatorWorld before(config);
        before.hold(kBody, {{"Prefer", "respond-async"}});
        QVERIFY(waitForStart(before));
        CoordinatorWorld doubtful(config);
        recover(doubtful, before.store.records.begin()->second);
        QTRY_COMPARE(doubtful.store.records.begin()->second.status.state, JobState::Running);
        config.retry.ambiguous = AmbiguousRetry::Always;
        CoordinatorWorld after(config);
        recover(after, doubtful.store.records.begin()->second);
        QVERIFY(waitForStart(after));
        QVERIFY(!isStartInDoubt(find(after, before.store.records.begin()->first).status));
    }

    void theJournalTellsTheStory()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed());
        QVERIFY(waitForStart(world));
        const QByteArray id = world.store.puts.front().id;
        const QByteArray token = world.store.puts.front().token;
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QVERIFY(waitForStart(world, 2));
        world.starter.accept(world.lastTicket(), "1f");
        const std::uint64_t revision = find(world, id).revision;
        QCOMPARE(world.callback(token, "2e").status, 409);
        QVERIFY(find(world, id).revision > revision);
        world.hold(kBody, keyed("respond-async"));
        QCOMPARE(world.callback(token).body, R"({"callback":"matched"})");
        const JobRecord record = find(world, id);
        QCOMPARE(eventsOf(record),
                 QStringList({u"accepted"_s, u"start"_s, u"retry"_s, u"start"_s, u"answered"_s, u"callback"_s,
                              u"handed_over"_s, u"callback"_s, u"ended"_s}));
        const auto &entries = record.journal.entries();
        QCOMPARE(entries[1].number, 1);
        QCOMPARE(entries[2].detail, "HTTP 503");
        QCOMPARE(entries[3].number, 2);
        QCOMPARE(entries[4].number, 200);
        QVERIFY(entries[4].detail.isEmpty());
        QCOMPARE(entries[5].detail, "mismatched");
        QCOMPARE(entries[7].detail, "matched");
        QCOMPARE(entries[8].detail, "completed");
        for (std::size_t i = 1; i < entries.size(); ++i)
            QVERIFY(entries[i].at >= entries[i - 1].at);
        QCOMPARE(entries.back().at, *record.settled);
    }
};

HOLDLINE_TEST(TestDoubt)
#include "tst_doubt.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Idempotency keys, hand-over, and the order of writes and responses in the coordinator, with scripted fakes.
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;
using std::chrono::milliseconds;

namespace {

const QByteArray kBody = R"({"account":"a","wait":true})";

http::HeaderFields keyed(const QByteArray &key, const QByteArray &prefer = {})
{
    http::HeaderFields headers{{"Idempotency-Key", key}};
    if (!prefer.isEmpty())
        headers.append("Prefer", prefer);
    return headers;
}

/// Returns the callback token of the first start request in flight.
QByteArray tokenOf(CoordinatorWorld &world)
{
    return CoordinatorWorld::tokenIn(world.starter.calls.begin()->second);
}

bool waitForStart(CoordinatorWorld &world, std::size_t starts = 1)
{
    return QTest::qWaitFor([&] { return world.starter.order.size() >= starts; });
}

std::optional<JobRecord> find(CoordinatorWorld &world, const QByteArray &id)
{
    std::optional<std::optional<JobRecord>> answer;
    world.coordinator.directory().find(id,
                                       [&](std::optional<JobRecord> found) { answer = std::move(found); });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }))
        qFatal("the directory does not answer");
    return *answer;
}

}  // namespace

class TestDurableJobs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void intentIsDurableBeforeTheStartLeaves()
    {
        CoordinatorWorld world;
        world.store.hold();
        const Client client = world.hold(kBody, keyed("\"k1\""));
        QTRY_COMPARE(world.store.puts.size(), std::size_t(1));
        const JobRecord &intent = world.store.puts.front();
        QCOMPARE(intent.status.state, JobState::Starting);
        QCOMPARE(intent.key, "k1");
        QCOMPARE(intent.fingerprint.size(), 32);
        QCOMPARE(intent.token.size(), CallbackToken::kTextLength);
        // A start request that may have been sent is not repeated, so its body is not stored; see
        // handedOverAtOnce().
        QVERIFY(!intent.request);
        QVERIFY(world.starter.order.empty());
        world.store.release(1);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QCOMPARE(tokenOf(world), intent.token);
        QCOMPARE(world.starter.calls.begin()->second.idempotencyKey, intent.id);
        QVERIFY(client.log->answers.empty());
    }

    void nobodyIsToldOfAnEndThatIsNotDurable()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(world.store.records.size(), std::size_t(1));
        const QByteArray id = world.store.puts.front().id;
        QTRY_COMPARE(world.store.records.at(id).status.state, JobState::Running);
        world.store.hold();
        const auto callback = world.send(token, CoordinatorWorld::result());
        const auto again = world.send(token, CoordinatorWorld::result());
        QVERIFY(callback->answers.empty() && again->answers.empty() && client.log->answers.empty());
        std::optional<JobRecord> asked;
        world.coordinator.directory().find(id,
                                           [&](std::optional<JobRecord> found) { asked = std::move(found); });
        QVERIFY(!asked);
        QCOMPARE(world.store.puts.back().answer->body, CoordinatorWorld::result().body);
        world.store.release();
        QCOMPARE(callback->body(), R"({"callback":"matched"})");
        QCOMPARE(again->body(), R"({"callback":"duplicate"})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), CoordinatorWorld::result().body);
        QVERIFY(asked && asked->isSettled());
        QCOMPARE(world.coordinator.durableCount(), 0);
    }

    /// A postponed write of an earlier state must not overwrite the job's end.
    void nothingIsWrittenBehindTheEnd()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        world.store.hold();
        world.send(token, CoordinatorWorld::result());
        const std::size_t puts = world.store.puts.size();
        QCOMPARE(world.store.puts.back().status.state, JobState::Settled);
        // The journal writes postponed changes when the store is available again.
        world.store.setUnavailable(u"away"_s);
        world.store.setUnavailable({});
        QCOMPARE(world.store.puts.size(), puts);
        world.store.release();
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(world.store.records.begin()->second.status.state, JobState::Settled);
    }

    void plainJobsAreNotStored()
    {
        CoordinatorWorld world;
        const Client client = world.hold();
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
        QCOMPARE(client.log->status(), 200);
        QVERIFY(world.store.puts.empty());
        QCOMPARE(world.store.looks, 0);
    }

    void clientsThatLeaveAreReported()
    {
        CoordinatorWorld world;
        std::vector<RequestEnd> ends;
        connect(&world.coordinator, &JobCoordinator::requestAnswered, &world.coordinator,
                [&ends](const RequestEnd &end) { ends.push_back(end); });
        const Client first = world.hold(kBody, keyed("k"));
        const Client joins = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        joins.exchange->leave();
        first.exchange->leave();
        QCOMPARE(ends.size(), std::size_t(2));
        for (const RequestEnd &end : ends) {
            QCOMPARE(end.reason, Reason::ClientGone);
            QCOMPARE(end.status, 499);
            QCOMPARE(end.account, "a");
            QCOMPARE(end.job, world.store.puts.front().id);
        }
        QVERIFY(ends[0].joined);
        QVERIFY(!ends[1].joined);
    }

    /// The client was promised the result, so a failed write does not end the job.
    void aJobThatWasHandedOverWaitsForTheStore()
    {
        CoordinatorWorld world;
        const Client first = world.hold();
        const Client client = world.hold(kBody, {{"Prefer", "respond-async"}});
        QTRY_COMPARE(client.log->status(), 202);
        world.store.failNext(1, u"the disk is full"_s);
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(world.store.puts.back().status.state, JobState::Starting);
        QTRY_COMPARE(world.coordinator.lanes().totalInFlight(), 0);
        QCOMPARE(world.coordinator.durableCount(), 1);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "2f");
        QCOMPARE(world.callback(token, "2f").status, 200);
        QTRY_COMPARE(world.store.records.begin()->second.status.outcome, Reason::Completed);
    }

    void joinsAreCountedOverARestart()
    {
        CoordinatorWorld first;
        const Client client = first.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(first));
        first.starter.accept(first.lastTicket(), "1f");
        QTRY_COMPARE(first.store.records.size(), std::size_t(1));
        JobRecord record = first.store.records.begin()->second;
        record.joined = 3;
        CoordinatorWorld second;
        second.store.records.emplace(record.id, record);
        second.coordinator.recover({record});
        const Client joins = second.hold(kBody, keyed("k"));
        second.callback(record.token);
        QTRY_COMPARE(joins.log->status(), 200);
        QTRY_VERIFY(second.store.records.at(record.id).isSettled());
        QCOMPARE(second.store.records.at(record.id).joined, 4);
    }

    void joinedClientsGetTheSameAnswer()
    {
        CoordinatorWorld world;
        std::vector<Client> clients;
        for (int i = 0; i < 3; ++i)
            clients.push_back(world.hold(kBody, keyed(i == 1 ? "\"k\"" : "k")));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        // This is the same request in another spelling.
        clients.push_back(world.hold("{ \"wait\":true, \"account\":\"\\u0061\" }", keyed("k")));
        world.callback(token);
        for (const Client &client : clients) {
            QTRY_COMPARE(client.log->status(), 200);
            QCOMPARE(client.log->body(), clients.front().log->body());
            QVERIFY(header(client, "Idempotent-Replayed").isEmpty());
        }
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QCOMPARE(world.coordinator.joinedTotal(), quint64(3));
    }

    void finishedKeysAreReplayed()
    {
        CoordinatorWorld world;
        const Client first = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
        QTRY_COMPARE(first.log->status(), 200);
        QSignalSpy ended(&world.coordinator, &JobCoordinator::requestAnswered);
        const Client second = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(second.log->status(), 200);
        QCOMPARE(second.log->body(), first.log->body());
        QCOMPARE(header(second, "Idempotent-Replayed"), "true");
        QCOMPARE(header(second, "Holdline-Job"), header(first, "Holdline-Job"));
        QVERIFY(header(second, "Server-Timing").contains("job;dur="));
        QCOMPARE(ended.size(), 1);
        QCOMPARE(ended.front().front().value<RequestEnd>().reason, Reason::Replayed);
        const Client other = world.hold(R"({"account":"a","wait":true,"x":1})", keyed("k"));
        QTRY_COMPARE(other.log->status(), 422);
        QCOMPARE(code(other.log->answers.front()), "idempotency_key_reused");
        // The same key with another account is a different key.
        world.hold(R"({"account":"b"})", keyed("k"));
        QVERIFY(waitForStart(world, 2));
    }

    void errorsAreReplayedToo()
    {
        CoordinatorWorld world;
        const Client first = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.starter.answer(world.lastTicket(), Fate::Rejected, 402);
        QTRY_COMPARE(first.log->status(), 402);
        const Client second = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(second.log->status(), 402);
        QCOMPARE(second.log->body(), "upstream says 402");
        QCOMPARE(header(second, "Content-Type"), "text/plain");
        QCOMPARE(header(second, "Idempotent-Replayed"), "true");
        QCOMPARE(world.starter.order.size(), std::size_t(1));
    }

    void aKeyThatNeverStartedIsFreeAgain()
    {
        Config config = quickConfig();
        config.retry.attempts = 1;
        CoordinatorWorld world(config);
        const Client first = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 0);
        QTRY_COMPARE(first.log->status(), 502);
        QTRY_VERIFY(world.store.records.empty());
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world, 2));
    }

    /// Holdline itself would start such a job again, so the client may repeat its request too.
    void aKeyThatTheUpstreamPutOffIsFreeAgain_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("retryable");
        QTest::addColumn<int>("answer");
        QTest::addColumn<bool>("isFree");
        QTest::newRow("429") << 429 << true << 429 << true;
        QTest::newRow("503") << 503 << true << 502 << true;
        QTest::newRow("500") << 500 << false << 502 << false;
    }
    void aKeyThatTheUpstreamPutOffIsFreeAgain()
    {
        QFETCH(const int, status);
        QFETCH(const bool, retryable);
        QFETCH(const int, answer);
        QFETCH(const bool, isFree);
        Config config = quickConfig();
        config.retry.attempts = 1;
        CoordinatorWorld world(config);
        const Client first = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.starter.answer(world.lastTicket(), Fate::NotStarted, status, retryable);
        QTRY_COMPARE(first.log->status(), answer);
        QCOMPARE(world.store.records.empty(), isFree);
        const Client second = world.hold(kBody, keyed("k"));
        if (isFree) {
            QVERIFY(waitForStart(world, 2));
        } else {
            QTRY_COMPARE(header(second, "Idempotent-Replayed"), "true");
            QCOMPARE(world.starter.order.size(), std::size_t(1));
        }
    }

    /// If clients were answered first, a crash before the write would leave a key that no request can use.
    void aKeyIsFreeBeforeAnybodyIsTold()
    {
        Config config = quickConfig();
        config.retry.attempts = 1;
        CoordinatorWorld world(config);
        const Client first = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.store.hold();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 0);
        QTRY_VERIFY(!world.store.isIdle());
        QCoreApplication::processEvents();
        QVERIFY(first.log->answers.empty());
        world.store.release();
        QTRY_COMPARE(first.log->status(), 502);
        QVERIFY(world.store.records.empty());
        QCOMPARE(world.coordinator.durableCount(), 0);
    }

    void inFlightCanBeRefused()
    {
        Config config = quickConfig();
        config.hold.keyInFlight = KeyInFlight::Reject;
        CoordinatorWorld world(config);
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const Client second = world.hold(kBody, keyed("k"));
        QCOMPARE(second.log->status(), 409);
        QCOMPARE(code(second.log->answers.front()), "idempotency_key_in_flight");
        const Client broken = world.hold(kBody, keyed("\"k"));
        QCOMPARE(code(broken.log->answers.front()), "idempotency_key_invalid");
    }

    void handedOverAtOnce()
    {
        CoordinatorWorld world;
        world.store.hold();
        const Client client = world.hold(kBody, {{"Prefer", "respond-async"}});
        QTest::qWait(0);
        QVERIFY(client.log->answers.empty());
        world.store.release();
        QTRY_COMPARE(client.log->status(), 202);
        QCOMPARE(world.store.puts.front().request->body, kBody);
        const QByteArray id = header(client, "Holdline-Job");
        QCOMPARE(header(client, "Location"), "/v1/jobs/" + id);
        QCOMPARE(header(client, "Preference-Applied"), "respond-async");
        QCOMPARE(header(client, "Retry-After"), "1");
        QVERIFY(!find(world, id)->isSettled());
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(find(world, id)->status.state, JobState::Running);
        world.callback(token);
        const auto record = find(world, id);
        QCOMPARE(record->status.outcome, Reason::Completed);
        QCOMPARE(record->answer->body, CoordinatorWorld::result().body);
        QCOMPARE(world.coordinator.durableCount(), 0);
    }

    void handedOverAfterAWhile()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, {{"Prefer", "respond-async, wait=1"}});
        QVERIFY(waitForStart(world));
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(client.log->status(), 202);
        QCOMPARE(header(client, "Preference-Applied"), "respond-async, wait=1");
    }

    void aWaitersTimeIsNotItsJobs()
    {
        Config config = quickConfig();
        config.hold.deadline = milliseconds(30);
        CoordinatorWorld world(config);
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "callback_timeout");
        QCOMPARE(header(client, "Location"), "/v1/jobs/" + header(client, "Holdline-Job"));
        QCOMPARE(world.coordinator.durableCount(), 1);
        const Client back = world.hold(kBody, keyed("k"));
        world.callback(token);
        QTRY_COMPARE(back.log->status(), 200);
        QCOMPARE(header(back, "Holdline-Job"), header(client, "Holdline-Job"));
    }

    void aClientThatLeavesComesBack()
    {
        CoordinatorWorld world;
        Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        client.exchange->leave();
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.callback(token).body, R"({"callback":"matched"})");
        const Client back = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(back.log->status(), 200);
        QCOMPARE(header(back, "Idempotent-Replayed"), "true");
    }

    void whoLeavesTheQueueWasNeverThere()
    {
        CoordinatorWorld world;
        world.hold();  // occupies the lane's only turn
        Client queued = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(world.store.records.size(), std::size_t(1));
        QCOMPARE(world.store.records.begin()->second.status.state, JobState::Queued);
        queued.exchange->leave();
        QTRY_VERIFY(world.store.records.empty());
        QCOMPARE(world.coordinator.durableCount(), 0);
        world.starter.accept(world.lastTicket(), "1f");
        QTest::qWait(0);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
    }

    void handedOverJobsKeepTheirPlace()
    {
        CoordinatorWorld world;
        world.hold();
        const Client queued = world.hold(kBody, {{"Prefer", "respond-async"}});
        QTRY_COMPARE(queued.log->status(), 202);
        world.starter.accept(world.lastTicket(), "1f");
        QVERIFY(waitForStart(world, 2));
    }

    void noDurableJobWithoutAStore()
    {
        CoordinatorWorld world;
        world.store.setUnavailable(u"the disk is full"_s);
        for (const auto &headers : {keyed("k"), http::HeaderFields{{"Prefer", "respond-async"}}}) {
            const Client client = world.hold(kBody, headers);
            QCOMPARE(client.log->status(), 503);
            QCOMPARE(code(client.log->answers.front()), "store_unavailable");
            QVERIFY(client.log->body().contains("the disk is full"));
            QVERIFY(!header(client, "Retry-After").isEmpty());
        }
        QVERIFY(world.starter.order.empty());
        world.hold();
        QCOMPARE(world.starter.order.size(), std::size_t(1));
    }

    void anIntentThatCannotBeStoredStays()
    {
        CoordinatorWorld world;
        world.store.failNext(1, u"no space left"_s);
        const Client client = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(client.log->status(), 503);
        QCOMPARE(code(client.log->answers.front()), "store_unavailable");
        QVERIFY(world.starter.order.empty());
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 0);
        QCOMPARE(world.coordinator.durableCount(), 0);
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
    }

    /// A restarted process needs the request of a queued job, to start the job.
    void aRequestWhoseWriteFailedIsWrittenAgain()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.store.failNext(1, u"busy"_s);
        for (std::size_t start = 1; start <= 2; ++start) {
            world.starter.answer(world.lastTicket(), StartResult::Fate::NotStarted, 503, true);
            QVERIFY(waitForStart(world, start + 1));
        }
        const JobRecord &stored = world.store.records.begin()->second;
        QTRY_COMPARE(stored.attempts, 3);
        QVERIFY(stored.request);
        QCOMPARE(stored.request->body, kBody);
    }

    void aResultThatCannotBeStored()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(world.store.records.begin()->second.status.state, JobState::Running);
        world.store.failNext(1, u"no space left"_s);
        const http::Response refused = world.callback(token);
        QCOMPARE(refused.status, 503);
        QVERIFY(!refused.headers.value("Retry-After").isEmpty());
        // The waiting client gets its result, and so does the next client with the key.
        QCOMPARE(client.log->status(), 200);
        const Client again = world.hold(kBody, keyed("k"));
        QCOMPARE(again.log->status(), 200);
        QCOMPARE(header(again, "Idempotent-Replayed"), "true");
        QCOMPARE(world.callback(token).body, R"({"callback":"duplicate"})");
        QCOMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(world.store.records.begin()->second.status.outcome, Reason::Completed);
    }

    void anUnstoredEndIsTriedAgain()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.starter.answer(world.lastTicket(), Fate::Rejected, 402);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        world.hold(kBody, keyed("k2"));
        QVERIFY(waitForStart(world, 2));
        world.store.failNext(1, u"no space left"_s);
        world.starter.answer(world.lastTicket(), Fate::Rejected, 403);
        QTRY_COMPARE(world.coordinator.durableCount(), 1);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(world.store.records.size(), std::size_t(2));
    }

    void lateResultsTakeTheFailuresPlace()
    {
        Config config = quickConfig();
        config.hold.jobDeadline = milliseconds(20);
        CoordinatorWorld world(config);
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(client.log->status(), 504);
        const QByteArray id = header(client, "Holdline-Job");
        QCOMPARE(find(world, id)->status.outcome, Reason::CallbackTimeout);
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QCOMPARE(find(world, id)->status.outcome, Reason::Completed);
        const Client back = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(back.log->status(), 200);
        QCOMPARE(back.log->body(), CoordinatorWorld::result().body);
    }

    void aLateResultThatCannotBeStored()
    {
        Config config = quickConfig();
        config.hold.jobDeadline = milliseconds(20);
        CoordinatorWorld world(config);
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        // The result arrives while the job's end is being written.
        world.store.hold();
        world.store.failNext(2, u"no space left"_s);
        QTRY_COMPARE(world.store.puts.back().status.outcome, Reason::CallbackTimeout);
        QVERIFY(world.store.puts.back().isSettled());
        const auto callback = world.send(token, CoordinatorWorld::result());
        QVERIFY(callback->answers.empty());
        world.store.release();
        QCOMPARE(callback->status(), 503);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(world.store.records.begin()->second.status.outcome, Reason::Completed);
    }

    void callbacksOfForgottenJobsAreKnown()
    {
        Config config = quickConfig();
        config.hold.retainedResults = 0;
        CoordinatorWorld world(config);
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        world.callback(token);
        world.hold(R"({"account":"b"})");
        QCOMPARE(world.coordinator.jobs().retainedCount(), 0);
        QCOMPARE(world.callback(token).body, R"({"callback":"duplicate"})");
        QCOMPARE(world.callback(token, "2e").status, 409);
        QCOMPARE(world.callback(CallbackToken::make(0, 0).toText()).status, 404);
    }

    void callbacksThatCannotBeLookedUpComeAgain()
    {
        CoordinatorWorld world;
        world.store.setUnavailable(u"the disk is gone"_s);
        const http::Response response = world.callback(CallbackToken::make(0, 0).toText());
        QCOMPARE(response.status, 503);
        QVERIFY(!response.headers.value("Retry-After").isEmpty());
        QCOMPARE(world.callback("nonsense").status, 404);
    }

    void whatTheStoreKnowsAndNobodyElse()
    {
        CoordinatorWorld before;
        before.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(before));
        const QByteArray token = tokenOf(before);
        before.starter.accept(before.lastTicket(), "1f");
        QTRY_COMPARE(before.store.records.begin()->second.status.state, JobState::Running);
        QVERIFY(!before.coordinator.live(before.lastTicket())->durable->recovered);

        CoordinatorWorld after;  // started while the store could not be read
        std::vector<bool> recovered;
        QObject::connect(&after.coordinator, &JobCoordinator::jobChanged, &after.coordinator,
                         [&](const Job &job) {
                             if (const LiveJob *live = after.coordinator.live(job.key))
                                 recovered.push_back(live->durable->recovered);
                         });
        after.store.records = before.store.records;
        QCOMPARE(after.callback(token).status, 503);
        const Client back = after.hold(kBody, keyed("k"));
        QTRY_COMPARE(after.coordinator.recoveredTotal(), quint64(1));
        QCOMPARE(after.callback(token).body, R"({"callback":"matched"})");
        QTRY_COMPARE(back.log->status(), 200);
        QVERIFY(after.starter.order.empty());
        QVERIFY(!recovered.empty());
        QVERIFY(std::find(recovered.begin(), recovered.end(), false) == recovered.end());
    }

    void cancelled()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        world.starter.accept(world.lastTicket(), "1f");
        const QByteArray id = world.store.puts.front().id;
        std::optional<JobDirectory::Cancelled> answer;
        world.coordinator.directory().cancel(id, [&](auto cancelled, const auto &record) {
            answer = cancelled;
            QVERIFY(record && record->status.outcome == Reason::Cancelled);
        });
        QTRY_VERIFY(answer == JobDirectory::Cancelled::Done);
        QCOMPARE(client.log->status(), 503);
        answer.reset();
        world.coordinator.directory().cancel(id, [&](auto cancelled, const auto &) { answer = cancelled; });
        QTRY_VERIFY(answer == JobDirectory::Cancelled::AlreadyEnded);
        answer.reset();
        world.coordinator.directory().cancel(makeJobId(),
                                             [&](auto cancelled, const auto &) { answer = cancelled; });
        QTRY_VERIFY(answer == JobDirectory::Cancelled::NotFound);
    }

    /// A late result does not replace a decision, even while the decision is being stored.
    void aLateResultDoesNotReplaceADecision_data()
    {
        QTest::addColumn<bool>("cancels");
        QTest::addColumn<bool>("isStoredBefore");
        QTest::newRow("cancelled, while it is being stored") << true << false;
        QTest::newRow("cancelled and stored") << true << true;
        QTest::newRow("rejected, while it is being stored") << false << false;
        QTest::newRow("rejected and stored") << false << true;
    }
    void aLateResultDoesNotReplaceADecision()
    {
        QFETCH(bool, cancels);
        QFETCH(bool, isStoredBefore);
        CoordinatorWorld world;
        const Client client = world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        const QByteArray id = world.store.puts.front().id;
        if (cancels)
            world.starter.accept(world.lastTicket(), "1f");
        world.store.hold();
        if (cancels)
            world.coordinator.directory().cancel(id, [](auto, const auto &) {});
        else
            world.starter.answer(world.lastTicket(), Fate::Rejected, 400);
        if (isStoredBefore)
            world.store.release();
        world.send(token, CoordinatorWorld::result());
        world.store.release();
        const int status = cancels ? 503 : 400;
        QTRY_COMPARE(client.log->status(), status);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        const std::optional<JobRecord> record = find(world, id);
        QVERIFY(record);
        QCOMPARE(record->status.outcome, cancels ? Reason::Cancelled : Reason::StartRejected);
        const Client back = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(back.log->status(), status);
        QCOMPARE(back.log->body(), client.log->body());
    }

    void watchersSeeEachChange()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        const QByteArray id = world.store.puts.front().id;
        std::vector<JobRecord> seen;
        std::function<void(std::uint64_t)> watch = [&](std::uint64_t after) {
            world.coordinator.directory().watch(id, after, Clock::now() + JobDirectory::kMaxWatch,
                                                [&](auto record) {
                                                    seen.push_back(*record);
                                                    if (!record->isSettled())
                                                        watch(record->revision);
                                                });
        };
        watch(0);
        QCOMPARE(seen.size(), std::size_t(1));
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(seen.back().status.state, JobState::Running);
        world.callback(token);
        QVERIFY(seen.back().isSettled());
        for (std::size_t i = 1; i < seen.size(); ++i)
            QVERIFY(seen[i].revision > seen[i - 1].revision);
        // A watch ends at its own deadline.
        int answers = 0;
        world.hold(kBody, keyed("k2"));
        QVERIFY(waitForStart(world, 2));
        const QByteArray other = world.store.puts.back().id;
        world.coordinator.directory().watch(other, 1'000, Clock::now() + milliseconds(5),
                                            [&](const auto &) { ++answers; });
        QTRY_COMPARE(answers, 1);
    }

    void drainHandsOver()
    {
        CoordinatorWorld world;
        world.hold();
        const Client running = world.hold(R"({"account":"b"})", keyed("r"));
        const Client queued = world.hold(kBody, keyed("q"));
        QVERIFY(waitForStart(world, 2));
        QSignalSpy drained(&world.coordinator, &JobCoordinator::drained);
        world.coordinator.drain(milliseconds(10));
        for (const Client &client : {running, queued}) {
            QTRY_COMPARE(client.log->status(), 503);
            QCOMPARE(code(client.log->answers.front()), "draining");
            const QByteArray id = header(client, "Holdline-Job");
            QCOMPARE(header(client, "Location"), "/v1/jobs/" + id);
            QVERIFY(world.store.records.at(id).status.handedOver);
        }
        QTRY_VERIFY(!drained.isEmpty());
    }

    /// When one client's deadline passes in the queue, the job stays for the other clients. It ends with the
    /// last one.
    void waitersInTheQueue()
    {
        Config config = quickConfig();
        config.hold.deadline = milliseconds(60);
        CoordinatorWorld world(config);
        world.hold(kBody, {{"Prefer", "wait=60"}});
        QVERIFY(waitForStart(world));
        const Client first = world.hold(kBody, keyed("k"));
        QTRY_COMPARE(world.store.records.size(), std::size_t(1));
        const Client second = world.hold(kBody, keyed("k", "wait=1"));
        QTRY_COMPARE(first.log->status(), 504);
        QCOMPARE(code(first.log->answers.front()), "queue_timeout");
        QCOMPARE(header(first, "Location"), "/v1/jobs/" + header(first, "Holdline-Job"));
        QCOMPARE(world.coordinator.durableCount(), 1);
        QVERIFY(second.log->answers.empty());
        QTRY_COMPARE(second.log->status(), 504);
        QCOMPARE(code(second.log->answers.front()), "queue_timeout");
        // The job is still found at the address that the first client got.
        QCOMPARE(header(second, "Location"), header(first, "Location"));
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        QCOMPARE(world.store.records.size(), std::size_t(1));
        QCOMPARE(world.store.records.begin()->second.status.outcome, Reason::QueueTimeout);
    }

    void drainWithAJobThatIsHandedOver()
    {
        CoordinatorWorld world;
        const Client first = world.hold(kBody, keyed("k", "respond-async"));
        QTRY_COMPARE(first.log->status(), 202);
        const Client other = world.hold(R"({"account":"b"})", keyed("o", "respond-async"));
        QTRY_COMPARE(other.log->status(), 202);
        const Client waiting = world.hold(kBody, keyed("k", "wait=60"));
        QVERIFY(waitForStart(world, 2));
        QSignalSpy drained(&world.coordinator, &JobCoordinator::drained);
        world.coordinator.drain(milliseconds(10));
        world.coordinator.drain(milliseconds(60'000));
        QTRY_COMPARE(waiting.log->status(), 503);
        QCOMPARE(code(waiting.log->answers.front()), "draining");
        QCOMPARE(header(waiting, "Holdline-Job"), header(first, "Holdline-Job"));
        QTRY_COMPARE(drained.size(), 1);
        QCOMPARE(world.store.records.size(), std::size_t(2));
    }

    /// The upstream calls the client itself, so Holdline can never learn whether the job was started.
    void aPassedThroughStartThatWasInterrupted()
    {
        CoordinatorWorld before;
        before.hold(R"({"account":"a","wait":false})", keyed("k"));
        QVERIFY(waitForStart(before));
        const JobRecord record = before.store.records.begin()->second;
        QVERIFY(record.status.passThrough && record.status.state == JobState::Starting);
        CoordinatorWorld after;
        after.store.records = before.store.records;
        after.coordinator.recover({record});
        QTRY_COMPARE(after.store.records.begin()->second.status.outcome, Reason::Interrupted);
        QVERIFY(after.starter.order.empty());
        const Client back = after.hold(R"({"account":"a","wait":false})", keyed("k"));
        QTRY_COMPARE(back.log->status(), 504);
        QCOMPARE(code(back.log->answers.front()), "interrupted");
    }

    void recordsThatCannotBeRecovered()
    {
        CoordinatorWorld before;
        before.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(before));
        JobRecord record = before.store.records.begin()->second;
        CoordinatorWorld after;
        record.token = "no token";
        after.coordinator.recover({record});
        record = before.store.records.begin()->second;
        record.status.state = JobState::Settled;
        after.coordinator.recover({record});
        QCOMPARE(after.coordinator.durableCount(), 0);
        QCOMPARE(after.coordinator.recoveredTotal(), quint64(0));
        // A queued job whose request cannot be read waits for its callback, because it may have been started
        // before.
        record = before.store.records.begin()->second;
        record.status.state = JobState::Queued;
        record.request = RecordedRequest{"/start", "not JSON", {}};
        after.store.records = {{record.id, record}};
        after.coordinator.recover({record, record});
        QCOMPARE(after.coordinator.durableCount(), 1);
        QCOMPARE(after.callback(record.token).body, R"({"callback":"matched"})");
        QTRY_COMPARE(after.coordinator.durableCount(), 0);
        QVERIFY(after.starter.order.empty());
    }

    /// While its end cannot be stored, the job is found in the state that will be stored.
    void aJobWhoseEndIsNotStoredIsFound()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        const QByteArray token = tokenOf(world);
        world.starter.accept(world.lastTicket(), "1f");
        QTRY_COMPARE(world.store.records.begin()->second.status.state, JobState::Running);
        const QByteArray id = world.store.records.begin()->first;
        world.store.failNext(1, u"no space left"_s);
        QCOMPARE(world.callback(token).status, 503);
        const auto found = find(world, id);
        QVERIFY(found && found->isSettled());
        QCOMPARE(found->answer->body, CoordinatorWorld::result().body);
        std::optional<std::vector<JobRecord>> byKey;
        world.coordinator.directory().findByKey("a", "k",
                                                [&](std::vector<JobRecord> all) { byKey = std::move(all); });
        QTRY_VERIFY(byKey);
        QCOMPARE(byKey->size(), std::size_t(1));
        QVERIFY(byKey->front().isSettled());
        byKey.reset();
        world.coordinator.directory().findByKey("other", "k",
                                                [&](std::vector<JobRecord> all) { byKey = std::move(all); });
        QTRY_VERIFY(byKey);
        QVERIFY(byKey->empty());
    }

    void recoveredJobsAreWaitedFor()
    {
        CoordinatorWorld before;
        const Client client = before.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(before));
        const QByteArray token = tokenOf(before);
        before.starter.accept(before.lastTicket(), "1f");
        QTRY_COMPARE(before.store.records.begin()->second.status.state, JobState::Running);

        CoordinatorWorld after;
        after.store.records = before.store.records;
        after.coordinator.recover({before.store.records.begin()->second});
        QCOMPARE(after.coordinator.recoveredTotal(), quint64(1));
        const Client back = after.hold(kBody, keyed("k"));
        QVERIFY(back.log->answers.empty());
        QCOMPARE(after.callback(token).body, R"({"callback":"matched"})");
        QTRY_COMPARE(back.log->status(), 200);
        QVERIFY(after.starter.order.empty());
    }

    /// After a restart a job gets more time, because the upstream could not deliver callbacks meanwhile. Even
    /// in a crash loop the job must end.
    void aJobEndsInACrashLoop()
    {
        Config config = quickConfig();
        config.hold.jobDeadline = milliseconds(500);
        auto world = std::make_unique<CoordinatorWorld>(config);
        world->hold(kBody, keyed("k"));
        QVERIFY(waitForStart(*world));
        QTRY_COMPARE(world->store.records.size(), std::size_t(1));
        const QByteArray id = world->store.records.begin()->first;
        int lives = 1;
        while (!world->store.records.at(id).isSettled() && lives < 20) {
            auto next = std::make_unique<CoordinatorWorld>(config);
            next->store.records = world->store.records;
            next->coordinator.recover({next->store.records.at(id)});
            world = std::move(next);
            ++lives;
            QTest::qWait(100);
        }
        QVERIFY(world->store.records.at(id).isSettled());
        // The job gets at most twice its own time.
        const JobRecord &record = world->store.records.at(id);
        QVERIFY(record.deadline - record.created > config.hold.jobDeadline);
        QVERIFY(record.deadline - record.created <= 2 * config.hold.jobDeadline + milliseconds(200));
        QVERIFY(world->starter.order.empty());
    }

    /// A key without its account is looked up in the store. The store may contain an earlier revision than
    /// the memory.
    void aKeyAloneFindsTheLatestRevision()
    {
        CoordinatorWorld world;
        world.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(world));
        QTRY_COMPARE(world.store.records.size(), std::size_t(1));
        const QByteArray token = tokenOf(world);
        world.store.hold();
        world.starter.accept(world.lastTicket(), "1f");
        const QByteArray id = world.store.records.begin()->first;
        QTRY_COMPARE(find(world, id)->status.state, JobState::Running);
        std::optional<std::vector<JobRecord>> all;
        world.coordinator.directory().findByKey(
            {}, "k", [&](std::vector<JobRecord> found) { all = std::move(found); });
        QTRY_VERIFY(all);
        QCOMPARE(all->size(), std::size_t(1));
        QCOMPARE(all->front().status.state, JobState::Running);
        QCOMPARE(all->front().revision, find(world, id)->revision);
        QCOMPARE(world.store.records.begin()->second.status.state, JobState::Starting);
        // A job's end is reported only after it is stored.
        all.reset();
        world.send(token, CoordinatorWorld::result());
        world.coordinator.directory().findByKey(
            {}, "k", [&](std::vector<JobRecord> found) { all = std::move(found); });
        QTest::qWait(20);
        QVERIFY(!all);
        world.store.release();
        QTRY_VERIFY(all);
        QVERIFY(all->front().isSettled());
    }

    /// When a look-up fails, the callback must not be answered as unknown.
    void aLookUpThatFailsIsNoAnswer()
    {
        CoordinatorWorld world;
        const QByteArray token = CallbackToken::make(0, 0).toText();
        const auto log = world.send(token, CoordinatorWorld::result());
        world.store.setUnavailable(u"reading failed"_s);
        const http::Response answer = CoordinatorWorld::answered(log);
        QCOMPARE(answer.status, 503);
        QCOMPARE(code(answer), "store_unavailable");
        world.store.setUnavailable({});
        QCOMPARE(world.callback(token).status, 404);
    }

    /// The look-up of a failed job's record and request is repeated when the store can be read again.
    void aFailedJobThatCannotBeReadIsReportedLater()
    {
        Config config = quickConfig();
        config.hold.jobDeadline = milliseconds(100);
        CoordinatorWorld world(config);
        QSignalSpy failed(&world.coordinator, &JobCoordinator::handedOverFailed);
        const Client client = world.hold(kBody, {{"Prefer", "respond-async"}});
        QVERIFY(waitForStart(world));
        QTRY_COMPARE(client.log->status(), 202);
        const QByteArray id = header(client, "Holdline-Job");
        // The job's end is stored, but then its record cannot be found.
        world.store.hold();
        QTRY_VERIFY(world.store.puts.back().isSettled());
        world.store.release();
        const JobRecord record = world.store.records.at(id);
        world.store.records.clear();
        world.store.setUnavailable(u"reading failed"_s);
        QTest::qWait(50);
        QVERIFY(failed.isEmpty());
        world.store.records.emplace(id, record);
        world.store.setUnavailable({});
        QTRY_COMPARE(failed.size(), 1);
    }

    void interruptedStartsAreNotMadeAgain_data()
    {
        QTest::addColumn<bool>("again");
        QTest::newRow("never") << false;
        QTest::newRow("always") << true;
    }
    void interruptedStartsAreNotMadeAgain()
    {
        QFETCH(const bool, again);
        Config config = quickConfig();
        config.retry.ambiguous = again ? AmbiguousRetry::Always : AmbiguousRetry::Never;
        CoordinatorWorld before(config);
        before.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(before));
        const JobRecord record = before.store.records.begin()->second;
        QCOMPARE(record.status.state, JobState::Starting);

        CoordinatorWorld after(config);
        after.store.records = before.store.records;
        after.coordinator.recover({record});
        if (again) {
            QVERIFY(waitForStart(after));
            QCOMPARE(after.starter.calls.begin()->second.idempotencyKey, record.id);
            QCOMPARE(tokenOf(after), record.token);
            return;
        }
        const Client back = after.hold(kBody, keyed("k"));
        QCOMPARE(after.callback(record.token, "1f").body, R"({"callback":"matched"})");
        QTRY_COMPARE(back.log->status(), 200);
        QVERIFY(after.starter.order.empty());
    }

    void queuedJobsStartWhenTheirClientComesBack()
    {
        CoordinatorWorld before;
        before.hold();
        before.hold(kBody, keyed("k"));
        const Client handed = before.hold(R"({"account":"a","n":1})", {{"Prefer", "respond-async"}});
        QTRY_COMPARE(before.store.records.size(), std::size_t(2));
        std::vector<JobRecord> records;
        for (const auto &[id, record] : before.store.records)
            records.push_back(record);

        CoordinatorWorld after;
        after.store.records = before.store.records;
        after.coordinator.recover(records);
        QVERIFY(waitForStart(after));
        QVERIFY(after.starter.calls.begin()->second.body.contains("\"n\":1"));
        after.starter.accept(after.lastTicket(), "1f");
        QTest::qWait(0);
        QCOMPARE(after.starter.order.size(), std::size_t(1));
        const Client back = after.hold(kBody, keyed("k"));
        QVERIFY(waitForStart(after, 2));
        QCOMPARE(after.coordinator.lanes().totalQueued(), 0);
    }
};

HOLDLINE_TEST(TestDurableJobs)
#include "tst_durablejobs.moc"

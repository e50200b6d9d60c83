// SPDX-License-Identifier: GPL-3.0-or-later
// Dead letters: which failures become one, the limits, and the operators' actions.
#include "core/job/allowance.h"
#include "service/holdline/deadletters/deadletters.h"
#include "service/holdline/deadletters/deadletterservice.h"
#include "service/http/problemresponse.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/fakejobstore.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using Kind = DeadLetter::Kind;
using Result = DeadLetterService::Redriven::Result;

namespace {

JobRecord failedRecord(const QByteArray &id, Reason outcome = Reason::CallbackTimeout)
{
    JobRecord record;
    record.id = id;
    record.account = "acme";
    record.client = "127.0.0.1:7";
    record.status.state = JobState::Settled;
    record.status.durable = record.status.handedOver = true;
    record.status.outcome = outcome;
    record.startTrouble = "HTTP 503";
    record.settled = WallTime(std::chrono::seconds(1'700'000'000));
    record.request = RecordedRequest{"/start", R"({"account":"acme","n":1})", {}};
    return record;
}

DeadLetter letter(const QByteArray &id, Kind kind = Kind::Callback)
{
    DeadLetter one;
    one.id = id;
    one.kind = kind;
    one.reason = kind == Kind::Job ? Reason::CallbackTimeout : Reason::CallbackUnknown;
    one.at = WallTime(std::chrono::seconds(1'700'000'000));
    one.token = kind == Kind::Callback ? "t0ken" : "";
    one.contentType = "application/json";
    one.body = R"({"id":"1f","state":"completed"})";
    one.bytes = one.body.size();
    return one;
}

struct World : CoordinatorWorld
{
    using CoordinatorWorld::CoordinatorWorld;

    DeadLetters letters{coordinator, store};

    std::vector<DeadLetter> kept() const
    {
        std::vector<DeadLetter> all;
        for (const auto &[id, one] : store.deadLetters)
            all.push_back(one);
        return all;
    }
    int count(Kind kind) const
    {
        const std::vector<DeadLetter> all = kept();
        return static_cast<int>(
            std::count_if(all.begin(), all.end(), [kind](const auto &one) { return one.kind == kind; }));
    }
};

/// Handlers for redriven dead letters. They record requests and send the configured response.
struct Office
{
    FakeJobStore store;
    std::vector<http::Request> starts;
    std::vector<http::Request> callbacks;
    http::Response answer{200, {}, R"({"callback":"matched"})", false};
    bool swallows = false;
    bool holds = false;  ///< true: keeps the exchanges in `held`, without a response
    std::vector<std::unique_ptr<Exchange>> held;
    DeadLetterService deadLetters{store,
                                  {[this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                                       starts.push_back(request);
                                       reply(std::move(exchange));
                                   },
                                   [this](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                                       callbacks.push_back(request);
                                       reply(std::move(exchange));
                                   },
                                   "http://main:1"}};
    std::vector<DeadLetterService::Redriven> told;

    void put(const DeadLetter &one) { store.deadLetters.insert_or_assign(one.id, one); }
    void redrive(const QByteArray &id)
    {
        deadLetters.redrive(id, [this](const auto &redriven) { told.push_back(redriven); });
    }

private:
    void reply(std::unique_ptr<Exchange> exchange)
    {
        if (holds)
            held.push_back(std::move(exchange));
        else if (!swallows)
            exchange->answer(answer);
    }
};

}  // namespace

class TestDeadLetters : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allowanceIsABurstAndThenOnePerInterval()
    {
        using std::chrono::seconds;
        Allowance allowance(3, seconds(2));
        const TimePoint start{seconds(100)};
        QVERIFY(allowance.take(start) && allowance.take(start) && allowance.take(start));
        QVERIFY(!allowance.take(start));
        QVERIFY(!allowance.take(start + std::chrono::milliseconds(1999)));
        QVERIFY(allowance.take(start + seconds(2)));
        QVERIFY(!allowance.take(start + seconds(3)));
        QVERIFY(allowance.take(start + seconds(4)));
        // Never more than the burst, even after a long idle time.
        const TimePoint later = start + std::chrono::hours(10);
        int taken = 0;
        while (allowance.take(later))
            ++taken;
        QCOMPARE(taken, 3);
    }

    void callbacksThatAreNotTakenAreKept()
    {
        World world;
        world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.callback("nobody-knows-this", "9", "completed").status, 404);
        QCOMPARE(world.callback(token, "other").status, 409);
        QCOMPARE(World::answered(world.send(token, post("nonsense"))).status, 400);
        QTRY_COMPARE(world.kept().size(), std::size_t(3));
        std::map<Reason, DeadLetter> by;
        for (const DeadLetter &one : world.kept()) {
            QCOMPARE(one.id.size(), 32);
            QCOMPARE(one.kind, Kind::Callback);
            QCOMPARE(one.peer, "127.0.0.1:5000");
            by.insert_or_assign(one.reason, one);
        }
        QCOMPARE(by.size(), std::size_t(3));
        const DeadLetter &unknown = by.at(Reason::CallbackUnknown);
        QCOMPARE(unknown.token, "nobody-knows-this");
        QCOMPARE(unknown.contentType, "application/json");
        QVERIFY(unknown.body.contains("completed"));
        QVERIFY(unknown.job.isEmpty());
        for (const Reason reason : {Reason::CallbackMismatched, Reason::CallbackMalformed}) {
            QCOMPARE(by.at(reason).token, token);
            QCOMPARE(by.at(reason).account, "a");
            QCOMPARE(by.at(reason).job.size(), 32);
        }
        QCOMPARE(world.letters.counts().stored[0], std::uint64_t(3));
    }

    /// A dead letter keeps the callback's method, header fields, query and path after the token, because a
    /// profile may read them.
    void aCallbackIsKeptAndDrivenAgainWhole()
    {
        World world;
        world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        http::Request request = post("nonsense", {{"X-Call-Id", "7"}, {"Content-Type", "text/plain"}});
        request.method = "PUT";
        request.target = "/in/cb/" + token + "/error?at=/" + token;
        QCOMPARE(World::answered(world.send(token, request)).status, 400);
        QTRY_COMPARE(world.kept().size(), std::size_t(1));
        Office office;
        office.put(world.kept().front());
        office.redrive(world.kept().front().id);
        QTRY_COMPARE(office.callbacks.size(), std::size_t(1));
        const http::Request &again = office.callbacks.front();
        QCOMPARE(again.method, "PUT");
        QCOMPARE(again.target, "/callback/" + token + "/error?at=/" + token);
        QCOMPARE(again.headers.combined("X-Call-Id"), QByteArray("7"));
        QCOMPARE(again.headers.combined("Content-Type"), QByteArray("text/plain"));
        QVERIFY(!again.headers.contains("Prefer"));
        QCOMPARE(again.body, "nonsense");
    }

    void callbacksThatAreTakenAreNot()
    {
        World world;
        world.hold();
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(world.callback(token).status, 200);  // a duplicate
        world.callback("unknown");
        QTRY_COMPARE(world.kept().size(), std::size_t(1));
        QCOMPARE(world.kept().front().token, "unknown");
    }

    void aFloodIsCountedAndLeavesFailedJobsAlone()
    {
        World world;
        for (int i = 0; i < 1000; ++i)
            world.callback("unknown" + QByteArray::number(i));
        Q_EMIT world.coordinator.handedOverFailed(failedRecord("j1"));
        QTRY_COMPARE(world.count(Kind::Job), 1);
        QVERIFY(world.count(Kind::Callback) >= DeadLetters::kUnknownAtOnce);
        // At most one more is stored per second, even on a slow machine.
        QVERIFY(world.count(Kind::Callback) < DeadLetters::kUnknownAtOnce + 100);
        QCOMPARE(world.letters.counts().dropped + std::uint64_t(world.count(Kind::Callback)),
                 std::uint64_t(1000));
    }

    void bodiesOfStrangersAreCut()
    {
        World world;
        http::Request request = post(QByteArray(DeadLetters::kMaxUnknownBody + 1, 'x'));
        world.send(QByteArray(200, 't'), request);
        request.body.chop(1);
        world.send("fits", request);
        QTRY_COMPARE(world.kept().size(), std::size_t(2));
        for (const DeadLetter &one : world.kept()) {
            QCOMPARE(one.body.size(), DeadLetters::kMaxUnknownBody);
            QCOMPARE(one.cut, one.token != "fits");
            QCOMPARE(one.bytes, DeadLetters::kMaxUnknownBody + (one.cut ? 1 : 0));
            QVERIFY(one.token.size() <= DeadLetters::kMaxToken);
        }
    }

    void handedOverJobsThatFailedAreKeptWithTheirRequest()
    {
        World world;
        Q_EMIT world.coordinator.handedOverFailed(failedRecord("j1"));
        Q_EMIT world.coordinator.handedOverFailed(
            failedRecord("j1"));  // reported again by a restarted process
        QTRY_COMPARE(world.store.heldCount(), 0);
        QCOMPARE(world.kept().size(), std::size_t(1));
        const DeadLetter one = world.kept().front();
        QCOMPARE(one.kind, Kind::Job);
        QCOMPARE(one.job, "j1");
        QCOMPARE(one.account, "acme");
        QCOMPARE(one.reason, Reason::CallbackTimeout);
        QCOMPARE(one.detail, "HTTP 503");
        QCOMPARE(one.body, R"({"account":"acme","n":1})");
        QVERIFY(one.token.isEmpty());
    }

    void lettersWaitWhileNothingCanBeStored()
    {
        World world;
        world.store.setUnavailable("disk full"_L1);
        Q_EMIT world.coordinator.handedOverFailed(failedRecord("j1"));
        for (int i = 0; i < 500; ++i)
            Q_EMIT world.coordinator.callbackRefused("t", post("result"), Reason::StoreUnavailable, "j", "a");
        QCOMPARE(world.letters.waiting(), static_cast<int>(DeadLetters::kMaxWaiting));
        QCOMPARE(world.letters.counts().dropped, std::uint64_t(401));
        QVERIFY(world.kept().empty());
        world.store.setUnavailable({});
        QCOMPARE(world.letters.waiting(), 0);
        QTRY_COMPARE(world.kept().size(), DeadLetters::kMaxWaiting);
        QCOMPARE(world.count(Kind::Job), 1);
    }

    void waitingLettersTakeABoundedAmountOfMemory()
    {
        World world;
        world.store.setUnavailable("disk full"_L1);
        const http::Request request = post(QByteArray(1024 * 1024, 'x'));
        for (int i = 0; i < 20; ++i)
            Q_EMIT world.coordinator.callbackRefused("t", request, Reason::StoreUnavailable, "j", "a");
        QCOMPARE(world.letters.waiting(), 8);
        QCOMPARE(world.letters.counts().dropped, std::uint64_t(12));
    }

    void aWriteThatFailsIsTriedAgain()
    {
        World world;
        world.store.failNext(1, "too many writes"_L1);
        Q_EMIT world.coordinator.handedOverFailed(failedRecord("j1"));
        QTRY_COMPARE(world.letters.waiting(), 1);
        world.store.setUnavailable("gone"_L1);
        world.store.setUnavailable({});
        QTRY_COMPARE(world.count(Kind::Job), 1);
        QCOMPARE(world.letters.counts().stored[1], std::uint64_t(1));
    }

    void redrivenCallbacksMakeNoNewLetters()
    {
        World world;
        http::Request request = post("nonsense");
        request.peer = DeadLetters::kRedrivenPeer.toByteArray() + "1";
        world.send("unknown", request);
        Q_EMIT world.coordinator.handedOverFailed(failedRecord("last"));
        QTRY_COMPARE(world.count(Kind::Job), 1);
        QCOMPARE(world.count(Kind::Callback), 0);
    }

    void aCallbackIsDrivenAgain()
    {
        Office office;
        office.put(letter("l1"));
        office.redrive("l1");
        QTRY_COMPARE(office.told.size(), std::size_t(1));
        QCOMPARE(office.told.front().result, Result::Done);
        QCOMPARE(office.told.front().answer.body, R"({"callback":"matched"})");
        QVERIFY(office.starts.empty());
        QCOMPARE(office.callbacks.size(), std::size_t(1));
        const http::Request &request = office.callbacks.front();
        QCOMPARE(request.method, "POST");
        QCOMPARE(request.target, "/callback/t0ken");
        QCOMPARE(request.body, letter("l1").body);
        QCOMPARE(request.headers.value("Content-Type"), "application/json");
        QVERIFY(request.peer.startsWith(DeadLetters::kRedrivenPeer));
        QVERIFY(office.store.deadLetters.empty());
    }

    void aJobIsStartedAnew()
    {
        Office office;
        office.answer = {202, {{"Location", "/v1/jobs/new"}}, {}, false};
        office.put(letter("l1", Kind::Job));
        office.redrive("l1");
        QTRY_COMPARE(office.told.size(), std::size_t(1));
        QCOMPARE(office.told.front().result, Result::Done);
        QCOMPARE(office.told.front().answer.headers.value("Location"), "http://main:1/v1/jobs/new");
        QCOMPARE(office.starts.size(), std::size_t(1));
        QCOMPARE(office.starts.front().target, "/start");
        QCOMPARE(office.starts.front().headers.value("Prefer"), "respond-async");
        QCOMPARE(office.starts.front().body, letter("l1").body);
        QVERIFY(office.store.deadLetters.empty());
    }

    void whatIsRefusedIsMarkedAndStays()
    {
        Office office;
        office.answer = http::problemResponse({Reason::CallbackUnknown, {}, {}, {}});
        office.put(letter("l1"));
        office.redrive("l1");
        QTRY_COMPARE(office.told.size(), std::size_t(1));
        QCOMPARE(office.told.front().result, Result::Refused);
        QCOMPARE(office.told.front().answer.status, 404);
        QCOMPARE(office.store.deadLetters.at("l1").redriven, 1);
        QCOMPARE(office.store.deadLetters.at("l1").body, letter("l1").body);
        office.swallows = true;  // the response is dropped
        office.redrive("l1");
        QTRY_COMPARE(office.told.size(), std::size_t(2));
        QCOMPARE(office.told.back().answer.status, 500);
        QCOMPARE(office.store.deadLetters.at("l1").redriven, 2);
    }

    void whatIsDiscardedMeanwhileStaysAway()
    {
        Office office;
        office.holds = true;
        office.put(letter("l1"));
        office.redrive("l1");
        QTRY_COMPARE(office.held.size(), std::size_t(1));
        bool isDiscarded = false;
        office.deadLetters.discard("l1", [&](bool found, const QString &) { isDiscarded = found; });
        QTRY_VERIFY(isDiscarded);
        office.held.front()->answer(http::problemResponse({Reason::CallbackUnknown, {}, {}, {}}));
        QTRY_COMPARE(office.told.size(), std::size_t(1));
        QCOMPARE(office.told.front().result, Result::Refused);
        QVERIFY(office.store.isIdle());
        QVERIFY(office.store.deadLetters.empty());
    }

    void whatIsNotThereOrNotWholeIsNotDriven()
    {
        Office office;
        DeadLetter half = letter("half");
        half.cut = true;
        office.put(half);
        office.redrive("half");
        office.redrive("none");
        QTRY_COMPARE(office.told.size(), std::size_t(2));
        QCOMPARE(office.told[0].result, Result::Cut);
        QCOMPARE(office.told[1].result, Result::NotFound);
        QVERIFY(office.callbacks.empty());
        QCOMPARE(office.store.deadLetters.size(), std::size_t(1));
    }

    void askedTwiceAtOnceItIsDoneOnce()
    {
        Office office;
        office.put(letter("l1", Kind::Job));
        office.redrive("l1");
        office.redrive("l1");
        QTRY_COMPARE(office.told.size(), std::size_t(2));
        QCOMPARE(office.starts.size(), std::size_t(1));
        QCOMPARE(office.told[1].result, Result::Done);
        office.redrive("l1");
        QTRY_COMPARE(office.told.size(), std::size_t(3));
        QCOMPARE(office.told[2].result, Result::NotFound);
    }

    void allOfAKindAreDrivenOldestFirst()
    {
        Office office;
        for (int i = 0; i < DeadLetterService::kMaxAtOnce + 5; ++i) {
            DeadLetter one = letter("l" + QByteArray::number(1000 + i));
            one.at += std::chrono::seconds(i);
            one.token = QByteArray::number(i);
            office.put(one);
        }
        office.put(letter("job", Kind::Job));
        std::vector<DeadLetterService::Redriven> all;
        office.deadLetters.redriveAll(Kind::Callback, [&all](const auto &done) { all = done; });
        QTRY_COMPARE(all.size(), static_cast<std::size_t>(DeadLetterService::kMaxAtOnce));
        QCOMPARE(office.callbacks.front().target, "/callback/0");
        QCOMPARE(office.callbacks.back().target, "/callback/99");
        QCOMPARE(office.store.deadLetters.size(), std::size_t(6));
        QVERIFY(office.starts.empty());
    }

    void lettersAreThrownAway()
    {
        Office office;
        office.put(letter("l1"));
        QList<bool> found;
        QString why;
        const auto answer = [&](bool was, const QString &error) {
            found.append(was);
            why = error;
        };
        office.deadLetters.discard("none", answer);
        QTRY_COMPARE(found, QList<bool>{false});
        office.store.failNext(1, "disk full"_L1);
        office.deadLetters.discard("l1", answer);
        QTRY_COMPARE(found.size(), 2);
        QCOMPARE(why, "disk full"_L1);
        QCOMPARE(office.store.deadLetters.size(), std::size_t(1));
        office.deadLetters.discard("l1", answer);
        QTRY_COMPARE(found, (QList<bool>{false, true, true}));
        QVERIFY(why.isEmpty());
        QVERIFY(office.store.deadLetters.empty());
    }

    void onlyEndsThatLeaveADeadLetterKeepTheirRequest_data()
    {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<bool>("isDead");
        QTest::newRow("completed") << QByteArray("completed") << false;
        QTest::newRow("failed") << QByteArray("failed") << false;
        QTest::newRow("no callback") << QByteArray() << true;
    }
    /// A handed-over job that failed upstream has its result. No operator starts it again, so its request is
    /// not kept.
    void onlyEndsThatLeaveADeadLetterKeepTheirRequest()
    {
        QFETCH(QByteArray, state);
        QFETCH(bool, isDead);
        Config config = quickConfig();
        if (isDead)
            config.hold.jobDeadline = std::chrono::milliseconds(20);
        World world(config);
        const QByteArray body = R"({"account":"a","n":7})";
        const Client client = world.hold(body, {{"Prefer", "respond-async"}});
        QTRY_COMPARE(world.starter.order.size(), std::size_t(1));
        QTRY_COMPARE(client.log->status(), 202);
        const QByteArray id = header(client, "Holdline-Job");
        QCOMPARE(world.store.records.at(id).request->body, body);
        const QByteArray token = World::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        if (!isDead)
            QCOMPARE(world.callback(token, "1f", state).status, 200);
        QTRY_VERIFY(world.store.records.at(id).isSettled());
        QCOMPARE(world.store.records.at(id).request.has_value(), isDead);
        QTRY_COMPARE(world.coordinator.durableCount(), 0);
        if (!isDead) {
            QTest::qWait(5);
            QCOMPARE(world.count(Kind::Job), 0);
            return;
        }
        QTRY_COMPARE(world.count(Kind::Job), 1);
        QCOMPARE(world.kept().front().body, body);
        // A late result replaces the failure, so the request is no longer needed.
        QCOMPARE(world.callback(token).body, R"({"callback":"late"})");
        QVERIFY(!world.store.records.at(id).request);
    }
};

HOLDLINE_TEST(TestDeadLetters)
#include "tst_deadletters.moc"

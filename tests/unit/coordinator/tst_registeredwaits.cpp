// SPDX-License-Identifier: GPL-3.0-or-later
// Registered callbacks at the coordinator, against fakes: what waits for the answer to a start, for how long
// and how much of it, and what their senders are answered.
#include "tests/support/coordinatorworld.h"
#include "tests/support/profiledroute.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray kProfile = R"(name = "api"
[start]
callback = "registered"
job = "body:/id"
[callback]
job = "body:/id"
state = "body:/state"
completed = ["done"]
failed = ["broken"]
answer = { status = 202, body = "thanks" }
)";

Config configOf(const QByteArray &toml)
{
    Config config = quickConfig();
    config.routes = apiRoute(toml);
    return config;
}

using Log = std::shared_ptr<ExchangeLog>;

struct World : CoordinatorWorld
{
    explicit World(const QByteArray &toml = kProfile) : CoordinatorWorld(configOf(toml)) {}
    explicit World(const Config &config) : CoordinatorWorld(config) {}

    Client request(http::HeaderFields headers = {})
    {
        http::Request request = post("{}", std::move(headers));
        request.target = "/work";
        return holdRouted(request);
    }
    void answerStart(const QByteArray &id, JobStarter::Ticket ticket)
    {
        StartResult result;
        result.fate = StartResult::Fate::Accepted;
        result.status = 200;
        result.upstreamId = id;
        starter.finish(ticket, result);
    }
    void answerStart(const QByteArray &id) { answerStart(id, lastTicket()); }
    static http::Request message(const QByteArray &id, const QByteArray &state = "done",
                                 const QByteArray &more = {})
    {
        return post("{\"id\":\"" + id + "\",\"state\":\"" + state + "\",\"more\":\"" + more + "\"}");
    }
    Log callBack(const http::Request &request)
    {
        auto log = std::make_shared<ExchangeLog>();
        coordinator.registered().receive(*coordinator.routes().byName("api"), {}, request,
                                         std::make_unique<FakeExchange>(log));
        return log;
    }
    Log callBack(const QByteArray &id, const QByteArray &state = "done")
    {
        return callBack(message(id, state));
    }
    std::uint64_t counted(CallbackOutcome outcome) const { return coordinator.ledger().count(outcome); }
    int waiting() const { return coordinator.registered().waitingCount(); }
};

void expectTaken(const Log &log)
{
    QTRY_COMPARE(log->answers.size(), std::size_t(1));
    QCOMPARE(log->status(), 202);
    QCOMPARE(log->body(), "thanks");
}

}  // namespace

class TestRegisteredWaits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void delivers()
    {
        World world;
        const Client client = world.request();
        world.answerStart("x1");
        expectTaken(world.callBack("x1", "busy"));
        QCOMPARE(client.log->answers.size(), std::size_t(0));
        expectTaken(world.callBack("x1"));
        QCOMPARE(client.log->status(), 200);
        expectTaken(world.callBack("x1"));
        QCOMPARE(world.counted(CallbackOutcome::Progress), 1U);
        QCOMPARE(world.counted(CallbackOutcome::Matched), 1U);
        QCOMPARE(world.counted(CallbackOutcome::Duplicate), 1U);
    }

    void waitsForTheStartsAnswer()
    {
        World world;
        const Client client = world.request();
        const Log mine = world.callBack("x1");
        const Log other = world.callBack("y");
        QCOMPARE(world.waiting(), 2);
        QTest::qWait(1);
        QCOMPARE(mine->answers.size(), std::size_t(0));
        world.answerStart("x1");
        expectTaken(mine);
        QCOMPARE(client.log->status(), 200);
        expectTaken(other);
        QCOMPARE(world.waiting(), 0);
        QCOMPARE(world.counted(CallbackOutcome::Early), 1U);
        QCOMPARE(world.counted(CallbackOutcome::Unknown), 1U);
    }

    void withoutAStartNothingWaits()
    {
        World world;
        QSignalSpy refused(&world.coordinator, &JobCoordinator::callbackRefused);
        QSignalSpy unknown(&world.coordinator, &JobCoordinator::callbackUnknown);
        expectTaken(world.callBack("x1"));
        // A callback without a job id does not wait either.
        const Client client = world.request();
        expectTaken(world.callBack(post(R"({"state":"test"})")));
        QCOMPARE(world.counted(CallbackOutcome::Unknown), 2U);
        QCOMPARE(unknown.count(), 2);
        QCOMPARE(refused.count(), 0);
    }

    /// After a start request has certainly failed, its response names no job. The retry is a new start
    /// request.
    void aRetryIsAStartOfItsOwn()
    {
        World world;
        const Client client = world.request();
        const Log early = world.callBack("x1");
        StartResult failed;
        failed.fate = StartResult::Fate::NotStarted;
        failed.retryable = true;
        failed.status = 503;
        world.starter.finish(world.lastTicket(), failed);
        expectTaken(early);
        QCOMPARE(world.counted(CallbackOutcome::Unknown), 1U);
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        const Log second = world.callBack("x1");
        QCOMPARE(world.waiting(), 1);
        world.answerStart("x1");
        expectTaken(second);
        QCOMPARE(client.log->status(), 200);
    }

    void theClientMayLeaveMeanwhile()
    {
        World world;
        const Client client = world.request();
        const Log early = world.callBack("x1");
        client.exchange->leave();
        world.answerStart("x1");
        expectTaken(early);
        QCOMPARE(world.counted(CallbackOutcome::Late), 1U);
    }

    void waitsHaveALimitInNumber()
    {
        Config config = configOf(kProfile);
        config.limits.callbackConnections = 10;
        World world(config);
        const Client client = world.request();
        std::vector<Log> logs;
        for (std::size_t i = 0; i < RegisteredCallbacks::kMaxWaiting; ++i)
            logs.push_back(world.callBack("other-" + QByteArray::number(static_cast<int>(i))));
        // At most half of the callback connections may be held. The other senders get a 503 and must send
        // again.
        const auto open =
            std::count_if(logs.begin(), logs.end(), [](const Log &log) { return log->answers.empty(); });
        QCOMPARE(open, 5);
        QCOMPARE(logs.back()->status(), 503);
        QVERIFY(!logs.back()->answers.front().headers.value("Retry-After").isEmpty());
        QCOMPARE(world.waiting(), static_cast<int>(RegisteredCallbacks::kMaxWaiting));
        // A full list of waiting callbacks refuses new ones and keeps the old ones.
        const Log beyond = world.callBack("x1");
        QCOMPARE(beyond->status(), 503);
        QCOMPARE(world.waiting(), static_cast<int>(RegisteredCallbacks::kMaxWaiting));
        // A callback whose sender got a 503 still waits and is delivered.
        world.answerStart("other-150");
        QTRY_COMPARE(client.log->status(), 200);
        QTRY_COMPARE(world.waiting(), 0);
        // Callbacks without a job are looked up in the store before they are answered.
        for (const Log &log : logs)
            QTRY_COMPARE(log->answers.size(), std::size_t(1));
    }

    void waitsHaveALimitInBytes()
    {
        World world;
        const Client client = world.request();
        const QByteArray large(RegisteredCallbacks::kMaxWaitingBytes / 2, 'x');
        const Log first = world.callBack(World::message("a", "done", large));
        // The bytes of header fields count too.
        http::Request withFields = World::message("b");
        withFields.headers.append("X-Large", large);
        const Log second = world.callBack(withFields);
        QCOMPARE(world.waiting(), 1);
        QCOMPARE(first->answers.size(), std::size_t(0));
        QCOMPARE(second->status(), 503);
        world.answerStart("x1");
        expectTaken(first);
        // The memory of the first callback is free again.
        const Client other = world.request();
        const Log third = world.callBack(World::message("b", "done", large));
        QCOMPARE(world.waiting(), 1);
        world.answerStart("b");
        expectTaken(third);
    }

    /// A reload removes the route while a callback waits for keys.
    void theirRouteIsGone()
    {
        World world;
        const Log log = std::make_shared<ExchangeLog>();
        WaitingCallback waited{"gone", {},  World::message("x1"), std::make_unique<FakeExchange>(log), {},
                               0,      true};
        world.coordinator.registered().receiveAgain(std::move(waited), ReceivedCallback::Wait::Over);
        QCOMPARE(log->status(), 503);
        QCOMPARE(code(log->answers.front()), "store_unavailable");
    }

    void waitsHaveALimitInTime()
    {
        World world;
        const Client client = world.request();
        const Log early = world.callBack("x1");
        world.coordinator.registered().expire(Clock::now() + RegisteredCallbacks::kMaxWait - 1s);
        QCOMPARE(world.waiting(), 1);
        world.coordinator.registered().expire(Clock::now() + RegisteredCallbacks::kMaxWait + 1s);
        QCOMPARE(world.waiting(), 0);
        // The callback may belong to a job that is still being started, so its sender must send it again.
        QCOMPARE(early->status(), 503);
        QCOMPARE(world.counted(CallbackOutcome::Unknown), 1U);
        world.answerStart("x1");
        expectTaken(world.callBack("x1"));
        QCOMPARE(client.log->status(), 200);
    }

    /// A callback that was accepted is not sent again. So its job must be in the store first, for a restarted
    /// process.
    void anIdIsDurableBeforeItsCallbacksAreTaken()
    {
        World world;
        const Client client = world.request({{"Idempotency-Key", "\"k\""}});
        QTRY_COMPARE(world.starter.order.size(), std::size_t(1));
        world.store.hold();
        world.answerStart("x1");
        QCOMPARE(world.store.puts.back().upstreamId, "x1");
        const Log progress = world.callBack("x1", "busy");
        QTest::qWait(1);
        QCOMPARE(progress->answers.size(), std::size_t(0));
        world.store.release();
        expectTaken(progress);
        const Log last = world.callBack("x1");
        expectTaken(last);
        QTRY_COMPARE(client.log->status(), 200);
        QCOMPARE(world.store.records.begin()->second.upstreamId, "x1");
    }

    void aJobThatIsOnlyInTheStore()
    {
        World world;
        JobRecord record;
        record.id = makeJobId();
        record.account = "api";
        record.route = "api";
        record.upstreamId = "x1";
        record.status.state = JobState::Settled;
        record.status.durable = record.status.attempted = record.status.resultSeen = true;
        record.status.outcome = Reason::Completed;
        world.store.records[record.id] = record;
        expectTaken(world.callBack("x1"));
        QCOMPARE(world.counted(CallbackOutcome::Duplicate), 1U);
        // A callback for an unfinished job that only the store knows must be sent again.
        record.id = makeJobId();
        record.upstreamId = "x2";
        record.status.state = JobState::Running;
        record.status.resultSeen = false;
        world.store.records[record.id] = record;
        const Log open = world.callBack("x2");
        QTRY_COMPARE(open->status(), 503);
        // The same applies when the look-up in the store fails.
        world.store.setUnavailable(u"no disk"_s);
        const Log blind = world.callBack("x3");
        QTRY_COMPARE(blind->status(), 503);
        QCOMPARE(world.counted(CallbackOutcome::Unknown), 0U);
    }

    void aRecoveredJobIsFound()
    {
        World world;
        JobRecord record;
        record.id = makeJobId();
        record.account = record.route = "api";
        record.token = CallbackToken::make(0, 0).toText();
        record.key = "k";
        record.upstreamId = "x1";
        record.status.state = JobState::Running;
        record.status.durable = record.status.attempted = true;
        record.created = wallNow();
        record.deadline = record.created + 1h;
        world.store.records[record.id] = record;
        world.coordinator.recover({record});
        expectTaken(world.callBack("x1"));
        QCOMPARE(world.counted(CallbackOutcome::Matched), 1U);
        QVERIFY(world.store.records.begin()->second.isSettled());
    }

    /// With an API for which Holdline chooses the id, a callback may come before the response to the start
    /// request.
    void ownIdsNeedNoAnswer()
    {
        World world(QByteArray(kProfile).replace("job = \"body:/id\"\n[callback]",
                                                 "made = \"header:X-Reference\"\n[callback]"));
        const Client client = world.request();
        QByteArray id;
        for (const auto &[name, value] : world.starter.calls.at(world.lastTicket()).headers) {
            if (name == "X-Reference")
                id = value;
        }
        QVERIFY(!id.isEmpty());
        expectTaken(world.callBack(id));
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(world.counted(CallbackOutcome::Early), 1U);
    }

    void forgottenJobsAreUnknown()
    {
        Config config = configOf(kProfile);
        config.hold.retainedResults = 0;
        World world(config);
        const Client client = world.request();
        world.answerStart("x1");
        expectTaken(world.callBack("x1"));
        // The next request makes the coordinator forget the job.
        const Client other = world.request();
        world.answerStart("x2");
        expectTaken(world.callBack("x1"));
        QCOMPARE(world.counted(CallbackOutcome::Unknown), 1U);
    }
};

HOLDLINE_TEST(TestRegisteredWaits)
#include "tst_registeredwaits.moc"

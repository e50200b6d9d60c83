// SPDX-License-Identifier: GPL-3.0-or-later
// Callbacks with a signature that a job has taken before: repeated by their sender, or replayed to another
// job.
#include "service/holdline/deadletters/deadletterservice.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/profiledroute.h"
#include "tests/support/suite.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kProfile = R"(name = "api"
[start]
callback = "body:/hook"
job = "body:/id"
[callback]
state = "body:/state"
completed = ["done"]
failed = ["broken"]
[callback.verify]
scheme = "hmac-sha256"
at = "header:X-Signature"
secret = "key"
)";

/// Returns a profile whose callbacks also contain the job's id.
QByteArray withId()
{
    return QByteArray(kProfile).replace("[callback]\n", "[callback]\njob = \"body:/id\"\n");
}

Config configOf(const QByteArray &toml)
{
    Config config = quickConfig();
    config.routes = apiRoute(toml);
    return config;
}

struct World : CoordinatorWorld
{
    explicit World(const QByteArray &toml = kProfile, const std::shared_ptr<SharedCallbacks> &shared = {},
                   std::uint8_t shard = 0)
        : CoordinatorWorld(configOf(toml), shard, shared)
    {
    }

    /// A running job, which run() starts with a given upstream id.
    struct Running
    {
        Client client;
        QByteArray token;
    };
    Running run(const QByteArray &id, http::HeaderFields headers = {})
    {
        http::Request request = post("{}", std::move(headers));
        request.target = "/work";
        const auto before = starter.order.size();
        Running running{holdRouted(request), {}};
        if (!QTest::qWaitFor([&] { return starter.order.size() > before; }))
            qFatal("no start");
        const JobStarter::Ticket ticket = lastTicket();
        const QString hook =
            QJsonDocument::fromJson(starter.calls.at(ticket).body).object().value("hook"_L1).toString();
        running.token = hook.mid(hook.lastIndexOf(u'/') + 1).toLatin1();
        starter.accept(ticket, id);
        return running;
    }
    static http::Request callbackOf(const QByteArray &state, const QByteArray &id = "1",
                                    const QByteArray &message = "1")
    {
        const QByteArray body =
            "{\"id\":\"" + id + "\",\"state\":\"" + state + "\",\"message\":\"" + message + "\"}";
        http::Request request = post(body);
        request.headers.append(
            "X-Signature",
            QMessageAuthenticationCode::hash(body, "secret key", QCryptographicHash::Sha256).toHex());
        return request;
    }
    int statusOf(const QByteArray &token, const http::Request &request)
    {
        return answered(send(token, request)).status;
    }
    std::uint64_t counted(CallbackOutcome outcome) const { return coordinator.ledger().count(outcome); }
};

}  // namespace

class TestReplays : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aReplayEndsNoOtherJob()
    {
        World world;
        const auto first = world.run("1");
        const auto second = world.run("2");
        const http::Request callback = World::callbackOf("done");
        QCOMPARE(world.statusOf(first.token, callback), 200);
        QCOMPARE(first.client.log->status(), 200);
        QCOMPARE(world.statusOf(second.token, callback), 200);
        QCOMPARE(second.client.log->answers.size(), std::size_t(0));
        QCOMPARE(world.counted(CallbackOutcome::Duplicate), 1U);
        // The second job's own callback has its own signature.
        QCOMPARE(world.statusOf(second.token, World::callbackOf("done", "2")), 200);
        QCOMPARE(second.client.log->status(), 200);
    }

    void progressCountsOnce()
    {
        World world;
        const auto job = world.run("1");
        const http::Request progress = World::callbackOf("busy");
        QCOMPARE(world.statusOf(job.token, progress), 200);
        QCOMPARE(world.statusOf(job.token, progress), 200);
        QCOMPARE(world.statusOf(job.token, World::callbackOf("busy", "1", "2")), 200);
        QCOMPARE(world.counted(CallbackOutcome::Progress), 2U);
        QCOMPARE(world.counted(CallbackOutcome::Duplicate), 1U);
        QCOMPARE(world.statusOf(job.token, World::callbackOf("done")), 200);
        QCOMPARE(job.client.log->status(), 200);
    }

    void repetitionsAreDuplicates()
    {
        World world;
        const auto job = world.run("1");
        const http::Request callback = World::callbackOf("done");
        for (int i = 0; i < 3; ++i)
            QCOMPARE(world.statusOf(job.token, callback), 200);
        QCOMPARE(world.counted(CallbackOutcome::Matched), 1U);
        QCOMPARE(world.counted(CallbackOutcome::Duplicate), 2U);
    }

    /// The first callback was answered with 503, so its repetition must be accepted.
    void whatWasNotStoredComesAgain()
    {
        World world;
        const auto job = world.run("1", {{"Idempotency-Key", "\"k\""}});
        world.store.failNext(1, u"no room"_s);
        const http::Request callback = World::callbackOf("done");
        QCOMPARE(world.statusOf(job.token, callback), 503);
        QVERIFY(!world.store.records.begin()->second.isSettled());
        QCOMPARE(world.statusOf(job.token, callback), 200);
        QVERIFY(world.store.records.begin()->second.isSettled());
    }

    /// The same applies to a result that comes after the end of its job.
    void aLateResultThatWasNotStoredComesAgain()
    {
        World world;
        const auto job = world.run("1", {{"Idempotency-Key", "\"k\""}});
        const QByteArray id = world.store.records.begin()->first;
        const std::vector<JobKey> held = world.coordinator.jobs().heldKeys();
        QCOMPARE(held.size(), std::size_t(1));
        QVERIFY(world.coordinator.cancel(held.front()));
        QTRY_VERIFY(world.store.records.at(id).isSettled());
        world.store.failNext(1, u"no room"_s);
        const http::Request callback = World::callbackOf("done");
        QCOMPARE(world.statusOf(job.token, callback), 503);
        QVERIFY(!world.store.records.at(id).status.resultSeen);
        QCOMPARE(world.statusOf(job.token, callback), 200);
        QVERIFY(world.store.records.at(id).status.resultSeen);
        QCOMPARE(world.counted(CallbackOutcome::Late), 2U);
        QCOMPARE(world.statusOf(job.token, callback), 200);
        QCOMPARE(world.counted(CallbackOutcome::Duplicate), 1U);
    }

    /// A callback at the address of another job is not accepted there. Later it reaches its own job.
    void mismatchedIsNotTaken()
    {
        World world(withId());
        const auto first = world.run("1");
        const auto second = world.run("2");
        const http::Request callback = World::callbackOf("done", "2");
        QVERIFY(world.statusOf(first.token, callback) >= 400);
        QCOMPARE(world.counted(CallbackOutcome::Mismatched), 1U);
        QCOMPARE(world.statusOf(second.token, callback), 200);
        QCOMPARE(second.client.log->status(), 200);
        QCOMPARE(first.client.log->answers.size(), std::size_t(0));
    }

    void theWindowIsShared()
    {
        SharedCallbacks shared;
        const auto see = [&shared](const char *route, const char *job) {
            return shared.seen.see(route, std::chrono::hours(1), "key", job, Clock::now());
        };
        QCOMPARE(see("api", "job 1"), profile::Sighting::New);
        QCOMPARE(see("api", "job 2"), profile::Sighting::Replayed);
        // Each route has its own window.
        QCOMPARE(see("other", "job 2"), profile::Sighting::New);
        shared.seen.forget("api", "key");
        QCOMPARE(see("api", "job 2"), profile::Sighting::New);
    }

    /// A reload may change the tolerance of a route, and so the age for which replays are recognised.
    void theWindowTakesANewAge()
    {
        using std::chrono::minutes;
        SeenCallbacks seen;
        const TimePoint start = Clock::now();
        const auto see = [&](minutes age, const char *job, minutes later) {
            return seen.see("api", age, "key", job, start + later);
        };
        QCOMPARE(see(minutes(10), "job 1", minutes(0)), profile::Sighting::New);
        QCOMPARE(see(minutes(60), "job 2", minutes(30)), profile::Sighting::Replayed);
        QCOMPARE(see(minutes(20), "job 2", minutes(30)), profile::Sighting::New);
    }

    /// Two jobs of two shards.
    void aReplayAtAnotherShard()
    {
        const auto shared = std::make_shared<SharedCallbacks>();
        World one(kProfile, shared, 0);
        World two(kProfile, shared, 1);
        const auto first = one.run("1");
        const auto second = two.run("2");
        const http::Request callback = World::callbackOf("done");
        QCOMPARE(one.statusOf(first.token, callback), 200);
        QCOMPARE(two.statusOf(second.token, callback), 200);
        QCOMPARE(second.client.log->answers.size(), std::size_t(0));
        QCOMPARE(two.counted(CallbackOutcome::Duplicate), 1U);
    }

    /// A redriven callback has no signature. It is accepted only if its signature was verified on arrival.
    void aRedrivenCallbackIsTrusted()
    {
        World world(withId());
        const auto first = world.run("1");
        DeadLetter letter;
        letter.kind = DeadLetter::Kind::Callback;
        letter.token = first.token;
        letter.body = World::callbackOf("done").body;
        const auto redrive = [&](const QByteArray &id, Reason reason) {
            letter.id = id;
            letter.reason = reason;
            world.store.deadLetters[letter.id] = letter;
            DeadLetterService service(
                world.store,
                {{},
                 [&world, &first](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                     world.coordinator.callback(first.token, request, std::move(exchange));
                 },
                 {}});
            std::optional<DeadLetterService::Redriven> done;
            service.redrive(letter.id, [&done](const auto &redriven) { done = redriven; });
            return QTest::qWaitFor([&done] { return done.has_value(); }) ? done->answer.status : 0;
        };
        QCOMPARE(redrive("a", Reason::CallbackUnknown), 401);
        QCOMPARE(redrive("c", Reason::CallbackUnauthorised), 401);
        QCOMPARE(first.client.log->answers.size(), std::size_t(0));
        QCOMPARE(redrive("b", Reason::CallbackMalformed), 200);
        QCOMPARE(first.client.log->status(), 200);
    }
};

HOLDLINE_TEST(TestReplays)
#include "tst_replays.moc"

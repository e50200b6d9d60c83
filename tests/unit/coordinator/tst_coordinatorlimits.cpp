// SPDX-License-Identifier: GPL-3.0-or-later
// Limits, deadlines, drain and random event sequences of the coordinator, with scripted fakes.
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;

class TestCoordinatorLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void limitsAnswerAtOnce()
    {
        Config config = quickConfig();
        config.hold.held = 3;
        config.lanes.laneLength = 1;
        CoordinatorWorld world(config);
        world.hold();
        world.hold();
        const Client laneFull = world.hold();
        QCOMPARE(laneFull.log->status(), 429);
        QCOMPARE(code(laneFull.log->answers.front()), "lane_full");
        QVERIFY(!header(laneFull, "Retry-After").isEmpty());
        world.hold(R"({"account":"b"})");
        const Client overloaded = world.hold(R"({"account":"c"})");
        QCOMPARE(overloaded.log->status(), 503);
        QCOMPARE(code(overloaded.log->answers.front()), "overloaded");
        QVERIFY(!header(overloaded, "Retry-After").isEmpty());
        QCOMPARE(world.starter.order.size(), std::size_t(2));
    }

    void pausedLanesRunIntoTheirDeadlines()
    {
        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(30);
        CoordinatorWorld world(config);
        QVERIFY(world.coordinator.pauseLane("a"));
        const Client client = world.hold();
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "queue_timeout");
        QVERIFY(world.starter.order.empty());
    }

    void resumedLanesGoOnAtOnce()
    {
        CoordinatorWorld world;
        QVERIFY(world.coordinator.pauseLane("a"));
        world.hold();
        world.hold(R"({"account":"b"})");
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        QVERIFY(world.coordinator.resumeLane("a"));
        QCOMPARE(world.starter.order.size(), std::size_t(2));
        QVERIFY(!world.coordinator.resumeLane("a"));
    }

    void cancelsWhereverAJobStands()
    {
        CoordinatorWorld world;
        const Client starting = world.hold();
        const Client queued = world.hold();
        const Client running = world.hold(R"({"account":"b"})");
        world.starter.accept(world.lastTicket(), "1f");
        const std::vector<JobKey> keys = world.coordinator.jobs().heldKeys();
        QCOMPARE(keys.size(), std::size_t(3));
        for (const JobKey key : keys)
            QVERIFY(world.coordinator.cancel(key));
        for (const Client *client : {&starting, &queued, &running}) {
            QCOMPARE(client->log->status(), 503);
            QCOMPARE(code(client->log->answers.front()), "cancelled");
        }
        QVERIFY(!world.coordinator.cancel(keys.front()));
        QVERIFY(!world.coordinator.cancel(12345));
        // The start request in flight keeps its turn until it ends. The queued one was never sent.
        QCOMPARE(world.starter.order.size(), std::size_t(2));
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 1);
        QCOMPARE(world.coordinator.jobs().heldPeak(), 3);
    }

    void preferWaitSetsTheDeadline()
    {
        Config config = quickConfig();
        config.hold.maxDeadline = std::chrono::milliseconds(20);
        CoordinatorWorld world(config);
        const Client client = world.hold(R"({"account":"a"})", {{"Prefer", "foo, wait=100"}});
        QTRY_COMPARE(client.log->status(), 504);
    }

    void drainAnswersEverybody()
    {
        CoordinatorWorld world;
        QSignalSpy drained(&world.coordinator, &JobCoordinator::drained);
        const Client done = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const Client waiting = world.hold();
        const Client queued = world.hold();
        world.coordinator.drain(std::chrono::milliseconds(20));
        const Client refused = world.hold();
        QCOMPARE(code(refused.log->answers.front()), "draining");
        QCOMPARE(world.callback(token).status, 200);
        QCOMPARE(done.log->status(), 200);
        QTRY_COMPARE(drained.size(), 1);
        QCOMPARE(waiting.log->status(), 504);
        QCOMPARE(code(waiting.log->answers.front()), "drain_timeout");
        QVERIFY(header(waiting, "Retry-After").isEmpty());
        QCOMPARE(queued.log->status(), 503);
        QCOMPARE(code(queued.log->answers.front()), "draining");
        QCOMPARE(header(queued, "Retry-After"), "1");
    }

    /// When the drain ends, a client may repeat a job whose start certainly failed, but not a job that may
    /// have run.
    void drainWhileAStartIsToBeSentAgain()
    {
        for (const Fate fate : {Fate::NotStarted, Fate::Unknown}) {
            Config config = quickConfig();
            config.retry.ambiguous = AmbiguousRetry::Always;
            CoordinatorWorld world(config);
            const Client client = world.hold(R"({"account":"a"})", {{"Prefer", "wait=300"}});
            StartResult failed;
            failed.fate = fate;
            failed.status = 503;
            failed.retryable = true;
            failed.retryAfter = std::chrono::minutes(1);
            world.starter.finish(world.lastTicket(), failed);
            QVERIFY(client.log->answers.empty());
            world.coordinator.drain(std::chrono::milliseconds(0));
            QTRY_COMPARE(client.log->answers.size(), std::size_t(1));
            const bool mayHaveRun = fate == Fate::Unknown;
            QCOMPARE(code(client.log->answers.front()), mayHaveRun ? "drain_timeout" : "draining");
            QCOMPARE(header(client, "Retry-After").isEmpty(), mayHaveRun);
        }
    }

    void drainWithNothingHeld()
    {
        CoordinatorWorld world;
        QSignalSpy drained(&world.coordinator, &JobCoordinator::drained);
        world.coordinator.drain(std::chrono::seconds(60));
        QTRY_COMPARE(drained.size(), 1);
    }

    void deadlineThatCannotBeMetIsRefused()
    {
        CoordinatorWorld world;
        // Two starts give a measured duration. Then the queue grows until a request would miss its deadline.
        for (int i = 0; i < 2; ++i) {
            world.hold();
            const auto since = Clock::now();
            QTRY_VERIFY(Clock::now() - since > std::chrono::milliseconds(50));
            world.starter.accept(world.lastTicket(), "1" + QByteArray::number(i));
        }
        std::vector<Client> queue;
        Client refused;
        for (int i = 0; i < 100 && refused.log->answers.empty(); ++i) {
            queue.push_back(world.hold(R"({"account":"a"})", {{"Prefer", "wait=1"}}));
            refused = queue.back();
        }
        QVERIFY(queue.size() > 2);
        QCOMPARE(refused.log->status(), 503);
        QCOMPARE(code(refused.log->answers.front()), "deadline_unreachable");
        const Client other = world.hold(R"({"account":"b"})", {{"Prefer", "wait=1"}});
        QVERIFY(other.log->answers.empty());
    }

    /// Not only the wait in the queue counts, but also the time that jobs take upstream.
    void aJobThatTakesTooLongIsRefused()
    {
        CoordinatorWorld world;
        const Client first = world.hold();
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        const auto since = Clock::now();
        QTRY_VERIFY(Clock::now() - since > std::chrono::milliseconds(1'050));
        QCOMPARE(world.callback(token).status, 200);
        const http::HeaderFields impatient{{"Prefer", "wait=1"}};
        // A job with no other ahead is always tried. A job behind another start would miss its deadline.
        QVERIFY(world.hold(R"({"account":"a"})", impatient).log->answers.empty());
        const Client refused = world.hold(R"({"account":"a"})", impatient);
        QCOMPARE(code(refused.log->answers.front()), "deadline_unreachable");
        // A client with `wait:false` needs only the response to its start request.
        QVERIFY(world.hold(R"({"account":"a","wait":false})", impatient).log->answers.empty());
    }

    void randomSchedules_data()
    {
        QTest::addColumn<unsigned>("seed");
        const QByteArray replay = qgetenv("HOLDLINE_SEED");
        if (!replay.isEmpty()) {
            QTest::newRow("replay") << replay.toUInt();
            return;
        }
        std::random_device device;
        for (unsigned i = 0; i < 30; ++i) {
            const unsigned seed = i < 10 ? i : device();
            QTest::addRow("seed %u", seed) << seed;
        }
    }
    /// For every random sequence of events: each client gets exactly one response or has left. No account has
    /// two start requests in flight. A job that may have run is never started twice. No state is left over.
    void randomSchedules()
    {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        const auto below = [&random](std::size_t n) {
            return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
        };

        Config config = quickConfig();
        config.hold.deadline = std::chrono::milliseconds(200);
        config.circuit.failures = 0;
        CoordinatorWorld world(config);
        std::vector<Client> clients;
        std::vector<QByteArray> tokens;
        std::map<QByteArray, int> starts;
        std::set<QByteArray> ambiguous;
        world.starter.onStart = [&](JobStarter::Ticket, const StartCall &call) {
            tokens.push_back(CoordinatorWorld::tokenIn(call));
            QVERIFY2(!ambiguous.contains(call.idempotencyKey), "a job of unknown fate was started again");
            std::map<QByteArray, int> perAccount;
            for (const auto &[ticket, other] : world.starter.calls)
                QCOMPARE_LE(++perAccount[other.account], 1);
        };

        for (int round = 0; round < 600; ++round) {
            switch (below(5)) {
                case 0:
                    clients.push_back(
                        world.hold("{\"account\":\"" + QByteArray::number(uint(below(4))) + "\"}"));
                    break;
                case 1:
                case 2: {
                    if (world.starter.calls.empty())
                        break;
                    const auto it = std::next(world.starter.calls.begin(),
                                              static_cast<std::ptrdiff_t>(below(world.starter.calls.size())));
                    const auto ticket = it->first;
                    switch (below(5)) {
                        case 0:
                            world.starter.answer(ticket, Fate::NotStarted, 503, true);
                            break;
                        case 1:
                            ambiguous.insert(it->second.idempotencyKey);
                            world.starter.answer(ticket, Fate::Unknown, 0);
                            break;
                        case 2:
                            world.starter.answer(ticket, Fate::Rejected, 400);
                            break;
                        default:
                            world.starter.accept(ticket, "1f");
                            break;
                    }
                    break;
                }
                case 3:
                    if (!tokens.empty())
                        world.callback(tokens[below(tokens.size())], below(8) == 0 ? "dead" : "1f",
                                       below(4) == 0 ? "failed" : "completed");
                    break;
                default: {
                    if (clients.empty() || below(4) != 0)
                        break;
                    const Client &client = clients[below(clients.size())];
                    if (client.log->answers.empty() && !client.log->gone)
                        client.exchange->leave();
                }
            }
        }
        QTRY_COMPARE(world.coordinator.jobs().heldCount(), 0);
        while (!world.starter.calls.empty())
            world.starter.answer(world.starter.calls.begin()->first, Fate::Unknown, 0);
        for (const Client &client : clients) {
            QCOMPARE(client.log->answers.size(), client.log->gone ? std::size_t(0) : std::size_t(1));
            QTRY_VERIFY(client.log->destroyed);
        }
        QCOMPARE(world.coordinator.lanes().totalInFlight(), 0);
        QCOMPARE(world.coordinator.lanes().totalQueued(), 0);
        QCOMPARE(world.coordinator.lanes().laneCount(), 0);
        QCOMPARE(world.coordinator.startsInFlight(), 0);
    }
};

HOLDLINE_TEST(TestCoordinatorLimits)
#include "tst_coordinatorlimits.moc"

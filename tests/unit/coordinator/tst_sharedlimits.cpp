// SPDX-License-Identifier: GPL-3.0-or-later
// How much of a shared limit one account may use, and the memory of bodies. Coordinator with scripted fakes.
#include "tests/support/coordinatorworld.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QTest>

#include <random>

using namespace holdline;
using namespace holdline::test;
using Fate = StartResult::Fate;

namespace {

QByteArray bodyOf(const QByteArray &account, int size = 0)
{
    return "{\"account\":\"" + account + "\",\"x\":\"" + QByteArray(size, 'x') + "\"}";
}

http::HeaderFields handedOver()
{
    return {{"Prefer", "respond-async"}};
}

}  // namespace

class TestSharedLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void heldRequests();
    void durableJobs();
    void storedRequests();
    void storedRequestsOfAnEarlierProcess();
    void memory();
    void callbacksAreServedWithoutMemory();
    void aBodyCountsOnce();
    void nothingIsLeft_data();
    void nothingIsLeft();
};

void TestSharedLimits::heldRequests()
{
    Config config = quickConfig();
    config.hold.held = 10;
    config.limits.accountShare = 50;
    CoordinatorWorld world(config);
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i)
        clients.push_back(world.hold(bodyOf("a")));
    const Client refused = world.hold(bodyOf("a"));
    QCOMPARE(refused.log->status(), 429);
    QCOMPARE(code(refused.log->answers.front()), "account_limit");
    QVERIFY(!header(refused, "Retry-After").isEmpty());
    // Requests of another account, with or without a key, are accepted.
    QVERIFY(world.hold(bodyOf("b")).log->answers.empty());
    QVERIFY(world.hold(bodyOf("b"), {{"Idempotency-Key", "k"}}).log->answers.empty());
    // Requests that wait for the look-up of their key count too.
    QCOMPARE(world.hold(bodyOf("a"), {{"Idempotency-Key", "k"}}).log->status(), 429);
    // The share of an account is smaller when other accounts use the limit.
    clients[0].exchange->leave();
    QCOMPARE(world.hold(bodyOf("a")).log->status(), 429);
    clients[1].exchange->leave();
    QVERIFY(world.hold(bodyOf("a")).log->answers.empty());
}

void TestSharedLimits::durableJobs()
{
    Config config = quickConfig();
    config.hold.durable = 4;
    config.limits.accountShare = 50;
    CoordinatorWorld world(config);
    for (int i = 0; i < 2; ++i)
        QVERIFY(world.hold(bodyOf("a"), handedOver()).log->status() != 429);
    const Client refused = world.hold(bodyOf("a"), handedOver());
    QCOMPARE(refused.log->status(), 429);
    QCOMPARE(code(refused.log->answers.front()), "account_limit");
    QVERIFY(world.hold(bodyOf("b"), handedOver()).log->status() != 429);
    // A plain request does not count as a durable job.
    QVERIFY(world.hold(bodyOf("a")).log->answers.empty());
}

void TestSharedLimits::storedRequests()
{
    Config config = quickConfig();
    config.store.bytes = 20'000;  // half of these bytes are for requests
    config.limits.accountShare = 80;
    CoordinatorWorld world(config);
    const auto handOver = [&world](const QByteArray &account, int size) {
        const Client client = world.hold(bodyOf(account, size), handedOver());
        if (client.log->answers.empty())
            return QByteArray("taken");
        const int status = client.log->status();
        return status == 202 ? QByteArray("taken") : code(client.log->answers.front());
    };
    QCOMPARE(handOver("a", 4000), "taken");
    QCOMPARE(handOver("b", 7000), "overloaded");
    QCOMPARE(handOver("a", 4000), "account_limit");
    QCOMPARE(handOver("b", 1500), "taken");
    // A plain request uses no bytes in the store.
    QVERIFY(world.hold(bodyOf("a", 4000)).log->answers.empty());
    // The store keeps the request of a started job until the job ends.
    QTRY_VERIFY(!world.starter.order.empty());
    const auto ticket = world.starter.order.front();
    const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(ticket));
    world.starter.accept(ticket, "1f");
    QCOMPARE(handOver("a", 4000), "account_limit");
    QCOMPARE(world.callback(token).status, 200);
    QTRY_COMPARE(world.coordinator.durableCount(), 1);
    QCOMPARE(handOver("a", 4000), "taken");
}

void TestSharedLimits::storedRequestsOfAnEarlierProcess()
{
    Config config = quickConfig();
    config.store.bytes = 20'000;
    CoordinatorWorld world(config);
    JobRecord record = openJob("a", {});
    record.request = RecordedRequest{"/", bodyOf("a", 9000), {}};
    world.coordinator.recover({record});
    QCOMPARE(code(world.hold(bodyOf("b", 1000), handedOver()).log->answers.front()), "overloaded");
}

void TestSharedLimits::memory()
{
    Config config = quickConfig();
    config.limits.memory = 10'000;
    config.limits.accountShare = 80;
    CoordinatorWorld world(config);
    const Client first = world.hold(bodyOf("a", 2000));
    // The body counts twice while its start request is in flight.
    QCOMPARE(world.coordinator.memory().used(), 2 * bodyOf("a", 2000).size());
    const Client tooMuch = world.hold(bodyOf("b", 6000));
    QCOMPARE(tooMuch.log->status(), 503);
    QCOMPARE(code(tooMuch.log->answers.front()), "overloaded");
    QVERIFY(!header(tooMuch, "Retry-After").isEmpty());
    const Client queued = world.hold(bodyOf("a", 3500));
    QVERIFY(queued.log->answers.empty());
    const Client share = world.hold(bodyOf("a", 500));
    QCOMPARE(share.log->status(), 429);
    QVERIFY(world.hold(bodyOf("b", 100)).log->answers.empty());
    // The body is freed when the start request has been accepted.
    const auto ticket = world.starter.order.front();
    const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(ticket));
    queued.exchange->leave();
    world.starter.accept(ticket, "1f");
    QVERIFY(world.coordinator.memory().used() < 1000);
    QVERIFY(world.hold(bodyOf("b", 3000)).log->answers.empty());
    QCOMPARE(world.callback(token).status, 200);
    QCOMPARE(first.log->status(), 200);

    // Reloading the configuration changes the limit.
    config.limits.memory = 1000;
    world.coordinator.reload(config, "http://cb/callback");
    QCOMPARE(world.hold(bodyOf("c", 500)).log->status(), 503);
}

void TestSharedLimits::callbacksAreServedWithoutMemory()
{
    Config config = quickConfig();
    config.limits.memory = 1000;
    config.limits.accountShare = 100;
    CoordinatorWorld world(config);
    const Client client = world.hold(bodyOf("a"));
    const auto ticket = world.lastTicket();
    const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(ticket));
    world.starter.accept(ticket, "1f");
    world.hold(bodyOf("b", 480));
    QCOMPARE(world.hold(bodyOf("c", 480)).log->status(), 503);
    QCOMPARE(world.callback(token).status, 200);
    QCOMPARE(client.log->status(), 200);
}

void TestSharedLimits::aBodyCountsOnce()
{
    CoordinatorWorld world;
    const qsizetype size = bodyOf("a", 1000).size();
    world.hold(bodyOf("a"));
    const qint64 before = world.coordinator.memory().used();
    // This request waits in its lane. It has a key and a record, but its body counts once.
    const Client waiting = world.hold(bodyOf("a", 1000), {{"Idempotency-Key", "k"}});
    QTRY_COMPARE(world.coordinator.durableCount(), 1);
    QCOMPARE(world.coordinator.memory().used() - before, size);
    // A client that joins the job adds no body.
    const Client joins = world.hold(bodyOf("a", 1000), {{"Idempotency-Key", "k"}});
    QTRY_COMPARE(world.coordinator.joinedTotal(), std::uint64_t(1));
    QCOMPARE(world.coordinator.memory().used() - before, size);
    waiting.exchange->leave();
    joins.exchange->leave();
    QTRY_COMPARE(world.coordinator.memory().used(), before);
}

void TestSharedLimits::nothingIsLeft_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

/// For every random sequence of events, all counts return to 0 when every client has its response or has
/// left.
void TestSharedLimits::nothingIsLeft()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto below = [&random](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    Config config = quickConfig();
    config.hold.deadline = std::chrono::milliseconds(100);
    config.hold.jobDeadline = std::chrono::milliseconds(150);
    config.hold.held = 20;
    config.hold.durable = 10;
    config.limits.memory = 20'000;
    config.circuit.failures = 0;
    CoordinatorWorld world(config);
    std::vector<Client> clients;
    std::vector<QByteArray> tokens;
    world.starter.onStart = [&](JobStarter::Ticket, const StartCall &call) {
        tokens.push_back(CoordinatorWorld::tokenIn(call));
    };
    for (int round = 0; round < 400; ++round) {
        switch (below(4)) {
            case 0: {
                http::HeaderFields fields;
                if (below(2) == 0)
                    fields.append("Idempotency-Key", "key" + QByteArray::number(uint(below(5))));
                if (below(4) == 0)
                    fields.append("Prefer", "respond-async");
                const QByteArray account(1, static_cast<char>('a' + below(3)));
                clients.push_back(world.hold(bodyOf(account, int(below(3)) * 1000), fields));
                break;
            }
            case 1:
                if (!world.starter.calls.empty()) {
                    const auto ticket =
                        std::next(world.starter.calls.begin(),
                                  static_cast<std::ptrdiff_t>(below(world.starter.calls.size())))
                            ->first;
                    if (below(3) == 0)
                        world.starter.answer(ticket, Fate::NotStarted, 503, true);
                    else
                        world.starter.accept(ticket, "1f");
                }
                break;
            case 2:
                if (!tokens.empty())
                    world.send(tokens[below(tokens.size())], CoordinatorWorld::result());
                break;
            default:
                if (!clients.empty() && below(3) == 0) {
                    const Client &client = clients[below(clients.size())];
                    if (client.log->answers.empty() && !client.log->gone && !client.log->destroyed)
                        client.exchange->leave();
                }
                QCoreApplication::processEvents();
        }
        QVERIFY(world.coordinator.memory().used() <= 3 * config.limits.memory);
    }
    for (const Client &client : clients)
        QTRY_VERIFY(client.log->gone || !client.log->answers.empty());
    while (!world.starter.calls.empty())
        world.starter.answer(world.starter.calls.begin()->first, Fate::Unknown, 0);
    QTRY_COMPARE(world.coordinator.durableCount(), 0);
    QCOMPARE(world.coordinator.requestsHeld(), 0);
    QCOMPARE(world.coordinator.memory().used(), 0);
}

HOLDLINE_TEST(TestSharedLimits)
#include "tst_sharedlimits.moc"

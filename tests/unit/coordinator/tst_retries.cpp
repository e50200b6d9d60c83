// SPDX-License-Identifier: GPL-3.0-or-later
// Start requests that certainly failed and are sent again, with scripted fakes around the coordinator.
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QTest>
#include <QTimer>

#include <set>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

/// Answers the first start request in flight with 503.
void answer503(CoordinatorWorld &world)
{
    world.starter.answer(world.starter.calls.begin()->first, Fate::NotStarted, 503, true);
}

/// Answers the next `count` start requests with 503, each as soon as it is sent.
void refuseStarts(CoordinatorWorld &world, int count)
{
    world.starter.onStart = [&world, count](JobStarter::Ticket ticket, const StartCall &) mutable {
        if (count-- > 0)
            QTimer::singleShot(0, &world.coordinator, [&world, ticket] {
                world.starter.answer(ticket, Fate::NotStarted, 503, true);
            });
    };
}

StartResult tooMany(std::chrono::milliseconds retryAfter)
{
    StartResult result;
    result.fate = Fate::NotStarted;
    result.status = 429;
    result.retryable = true;
    result.retryAfter = retryAfter;
    result.contentType = "text/plain";
    result.body = "too many";
    return result;
}

const QByteArray kBody = R"({"account":"a","wait":true})";

}  // namespace

class TestRetries : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goOnUntilTheUpstreamTakesTheStart_data()
    {
        QTest::addColumn<bool>("keyed");
        QTest::newRow("plain") << false;
        QTest::newRow("keyed") << true;
    }
    void goOnUntilTheUpstreamTakesTheStart()
    {
        QFETCH(const bool, keyed);
        CoordinatorWorld world;
        refuseStarts(world, 20);
        const Client client =
            world.hold(kBody, keyed ? http::HeaderFields{{"Idempotency-Key", "k"}} : http::HeaderFields{});
        QTRY_COMPARE(world.starter.order.size(), std::size_t(21));
        const QByteArray token = CoordinatorWorld::tokenIn(world.starter.calls.at(world.lastTicket()));
        world.starter.accept(world.lastTicket(), "1f");
        QCOMPARE(world.callback(token).status, 200);
        QTRY_COMPARE(client.log->status(), 200);
    }

    void aCapStaysPossible()
    {
        Config config = quickConfig();
        config.retry.attempts = 3;
        CoordinatorWorld world(config);
        const Client client = world.hold();
        for (std::size_t i = 1; i <= 3; ++i) {
            QTRY_COMPARE(world.starter.order.size(), i);
            answer503(world);
        }
        QCOMPARE(client.log->status(), 502);
    }

    /// When the deadline passes while a job waits for a retry, the response is that of the last start
    /// request.
    void theDeadlineTellsTheTruth_data()
    {
        QTest::addColumn<int>("upstream");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("503") << 503 << 502 << QByteArray("upstream_error");
        QTest::newRow("no connection") << 0 << 502 << QByteArray("upstream_unreachable");
        QTest::newRow("429") << 429 << 429 << QByteArray();
        QTest::newRow("408") << 408 << 408 << QByteArray();
    }
    void theDeadlineTellsTheTruth()
    {
        QFETCH(const int, upstream);
        QFETCH(const int, status);
        QFETCH(const QByteArray, word);
        Config config = quickConfig();
        config.hold.deadline = 500ms;
        CoordinatorWorld world(config);
        const Client client = world.hold();
        world.coordinator.pauseLane("a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, upstream, true);
        QTRY_COMPARE(client.log->status(), status);
        QCOMPARE(code(client.log->answers.front()), word);
        QCOMPARE(world.starter.order.size(), std::size_t(1));
        if (word.isEmpty())
            QCOMPARE(client.log->answers.front().body, "upstream says " + QByteArray::number(upstream));
    }

    /// The key of a job that certainly did not start is freed, however often its start was tried.
    void theKeyStaysFree()
    {
        for (const int upstream : {503, 429, 0}) {
            Config config = quickConfig();
            config.hold.jobDeadline = 500ms;
            CoordinatorWorld world(config);
            const Client client = world.hold(kBody, {{"Idempotency-Key", "k"}});
            QTRY_COMPARE(world.starter.order.size(), std::size_t(1));
            world.coordinator.pauseLane("a");
            world.starter.answer(world.lastTicket(), Fate::NotStarted, upstream, true);
            QTRY_VERIFY(!client.log->answers.empty());
            QVERIFY(header(client, "Location").isEmpty());
            QTRY_VERIFY(world.store.records.empty());
            world.coordinator.resumeLane("a");
            world.hold(kBody, {{"Idempotency-Key", "k"}});
            QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        }
    }

    /// The key of a job that may have run is not freed.
    void aStartOfUnknownFateIsNotForgotten()
    {
        Config config = quickConfig();
        config.hold.jobDeadline = 500ms;
        config.retry.ambiguous = AmbiguousRetry::Always;
        CoordinatorWorld world(config);
        const Client client = world.hold(kBody, {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(world.starter.order.size(), std::size_t(1));
        world.coordinator.pauseLane("a");
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QTRY_COMPARE(client.log->status(), 504);
        QCOMPARE(code(client.log->answers.front()), "start_unknown");
        QVERIFY(!header(client, "Location").isEmpty());
        QCOMPARE(world.store.records.size(), std::size_t(1));
    }

    void retryAfterBeyondTheDeadlineEndsAtOnce()
    {
        Config config = quickConfig();
        CoordinatorWorld world(config);
        const Client client = world.hold();
        world.starter.finish(world.lastTicket(), tooMany(31s));
        QCOMPARE(client.log->status(), 429);
        QCOMPARE(client.log->answers.front().body, "too many");
        QCOMPARE(header(client, "Retry-After"), "31");
    }

    void retryAfterIsWaitedFor()
    {
        CoordinatorWorld world;
        world.hold();
        const TimePoint answered = Clock::now();
        world.starter.finish(world.lastTicket(), tooMany(100ms));
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
        QVERIFY(Clock::now() - answered >= 100ms);
    }

    /// While a job waits for a retry, its lane starts the next job.
    void theLaneGoesOnMeanwhile()
    {
        Config config = quickConfig();
        config.retry.baseDelay = config.retry.maxDelay = 1h;
        config.hold.deadline = config.hold.maxDeadline = 24h;
        CoordinatorWorld world(config);
        world.hold();
        world.hold();
        answer503(world);
        QCOMPARE(world.starter.order.size(), std::size_t(2));
        world.starter.accept(world.lastTicket(), "1f");
        world.hold();
        QCOMPARE(world.starter.order.size(), std::size_t(3));
    }

    /// With a budget of 0 percent, 100 retries are allowed within the window. The other jobs wait until the
    /// window moves on, or get the upstream's error at their deadlines.
    void withoutBudgetTheyWait()
    {
        constexpr std::size_t kJobs = 150;
        constexpr std::size_t kRetries = 100;
        Config config = quickConfig();
        config.retry.budget = 0;
        config.circuit.failures = 0;
        config.hold.deadline = 2s;
        CoordinatorWorld world(config);
        std::vector<Client> clients;
        for (std::size_t i = 0; i < kJobs; ++i)
            clients.push_back(world.hold("{\"account\":\"" + QByteArray::number(qlonglong(i)) + "\"}"));
        QCOMPARE(world.starter.calls.size(), kJobs);
        while (!world.starter.calls.empty())
            answer503(world);
        QTRY_COMPARE(world.starter.calls.size(), kRetries);
        std::size_t waiting = 0;
        while (world.starter.calls.contains(static_cast<JobStarter::Ticket>(waiting + 1)))
            ++waiting;
        clients[waiting].exchange->leave();
        std::set<JobStarter::Ticket> again;
        while (!world.starter.calls.empty()) {
            again.insert(world.starter.calls.begin()->first);
            world.starter.accept(world.starter.calls.begin()->first, "1f");
        }
        QCOMPARE(again.size(), kRetries);
        // Jobs that waited for the budget were not started again, and no client waits longer than its
        // deadline.
        for (const Client &client : clients)
            QTRY_VERIFY(client.log->gone || !client.log->answers.empty());
        std::size_t failed = 0;
        for (const Client &client : clients)
            failed += client.log->status() == 502 ? 1U : 0U;
        QCOMPARE(failed, kJobs - kRetries - 1);
        QCOMPARE(world.starter.order.size(), kJobs + kRetries);
    }

    /// First start requests of other jobs add to the budget at once.
    void startsOfOthersPayForRetries()
    {
        Config config = quickConfig();
        config.retry.budget = 100;
        config.circuit.failures = 0;
        CoordinatorWorld world(config);
        // One job and its retries use up the budget of a quiet service.
        refuseStarts(world, 102);
        world.hold();
        QTRY_COMPARE(world.starter.order.size(), std::size_t(102));
        QTRY_VERIFY(world.starter.calls.empty());
        // Waits longer than any retry delay.
        QTest::qWait(20);
        QCOMPARE(world.starter.order.size(), std::size_t(102));
        world.hold(R"({"account":"b"})");
        QTRY_COMPARE(world.starter.order.size(), std::size_t(104));
    }

    /// A Retry-After that Holdline chooses itself has the same maximum as one taken from the upstream.
    void retryAfterOfRefusalsIsCapped()
    {
        Config config = quickConfig();
        config.retry.maxRetryAfter = 5s;
        config.hold.drainTimeout = 3600s;
        CoordinatorWorld world(config);
        world.coordinator.drain(3600s);
        const Client refused = world.hold();
        QCOMPARE(code(refused.log->answers.front()), "draining");
        QCOMPARE(header(refused, "Retry-After"), "5");
        const Client keyed = world.hold(kBody, {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(keyed.log->status(), 503);
        QCOMPARE(header(keyed, "Retry-After"), "5");
    }

    /// When a client's deadline passes while its durable job waits for a retry, the response says why.
    void theInterimAnswerSaysWhy()
    {
        CoordinatorWorld world;
        const Client client = world.hold(kBody, {{"Idempotency-Key", "k"}, {"Prefer", "wait=1"}});
        QTRY_COMPARE(world.starter.order.size(), std::size_t(1));
        world.coordinator.pauseLane("a");
        answer503(world);
        QTRY_COMPARE(client.log->status(), 504);
        QVERIFY(!header(client, "Location").isEmpty());
        QVERIFY2(client.log->answers.front().body.contains("HTTP 503"),
                 client.log->answers.front().body.constData());
        world.coordinator.resumeLane("a");
        QTRY_COMPARE(world.starter.order.size(), std::size_t(2));
    }
};

HOLDLINE_TEST(TestRetries)
#include "tst_retries.moc"

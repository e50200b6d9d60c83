// SPDX-License-Identifier: GPL-3.0-or-later
// Two shards in one thread, so that the test controls when a message arrives. Requests and callbacks arrive
// at the wrong shard, and clients leave at every stage.
#include "service/holdline/shards/shardrouter.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;

namespace {

constexpr std::size_t kSeed = 99;

/// One shard without sockets.
struct Side
{
    Side(int index, const std::vector<ShardBox *> &boxes, const Config &config)
        : box(*boxes[static_cast<std::size_t>(index)]),
          coordinator(config, "http://cb/callback", starter, queries, store,
                      static_cast<std::uint8_t>(index)),
          router(std::make_unique<ShardRouter>(coordinator,
                                               ShardContext{index, AccountShards(2, kSeed), boxes, nullptr}))
    {
    }
    void open()
    {
        box.open([this](ShardMessage &&message) {
            ++messages;
            std::visit(
                [this](auto one) {
                    if constexpr (!std::is_same_v<decltype(one), ShardTask>)
                        router->receive(std::move(one));
                },
                std::move(message));
        });
    }
    int held() const { return coordinator.jobs().heldCount(); }

    ShardBox &box;
    FakeJobStarter starter;
    FakeJobStarter queries;
    FakeJobStore store;
    JobCoordinator coordinator;
    std::unique_ptr<ShardRouter> router;
    int messages = 0;  ///< received messages
};

struct TwoShards
{
    explicit TwoShards(const Config &config = quickConfig()) : a(0, boxes(), config), b(1, boxes(), config)
    {
        a.open();
        b.open();
    }
    ~TwoShards()
    {
        boxOfA.close();
        boxOfB.close();
    }
    std::vector<ShardBox *> boxes() { return {&boxOfA, &boxOfB}; }

    /// Sends a start request to shard `at`, for an account of shard `target`.
    static Client start(Side &at, int target)
    {
        return startBody(at, "{\"account\":\"" + accountOf(target) + "\",\"wait\":true}");
    }
    static Client startBody(Side &at, const QByteArray &body)
    {
        Client client;
        auto exchange = std::make_unique<FakeExchange>(client.log);
        client.exchange = exchange.get();
        at.router->start(post(body), std::move(exchange));
        return client;
    }
    /// Sends a callback to shard `at`, for the job that shard `of` started last.
    static Client callback(Side &at, const Side &of)
    {
        return callbackTo(at, CoordinatorWorld::tokenIn(of.starter.calls.at(of.starter.order.back())));
    }
    static Client callbackTo(Side &at, const QByteArray &token)
    {
        http::Request request =
            post(R"({"id":"1f","state":"completed"})", {{"Content-Type", "application/json"}});
        request.target = "/callback/" + token;
        Client client;
        auto exchange = std::make_unique<FakeExchange>(client.log);
        client.exchange = exchange.get();
        at.router->callback(request, std::move(exchange));
        return client;
    }
    static QByteArray accountOf(int target)
    {
        for (int i = 0;; ++i) {
            const QByteArray account = QByteArray::number(i);
            if (AccountShards(2, kSeed).of(account) == target)
                return account;
        }
    }
    /// Delivers all messages between the shards, and the replies to them.
    static void deliver()
    {
        for (int turn = 0; turn < 4; ++turn)
            QTest::qWait(1);
    }

    ShardBox boxOfA;
    ShardBox boxOfB;
    Side a;
    Side b;
};

}  // namespace

class TestShardRouter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatBelongsHereNeedsNoMessage()
    {
        TwoShards shards;
        const Client client = TwoShards::start(shards.a, 0);
        QCOMPARE(shards.a.held(), 1);
        QCOMPARE(shards.a.starter.order.size(), std::size_t(1));
        const Client caller = TwoShards::callback(shards.a, shards.a);
        QCOMPARE(caller.log->status(), 200);
        QCOMPARE(client.log->status(), 200);
        TwoShards::deliver();
        QCOMPARE(shards.a.messages + shards.b.messages, 0);
    }

    void startAndCallbackBothAtTheWrongShard()
    {
        TwoShards shards;
        QSignalSpy starts(shards.a.router.get(), &ShardRouter::startForwarded);
        QSignalSpy callbacks(shards.a.router.get(), &ShardRouter::callbackForwarded);
        const Client client = TwoShards::start(shards.a, 1);
        QCOMPARE(shards.a.router->forwardedCount(), 1);
        QTRY_COMPARE(shards.b.starter.order.size(), std::size_t(1));
        QCOMPARE(shards.a.held(), 0);
        QCOMPARE(shards.b.held(), 1);
        const auto call = shards.b.starter.calls.begin()->second;
        QCOMPARE(CallbackToken::fromText(CoordinatorWorld::tokenIn(call))->shard, std::uint8_t(1));

        const Client caller = TwoShards::callback(shards.a, shards.b);
        QCOMPARE(shards.a.router->forwardedCount(), 2);
        QTRY_COMPARE(caller.log->status(), 200);
        QCOMPARE(caller.log->body(), QByteArray(R"({"callback":"early"})"));
        QTRY_COMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), QByteArray(R"({"id":"1f","state":"completed"})"));
        TwoShards::deliver();
        QCOMPARE(client.log->answers.size(), std::size_t(1));
        QCOMPARE(caller.log->answers.size(), std::size_t(1));
        QVERIFY(client.log->destroyed && caller.log->destroyed);
        QCOMPARE(shards.a.router->forwardedCount(), 0);
        QCOMPARE(starts.size(), 1);
        QCOMPARE(callbacks.size(), 1);
    }

    /// A response that does not need the account's shard is sent at once, even to a half-closed client.
    void malformedIsRefusedAtOnce()
    {
        TwoShards shards;
        const Client client = TwoShards::startBody(shards.a, "{");
        QCOMPARE(client.log->status(), 400);
        const Client nameless = TwoShards::startBody(shards.b, "{}");
        QCOMPARE(nameless.log->status(), 422);
        TwoShards::deliver();
        QCOMPARE(shards.a.messages + shards.b.messages, 0);
    }

    void refusalOfTheAccountsShardComesBack()
    {
        TwoShards shards;
        shards.b.coordinator.drain(std::chrono::seconds(1));
        QSignalSpy refused(&shards.b.coordinator, &JobCoordinator::requestRefused);
        const Client client = TwoShards::start(shards.a, 1);
        QTRY_COMPARE(client.log->status(), 503);
        QCOMPARE(code(client.log->answers.front()), QByteArray("draining"));
        QCOMPARE(refused.size(), 1);
        QCOMPARE(shards.a.router->forwardedCount(), 0);
    }

    void oneLaneWhateverTheShard()
    {
        TwoShards shards;
        for (int i = 0; i < 10; ++i)
            TwoShards::start(i % 2 == 0 ? shards.a : shards.b, 1);
        QTRY_COMPARE(shards.b.held(), 10);
        QCOMPARE(shards.b.starter.calls.size(), std::size_t(1));
        QCOMPARE(shards.a.starter.order.size(), std::size_t(0));
        QCOMPARE(shards.b.coordinator.lanes().laneCount(), 1);
    }

    void clientLeavesWhileItsStartIsOnTheWay()
    {
        TwoShards shards;
        const Client client = TwoShards::start(shards.a, 1);
        client.exchange->leave();
        QCOMPARE(shards.a.router->forwardedCount(), 0);
        QTRY_COMPARE(shards.b.messages, 2);  // the request, and the message that its client has left
        QCOMPARE(shards.b.held(), 0);
        TwoShards::deliver();
        QVERIFY(client.log->destroyed);
        QVERIFY(client.log->answers.empty());
    }

    void clientLeavesWhileHeldElsewhere()
    {
        TwoShards shards;
        const Client client = TwoShards::start(shards.a, 1);
        QTRY_COMPARE(shards.b.held(), 1);
        QSignalSpy ended(&shards.b.coordinator, &JobCoordinator::jobEnded);
        client.exchange->leave();
        QTRY_COMPARE(shards.b.held(), 0);
        QCOMPARE(ended.front().at(1).toInt(), 499);
        const Client caller = TwoShards::callback(shards.a, shards.b);
        QTRY_COMPARE(caller.log->body(), QByteArray(R"({"callback":"late"})"));
        QVERIFY(client.log->answers.empty());
    }

    /// The response and the message that the client has left are under way at the same time.
    void clientLeavesWhileItsAnswerIsOnTheWay()
    {
        TwoShards shards;
        const Client client = TwoShards::start(shards.a, 1);
        QTRY_COMPARE(shards.b.held(), 1);
        const Client caller = TwoShards::callback(shards.b, shards.b);
        QCOMPARE(caller.log->status(), 200);
        QCOMPARE(shards.b.held(), 0);
        QVERIFY(client.log->answers.empty());
        client.exchange->leave();
        TwoShards::deliver();
        QCOMPARE(shards.a.messages, 1);
        QCOMPARE(shards.b.messages, 2);
        QVERIFY(client.log->answers.empty());
        QVERIFY(client.log->destroyed);
    }

    void callerLeavesBeforeItsAnswer()
    {
        TwoShards shards;
        const Client client = TwoShards::start(shards.b, 1);
        const Client caller = TwoShards::callback(shards.a, shards.b);
        caller.exchange->leave();
        // The callback is still delivered to its job.
        QTRY_COMPARE(client.log->status(), 200);
        TwoShards::deliver();
        QVERIFY(caller.log->answers.empty());
        QVERIFY(caller.log->destroyed);
        QCOMPARE(shards.a.router->forwardedCount(), 0);
    }

    void unknownTokens_data()
    {
        QTest::addColumn<QByteArray>("token");
        QTest::newRow("no such shard") << CallbackToken::make(0, 2).toText();
        QTest::newRow("the last shard a byte can name") << CallbackToken::make(0, 255).toText();
        QTest::newRow("no job of the other shard") << CallbackToken::make(0, 1).toText();
        QTest::newRow("no job of this shard") << CallbackToken::make(0, 0).toText();
        QTest::newRow("another node") << CallbackToken::make(1, 1).toText();
        QTest::newRow("no token") << QByteArray("nonsense");
    }
    void unknownTokens()
    {
        QFETCH(QByteArray, token);
        TwoShards shards;
        const Client caller = TwoShards::callbackTo(shards.a, token);
        QTRY_COMPARE(caller.log->status(), 404);
        QCOMPARE(code(caller.log->answers.front()), QByteArray("unknown"));
    }

    void theOtherShardHasEnded()
    {
        TwoShards shards;
        shards.boxOfB.close();
        QSignalSpy refused(shards.a.router.get(), &ShardRouter::requestRefused);
        QSignalSpy forwarded(shards.a.router.get(), &ShardRouter::startForwarded);
        const Client client = TwoShards::start(shards.a, 1);
        QCOMPARE(client.log->status(), 503);
        QCOMPARE(code(client.log->answers.front()), QByteArray("draining"));
        const Client caller = TwoShards::callbackTo(shards.a, CallbackToken::make(0, 1).toText());
        QCOMPARE(caller.log->status(), 503);
        QCOMPARE(refused.size(), 1);
        QCOMPARE(forwarded.size(), 0);
        QCOMPARE(shards.a.router->forwardedCount(), 0);
    }

    /// The shard that holds the request is destroyed first. The other shard gets no message and must not use
    /// destroyed objects.
    void shardEndsWithRemoteRequests()
    {
        TwoShards shards;
        const Client client = TwoShards::start(shards.a, 1);
        QTRY_COMPARE(shards.b.held(), 1);
        shards.boxOfB.close();
        shards.b.router.reset();
        TwoShards::callback(shards.a, shards.b);
        shards.b.coordinator.drain(std::chrono::seconds(0));  // settles the held jobs
        QTRY_COMPARE(shards.b.held(), 0);
        TwoShards::deliver();
        QCOMPARE(shards.a.messages, 0);
        QVERIFY(client.log->answers.empty());
        QCOMPARE(shards.a.router->forwardedCount(), 1);
    }

    /// When the other shard drops a held request without a response, the client gets a 500, as within one
    /// shard.
    void droppedRemote()
    {
        class Keeper : public RemoteResponseSink
        {
        public:
            void answered(RemoteExchange &, const http::Response &response) override
            {
                statuses.push_back(response.status);
            }
            std::vector<int> statuses;
        } sink;
        RemoteExchange(sink, {0, 7});
        QCOMPARE(sink.statuses, std::vector{500});
        {
            RemoteExchange answered(sink, {0, 8});
            answered.answer({});
            answered.answer({});
            QVERIFY(!answered.isOpen());
        }
        QCOMPARE(sink.statuses, (std::vector{500, 200}));
        RemoteExchange left(sink, {0, 9});
        QSignalSpy gone(&left, &Exchange::clientGone);
        left.leave();
        left.leave();
        left.answer({});
        QCOMPARE(gone.size(), 1);
        QCOMPARE(sink.statuses.size(), std::size_t(2));
    }
};

HOLDLINE_TEST(TestShardRouter)
#include "tst_shardrouter.moc"

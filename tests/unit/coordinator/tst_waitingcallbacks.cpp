// SPDX-License-Identifier: GPL-3.0-or-later
// Callbacks that wait for signing keys: how many may wait, which keys end their wait, and in which order.
#include "service/holdline/jobs/waitingcallbacks.h"
#include "tests/support/fakeexchange.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;

namespace {

struct World
{
    World()
        : credentials([this](const Credentials::Spec &, std::uint64_t seen) { wanted.push_back(seen); }),
          waiting(credentials, [this](WaitingCallback callback, bool isTimeUp) {
              ended.push_back(callback.token);
              timesUp += isTimeUp ? 1 : 0;
          })
    {
        spec->name = "keys";
    }

    WaitingCallback callback(const QByteArray &token, std::uint64_t seen = 0, qsizetype bytes = 10) const
    {
        WaitingCallback made;
        made.token = token;
        made.request.body = QByteArray(bytes, 'x');
        made.exchange = std::make_unique<FakeExchange>(std::make_shared<ExchangeLog>());
        made.keySet = spec;
        made.seen = seen;
        return made;
    }
    bool add(const QByteArray &token, std::uint64_t seen = 0, qsizetype bytes = 10)
    {
        return waiting.add(callback(token, seen, bytes));
    }
    void tell(std::uint64_t number, bool isFailing = false, const QByteArray &name = "keys")
    {
        CredentialState state;
        if (number > 0) {
            auto credential = std::make_shared<Credential>();
            credential->number = number;
            state.credential = std::move(credential);
        }
        state.isFailing = isFailing;
        credentials.take(name, state);
    }

    std::shared_ptr<CredentialSpec> spec = std::make_shared<CredentialSpec>();
    std::vector<std::uint64_t> wanted;
    std::vector<QByteArray> ended;
    int timesUp = 0;
    Credentials credentials;
    WaitingCallbacks waiting;
};

using Tokens = std::vector<QByteArray>;

}  // namespace

class TestWaitingCallbacks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysEndTheWait()
    {
        World world;
        QVERIFY(world.add("a"));
        QVERIFY(world.add("b"));
        // Keys are never requested inside add().
        QVERIFY(world.wanted.empty());
        QTRY_COMPARE(world.wanted.size(), 2U);
        world.tell(0, true);
        world.tell(3, false, "others");
        QVERIFY(world.ended.empty());
        world.tell(1);
        QCOMPARE(world.ended, (Tokens{"a", "b"}));
        QCOMPARE(world.waiting.count(), 0);
        QCOMPARE(world.timesUp, 0);
    }

    /// Keys that a callback was checked with before end its wait only when no newer keys exist.
    void seenKeys()
    {
        World world;
        QVERIFY(world.add("old", 1));
        QVERIFY(world.add("new", 2));
        world.tell(2, true);
        QCOMPARE(world.ended, Tokens{"old"});
        world.tell(2);
        QCOMPARE(world.ended, (Tokens{"old", "new"}));
    }

    void mostCallbacks()
    {
        World world;
        for (std::size_t i = 0; i < WaitingCallbacks::kMost; ++i)
            QVERIFY(world.add("t"));
        WaitingCallback more = world.callback("more");
        QVERIFY(!world.waiting.add(std::move(more)));
        // The refused callback is still intact, so its sender can be answered.
        QVERIFY(more.exchange && more.token == "more");
        world.tell(1);
        QCOMPARE(world.waiting.count(), 0);
        QVERIFY(world.add("again"));
    }

    void mostBytes()
    {
        World world;
        const qsizetype large = WaitingCallbacks::kMostBytes / 4;
        for (int i = 0; i < 3; ++i)
            QVERIFY(world.add("t", 0, large));
        QVERIFY(!world.add("t", 0, large));
        QVERIFY(world.add("small"));
        world.tell(1);
        for (int i = 0; i < 3; ++i)
            QVERIFY(world.add("t", 1, large));
    }
};

HOLDLINE_TEST(TestWaitingCallbacks)
#include "tst_waitingcallbacks.moc"

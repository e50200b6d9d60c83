// SPDX-License-Identifier: GPL-3.0-or-later
// A client that got the address of its job finds the job there, even when the job never ran.
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

class TestToldAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The client's deadline passes while the job waits for a retry. Later the start fails for good.
    void aJobThatNeverRan_data()
    {
        QTest::addColumn<bool>("restarts");
        QTest::newRow("in one process") << false;
        QTest::newRow("ended by the next process") << true;
    }
    void aJobThatNeverRan()
    {
        QFETCH(bool, restarts);
        Config config = quickConfig();
        config.hold.deadline = 50ms;
        CoordinatorWorld world(config);
        const Client client = world.hold(R"({"account":"a","wait":true})", {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(world.starter.order.size(), 1U);
        world.coordinator.pauseLane("a");
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 503, true);
        QTRY_COMPARE(client.log->status(), 504);
        const QByteArray id = header(client, "Holdline-Job");
        QVERIFY(header(client, "Location").endsWith(id));
        CoordinatorWorld next(config);
        if (restarts) {
            next.store.records = world.store.records;
            next.coordinator.recover({world.store.records.at(id)});
        }
        CoordinatorWorld &last = restarts ? next : world;
        last.coordinator.resumeLane("a");
        const std::size_t before = restarts ? 0U : 1U;
        QTRY_COMPARE(last.starter.order.size(), before + 1);
        last.starter.answer(last.lastTicket(), Fate::NotStarted, 500);
        QTRY_VERIFY(last.store.records.contains(id) && last.store.records.at(id).isSettled());
        QCOMPARE(last.store.records.at(id).status.outcome, Reason::UpstreamError);
        QCOMPARE(last.store.records.at(id).answer->status, 502);
    }
};

HOLDLINE_TEST(TestToldAddress)
#include "tst_toldaddress.moc"

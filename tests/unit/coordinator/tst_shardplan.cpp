// SPDX-License-Identifier: GPL-3.0-or-later
// The number of threads, the shard of each account, and the limits of each shard.
#include "core/config/options.h"
#include "service/holdline/shards/shardplan.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace holdline;

namespace {

/// Returns the limits whose sum over all shards may exceed the configured value only slightly.
std::vector<std::int64_t> sharedLimits(const ShardPlan &plan)
{
    const Config &c = plan.config;
    return {c.upstream.connections,
            c.lanes.startsInFlight,
            c.lanes.queued,
            c.hold.held,
            c.hold.retainedResults,
            c.hold.retainedBytes,
            c.limits.connections,
            c.limits.callbackConnections,
            c.log.accessLinesPerSecond,
            plan.budget.clients,
            plan.budget.callbacks,
            plan.budget.upstream};
}

}  // namespace

class TestShardPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void threads()
    {
        QCOMPARE(threadsFor(0, 1), 1);
        QCOMPARE(threadsFor(0, 2), 1);
        QCOMPARE(threadsFor(0, 3), 3);
        QCOMPARE(threadsFor(0, 4), 4);
        QCOMPARE(threadsFor(0, 96), 4);
        QCOMPARE(threadsFor(0, -1),
                 1);  // the value that Qt returns when it cannot find the number of processors
        QCOMPARE(threadsFor(1, 96), 1);
        QCOMPARE(threadsFor(7, 2), 7);
        QCOMPARE(threadsFor(64, 2), 64);
        // The option allows as many threads as a callback token can name.
        Config config;
        const Option *option = findOptionByKey(u"server.threads");
        QVERIFY(option->set(config, QString::number(kMaxThreads)).isEmpty());
        QVERIFY(!option->set(config, QString::number(kMaxThreads + 1)).isEmpty());
        QVERIFY(!option->reloadable);
    }

    void anAccountHasOneShard()
    {
        const AccountShards accountShards(4, 12345);
        std::array<int, 4> accounts{};
        for (int i = 0; i < 10'000; ++i) {
            const QByteArray account = "account-" + QByteArray::number(i);
            const int target = accountShards.of(account);
            QVERIFY(target >= 0 && target < 4);
            QCOMPARE(accountShards.of(QByteArray(account + 'x').chopped(1)), target);
            QCOMPARE(AccountShards(accountShards).of(account), target);
            ++accounts[static_cast<std::size_t>(target)];
        }
        for (const int count : accounts)
            QVERIFY2(count > 2000 && count < 3000, qPrintable(QString::number(count)));
        QCOMPARE(AccountShards(1, 12345).of("account"), 0);
    }

    /// An attacker cannot choose accounts that all belong to one shard, because each process uses another
    /// seed.
    void shardsDependOnTheSeed()
    {
        std::vector<QByteArray> crowd;
        const AccountShards known(4, 1);
        for (int i = 0; crowd.size() < 1000; ++i) {
            const QByteArray account = QByteArray::number(i);
            if (known.of(account) == 0)
                crowd.push_back(account);
        }
        const AccountShards other(4, 2);
        const auto together = std::count_if(crowd.begin(), crowd.end(), [&other](const QByteArray &account) {
            return other.of(account) == 0;
        });
        QVERIFY2(together < 500, qPrintable(QString::number(together)));
    }

    void limitsAreDivided_data()
    {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 3, 4, 7, 64})
            QTest::addRow("%d", threads) << threads;
    }
    void limitsAreDivided()
    {
        QFETCH(int, threads);
        Config config;
        config.limits.callbackConnections = 5;
        const DescriptorBudget budget = shareDescriptors(config, 30'000, threads);
        const auto whole = sharedLimits({config, budget});
        const auto part = sharedLimits(shareOf(config, budget, threads));
        for (std::size_t i = 0; i < whole.size(); ++i) {
            QVERIFY(part[i] >= 1);
            QVERIFY(part[i] * threads >= whole[i]);
            QVERIFY(part[i] * threads < whole[i] + threads);
        }
    }

    void whatIsOfOneAccountOrOffStaysWhole()
    {
        Config config;
        config.lanes.laneLength = 10;
        config.lanes.startsPerAccount = 3;
        config.circuit.failures = 2;
        config.hold.retainedResults = 0;
        config.log.accessLinesPerSecond = 0;
        const Config part = shareOf(config, {}, 4).config;
        QCOMPARE(part.lanes.laneLength, 10);
        QCOMPARE(part.lanes.startsPerAccount, 3);
        QCOMPARE(part.circuit.failures, 2);
        QCOMPARE(part.hold.retainedResults, 0);
        QCOMPARE(part.log.accessLinesPerSecond, 0);
        QCOMPARE(part.limits.bodyBytes, config.limits.bodyBytes);
        QCOMPARE(part.hold.deadline, config.hold.deadline);
    }
};

HOLDLINE_TEST(TestShardPlan)
#include "tst_shardplan.moc"

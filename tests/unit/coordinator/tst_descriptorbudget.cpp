// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/descriptorbudget.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;

class TestDescriptorBudget : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsConfiguredWhereThereIsRoom()
    {
        const Config config;
        const DescriptorBudget budget = shareDescriptors(config, 1'000'000);
        QCOMPARE(budget.clients, config.limits.connections);
        QCOMPARE(budget.callbacks, config.limits.callbackConnections);
        QCOMPARE(budget.upstream, config.upstream.connections);
        QVERIFY(!budget.shrunk);
    }

    /// Every kind of connection gets at least one descriptor, however small the limit is.
    void everySideKeepsSomeUnderAnyLimit()
    {
        for (int limit = 1; limit < 30'000; ++limit) {
            const DescriptorBudget budget = shareDescriptors({}, limit);
            QCOMPARE_GE(budget.clients, 1);
            QCOMPARE_GE(budget.callbacks, 1);
            QCOMPARE_GE(budget.upstream, 1);
            QCOMPARE_GE(budget.admin, 1);
            if (limit >= 64)
                QCOMPARE_LT(budget.clients + budget.callbacks + budget.upstream + budget.admin, limit);
            QCOMPARE(budget.shrunk,
                     budget.clients < 18'000 || budget.upstream < 1024 || budget.callbacks < 64);
        }
    }

    /// Some descriptors are reserved for the threads themselves and for the rounding of their shares.
    void eachThreadKeepsSome()
    {
        for (const int threads : {2, 4, 64}) {
            for (int limit = 1; limit < 30'000; limit += 7) {
                const DescriptorBudget budget = shareDescriptors({}, limit, threads);
                QCOMPARE_GE(budget.clients, 1);
                if (!budget.suffices)
                    continue;
                const int each = (budget.clients + threads - 1) / threads +
                                 (budget.callbacks + threads - 1) / threads +
                                 (budget.upstream + threads - 1) / threads;
                QCOMPARE_LE(threads * (each + 4) + budget.admin, limit);
            }
        }
        QVERIFY(shareDescriptors({}, 1, 1).suffices);
        QVERIFY(!shareDescriptors({}, 100, 64).suffices);
        QVERIFY(shareDescriptors({}, 1024, 64).suffices);
    }
};

HOLDLINE_TEST(TestDescriptorBudget)
#include "tst_descriptorbudget.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/knownkeys.h"
#include "tests/support/suite.h"

#include <QTest>

#include <thread>
#include <vector>

using namespace holdline;

namespace {

QByteArray number(int i)
{
    return QByteArray::number(i);
}

}  // namespace

class TestKnownKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Many keys that are added and not stored must not push a stored key out of the filter.
    void whatIsStoredIsKnown()
    {
        constexpr int kStored = 1'000;
        KnownKeys keys(kStored);
        for (int i = 0; i < kStored; ++i)
            keys.add("account", number(i));
        int renewals = 0;
        for (int i = kStored; i < 20 * kStored; ++i) {
            keys.add("account", number(i));
            if (keys.isFull()) {
                ++renewals;
                keys.beginRenewal();
                // A key that is added during the renewal stays too.
                keys.add("account", "new" + number(i));
                for (int k = 0; k < kStored; ++k)
                    keys.add("account", number(k));
                QVERIFY(keys.mayContain("account", number(i)));
                keys.endRenewal();
                QVERIFY(keys.mayContain("account", "new" + number(i)));
                QVERIFY(!keys.isFull());
            }
            if (i % 97 == 0) {
                for (int k = 0; k < kStored; ++k)
                    QVERIFY(keys.mayContain("account", number(k)));
            }
        }
        QVERIFY2(renewals >= 15, number(renewals).constData());
    }

    void mostOthersAreNot()
    {
        constexpr int kKept = 10'000;
        KnownKeys keys(kKept);
        for (int i = 0; i < 2 * kKept; ++i)
            keys.add("account", number(i));
        int wrong = 0;
        for (int i = 0; i < kKept; ++i)
            wrong += keys.mayContain("account", "new" + number(i)) ? 1 : 0;
        QVERIFY2(wrong < kKept / 50, number(wrong).constData());
        // A separator must stand between the account and the key, so that "ab" + "c" differs from "a" + "bc".
        KnownKeys few(10);
        few.add("ab", "c");
        QVERIFY(few.mayContain("ab", "c"));
        QVERIFY(!few.mayContain("a", "bc") || !few.mayContain("abc", "") || !few.mayContain("b", "c"));
    }

    void tooManyMeansMaybe()
    {
        const KnownKeys keys(KnownKeys::kMostKept + 1);
        QVERIFY(keys.mayContain("a", "b"));
    }

    void fromManyThreads()
    {
        constexpr int kThreads = 4;
        constexpr int kEach = 5'000;
        KnownKeys keys(kThreads * kEach);
        std::vector<std::thread> threads;
        std::atomic<int> missed = 0;
        for (int t = 0; t < kThreads; ++t)
            threads.emplace_back([&keys, &missed, t] {
                for (int i = 0; i < kEach; ++i) {
                    keys.add(number(t), number(i));
                    if (!keys.mayContain(number(t), number(i)))
                        ++missed;
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(missed.load(), 0);
    }
};

HOLDLINE_TEST(TestKnownKeys)
#include "tst_knownkeys.moc"

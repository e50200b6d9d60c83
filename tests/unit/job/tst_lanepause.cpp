// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/lanes.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

using namespace holdline;
using namespace std::chrono_literals;
using Admission = Lanes::Admission;

namespace {

QByteArray accountName(int index)
{
    return "account-" + QByteArray::number(index);
}

/// Returns the job that may start now, or 0.
JobKey granted(Lanes &lanes)
{
    const auto grant = lanes.grant();
    return grant ? grant->job : 0;
}

}  // namespace

class TestLanePause : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pausedLaneGrantsNothing()
    {
        Lanes lanes({});
        lanes.enqueue("a", 1);
        lanes.enqueue("b", 2);
        QVERIFY(lanes.pause("a"));
        QVERIFY(lanes.isPaused("a"));
        QVERIFY(!lanes.isPaused("b"));
        QCOMPARE(granted(lanes), 2u);
        QCOMPARE(granted(lanes), 0u);
        QCOMPARE(lanes.queued("a"), 1);

        QVERIFY(lanes.resume("a"));
        QVERIFY(!lanes.isPaused("a"));
        QCOMPARE(granted(lanes), 1u);
    }

    void whatComesMeanwhileKeepsItsOrder()
    {
        Lanes lanes({});
        QVERIFY(lanes.pause("a"));
        for (JobKey key = 11; key <= 13; ++key)
            QCOMPARE(lanes.enqueue("a", key), Admission::Admitted);
        QVERIFY(lanes.remove(12));
        lanes.enqueueAgain("a", 9);
        QCOMPARE(granted(lanes), 0u);
        lanes.resume("a");
        for (const JobKey key : {9u, 11u, 13u}) {
            QCOMPARE(granted(lanes), key);
            lanes.endTurn("a", {});
        }
    }

    void limitsHoldWhilePaused()
    {
        Lanes lanes({1, 128, 2, 100});
        lanes.pause("a");
        lanes.enqueue("a", 1);
        lanes.enqueue("a", 2);
        QCOMPARE(lanes.enqueue("a", 3), Admission::LaneFull);
    }

    void startsInFlightEndAsUsual()
    {
        Lanes lanes({});
        lanes.enqueue("a", 1);
        lanes.enqueue("a", 2);
        QCOMPARE(granted(lanes), 1u);
        lanes.pause("a");
        lanes.endTurn("a", 10ms);
        QCOMPARE(granted(lanes), 0u);
        QCOMPARE(lanes.forecast("a", {}, {}).inFlight, 0);
        lanes.resume("a");
        QCOMPARE(granted(lanes), 2u);
    }

    void pauseOutlivesTheLane()
    {
        Lanes lanes({});
        lanes.enqueue("a", 1);
        lanes.pause("a");
        QVERIFY(lanes.remove(1));
        QVERIFY(!lanes.hasLane("a"));
        QCOMPARE(lanes.laneCount(), 0);
        QVERIFY(lanes.isPaused("a"));
        QCOMPARE(lanes.accounts(), std::vector<QByteArray>{"a"});
        lanes.enqueue("a", 2);
        QVERIFY(lanes.hasLane("a"));
        QCOMPARE(lanes.accounts(), std::vector<QByteArray>{"a"});
        QCOMPARE(granted(lanes), 0u);
    }

    void newLimitsDoNotResumeIt()
    {
        Lanes lanes({});
        lanes.enqueue("a", 1);
        lanes.pause("a");
        lanes.setLimits({5, 128, 1000, 1000});
        QCOMPARE(granted(lanes), 0u);
    }

    void nobodyKnowsWhenItGoesOn()
    {
        Lanes lanes({});
        lanes.enqueue("a", 1);
        lanes.grant();
        lanes.endTurn("a", 40ms);
        lanes.enqueue("a", 2);
        QVERIFY(lanes.forecast("a", {}, {}).wait);
        lanes.pause("a");
        QVERIFY(!lanes.forecast("a", {}, {}).wait);
        QVERIFY(lanes.forecast("a", {}, {}).turn);
        QVERIFY(lanes.forecast("b", {}, {}).wait);
        lanes.resume("a");
        QVERIFY(lanes.forecast("a", {}, {}).wait);
    }

    void twiceIsOnce()
    {
        Lanes lanes({});
        QVERIFY(lanes.pause("a"));
        QVERIFY(lanes.pause("a"));
        QVERIFY(lanes.resume("a"));
        QVERIFY(!lanes.resume("a"));
        QVERIFY(!lanes.resume("never"));
    }

    void boundedNumberOfPausedAccounts()
    {
        Lanes lanes({});
        for (int i = 0; i < Lanes::kMaxPaused; ++i)
            QVERIFY(lanes.pause(accountName(i)));
        QVERIFY(!lanes.pause("one more"));
        QVERIFY(!lanes.isPaused("one more"));
        QVERIFY(lanes.pause(accountName(0)));  // already paused
        QVERIFY(lanes.resume(accountName(0)));
        QVERIFY(lanes.pause("one more"));
    }

    /// Compares random steps with a simple model. A start is granted exactly when an unpaused lane can start,
    /// and the granted job is the oldest of its lane.
    void randomSteps_data()
    {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 20; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void randomSteps()
    {
        QFETCH(const int, seed);
        std::mt19937 random(static_cast<unsigned>(seed));
        Lanes lanes({1, 3, 50, 100});
        std::map<QByteArray, std::deque<JobKey>> queues;
        std::map<QByteArray, int> inFlight;
        std::set<QByteArray> paused;
        int flying = 0;
        JobKey last = 0;
        for (int i = 0; i < 2000; ++i) {
            const QByteArray account = accountName(static_cast<int>(random() % 5));
            switch (random() % 6) {
                case 0:
                case 1:
                    if (lanes.enqueue(account, ++last) == Admission::Admitted)
                        queues[account].push_back(last);
                    break;
                case 2:
                    QVERIFY(lanes.pause(account));
                    paused.insert(account);
                    break;
                case 3:
                    QCOMPARE(lanes.resume(account), paused.erase(account) == 1);
                    break;
                case 4:
                    if (inFlight[account] > 0) {
                        lanes.endTurn(account, 5ms);
                        --inFlight[account];
                        --flying;
                    }
                    break;
                default: {
                    const bool possible =
                        flying < 3 && std::any_of(queues.begin(), queues.end(), [&](const auto &entry) {
                            return !entry.second.empty() && inFlight[entry.first] == 0 &&
                                   !paused.contains(entry.first);
                        });
                    const auto grant = lanes.grant();
                    QCOMPARE(grant.has_value(), possible);
                    if (!grant)
                        break;
                    QVERIFY(!paused.contains(grant->account));
                    QCOMPARE(grant->job, queues[grant->account].front());
                    queues[grant->account].pop_front();
                    ++inFlight[grant->account];
                    ++flying;
                }
            }
            QCOMPARE(lanes.queued(account), static_cast<int>(queues[account].size()));
            QCOMPARE(lanes.isPaused(account), paused.contains(account));
        }
    }
};

HOLDLINE_TEST(TestLanePause)
#include "tst_lanepause.moc"

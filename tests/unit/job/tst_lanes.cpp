// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/lanes.h"
#include "core/job/share.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <vector>

using namespace holdline;
using namespace std::chrono_literals;
using Admission = Lanes::Admission;

namespace {

QByteArray accountName(std::size_t index)
{
    return "account-" + QByteArray::number(static_cast<qulonglong>(index));
}

/// A simple model of the lanes: lists with linear search. It does not predict the next grant. It checks which
/// grants are allowed, and the rules between grants.
class Reference
{
public:
    struct Lane
    {
        std::deque<JobKey> queue;
        int inFlight = 0;
        /// Lanes that got a grant while this one could start all the time.
        std::multiset<QByteArray> passedBy;
    };

    Lanes::Limits limits;
    std::map<QByteArray, Lane> lanes;

    int totalQueued() const
    {
        int sum = 0;
        for (const auto &[account, lane] : lanes)
            sum += static_cast<int>(lane.queue.size());
        return sum;
    }
    int totalInFlight() const
    {
        int sum = 0;
        for (const auto &[account, lane] : lanes)
            sum += lane.inFlight;
        return sum;
    }
    bool canStart(const Lane &lane) const
    {
        return !lane.queue.empty() && lane.inFlight < limits.startsPerAccount &&
               isWithinShare(lane.inFlight, totalInFlight(), limits.startsInFlight, limits.accountShare);
    }
    bool anyCanStart() const
    {
        return totalInFlight() < limits.startsInFlight &&
               std::any_of(lanes.begin(), lanes.end(),
                           [this](const auto &entry) { return canStart(entry.second); });
    }
    Admission check(const QByteArray &account)
    {
        if (totalQueued() >= limits.queued)
            return Admission::QueuesFull;
        const auto it = lanes.find(account);
        const int queued = it == lanes.end() ? 0 : static_cast<int>(it->second.queue.size());
        if (queued >= limits.laneLength)
            return Admission::LaneFull;
        return isWithinShare(queued, totalQueued(), limits.queued, limits.accountShare)
                   ? Admission::Admitted
                   : Admission::OverShare;
    }
    /// After each change: a lane that cannot start loses its waiting time, and an idle lane is removed.
    void tidy()
    {
        for (auto it = lanes.begin(); it != lanes.end();) {
            if (!canStart(it->second))
                it->second.passedBy.clear();
            it = it->second.queue.empty() && it->second.inFlight == 0 ? lanes.erase(it) : std::next(it);
        }
    }
    /// Returns the rule that this grant breaks, or nullptr.
    const char *take(const Lanes::Grant &grant)
    {
        const auto it = lanes.find(grant.account);
        if (it == lanes.end() || !canStart(it->second))
            return "a lane is granted a start that may not have one";
        if (totalInFlight() >= limits.startsInFlight)
            return "more starts in flight than allowed in all";
        if (it->second.queue.front() != grant.job)
            return "not the first of its lane";
        for (auto &[account, lane] : lanes) {
            if (account == grant.account || !canStart(lane))
                continue;
            lane.passedBy.insert(grant.account);
            // The same lane twice while this one could start means that this one lost a turn.
            if (lane.passedBy.count(grant.account) > 1)
                return "a lane that could start all the time was passed by twice by the same one";
        }
        it->second.passedBy.clear();
        it->second.queue.pop_front();
        ++it->second.inFlight;
        tidy();
        return nullptr;
    }
};

/// Random steps on Lanes and Reference side by side.
class Schedule
{
public:
    explicit Schedule(quint64 seed) : m_random(seed), m_lanes(newLimits()) { m_reference.limits = m_limits; }

    /// Does one step and returns an error text, or nullptr.
    const char *step();
    /// Ends everything in flight and starts everything queued.
    const char *finish();

private:
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(m_random); }
    Lanes::Limits newLimits()
    {
        m_limits = {1 + below(3), 1 + below(6), 1 + below(8), 1 + below(30), below(2) ? 100 : 1 + below(99)};
        return m_limits;
    }
    const char *enqueue();
    const char *grant();
    const char *endTurn(bool andRetry);
    const char *remove();
    const char *compare();

    std::mt19937_64 m_random;
    Lanes::Limits m_limits;
    Lanes m_lanes;
    Reference m_reference;
    JobKey m_lastJob = 0;
    std::vector<Lanes::Grant> m_inFlight;
};

const char *Schedule::enqueue()
{
    const QByteArray account = accountName(static_cast<std::size_t>(below(6)));
    const Admission due = m_reference.check(account);
    if (m_lanes.check(account) != due)
        return "check() is wrong";
    const JobKey job = ++m_lastJob;
    if (m_lanes.enqueue(account, job) != due)
        return "enqueue() and check() differ";
    if (due == Admission::Admitted)
        m_reference.lanes[account].queue.push_back(job);
    return nullptr;
}

const char *Schedule::grant()
{
    const bool due = m_reference.anyCanStart();
    const auto grant = m_lanes.grant();
    if (grant.has_value() != due)
        return due ? "a start is possible and not granted" : "a start is granted and not possible";
    if (!grant)
        return nullptr;
    m_inFlight.push_back(*grant);
    return m_reference.take(*grant);
}

const char *Schedule::endTurn(bool andRetry)
{
    if (m_inFlight.empty())
        return nullptr;
    const auto it = m_inFlight.begin() + below(static_cast<int>(m_inFlight.size()));
    const Lanes::Grant ended = *it;
    m_inFlight.erase(it);
    m_lanes.endTurn(ended.account, below(3) == 0 ? std::nullopt : std::optional<Duration>(below(1000) * 1ms));
    --m_reference.lanes.at(ended.account).inFlight;
    if (andRetry) {
        m_lanes.enqueueAgain(ended.account, ended.job);
        auto &queue = m_reference.lanes.at(ended.account).queue;
        queue.push_back(ended.job);
        std::sort(queue.begin(), queue.end());
    }
    m_reference.tidy();
    return nullptr;
}

const char *Schedule::remove()
{
    std::vector<std::pair<QByteArray, JobKey>> queued;
    for (const auto &[account, lane] : m_reference.lanes) {
        for (const JobKey job : lane.queue)
            queued.emplace_back(account, job);
    }
    if (m_lanes.remove(m_lastJob + 1))
        return "a job was removed that never was";
    if (!m_inFlight.empty() && m_lanes.remove(m_inFlight.front().job))
        return "a job in flight was removed";
    if (queued.empty())
        return nullptr;
    const auto &[account, job] = queued[static_cast<std::size_t>(below(static_cast<int>(queued.size())))];
    if (!m_lanes.remove(job))
        return "a queued job was not found";
    if (m_lanes.remove(job))
        return "a job was removed twice";
    std::erase(m_reference.lanes.at(account).queue, job);
    m_reference.tidy();
    return nullptr;
}

const char *Schedule::compare()
{
    if (m_lanes.totalQueued() != m_reference.totalQueued() ||
        m_lanes.totalInFlight() != m_reference.totalInFlight())
        return "the totals differ";
    if (m_lanes.laneCount() != static_cast<int>(m_reference.lanes.size()))
        return "an idle lane is kept, or a busy one dropped";
    for (const auto &[account, lane] : m_reference.lanes) {
        if (m_lanes.queued(account) != static_cast<int>(lane.queue.size()) ||
            m_lanes.inFlight(account) != lane.inFlight)
            return "a lane's numbers differ";
        if (const auto wait = m_lanes.expectedWait(account); wait && *wait < Duration::zero())
            return "a negative wait is expected";
    }
    return nullptr;
}

const char *Schedule::step()
{
    const int dice = below(100);
    const char *wrong = nullptr;
    if (dice < 38)
        wrong = enqueue();
    else if (dice < 68)
        wrong = grant();
    else if (dice < 84)
        wrong = endTurn(false);
    else if (dice < 91)
        wrong = endTurn(true);
    else if (dice < 98)
        wrong = remove();
    else {
        m_lanes.setLimits(newLimits());
        m_reference.limits = m_limits;
        m_reference.tidy();
        // New limits change which lanes can start, so the history begins anew.
        for (auto &[account, lane] : m_reference.lanes)
            lane.passedBy.clear();
    }
    return wrong ? wrong : compare();
}

const char *Schedule::finish()
{
    while (m_reference.totalQueued() + m_reference.totalInFlight() > 0) {
        const char *wrong = m_reference.anyCanStart() ? grant() : endTurn(false);
        if (!wrong)
            wrong = compare();
        if (wrong)
            return wrong;
    }
    return m_lanes.laneCount() == 0 && !m_lanes.grant() ? nullptr : "something is left at the end";
}

/// Starts every allowed job. Each start ends before the next.
std::vector<JobKey> grantAll(Lanes &lanes)
{
    std::vector<JobKey> order;
    while (const auto grant = lanes.grant()) {
        order.push_back(grant->job);
        lanes.endTurn(grant->account, 10ms);
    }
    return order;
}

}  // namespace

class TestLanes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void randomSchedules_data();
    void randomSchedules();
    void longQueueDelaysAnotherAccountByOneStart();
    void singleJobOvertakesTheQueuesOfAll();
    void turnsGoRound();
    void oneStartPerAccount();
    void limitOnAllStarts();
    void retriesGoFirst();
    void retriesKeepTheOrderOfTheirAge();
    void removeAnywhere();
    void limitsOnLengths();
    void aLaneHasItsShare();
    void lowerLimitsThrowNothingOut();
    void higherLimitsLetWaitingLanesStart();
    void idleLanesAreDropped();
    void expectedWait();
    void turnTimeIsSmoothed();
};

void TestLanes::randomSchedules_data()
{
    QTest::addColumn<quint64>("seed");
    if (const QByteArray replay = qgetenv("HOLDLINE_TEST_SEED"); !replay.isEmpty()) {
        QTest::newRow("replay") << replay.toULongLong();
        return;
    }
    for (quint64 seed = 1; seed <= 20; ++seed)
        QTest::addRow("seed %llu", seed) << seed;
    const quint64 fresh = std::random_device()();
    QTest::addRow("fresh seed %llu", fresh) << fresh;
}

/// Compares with the reference: fairness, limits and order. HOLDLINE_TEST_SEED replays a seed.
void TestLanes::randomSchedules()
{
    QFETCH(const quint64, seed);
    Schedule schedule(seed);
    for (int i = 0; i < 5'000; ++i) {
        if (const char *wrong = schedule.step())
            QFAIL(qPrintable(
                QStringLiteral("step %1 of seed %2: %3").arg(i).arg(seed).arg(QLatin1String(wrong))));
    }
    if (const char *wrong = schedule.finish())
        QFAIL(qPrintable(QStringLiteral("the end of seed %1: %2").arg(seed).arg(QLatin1String(wrong))));
}

/// One account with 500 queued jobs delays another account's single job by at most one start.
void TestLanes::longQueueDelaysAnotherAccountByOneStart()
{
    for (const int startsInFlight : {1, 2, 128}) {
        Lanes lanes({1, startsInFlight, 1000, 100'000});
        for (JobKey job = 1; job <= 500; ++job)
            QCOMPARE(lanes.enqueue("many", job), Admission::Admitted);
        // At each stage of the long queue, with no start or one start in flight.
        for (int round = 0; round < 100; ++round) {
            std::optional<Lanes::Grant> underWay;
            if (round > 0) {
                underWay = lanes.grant();
                QCOMPARE(underWay->account, "many");
            }
            const JobKey single = 1000 + static_cast<JobKey>(round);
            QCOMPARE(lanes.enqueue("one", single), Admission::Admitted);
            int startsBefore = 0;
            while (true) {
                const auto grant = lanes.grant();
                if (!grant) {
                    QVERIFY2(underWay, "nothing may start and nothing is under way");
                    lanes.endTurn(underWay->account, 10ms);
                    underWay.reset();
                    continue;
                }
                lanes.endTurn(grant->account, 10ms);
                if (grant->job == single)
                    break;
                QCOMPARE(grant->account, "many");
                ++startsBefore;
            }
            QVERIFY2(startsBefore <= 1, qPrintable(QString::number(startsBefore)));
            if (underWay)
                lanes.endTurn(underWay->account, 10ms);
        }
    }
}

void TestLanes::singleJobOvertakesTheQueuesOfAll()
{
    Lanes lanes({1, 1, 1000, 100'000});
    JobKey job = 0;
    for (std::size_t account = 0; account < 20; ++account) {
        for (int i = 0; i < 50; ++i)
            lanes.enqueue(accountName(account), ++job);
    }
    lanes.enqueue("late", 1'000'000);
    const std::vector<JobKey> order = grantAll(lanes);
    QCOMPARE(order.size(), std::size_t(1001));
    // One start of each lane that was there before it.
    QCOMPARE(std::find(order.begin(), order.end(), JobKey(1'000'000)) - order.begin(), 20);
}

void TestLanes::turnsGoRound()
{
    Lanes lanes({});
    for (const JobKey job : std::vector<JobKey>{1, 2, 3})
        lanes.enqueue("a", job);
    for (const JobKey job : std::vector<JobKey>{11, 12})
        lanes.enqueue("b", job);
    lanes.enqueue("c", 21);
    QCOMPARE(grantAll(lanes), (std::vector<JobKey>{1, 11, 21, 2, 12, 3}));
}

void TestLanes::oneStartPerAccount()
{
    Lanes lanes({});
    lanes.enqueue("a", 1);
    lanes.enqueue("a", 2);
    QCOMPARE(lanes.grant()->job, JobKey(1));
    QVERIFY(!lanes.grant());
    QCOMPARE(lanes.inFlight("a"), 1);
    QCOMPARE(lanes.queued("a"), 1);
    lanes.endTurn("a", {});
    QCOMPARE(lanes.grant()->job, JobKey(2));
}

void TestLanes::limitOnAllStarts()
{
    Lanes lanes({1, 3, 1000, 100'000});
    for (std::size_t i = 0; i < 10; ++i)
        lanes.enqueue(accountName(i), i + 1);
    for (int i = 0; i < 3; ++i)
        QVERIFY(lanes.grant());
    QVERIFY(!lanes.grant());
    QCOMPARE(lanes.totalInFlight(), 3);
    lanes.endTurn(accountName(1), {});
    QCOMPARE(lanes.grant()->account, accountName(3));
    QVERIFY(!lanes.grant());
}

void TestLanes::retriesGoFirst()
{
    Lanes lanes({1, 128, 2, 2});
    lanes.enqueue("a", 1);
    QCOMPARE(lanes.grant()->job, JobKey(1));
    lanes.enqueue("a", 2);
    lanes.enqueue("a", 3);
    lanes.endTurn("a", {});
    // The queues are full, but an admitted job is not refused later.
    QCOMPARE(lanes.check("a"), Admission::QueuesFull);
    lanes.enqueueAgain("a", 1);
    QCOMPARE(lanes.queued("a"), 3);
    QCOMPARE(grantAll(lanes), (std::vector<JobKey>{1, 2, 3}));
}

/// Whatever the order in which their delays end, the oldest job goes first.
void TestLanes::retriesKeepTheOrderOfTheirAge()
{
    std::vector<JobKey> again{1, 2, 3};
    do {
        Lanes lanes({3, 128, 10, 10});
        for (JobKey job = 1; job <= 6; ++job)
            lanes.enqueue("a", job);
        for (int i = 0; i < 3; ++i)
            lanes.grant();
        for (int i = 0; i < 3; ++i)
            lanes.endTurn("a", {});
        for (const JobKey job : again)
            lanes.enqueueAgain("a", job);
        QCOMPARE(grantAll(lanes), (std::vector<JobKey>{1, 2, 3, 4, 5, 6}));
    } while (std::next_permutation(again.begin(), again.end()));
}

void TestLanes::removeAnywhere()
{
    for (const JobKey gone : std::vector<JobKey>{1, 2, 3}) {
        Lanes lanes({});
        for (const JobKey job : std::vector<JobKey>{1, 2, 3})
            lanes.enqueue("a", job);
        QVERIFY(lanes.remove(gone));
        QVERIFY(!lanes.remove(gone));
        std::vector<JobKey> left{1, 2, 3};
        std::erase(left, gone);
        QCOMPARE(grantAll(lanes), left);
    }
    Lanes lanes({});
    lanes.enqueue("a", 1);
    lanes.grant();
    QVERIFY2(!lanes.remove(1), "it is in flight, not queued");
    QVERIFY(!lanes.remove(99));
}

void TestLanes::limitsOnLengths()
{
    Lanes lanes({1, 128, 2, 3});
    QCOMPARE(lanes.enqueue("a", 1), Admission::Admitted);
    QCOMPARE(lanes.enqueue("a", 2), Admission::Admitted);
    QCOMPARE(lanes.enqueue("a", 3), Admission::LaneFull);
    QCOMPARE(lanes.enqueue("b", 4), Admission::Admitted);
    QCOMPARE(lanes.enqueue("b", 5), Admission::QueuesFull);
    QCOMPARE(lanes.totalQueued(), 3);
    QVERIFY2(!lanes.remove(3), "what was refused is not queued");
    // Jobs in flight are not queued.
    QVERIFY(lanes.grant());
    QCOMPARE(lanes.enqueue("b", 5), Admission::Admitted);
}

void TestLanes::aLaneHasItsShare()
{
    Lanes lanes({10, 10, 100, 10, 50});
    for (JobKey job = 1; job <= 5; ++job)
        QCOMPARE(lanes.enqueue("a", job), Admission::Admitted);
    QCOMPARE(lanes.check("a"), Admission::OverShare);
    QCOMPARE(lanes.enqueue("a", 6), Admission::OverShare);
    QCOMPARE(lanes.totalQueued(), 5);
    // Its starts in flight leave room for another lane's, also while nobody else wants some.
    for (int i = 0; i < 5; ++i)
        QVERIFY(lanes.grant());
    for (JobKey job = 6; job <= 10; ++job)
        QCOMPARE(lanes.enqueue("a", job), Admission::Admitted);
    QVERIFY(!lanes.grant());
    QCOMPARE(lanes.enqueue("b", 11), Admission::Admitted);
    QCOMPARE(lanes.grant()->account, QByteArray("b"));
    QVERIFY(!lanes.grant());
    lanes.endTurn("a", {});
    lanes.endTurn("a", {});
    QCOMPARE(lanes.grant()->account, QByteArray("a"));
}

void TestLanes::lowerLimitsThrowNothingOut()
{
    Lanes lanes({3, 10, 100, 100});
    for (const JobKey job : std::vector<JobKey>{1, 2, 3, 4, 5})
        lanes.enqueue("a", job);
    for (int i = 0; i < 3; ++i)
        QVERIFY(lanes.grant());
    lanes.setLimits({1, 1, 1, 1});
    QCOMPARE(lanes.totalInFlight(), 3);
    QCOMPARE(lanes.queued("a"), 2);
    QCOMPARE(lanes.enqueue("a", 6), Admission::QueuesFull);
    for (int i = 0; i < 2; ++i) {
        lanes.endTurn("a", {});
        QVERIFY2(!lanes.grant(), "still as many in flight as the new limit allows, or more");
    }
    lanes.endTurn("a", {});
    QCOMPARE(lanes.grant()->job, JobKey(4));
}

void TestLanes::higherLimitsLetWaitingLanesStart()
{
    Lanes lanes({1, 10, 100, 100});
    for (const JobKey job : std::vector<JobKey>{1, 2, 3})
        lanes.enqueue("a", job);
    QVERIFY(lanes.grant());
    QVERIFY(!lanes.grant());
    lanes.setLimits({2, 10, 100, 100});
    QCOMPARE(lanes.grant()->job, JobKey(2));
    QVERIFY(!lanes.grant());
}

void TestLanes::idleLanesAreDropped()
{
    Lanes lanes({});
    for (std::size_t i = 0; i < 1000; ++i)
        lanes.enqueue(accountName(i), i + 1);
    QCOMPARE(lanes.laneCount(), 1000);
    for (JobKey job = 1; job <= 500; ++job)
        QVERIFY(lanes.remove(job));
    QCOMPARE(lanes.laneCount(), 500);
    const auto grant = lanes.grant();
    QCOMPARE(lanes.laneCount(), 500);
    lanes.endTurn(grant->account, {});
    QCOMPARE(lanes.laneCount(), 499);
    grantAll(lanes);
    QCOMPARE(lanes.laneCount(), 0);
    // A query about an account creates no lane.
    QCOMPARE(lanes.queued("unheard of"), 0);
    QCOMPARE(lanes.check("unheard of"), Admission::Admitted);
    QCOMPARE(lanes.laneCount(), 0);
}

void TestLanes::expectedWait()
{
    Lanes lanes({});
    lanes.enqueue("a", 1);
    QVERIFY2(!lanes.expectedWait("a"), "nothing was measured yet");
    lanes.grant();
    lanes.enqueue("a", 2);
    lanes.endTurn("a", 20ms);
    QCOMPARE(lanes.expectedWait("a"), std::optional<Duration>(20ms));
    lanes.grant();
    // On average the start in flight is half done.
    QCOMPARE(lanes.expectedWait("a"), std::optional<Duration>(10ms));
    for (JobKey job = 3; job < 13; ++job)
        lanes.enqueue("a", job);
    QCOMPARE(lanes.expectedWait("a"), std::optional<Duration>(210ms));
    // Another account uses the average pace of all lanes and waits for no other job.
    QCOMPARE(lanes.turnTime("b"), std::optional<Duration>(20ms));
    QCOMPARE(lanes.expectedWait("b"), std::optional<Duration>(0ms));
    // With several starts at a time, no job waits while one more may start.
    lanes.setLimits({12, 128, 1000, 1000});
    QCOMPARE(lanes.expectedWait("a"), std::optional<Duration>(0ms));
    lanes.setLimits({2, 128, 1000, 1000});
    QCOMPARE(lanes.expectedWait("a"), std::optional<Duration>(105ms));
    // The longest queue at a slow pace does not overflow.
    Lanes slow({1, 1, 100'000, 100'000});
    slow.enqueue("a", 1);
    slow.grant();
    for (JobKey job = 2; job <= 100'001; ++job)
        slow.enqueue("a", job);
    slow.endTurn("a", 60s);
    QCOMPARE(slow.expectedWait("a"), std::optional<Duration>(60s * 100'000));
}

void TestLanes::turnTimeIsSmoothed()
{
    Lanes lanes({});
    QVERIFY(!lanes.turnTime("a"));
    JobKey job = 0;
    const auto turn = [&](Duration took) {
        lanes.enqueue("a", ++job);
        lanes.enqueue("a", ++job);
        for (int i = 0; i < 2; ++i) {
            lanes.grant();
            lanes.endTurn("a", took);
        }
    };
    turn(80ms);
    QCOMPARE(lanes.turnTime("a"), std::optional<Duration>(80ms));
    turn(0ms);
    QVERIFY(*lanes.turnTime("a") < 80ms);
    QVERIFY2(*lanes.turnTime("a") > 40ms, "one quick turn is not believed at once");
    for (int i = 0; i < 100; ++i)
        turn(8ms);
    QVERIFY(*lanes.turnTime("a") < 9ms);
}

HOLDLINE_TEST(TestLanes)
#include "tst_lanes.moc"

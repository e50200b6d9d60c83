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

/// A simple model of Lanes: lists with linear search. It does not predict the next grant. It checks whether
/// each grant is allowed and fair.
class Reference
{
public:
    struct Lane
    {
        std::deque<JobKey> queue;
        int inFlight = 0;
        std::optional<LaneRules> rules;
        std::set<JobKey> places;
        std::multiset<TimePoint> times;  ///< times of the start requests that were sent
        int leaving = 0;                 ///< starts that were granted and not sent yet
        /// Accounts whose lanes got a grant while this lane could start without interruption.
        std::multiset<QByteArray> passedBy;
    };

    Lanes::Limits limits;
    std::map<QByteArray, Lane> lanes;
    TimePoint now{};
    std::set<int> closed;  ///< upstreams that accept no starts

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
    static int upstreamOf(const Lane &lane) { return lane.rules ? lane.rules->upstream : 0; }
    int inFlightOf(int upstream) const
    {
        int sum = 0;
        for (const auto &[account, lane] : lanes)
            sum += upstreamOf(lane) == upstream ? lane.inFlight : 0;
        return sum;
    }
    static bool hasJobs(const Lane &lane)
    {
        return !lane.queue.empty() || lane.inFlight > 0 || !lane.places.empty();
    }
    bool hasPlaceFor(const Lane &lane) const
    {
        return !lane.rules || lane.rules->running == 0 || lane.places.contains(lane.queue.front()) ||
               static_cast<int>(lane.places.size()) < lane.rules->running;
    }
    bool isInRate(const Lane &lane) const
    {
        if (!lane.rules || !lane.rules->rate.isSet())
            return true;
        const auto recent =
            std::distance(lane.times.upper_bound(now - lane.rules->rate.window), lane.times.end());
        return recent + lane.leaving < lane.rules->rate.starts;
    }
    bool canStart(const Lane &lane) const
    {
        const int starts =
            lane.rules && lane.rules->starts > 0 ? lane.rules->starts : limits.startsPerAccount;
        return !lane.queue.empty() && lane.inFlight < starts && hasPlaceFor(lane) && isInRate(lane) &&
               !closed.contains(upstreamOf(lane)) &&
               isWithinShare(inFlightOf(upstreamOf(lane)), totalInFlight(), limits.startsInFlight,
                             limits.upstreamShare) &&
               isWithinShare(lane.inFlight, totalInFlight(), limits.startsInFlight, limits.accountShare);
    }
    Lane &laneOf(const QByteArray &account)
    {
        Lane &lane = lanes[account];
        lane.rules = limits.rulesOf ? limits.rulesOf(account) : std::nullopt;
        return lane;
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
    /// Called after each change. A lane that cannot start now begins to wait anew. Lanes are never removed,
    /// because their start times still count.
    void tidy()
    {
        for (auto &[account, lane] : lanes) {
            if (!canStart(lane))
                lane.passedBy.clear();
        }
    }
    int lanesWithJobs() const
    {
        return static_cast<int>(std::count_if(lanes.begin(), lanes.end(),
                                              [](const auto &entry) { return hasJobs(entry.second); }));
    }
    /// Applies a grant. Returns the text of the rule that the grant breaks, or nullptr.
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
            // If another lane gets two grants while this lane could start, this lane lost its turn.
            if (lane.passedBy.count(grant.account) > 1)
                return "a lane that could start all the time was passed by twice by the same one";
        }
        it->second.passedBy.clear();
        it->second.queue.pop_front();
        ++it->second.inFlight;
        it->second.leaving += it->second.rules && it->second.rules->rate.isSet() ? 1 : 0;
        tidy();
        return nullptr;
    }
};

/// Does the same random steps on a Lanes and a Reference, and compares them.
class Schedule
{
public:
    explicit Schedule(quint64 seed) : m_random(seed), m_withRules(seed % 2 == 0), m_lanes(newLimits())
    {
        m_reference.limits = m_limits;
    }

    /// Does one random step. Returns an error text, or nullptr.
    const char *step();
    /// Ends all starts in flight and starts all queued jobs. Returns an error text, or nullptr.
    const char *finish();

private:
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(m_random); }
    Lanes::Limits newLimits();
    LaneRules newRules(int upstreams);
    const char *enqueue();
    const char *grant();
    const char *endTurn(bool andRetry);
    const char *remove();
    const char *endJob();
    const char *sendOne(bool leaves);
    void passTime();
    void closeSome();
    const char *compare();

    std::mt19937_64 m_random;
    const bool m_withRules;
    Lanes::Limits m_limits;
    Lanes m_lanes;
    Reference m_reference;
    JobKey m_lastJob = 0;
    std::vector<Lanes::Grant> m_inFlight;
    std::vector<Lanes::Grant> m_unsent;   ///< granted, but the start request is not sent yet
    std::vector<Lanes::Grant> m_running;  ///< jobs that hold a place and whose turn is over
};

LaneRules Schedule::newRules(int upstreams)
{
    LaneRules rules;
    rules.starts = below(4);
    rules.running = below(4);
    if (below(2))
        rules.rate = {1 + below(4), std::chrono::milliseconds(1 + below(100))};
    rules.upstream = below(upstreams);
    return rules;
}

/// Makes random limits. With m_withRules, all accounts but the first two belong to routes.
Lanes::Limits Schedule::newLimits()
{
    m_limits = {1 + below(3), 1 + below(6), 1 + below(8), 1 + below(30), below(2) ? 100 : 1 + below(99)};
    m_limits.upstreams = 1 + below(3);
    m_limits.upstreamShare = below(2) ? 100 : 1 + below(99);
    std::map<QByteArray, LaneRules> rules;
    for (std::size_t account = 2; account < 6; ++account)
        rules.emplace(accountName(account), newRules(m_limits.upstreams));
    if (m_withRules)
        m_limits.rulesOf = [rules](const QByteArray &account) {
            const auto found = rules.find(account);
            return found == rules.end() ? std::nullopt : std::optional(found->second);
        };
    return m_limits;
}

void Schedule::passTime()
{
    m_reference.now += std::chrono::milliseconds(below(40));
    m_reference.tidy();
}

void Schedule::closeSome()
{
    m_reference.closed.clear();
    for (int upstream = 0; upstream < m_limits.upstreams; ++upstream) {
        if (below(3) == 0)
            m_reference.closed.insert(upstream);
    }
    m_reference.tidy();
}

/// Sends a granted start request, or drops it.
const char *Schedule::sendOne(bool leaves)
{
    if (m_unsent.empty())
        return nullptr;
    const Lanes::Grant grant = m_unsent.back();
    m_unsent.pop_back();
    Reference::Lane &lane = m_reference.lanes.at(grant.account);
    lane.leaving = std::max(lane.leaving - 1, 0);
    if (!leaves) {
        m_lanes.startDropped(grant.account);
    } else {
        m_lanes.startLeft(grant.account, m_reference.now);
        lane.times.insert(m_reference.now);
    }
    // Some start requests turn out to have failed without a connection.
    if (leaves && below(5) == 0) {
        m_lanes.takeBackStart(grant.account, m_reference.now);
        lane.times.erase(lane.times.find(m_reference.now));
    }
    m_reference.tidy();
    return nullptr;
}

/// Ends a running job, which frees its place.
const char *Schedule::endJob()
{
    if (m_running.empty())
        return nullptr;
    const auto it = m_running.begin() + below(static_cast<int>(m_running.size()));
    if (!m_lanes.setPlace(it->account, it->job, false))
        return "a place was not held";
    if (m_lanes.setPlace(it->account, it->job, false))
        return "a place was freed twice";
    m_reference.lanes.at(it->account).places.erase(it->job);
    m_running.erase(it);
    m_reference.tidy();
    return nullptr;
}

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
        m_reference.laneOf(account).queue.push_back(job);
    return nullptr;
}

const char *Schedule::grant()
{
    const bool due = m_reference.anyCanStart();
    const auto grant = m_lanes.grant(m_reference.now,
                                     [this](int upstream) { return !m_reference.closed.contains(upstream); });
    if (grant.has_value() != due)
        return due ? "a start is possible and not granted" : "a start is granted and not possible";
    if (!grant)
        return nullptr;
    if (const char *wrong = m_reference.take(*grant))
        return wrong;
    m_inFlight.push_back(*grant);
    Reference::Lane &lane = m_reference.lanes.at(grant->account);
    if (!lane.rules)
        return nullptr;
    m_lanes.setPlace(grant->account, grant->job, true);
    lane.places.insert(grant->job);
    m_reference.tidy();
    m_unsent.push_back(*grant);
    return below(3) == 0 ? nullptr : sendOne(below(5) > 0);
}

const char *Schedule::endTurn(bool andRetry)
{
    if (m_inFlight.empty())
        return nullptr;
    const auto it = m_inFlight.begin() + below(static_cast<int>(m_inFlight.size()));
    const Lanes::Grant ended = *it;
    m_inFlight.erase(it);
    while (std::any_of(m_unsent.begin(), m_unsent.end(),
                       [&ended](const Lanes::Grant &one) { return one.job == ended.job; }))
        sendOne(below(2) == 0);
    m_lanes.endTurn(ended.account, below(3) == 0 ? std::nullopt : std::optional<Duration>(below(1000) * 1ms));
    Reference::Lane &lane = m_reference.lanes.at(ended.account);
    --lane.inFlight;
    const bool held = lane.places.contains(ended.job);
    // The job runs, or it may run while it waits to be started again.
    const bool keepsPlace = held && below(2) == 0;
    if (held && !keepsPlace) {
        m_lanes.setPlace(ended.account, ended.job, false);
        lane.places.erase(ended.job);
    }
    if (andRetry) {
        m_lanes.enqueueAgain(ended.account, ended.job);
        lane.queue.push_back(ended.job);
        std::sort(lane.queue.begin(), lane.queue.end(), [&lane](JobKey a, JobKey b) {
            const bool hasA = lane.places.contains(a);
            return hasA != lane.places.contains(b) ? hasA : a < b;
        });
    } else if (keepsPlace) {
        m_running.push_back(ended);
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
    Reference::Lane &lane = m_reference.lanes.at(account);
    std::erase(lane.queue, job);
    if (lane.places.contains(job))
        m_running.push_back({account, job});
    m_reference.tidy();
    return nullptr;
}

const char *Schedule::compare()
{
    if (m_lanes.totalQueued() != m_reference.totalQueued() ||
        m_lanes.totalInFlight() != m_reference.totalInFlight())
        return "the totals differ";
    if (m_lanes.laneCount() != m_reference.lanesWithJobs() ||
        static_cast<int>(m_lanes.accounts().size()) != m_reference.lanesWithJobs())
        return "an idle lane is kept, or a busy one dropped";
    for (const auto &[account, lane] : m_reference.lanes) {
        const LaneForecast forecast = m_lanes.forecast(account, {}, {});
        if (m_lanes.hasLane(account) != Reference::hasJobs(lane) ||
            m_lanes.queued(account) != static_cast<int>(lane.queue.size()) ||
            forecast.inFlight != lane.inFlight || forecast.running != static_cast<int>(lane.places.size()))
            return "a lane's numbers differ";
        if (forecast.wait && *forecast.wait < Duration::zero())
            return "a negative wait is expected";
    }
    return nullptr;
}

const char *Schedule::step()
{
    const int dice = below(100);
    const char *wrong = nullptr;
    if (m_withRules && dice < 12)
        passTime();
    else if (m_withRules && dice < 15)
        closeSome();
    else if (m_withRules && dice < 20)
        wrong = endJob();
    else if (m_withRules && dice < 24)
        wrong = sendOne(below(4) > 0);
    else if (dice < 42)
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
        // After 200 ms no earlier start counts for a rate, so the new rates begin without starts.
        m_reference.now += 200ms;
        m_lanes.setLimits(newLimits());
        m_reference.limits = m_limits;
        std::erase_if(m_reference.closed, [this](int upstream) { return upstream >= m_limits.upstreams; });
        for (auto &[account, lane] : m_reference.lanes) {
            lane.rules = m_limits.rulesOf ? m_limits.rulesOf(account) : std::nullopt;
            lane.times.clear();
        }
        m_reference.tidy();
        // New limits change which lanes can start, so the record of passed-by lanes is cleared.
        for (auto &[account, lane] : m_reference.lanes)
            lane.passedBy.clear();
    }
    return wrong ? wrong : compare();
}

const char *Schedule::finish()
{
    m_reference.closed.clear();
    while (m_reference.lanesWithJobs() > 0) {
        m_reference.now += 1ms;
        m_reference.tidy();
        const char *wrong = m_reference.anyCanStart() ? grant()
                            : !m_inFlight.empty()     ? endTurn(false)
                                                      : endJob();
        if (!wrong)
            wrong = compare();
        if (wrong)
            return wrong;
    }
    return m_lanes.laneCount() == 0 && !m_lanes.grant(m_reference.now) ? nullptr
                                                                       : "something is left at the end";
}

/// Starts every allowed job. Each start ends before the next one is granted.
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

/// Compares Lanes with Reference: fairness, limits and order. HOLDLINE_TEST_SEED repeats one seed.
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
        // Repeats the check at each length of the long queue, with no start or one start in flight.
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
    // Each of the other lanes starts one job before this job.
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
    QCOMPARE(lanes.forecast("a", {}, {}).inFlight, 1);
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
    // The queues are full, but a job that was admitted once is never refused when it is queued again.
    QCOMPARE(lanes.check("a"), Admission::QueuesFull);
    lanes.enqueueAgain("a", 1);
    QCOMPARE(lanes.queued("a"), 3);
    QCOMPARE(grantAll(lanes), (std::vector<JobKey>{1, 2, 3}));
}

/// The oldest job starts first, in whatever order the retry delays end.
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
    // Jobs in flight do not count as queued.
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
    // A lane's share limits its starts in flight, even while no other lane has jobs.
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
    // A query about an unknown account creates no lane.
    QCOMPARE(lanes.queued("unheard of"), 0);
    QCOMPARE(lanes.check("unheard of"), Admission::Admitted);
    QCOMPARE(lanes.laneCount(), 0);
}

void TestLanes::expectedWait()
{
    Lanes lanes({});
    lanes.enqueue("a", 1);
    QVERIFY2(!lanes.forecast("a", {}, {}).wait, "nothing was measured yet");
    lanes.grant();
    lanes.enqueue("a", 2);
    lanes.endTurn("a", 20ms);
    QCOMPARE(lanes.forecast("a", {}, {}).wait, std::optional<Duration>(20ms));
    lanes.grant();
    // On average the start in flight is half done.
    QCOMPARE(lanes.forecast("a", {}, {}).wait, std::optional<Duration>(10ms));
    for (JobKey job = 3; job < 13; ++job)
        lanes.enqueue("a", job);
    QCOMPARE(lanes.forecast("a", {}, {}).wait, std::optional<Duration>(210ms));
    // Another account uses the average pace of all lanes and waits for no other job.
    QCOMPARE(lanes.forecast("b", {}, {}).turn, std::optional<Duration>(20ms));
    QCOMPARE(lanes.forecast("b", {}, {}).wait, std::optional<Duration>(0ms));
    // With several starts at a time, no job waits while one more may start.
    lanes.setLimits({12, 128, 1000, 1000});
    QCOMPARE(lanes.forecast("a", {}, {}).wait, std::optional<Duration>(0ms));
    lanes.setLimits({2, 128, 1000, 1000});
    QCOMPARE(lanes.forecast("a", {}, {}).wait, std::optional<Duration>(105ms));
    // The longest queue at a slow pace does not overflow.
    Lanes slow({1, 1, 100'000, 100'000});
    slow.enqueue("a", 1);
    slow.grant();
    for (JobKey job = 2; job <= 100'001; ++job)
        slow.enqueue("a", job);
    slow.endTurn("a", 60s);
    QCOMPARE(slow.forecast("a", {}, {}).wait, std::optional<Duration>(60s * 100'000));
}

void TestLanes::turnTimeIsSmoothed()
{
    Lanes lanes({});
    QVERIFY(!lanes.forecast("a", {}, {}).turn);
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
    QCOMPARE(lanes.forecast("a", {}, {}).turn, std::optional<Duration>(80ms));
    turn(0ms);
    QVERIFY(*lanes.forecast("a", {}, {}).turn < 80ms);
    QVERIFY2(*lanes.forecast("a", {}, {}).turn > 40ms, "one quick turn is not believed at once");
    for (int i = 0; i < 100; ++i)
        turn(8ms);
    QVERIFY(*lanes.forecast("a", {}, {}).turn < 9ms);
}

HOLDLINE_TEST(TestLanes)
#include "tst_lanes.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Limits of a route's lanes: starts per time window, running jobs, and upstreams that accept no starts.
#include "core/job/lanes.h"
#include "core/job/startwindow.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <vector>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kNow{1'000h};

/// Returns limits that look up the rules of a lane by its account.
Lanes::Limits limitsWith(const std::map<QByteArray, LaneRules> &rules, int upstreams = 1)
{
    Lanes::Limits limits;
    limits.upstreams = upstreams;
    limits.rulesOf = [rules](const QByteArray &account) {
        const auto found = rules.find(account);
        return found == rules.end() ? std::nullopt : std::optional(found->second);
    };
    return limits;
}

LaneRules ruled(int starts, int running = 0, StartRate rate = {}, int upstream = 0)
{
    return {starts, running, rate, upstream};
}

/// Grants every start that is allowed now, sends it, and ends its turn. The started jobs keep their places.
std::vector<JobKey> startAll(Lanes &lanes, TimePoint now, const Lanes::UpstreamFilter &isOpen = {})
{
    std::vector<JobKey> started;
    while (const auto grant = lanes.grant(now, isOpen)) {
        lanes.setPlace(grant->account, grant->job, true);
        lanes.startLeft(grant->account, now);
        lanes.endTurn(grant->account, 10ms);
        started.push_back(grant->job);
    }
    return started;
}

void enqueue(Lanes &lanes, const QByteArray &account, JobKey from, JobKey to)
{
    for (JobKey job = from; job <= to; ++job)
        QCOMPARE(lanes.enqueue(account, job), Lanes::Admission::Admitted);
}

using Jobs = std::vector<JobKey>;

}  // namespace

class TestLaneLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noWindowHasMoreStarts_data();
    void noWindowHasMoreStarts();
    void windowForecastIsExact();
    void startsThatAreLeavingCount();
    void takenBackStartsDoNotCount();
    void rateGrantsWhenTheWindowAllows();
    void droppedStartGivesItsTurnBack();
    void rateOutlivesTheJobs();
    void idleLanesAreBounded();
    void rateOfOneLaneConcernsNoOther();
    void runningJobsHoldPlaces();
    void placesBeyondTheLimitStay();
    void jobWithPlaceNeverWaitsForItsOwn();
    void closedUpstreamHoldsBackItsLanesOnly();
    void reopenedUpstreamKeepsTheOrder();
    void hangingUpstreamLeavesRoom();
    void newLimitsTakeEffectAtOnce();
    void laneWithoutRulesIgnoresPlacesAndRates();
    void forecastOfRunning();
    void forecastOfRateMatchesTheStarts();
    void earlierStartsCount();
};

void TestLaneLimits::noWindowHasMoreStarts_data()
{
    QTest::addColumn<quint64>("seed");
    for (quint64 seed = 1; seed <= 10; ++seed)
        QTest::addRow("seed %llu", seed) << seed;
    const quint64 fresh = std::random_device()();
    QTest::addRow("fresh seed %llu", fresh) << fresh;
}

/// When starts are sent only as the window allows, no time span of its length contains more starts than the
/// rate.
void TestLaneLimits::noWindowHasMoreStarts()
{
    QFETCH(const quint64, seed);
    std::mt19937_64 random(seed);
    const auto below = [&random](int bound) {
        return std::uniform_int_distribution<int>(0, bound - 1)(random);
    };
    const StartRate rate{1 + below(5), std::chrono::milliseconds(1 + below(50))};
    StartWindow window(rate);
    std::vector<TimePoint> left;
    TimePoint now = kNow;
    for (int i = 0; i < 3'000; ++i) {
        now += std::chrono::milliseconds(below(10));
        const auto next = window.next();
        QVERIFY(next);
        const auto recent =
            std::count_if(left.begin(), left.end(), [&](TimePoint at) { return at + rate.window > now; });
        QCOMPARE(*next <= now, recent < rate.starts);
        if (*next > now)
            continue;
        window.begin();
        window.left(now);
        left.push_back(now);
    }
    QVERIFY(left.size() > 100);
}

/// The forecast is exact when every start is sent as soon as it is allowed.
void TestLaneLimits::windowForecastIsExact()
{
    std::mt19937_64 random(1);
    const auto below = [&random](int bound) {
        return std::uniform_int_distribution<int>(0, bound - 1)(random);
    };
    for (int round = 0; round < 200; ++round) {
        const StartRate rate{1 + below(5), std::chrono::milliseconds(1 + below(50))};
        StartWindow window(rate);
        TimePoint now = kNow;
        for (int i = below(10); i > 0; --i) {
            now = std::max(now + std::chrono::milliseconds(below(30)), *window.next());
            window.begin();
            window.left(now);
        }
        now += std::chrono::milliseconds(below(30));
        const StartWindow before = window;
        TimePoint at = now;
        for (int n = 1; n <= 20; ++n) {
            at = std::max(at, *window.next());
            QCOMPARE(before.forecast(n, now), at);
            window.begin();
            window.left(at);
        }
    }
}

void TestLaneLimits::startsThatAreLeavingCount()
{
    StartWindow window(StartRate{2, 1s});
    window.begin();
    QCOMPARE(window.next(), std::optional(TimePoint()));
    window.begin();
    QVERIFY2(!window.next(), "nobody knows yet when the window moves on");
    window.left(kNow);
    QCOMPARE(window.next(), std::optional(kNow + 1s));
    QCOMPARE(window.used(kNow), 2);
    window.dropped();
    QCOMPARE(window.next(), std::optional(TimePoint()));
    QCOMPARE(window.used(kNow), 1);
    QCOMPARE(window.used(kNow + 1s), 0);
}

void TestLaneLimits::takenBackStartsDoNotCount()
{
    StartWindow window(StartRate{1, 1s});
    window.begin();
    window.left(kNow);
    window.takeBack(kNow + 1ms);
    QCOMPARE(window.next(), std::optional(kNow + 1s));
    window.takeBack(kNow);
    QCOMPARE(window.next(), std::optional(TimePoint()));
    QCOMPARE(window.emptyAt(), TimePoint());
}

/// Limits of one start per second, and of three starts per minute.
void TestLaneLimits::rateGrantsWhenTheWindowAllows()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 0, {1, 1s})}, {"b", ruled(10, 0, {3, 1min})}}));
    enqueue(lanes, "a", 1, 3);
    enqueue(lanes, "b", 11, 15);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 11, 12, 13}));
    QCOMPARE(lanes.nextGrant(), std::optional(kNow + 1s));
    QVERIFY(startAll(lanes, kNow + 999ms).empty());
    QCOMPARE(startAll(lanes, kNow + 1s), (Jobs{2}));
    QCOMPARE(startAll(lanes, kNow + 2500ms), (Jobs{3}));
    QCOMPARE(lanes.nextGrant(), std::optional(kNow + 1min));
    QCOMPARE(startAll(lanes, kNow + 1min), (Jobs{14, 15}));
    QVERIFY(!lanes.nextGrant());
}

void TestLaneLimits::droppedStartGivesItsTurnBack()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 0, {1, 1s})}}));
    enqueue(lanes, "a", 1, 3);
    QCOMPARE(lanes.grant(kNow)->job, JobKey(1));
    QVERIFY2(!lanes.grant(kNow), "the start is leaving");
    QVERIFY2(!lanes.grant(kNow + 1h), "it has not left yet");
    lanes.startDropped("a");
    lanes.endTurn("a", {});
    QCOMPARE(lanes.grant(kNow + 1h)->job, JobKey(2));
    lanes.startLeft("a", kNow + 1h);
    lanes.endTurn("a", {});
    QVERIFY(!lanes.grant(kNow + 1h));
    lanes.takeBackStart("a", kNow + 1h);
    QCOMPARE(lanes.grant(kNow + 1h)->job, JobKey(3));
}

void TestLaneLimits::rateOutlivesTheJobs()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 0, {1, 1s})}}));
    enqueue(lanes, "a", 1, 1);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1}));
    lanes.setPlace("a", 1, false);
    QVERIFY(!lanes.hasLane("a"));
    QCOMPARE(lanes.laneCount(), 0);
    QVERIFY(lanes.accounts().empty());
    enqueue(lanes, "a", 2, 2);
    QVERIFY(startAll(lanes, kNow + 500ms).empty());
    QCOMPARE(startAll(lanes, kNow + 1s), (Jobs{2}));
}

/// Clients choose the account names. So idle lanes with start times must not use unlimited memory.
void TestLaneLimits::idleLanesAreBounded()
{
    Lanes::Limits limits;
    limits.rulesOf = [](const QByteArray &) { return std::optional(ruled(10, 0, {1, 1h})); };
    Lanes lanes(limits);
    constexpr auto kLanes = static_cast<JobKey>(Lanes::kMostIdle) + 100;
    for (JobKey job = 1; job <= kLanes; ++job) {
        const QByteArray account = QByteArray::number(static_cast<qulonglong>(job));
        enqueue(lanes, account, job, job);
        QCOMPARE(startAll(lanes, kNow + job * 1ms).size(), std::size_t(1));
        lanes.setPlace(account, job, false);
    }
    QCOMPARE(lanes.laneCount(), 0);
    // The oldest lane was forgotten, so its job starts at once. The newest lane's start still counts.
    enqueue(lanes, "1", kLanes + 1, kLanes + 1);
    enqueue(lanes, QByteArray::number(static_cast<qulonglong>(kLanes)), kLanes + 2, kLanes + 2);
    QCOMPARE(startAll(lanes, kNow + kLanes * 1ms), (Jobs{kLanes + 1}));
}

void TestLaneLimits::rateOfOneLaneConcernsNoOther()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 0, {1, 1h})}, {"b", ruled(10, 0, {1, 1h})}}));
    enqueue(lanes, "a", 1, 2);
    enqueue(lanes, "b", 11, 12);
    enqueue(lanes, "c", 21, 22);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 11, 21, 22}));
}

void TestLaneLimits::runningJobsHoldPlaces()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 2)}}));
    enqueue(lanes, "a", 1, 4);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 2}));
    QCOMPARE(lanes.forecast("a", {}, {}).running, 2);
    QVERIFY2(lanes.hasLane("a"), "its jobs run");
    QVERIFY(lanes.setPlace("a", 1, false));
    QCOMPARE(startAll(lanes, kNow), (Jobs{3}));
    QVERIFY(!lanes.setPlace("a", 1, false));
    for (const JobKey job : Jobs{2, 3})
        lanes.setPlace("a", job, false);
    QCOMPARE(startAll(lanes, kNow), (Jobs{4}));
    lanes.setPlace("a", 4, false);
    QCOMPARE(lanes.laneCount(), 0);
}

/// Recovered jobs, and jobs from before the limit was lowered, keep their places beyond the limit.
void TestLaneLimits::placesBeyondTheLimitStay()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 2)}}));
    for (const JobKey job : Jobs{1, 2, 3})
        QVERIFY(lanes.setPlace("a", job, true));
    QCOMPARE(lanes.forecast("a", {}, {}).running, 3);
    enqueue(lanes, "a", 4, 5);
    QVERIFY(startAll(lanes, kNow).empty());
    lanes.setPlace("a", 1, false);
    QVERIFY(startAll(lanes, kNow).empty());
    lanes.setPlace("a", 2, false);
    QCOMPARE(startAll(lanes, kNow), (Jobs{4}));
}

/// A job keeps its place while it waits to be started again.
void TestLaneLimits::jobWithPlaceNeverWaitsForItsOwn()
{
    Lanes lanes(limitsWith({{"a", ruled(1, 1)}}));
    enqueue(lanes, "a", 1, 3);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1}));
    lanes.enqueueAgain("a", 1);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1}));
    lanes.setPlace("a", 1, false);
    QCOMPARE(startAll(lanes, kNow), (Jobs{2}));
    // An older job without a place comes after a job with a place.
    lanes.enqueueAgain("a", 1);
    lanes.enqueueAgain("a", 2);
    QCOMPARE(startAll(lanes, kNow), (Jobs{2}));
    lanes.setPlace("a", 2, false);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1}));
}

void TestLaneLimits::closedUpstreamHoldsBackItsLanesOnly()
{
    Lanes lanes(limitsWith({{"a", ruled(10)}, {"b", ruled(10, 0, {}, 1)}}, 2));
    enqueue(lanes, "a", 1, 3);
    enqueue(lanes, "b", 11, 13);
    const auto onlyUpstream = [](int open) { return [open](int upstream) { return upstream == open; }; };
    QCOMPARE(startAll(lanes, kNow, onlyUpstream(1)), (Jobs{11, 12, 13}));
    QVERIFY(lanes.isReady(0));
    QVERIFY(!lanes.isReady(1));
    QCOMPARE(startAll(lanes, kNow, onlyUpstream(0)), (Jobs{1, 2, 3}));
}

/// Lanes take turns, even when they belong to different upstreams.
void TestLaneLimits::reopenedUpstreamKeepsTheOrder()
{
    Lanes lanes(limitsWith({{"a", ruled(10)}, {"b", ruled(10, 0, {}, 1)}, {"c", ruled(10)}}, 2));
    enqueue(lanes, "a", 1, 2);
    enqueue(lanes, "b", 11, 12);
    enqueue(lanes, "c", 21, 22);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 11, 21, 2, 12, 22}));
}

void TestLaneLimits::hangingUpstreamLeavesRoom()
{
    Lanes::Limits limits = limitsWith({{"a", ruled(1000)}, {"b", ruled(1000, 0, {}, 1)}}, 2);
    limits.startsInFlight = 10;
    limits.upstreamShare = 80;
    Lanes lanes(limits);
    enqueue(lanes, "a", 1, 100);
    int granted = 0;
    while (lanes.grant(kNow))
        ++granted;
    QCOMPARE(granted, 8);
    enqueue(lanes, "b", 101, 102);
    QCOMPARE(lanes.grant(kNow)->account, QByteArray("b"));
    lanes.endTurn("b", {});
    QCOMPARE(lanes.grant(kNow)->account, QByteArray("b"));
}

void TestLaneLimits::newLimitsTakeEffectAtOnce()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 1)}, {"b", ruled(10, 0, {1, 1h})}}));
    enqueue(lanes, "a", 1, 4);
    enqueue(lanes, "b", 11, 14);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 11}));
    lanes.setLimits(limitsWith({{"a", ruled(10, 2)}, {"b", ruled(10, 0, {2, 1h})}}));
    Jobs started = startAll(lanes, kNow);
    std::sort(started.begin(), started.end());
    QCOMPARE(started, (Jobs{2, 12}));
    // Gives lane b another upstream, and removes the limits of lane a.
    lanes.setLimits(limitsWith({{"a", ruled(10)}, {"b", ruled(10, 0, {3, 1s}, 1)}}, 2));
    QCOMPARE(startAll(lanes, kNow + 1ms, [](int upstream) { return upstream == 0; }), (Jobs{3, 4}));
    QCOMPARE(startAll(lanes, kNow + 1ms), (Jobs{13}));
    lanes.setLimits({});
    QCOMPARE(lanes.grant(kNow + 1ms)->job, JobKey(14));
}

void TestLaneLimits::laneWithoutRulesIgnoresPlacesAndRates()
{
    Lanes lanes({10});
    QVERIFY(!lanes.setPlace("a", 1, true));
    QCOMPARE(lanes.forecast("a", {}, {}).running, 0);
    QCOMPARE(lanes.laneCount(), 0);
    enqueue(lanes, "a", 1, 3);
    lanes.startLeft("a", kNow);
    lanes.startDropped("a");
    lanes.takeBackStart("a", kNow);
    QVERIFY(!lanes.setPlace("a", 1, false));
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 2, 3}));
    QCOMPARE(lanes.laneCount(), 0);
}

void TestLaneLimits::forecastOfRunning()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 2)}}));
    QCOMPARE(lanes.forecast("a", kNow, 10s).wait, std::optional<Duration>(0s));
    enqueue(lanes, "a", 1, 2);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1, 2}));
    // Two jobs run. On average each one is half done.
    LaneForecast forecast = lanes.forecast("a", kNow, 10s);
    QCOMPARE(forecast.wait, std::optional<Duration>(5s));
    QCOMPARE(forecast.limit, LaneForecast::Limit::Running);
    QCOMPARE(forecast.ahead(), 2);
    enqueue(lanes, "a", 3, 4);
    QCOMPARE(lanes.forecast("a", kNow, 10s).wait, std::optional<Duration>(15s));
    QVERIFY2(*lanes.forecast("a", kNow, {}).wait < 1s, "nothing is known about jobs");
    lanes.pause("a");
    QVERIFY(!lanes.forecast("a", kNow, 10s).wait);
}

void TestLaneLimits::forecastOfRateMatchesTheStarts()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 0, {2, 10s})}}));
    QCOMPARE(lanes.forecast("a", kNow, {}).wait, std::optional<Duration>(0s));
    enqueue(lanes, "a", 1, 1);
    QCOMPARE(startAll(lanes, kNow), (Jobs{1}));
    QCOMPARE(lanes.forecast("a", kNow + 1s, {}).wait, std::optional<Duration>(0s));
    enqueue(lanes, "a", 2, 5);
    QCOMPARE(startAll(lanes, kNow + 2s), (Jobs{2}));
    // Three jobs wait. They start at 10 s, 12 s and 20 s. The next job starts at 22 s.
    const LaneForecast forecast = lanes.forecast("a", kNow + 3s, {});
    QCOMPARE(forecast.wait, std::optional<Duration>(19s));
    QCOMPARE(forecast.limit, LaneForecast::Limit::Rate);
    QCOMPARE(forecast.rateUsed, 2);
    QCOMPARE(startAll(lanes, kNow + 10s), (Jobs{3}));
    QCOMPARE(startAll(lanes, kNow + 12s), (Jobs{4}));
    QCOMPARE(startAll(lanes, kNow + 20s), (Jobs{5}));
    QCOMPARE(lanes.forecast("a", kNow + 20s, {}).wait, std::optional<Duration>(2s));
}

void TestLaneLimits::earlierStartsCount()
{
    Lanes lanes(limitsWith({{"a", ruled(10, 0, {2, 10s})}}));
    lanes.addEarlierStart("a", kNow - 11s, kNow);
    lanes.addEarlierStart("a", kNow - 2s, kNow);
    lanes.addEarlierStart("a", kNow - 5s, kNow);
    enqueue(lanes, "a", 1, 2);
    QVERIFY(startAll(lanes, kNow).empty());
    QCOMPARE(startAll(lanes, kNow + 5s), (Jobs{1}));
    QCOMPARE(startAll(lanes, kNow + 8s), (Jobs{2}));
}

HOLDLINE_TEST(TestLaneLimits)
#include "tst_lanelimits.moc"

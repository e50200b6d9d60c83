// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/lanes.h"

#include "core/job/share.h"

#include <algorithm>

namespace holdline {

namespace {

/// Adds a sample to an exponentially weighted average. The sample has the weight 1/8, as for the round-trip
/// time of TCP (RFC 6298).
void smooth(std::optional<Duration> &average, Duration sample)
{
    average = average ? *average + (sample - *average) / 8 : sample;
}

}  // namespace

Lanes::Lanes(const Limits &limits)
{
    setLimits(limits);
}

// Lanes and their rules

void Lanes::setLimits(const Limits &limits)
{
    m_limits = limits;
    // Lanes that were ready before keep their order.
    std::vector<Lane *> ready;
    for (const Ring &ring : m_rings)
        ready.insert(ready.end(), ring.begin(), ring.end());
    std::sort(ready.begin(), ready.end(), [](const Lane *a, const Lane *b) { return a->turn < b->turn; });
    for (Lane *lane : ready)
        takeOut(*lane);
    m_rings = std::vector<Ring>(static_cast<std::size_t>(std::max(m_limits.upstreams, 1)));
    m_inFlightOf.assign(m_rings.size(), 0);
    for (auto &[account, lane] : m_lanes) {
        applyRules(lane);
        m_inFlightOf[lane.upstream()] += lane.inFlight;
    }
    for (Lane *lane : ready)
        updateStand(*lane);
    std::vector<Lane *> all;
    for (auto &[account, lane] : m_lanes)
        all.push_back(&lane);
    for (Lane *lane : all)
        changed(*lane);
}

std::optional<LaneRules> Lanes::rulesOf(const QByteArray &account) const
{
    if (!m_limits.rulesOf)
        return std::nullopt;
    std::optional<LaneRules> rules = m_limits.rulesOf(account);
    if (rules && (rules->upstream < 0 || rules->upstream >= m_limits.upstreams))
        rules->upstream = 0;
    return rules;
}

/// Applies the rules of the route to the lane. A lane that had rules before gets empty rules when it has none
/// any more.
void Lanes::applyRules(Lane &lane)
{
    const std::optional<LaneRules> rules = rulesOf(lane.account);
    lane.starts = rules && rules->starts > 0 ? rules->starts : m_limits.startsPerAccount;
    if (!rules && !lane.ruled)
        return;
    if (!lane.ruled)
        lane.ruled = std::make_unique<Ruled>();
    lane.ruled->rules = rules.value_or(LaneRules());
    lane.ruled->window.setRate(lane.ruled->rules.rate);
}

Lanes::Lane &Lanes::laneOf(const QByteArray &account)
{
    auto [it, inserted] = m_lanes.try_emplace(account);
    Lane &lane = it->second;
    if (inserted) {
        lane.account = account;
        lane.paused = isPaused(account);
        applyRules(lane);
    } else if (lane.ruled) {
        setIdle(lane, std::nullopt);
    }
    return lane;
}

Lanes::Lane *Lanes::findLane(const QByteArray &account)
{
    const auto it = m_lanes.find(account);
    return it == m_lanes.end() ? nullptr : &it->second;
}

const Lanes::Lane *Lanes::findLane(const QByteArray &account) const
{
    const auto it = m_lanes.find(account);
    return it == m_lanes.end() ? nullptr : &it->second;
}

Lanes::Lane *Lanes::findRuled(const QByteArray &account)
{
    Lane *lane = findLane(account);
    return lane && lane->ruled ? lane : nullptr;
}

bool Lanes::mayStart(const Lane &lane) const
{
    if (lane.paused || lane.queue.empty() || lane.inFlight >= lane.starts)
        return false;
    if (!lane.ruled || lane.ruled->rules.running <= 0 || lane.hasPlace(lane.queue.front()))
        return true;
    return static_cast<int>(lane.ruled->places.size()) < lane.ruled->rules.running;
}

void Lanes::takeOut(Lane &lane)
{
    if (lane.stand == Stand::Ready)
        m_rings[lane.upstream()].erase(lane.ringPosition);
    else if (lane.stand == Stand::Resting)
        m_resting.erase({lane.ruled->restsUntil, &lane});
    lane.stand = Stand::Out;
}

void Lanes::updateStand(Lane &lane)
{
    Stand stand = mayStart(lane) ? Stand::Ready : Stand::Out;
    TimePoint restsUntil{};
    if (stand == Stand::Ready && lane.ruled && lane.ruled->rules.rate.isSet()) {
        const std::optional<TimePoint> next = lane.ruled->window.next();
        restsUntil = next.value_or(TimePoint());
        if (!next)
            stand = Stand::Out;
        else if (restsUntil > m_now)
            stand = Stand::Resting;
    }
    const bool rests = stand == Stand::Resting;
    if (stand == lane.stand && (!rests || lane.ruled->restsUntil == restsUntil))
        return;
    takeOut(lane);
    lane.stand = stand;
    if (rests) {
        lane.ruled->restsUntil = restsUntil;
        m_resting.emplace(restsUntil, &lane);
    } else if (stand == Stand::Ready) {
        Ring &ring = m_rings[lane.upstream()];
        lane.turn = ++m_lastTurn;
        lane.ringPosition = ring.insert(ring.end(), &lane);
    }
}

/// Call this function after any change of a lane. It may delete the lane.
void Lanes::changed(Lane &lane)
{
    updateStand(lane);
    if (lane.isBusy())
        return;
    const TimePoint until =
        lane.ruled && lane.ruled->rules.rate.isSet() ? lane.ruled->window.emptyAt() : TimePoint();
    if (until <= m_now) {
        erase(lane);
        return;
    }
    setIdle(lane, until);
    if (m_idle.size() > kMostIdle)
        erase(*m_idle.begin()->second);
}

void Lanes::setIdle(Lane &lane, std::optional<TimePoint> until)
{
    if (lane.ruled->idleUntil == until)
        return;
    if (lane.ruled->idleUntil)
        m_idle.erase({*lane.ruled->idleUntil, &lane});
    lane.ruled->idleUntil = until;
    if (until)
        m_idle.emplace(*until, &lane);
}

void Lanes::erase(Lane &lane)
{
    takeOut(lane);
    if (lane.ruled)
        setIdle(lane, std::nullopt);
    m_lanes.erase(QByteArray(lane.account));
}

// Queues

Lanes::Admission Lanes::check(const QByteArray &account) const
{
    if (totalQueued() >= m_limits.queued)
        return Admission::QueuesFull;
    const int inLane = queued(account);
    if (inLane >= m_limits.laneLength)
        return Admission::LaneFull;
    return isWithinShare(inLane, totalQueued(), m_limits.queued, m_limits.accountShare)
               ? Admission::Admitted
               : Admission::OverShare;
}

void Lanes::insert(Lane &lane, std::list<JobKey>::iterator at, JobKey job)
{
    m_positions.insert_or_assign(job, QueuePosition{&lane, lane.queue.insert(at, job)});
    updateStand(lane);
}

/// Returns the position for the job in the queue: jobs that hold a place come first, then older jobs before
/// younger ones.
std::list<JobKey>::iterator Lanes::placeAmongQueued(Lane &lane, JobKey job)
{
    const bool isPlaced = lane.hasPlace(job);
    return std::find_if(lane.queue.begin(), lane.queue.end(), [&lane, job, isPlaced](JobKey other) {
        const bool isOtherPlaced = lane.hasPlace(other);
        return isPlaced == isOtherPlaced ? other > job : isPlaced;
    });
}

Lanes::Admission Lanes::enqueue(const QByteArray &account, JobKey job)
{
    const Admission admission = check(account);
    if (admission != Admission::Admitted)
        return admission;
    Lane &lane = laneOf(account);
    insert(lane, lane.hasPlace(job) ? placeAmongQueued(lane, job) : lane.queue.end(), job);
    return Admission::Admitted;
}

void Lanes::enqueueAgain(const QByteArray &account, JobKey job)
{
    Lane &lane = laneOf(account);
    insert(lane, placeAmongQueued(lane, job), job);
}

bool Lanes::remove(JobKey job)
{
    const auto it = m_positions.find(job);
    if (it == m_positions.end())
        return false;
    Lane &lane = *it->second.lane;
    lane.queue.erase(it->second.at);
    m_positions.erase(it);
    changed(lane);
    return true;
}

// Turns

void Lanes::passTime(TimePoint now)
{
    m_now = std::max(m_now, now);
    while (!m_resting.empty() && m_resting.begin()->first <= m_now)
        updateStand(*m_resting.begin()->second);
    while (!m_idle.empty() && m_idle.begin()->first <= m_now)
        erase(*m_idle.begin()->second);
}

Lanes::Lane *Lanes::nextReady(const UpstreamFilter &isOpen) const
{
    Lane *next = nullptr;
    for (std::size_t upstream = 0; upstream < m_rings.size(); ++upstream) {
        const Ring &ring = m_rings[upstream];
        if (ring.empty() || (next && ring.front()->turn > next->turn) ||
            !isWithinShare(m_inFlightOf[upstream], m_inFlight, m_limits.startsInFlight,
                           m_limits.upstreamShare) ||
            (isOpen && !isOpen(static_cast<int>(upstream))))
            continue;
        const auto first = std::find_if(ring.begin(), ring.end(), [this](const Lane *lane) {
            return isWithinShare(lane->inFlight, m_inFlight, m_limits.startsInFlight, m_limits.accountShare);
        });
        if (first != ring.end() && (!next || (*first)->turn < next->turn))
            next = *first;
    }
    return next;
}

std::optional<Lanes::Grant> Lanes::grant(TimePoint now, const UpstreamFilter &isOpen)
{
    passTime(now);
    if (m_inFlight >= m_limits.startsInFlight)
        return std::nullopt;
    Lane *const next = nextReady(isOpen);
    if (!next)
        return std::nullopt;
    Lane &lane = *next;
    // First moves the lane to the back of the ring. updateStand() below removes it if it may not start
    // another job.
    Ring &ring = m_rings[lane.upstream()];
    ring.splice(ring.end(), ring, lane.ringPosition);
    lane.turn = ++m_lastTurn;
    const Grant grant{lane.account, lane.queue.front()};
    lane.queue.pop_front();
    m_positions.erase(grant.job);
    ++lane.inFlight;
    ++m_inFlight;
    ++m_inFlightOf[lane.upstream()];
    if (lane.ruled && lane.ruled->rules.rate.isSet())
        lane.ruled->window.begin();
    updateStand(lane);
    return grant;
}

void Lanes::endTurn(const QByteArray &account, std::optional<Duration> took)
{
    Lane *const lane = findLane(account);
    const bool granted = lane && lane->inFlight > 0;
    Q_ASSERT(granted);
    if (!granted)
        return;
    --lane->inFlight;
    --m_inFlight;
    --m_inFlightOf[lane->upstream()];
    if (lane->ruled)
        lane->ruled->window.setMostLeaving(lane->inFlight);
    if (took) {
        smooth(lane->turnTime, *took);
        smooth(m_turnTime, *took);
    }
    changed(*lane);
}

std::optional<TimePoint> Lanes::nextGrant() const
{
    return m_resting.empty() ? std::nullopt : std::optional(m_resting.begin()->first);
}

// Lanes of routes

bool Lanes::setPlace(const QByteArray &account, JobKey job, bool holds)
{
    if (!holds) {
        Lane *const lane = findRuled(account);
        const bool held = lane && lane->ruled->places.erase(job) > 0;
        if (held)
            changed(*lane);
        return held;
    }
    Lane &lane = laneOf(account);
    const bool isNew = lane.ruled && lane.ruled->places.insert(job).second;
    changed(lane);
    return isNew;
}

void Lanes::startLeft(const QByteArray &account, TimePoint now)
{
    m_now = std::max(m_now, now);
    Lane *const lane = findRuled(account);
    if (!lane)
        return;
    if (lane->ruled->rules.rate.isSet())
        lane->ruled->window.left(now);
    else
        lane->ruled->window.dropped();
    updateStand(*lane);
}

void Lanes::startDropped(const QByteArray &account)
{
    if (Lane *const lane = findRuled(account)) {
        lane->ruled->window.dropped();
        updateStand(*lane);
    }
}

void Lanes::takeBackStart(const QByteArray &account, TimePoint left)
{
    if (Lane *const lane = findRuled(account)) {
        lane->ruled->window.takeBack(left);
        changed(*lane);
    }
}

void Lanes::addEarlierStart(const QByteArray &account, TimePoint left, TimePoint now)
{
    m_now = std::max(m_now, now);
    Lane &lane = laneOf(account);
    if (lane.ruled && lane.ruled->rules.rate.isSet() && left + lane.ruled->rules.rate.window > now)
        lane.ruled->window.addEarlier(left);
    changed(lane);
}

// Pauses

bool Lanes::pause(const QByteArray &account)
{
    if (isPaused(account))
        return true;
    if (static_cast<int>(m_paused.size()) >= kMaxPaused)
        return false;
    m_paused.insert(account);
    setPaused(account, true);
    return true;
}

bool Lanes::resume(const QByteArray &account)
{
    if (m_paused.erase(account) == 0)
        return false;
    setPaused(account, false);
    return true;
}

void Lanes::setPaused(const QByteArray &account, bool paused)
{
    Lane *const lane = findLane(account);
    if (!lane)
        return;
    lane->paused = paused;
    updateStand(*lane);
}

// Read access

std::vector<QByteArray> Lanes::accounts() const
{
    std::vector<QByteArray> all;
    all.reserve(m_lanes.size());
    for (const auto &[account, lane] : m_lanes) {
        if (lane.isBusy())
            all.push_back(account);
    }
    for (const QByteArray &account : m_paused) {
        if (!hasLane(account))
            all.push_back(account);
    }
    return all;
}

bool Lanes::hasLane(const QByteArray &account) const
{
    const Lane *lane = findLane(account);
    return lane && lane->isBusy();
}

LaneForecast Lanes::forecast(const QByteArray &account, TimePoint now, std::optional<Duration> jobTime) const
{
    const Lane *const lane = findLane(account);
    LaneForecast forecast;
    const std::optional<LaneRules> rules = lane && lane->ruled ? lane->ruled->rules
                                           : lane              ? std::nullopt
                                                               : rulesOf(account);
    forecast.isOfRoute = rules.has_value();
    forecast.rules = rules.value_or(LaneRules());
    if (forecast.rules.starts <= 0)
        forecast.rules.starts = m_limits.startsPerAccount;
    if (lane) {
        forecast.queued = static_cast<int>(lane->queue.size());
        forecast.inFlight = lane->inFlight;
    }
    const StartWindow *window = nullptr;
    if (lane && lane->ruled) {
        forecast.running = static_cast<int>(lane->ruled->places.size());
        window = forecast.rules.rate.isSet() ? &lane->ruled->window : nullptr;
        forecast.rateUsed = window ? window->used(now) : 0;
    }
    forecast.turn = lane && lane->turnTime ? lane->turnTime : m_turnTime;
    if (isPaused(account))
        return forecast;
    forecastWait(forecast, window, now, jobTime);
    return forecast;
}

int Lanes::queued(const QByteArray &account) const
{
    const Lane *lane = findLane(account);
    return lane ? static_cast<int>(lane->queue.size()) : 0;
}

}  // namespace holdline

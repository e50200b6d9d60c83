// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/lanes.h"

#include "core/job/share.h"

#include <algorithm>

namespace holdline {

namespace {

/// Exponentially weighted average: a new sample counts 1/8, as in the round-trip time of TCP (RFC 6298).
void smooth(std::optional<Duration> &average, Duration sample)
{
    average = average ? *average + (sample - *average) / 8 : sample;
}

}  // namespace

void Lanes::setLimits(const Limits &limits)
{
    m_limits = limits;
    for (auto &[account, lane] : m_lanes) {
        lane.starts = startsOf(account);
        updateRing(lane);
    }
}

int Lanes::startsOf(const QByteArray &account) const
{
    const int own = m_limits.startsOf ? m_limits.startsOf(account) : 0;
    return own > 0 ? own : m_limits.startsPerAccount;
}

Lanes::Lane &Lanes::laneOf(const QByteArray &account)
{
    auto [it, inserted] = m_lanes.try_emplace(account);
    if (inserted) {
        it->second.account = account;
        it->second.paused = isPaused(account);
        it->second.starts = startsOf(account);
    }
    return it->second;
}

const Lanes::Lane *Lanes::findLane(const QByteArray &account) const
{
    const auto it = m_lanes.find(account);
    return it == m_lanes.end() ? nullptr : &it->second;
}

bool Lanes::mayStart(const Lane &lane) const
{
    return !lane.paused && !lane.queue.empty() && lane.inFlight < lane.starts;
}

void Lanes::updateRing(Lane &lane)
{
    if (mayStart(lane) == lane.inRing)
        return;
    if (lane.inRing)
        m_ring.erase(lane.ringPosition);
    else
        lane.ringPosition = m_ring.insert(m_ring.end(), &lane);
    lane.inRing = !lane.inRing;
}

void Lanes::dropIfIdle(Lane &lane)
{
    if (lane.queue.empty() && lane.inFlight == 0)
        m_lanes.erase(QByteArray(lane.account));
}

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

Lanes::Admission Lanes::enqueue(const QByteArray &account, JobKey job)
{
    const Admission admission = check(account);
    if (admission != Admission::Admitted)
        return admission;
    Lane &lane = laneOf(account);
    m_positions.insert_or_assign(job, QueuePosition{&lane, lane.queue.insert(lane.queue.end(), job)});
    updateRing(lane);
    return Admission::Admitted;
}

void Lanes::enqueueAgain(const QByteArray &account, JobKey job)
{
    Lane &lane = laneOf(account);
    const auto at =
        std::find_if(lane.queue.begin(), lane.queue.end(), [job](JobKey queued) { return queued > job; });
    m_positions.insert_or_assign(job, QueuePosition{&lane, lane.queue.insert(at, job)});
    updateRing(lane);
}

bool Lanes::remove(JobKey job)
{
    const auto it = m_positions.find(job);
    if (it == m_positions.end())
        return false;
    Lane &lane = *it->second.lane;
    lane.queue.erase(it->second.at);
    m_positions.erase(it);
    updateRing(lane);
    dropIfIdle(lane);
    return true;
}

std::optional<Lanes::Grant> Lanes::grant()
{
    if (m_inFlight >= m_limits.startsInFlight)
        return std::nullopt;
    const auto next = std::find_if(m_ring.begin(), m_ring.end(), [this](const Lane *lane) {
        return isWithinShare(lane->inFlight, m_inFlight, m_limits.startsInFlight, m_limits.accountShare);
    });
    if (next == m_ring.end())
        return std::nullopt;
    Lane &lane = **next;
    // Moves the lane to the back of the ring first. updateRing() then keeps or removes it there.
    m_ring.splice(m_ring.end(), m_ring, lane.ringPosition);
    const Grant grant{lane.account, lane.queue.front()};
    lane.queue.pop_front();
    m_positions.erase(grant.job);
    ++lane.inFlight;
    ++m_inFlight;
    updateRing(lane);
    return grant;
}

void Lanes::endTurn(const QByteArray &account, std::optional<Duration> took)
{
    const auto it = m_lanes.find(account);
    const bool granted = it != m_lanes.end() && it->second.inFlight > 0;
    Q_ASSERT(granted);
    if (!granted)
        return;
    Lane &lane = it->second;
    --lane.inFlight;
    --m_inFlight;
    if (took) {
        smooth(lane.turnTime, *took);
        smooth(m_turnTime, *took);
    }
    updateRing(lane);
    dropIfIdle(lane);
}

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
    const auto it = m_lanes.find(account);
    if (it == m_lanes.end())
        return;
    it->second.paused = paused;
    updateRing(it->second);
}

std::vector<QByteArray> Lanes::accounts() const
{
    std::vector<QByteArray> all;
    all.reserve(m_lanes.size());
    for (const auto &[account, lane] : m_lanes)
        all.push_back(account);
    for (const QByteArray &account : m_paused) {
        if (!hasLane(account))
            all.push_back(account);
    }
    return all;
}

std::optional<Duration> Lanes::turnTime(const QByteArray &account) const
{
    const Lane *lane = findLane(account);
    return lane && lane->turnTime ? lane->turnTime : m_turnTime;
}

std::optional<Duration> Lanes::expectedWait(const QByteArray &account) const
{
    const std::optional<Duration> turn = turnTime(account);
    if (!turn || isPaused(account))
        return std::nullopt;
    const int atATime = std::max(1, startsOf(account));
    if (queued(account) + inFlight(account) < atATime)
        return Duration::zero();
    // That many jobs go at a time, and those in flight are half over on average.
    const int ahead = queued(account) * 2 + inFlight(account);
    return *turn * ahead / (2 * atATime);
}

int Lanes::queued(const QByteArray &account) const
{
    const Lane *lane = findLane(account);
    return lane ? static_cast<int>(lane->queue.size()) : 0;
}

int Lanes::inFlight(const QByteArray &account) const
{
    const Lane *lane = findLane(account);
    return lane ? lane->inFlight : 0;
}

}  // namespace holdline

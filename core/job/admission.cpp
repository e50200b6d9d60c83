// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/admission.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

milliseconds roundUp(Duration duration)
{
    return std::chrono::ceil<milliseconds>(std::max(duration, Duration::zero()));
}

QString seconds(Duration duration)
{
    return QString::number(std::chrono::duration<double>(duration).count(), 'f', 1) + u" s"_s;
}

Problem laneFull(const LaneForecast &forecast)
{
    return {Reason::LaneFull,
            u"%1 starts of this account are waiting already. Try again when some have passed."_s.arg(
                forecast.queued),
            {},
            roundUp(forecast.wait.value_or(std::chrono::seconds(1)) / 2)};
}

/// Describes, for people, the limit of the lane for which the job would wait longest.
QString limitText(const LaneForecast &forecast)
{
    const LaneRules &rules = forecast.rules;
    switch (forecast.limit) {
        case LaneForecast::Limit::Running:
            return u"%1 of at most %2 jobs of this account run, and %3 starts are ahead."_s.arg(
                QString::number(forecast.running), QString::number(rules.running),
                QString::number(forecast.queued));
        case LaneForecast::Limit::Rate:
            return u"This account may start %1 jobs in %2, and %3 starts are ahead."_s.arg(
                QString::number(rules.rate.starts), seconds(rules.rate.window),
                QString::number(forecast.queued));
        case LaneForecast::Limit::Starts:
            break;
    }
    return u"%1 starts of this account are ahead."_s.arg(forecast.queued + forecast.inFlight);
}

/// Returns the problem deadline_unreachable. Empty when the deadline may be met, or when the wait is unknown.
/// `left` is the time to the deadline.
std::optional<Problem> unreachable(const LaneForecast &forecast, Duration jobTime, Duration left)
{
    if (!forecast.wait)
        return std::nullopt;
    Duration needed = *forecast.wait;
    // With no jobs ahead, only a rate makes a job wait. That wait is certain, so no measured durations are
    // added.
    if (forecast.ahead() > 0)
        needed += forecast.turn.value_or(Duration::zero()) + jobTime;
    if (needed <= left || needed == Duration::zero())
        return std::nullopt;
    return Problem{Reason::DeadlineUnreachable,
                   u"%1 The answer is expected in %2, but the deadline is in %3."_s.arg(
                       limitText(forecast), seconds(needed), seconds(left)),
                   {},
                   roundUp(needed - left)};
}

}  // namespace

Problem drainingProblem(std::chrono::milliseconds retryAfter, const QByteArray &job)
{
    return {Reason::Draining, u"The service is shutting down. Try another instance, or try later."_s, job,
            retryAfter};
}

Problem overShare(const QString &what)
{
    return {
        Reason::AccountLimit,
        u"This account uses its share of the %1. Try again when some of its requests have ended."_s.arg(what),
        {},
        milliseconds(1000)};
}

std::optional<Problem> refusal(const AdmissionView &view, const Lanes &lanes, const CircuitBreaker &circuit,
                               const QByteArray &account, TimePoint now, TimePoint deadline)
{
    if (view.draining)
        return drainingProblem(view.drainTimeout);
    if (view.held >= view.heldLimit)
        return Problem{
            Reason::Overloaded,
            u"%1 requests are held already, which is the limit. Try again shortly."_s.arg(view.held),
            {},
            milliseconds(1000)};
    if (!circuit.mayStart(now) && deadline <= circuit.nextProbe())
        return Problem{
            Reason::CircuitOpen,
            u"The upstream failed too often lately. It is tried again in %1, but the deadline is in %2."_s
                .arg(seconds(circuit.nextProbe() - now), seconds(deadline - now)),
            {},
            roundUp(circuit.nextProbe() - now)};
    switch (lanes.check(account)) {
        case Lanes::Admission::LaneFull:
            return laneFull(lanes.forecast(account, now, view.placeTime));
        case Lanes::Admission::QueuesFull:
            return Problem{Reason::Overloaded,
                           u"%1 starts are waiting already, which is the limit. Try again shortly."_s.arg(
                               lanes.totalQueued()),
                           {},
                           milliseconds(1000)};
        case Lanes::Admission::OverShare:
            return overShare(u"waiting starts"_s);
        case Lanes::Admission::Admitted:
            break;
    }

    return unreachable(lanes.forecast(account, now, view.placeTime), view.jobTime.value_or(Duration::zero()),
                       deadline - now);
}

}  // namespace holdline

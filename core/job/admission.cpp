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

Problem laneFull(const Lanes &lanes, const QByteArray &account)
{
    const int queued = lanes.queued(account);
    return {Reason::LaneFull,
            u"%1 starts of this account are waiting already. Try again when some have passed."_s.arg(queued),
            {},
            roundUp(lanes.expectedWait(account).value_or(std::chrono::seconds(1)) / 2)};
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
            return laneFull(lanes, account);
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

    const std::optional<Duration> wait = lanes.expectedWait(account);
    const int ahead = lanes.queued(account) + lanes.inFlight(account);
    if (!wait || ahead == 0)
        return std::nullopt;
    const Duration needed =
        *wait + lanes.turnTime(account).value_or(Duration::zero()) + view.jobTime.value_or(Duration::zero());
    const Duration left = deadline - now;
    if (needed <= left)
        return std::nullopt;
    return Problem{
        Reason::DeadlineUnreachable,
        u"%1 starts of this account are ahead. The answer is expected in %2, but the deadline is in %3."_s
            .arg(QString::number(ahead), seconds(needed), seconds(left)),
        {},
        roundUp(needed - left)};
}

}  // namespace holdline

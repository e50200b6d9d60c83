// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/epolldispatcher.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>

#include <poll.h>

namespace holdline {

EpollDispatcher::EpollDispatcher(QObject *parent)
    : EventDispatcherBase(parent), m_descriptors(m_waker.descriptor())
{
}

EpollDispatcher::~EpollDispatcher() = default;

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    const std::uint64_t thisTurn = ++m_turns;
    // An interrupt() before this turn is meant for the caller of processEvents(). This turn handles events as
    // usual, but does not wait, so that the caller can react.
    const bool wasInterrupted = m_interrupted.exchange(false);
    Q_EMIT awake();
    // From here on, a newly posted event requests a wake-up again, so that this turn does not wait.
    const bool wasWoken = m_waker.take();
    QCoreApplication::sendPostedEvents();

    // When isDone is true, this turn returns without waiting. QEventLoop::exec() may go on waiting after
    // posted events, because only interrupt() ends it. Other callers may have waited for the event that was
    // just delivered. After a nested event loop, its interrupt() may have been meant for this loop too.
    const bool isDone =
        wasInterrupted || m_turns != thisTurn || (wasWoken && !flags.testFlag(QEventLoop::EventLoopExec));
    const bool mayWait =
        flags.testFlag(QEventLoop::WaitForMoreEvents) && !isDone && !m_interrupted && !m_waker.isRequested();
    if (mayWait)
        Q_EMIT aboutToBlock();
    if (m_interrupted)
        return false;

    const bool withTimers = !flags.testFlag(QEventLoop::X11ExcludeTimers);
    bool didSomething = flags.testFlag(QEventLoop::ExcludeSocketNotifiers)
                            ? waitWithoutNotifiers(mayWait, withTimers)
                            : waitAndDeliver(mayWait, withTimers);
    if (withTimers && m_timers.deliver(Clock::now()) > 0)
        didSomething = true;
    return didSomething || wasWoken;
}

std::optional<Duration> EpollDispatcher::timeout(bool mayWait, bool withTimers) const
{
    if (!mayWait)
        return holdline::Duration::zero();
    const auto next = withTimers ? m_timers.next() : std::nullopt;
    if (!next)
        return std::nullopt;
    return std::max(*next - Clock::now(), holdline::Duration::zero());
}

bool EpollDispatcher::waitAndDeliver(bool mayWait, bool withTimers)
{
    m_descriptors.applyChanges();
    const bool sleeps = mayWait && m_waker.fallAsleep();
    if (m_descriptors.wait(timeout(sleeps, withTimers)))
        m_waker.drain();
    m_waker.arise();
    const bool woken = m_waker.isRequested();
    return m_descriptors.deliver() > 0 || woken;
}

/// Waits for a wake-up or the next timer only. Descriptors that are ready stay so until a later turn handles
/// socket notifiers.
bool EpollDispatcher::waitWithoutNotifiers(bool mayWait, bool withTimers)
{
    const bool sleeps = mayWait && m_waker.fallAsleep();
    const auto limit = timeout(sleeps, withTimers);
    int milliseconds = -1;
    if (limit) {
        milliseconds = static_cast<int>(std::min<std::int64_t>(
            std::chrono::ceil<std::chrono::milliseconds>(*limit).count(), std::numeric_limits<int>::max()));
    }
    pollfd waiting{m_waker.descriptor(), POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) > 0)
        m_waker.drain();
    m_waker.arise();
    return m_waker.isRequested();
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    if (notifier->socket() < 0 || notifier->socket() > std::numeric_limits<int>::max())
        qWarning("A socket notifier needs a descriptor");
    else
        m_descriptors.add(notifier);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    if (notifier->socket() >= 0 && notifier->socket() <= std::numeric_limits<int>::max())
        m_descriptors.remove(notifier);
}

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)

void EpollDispatcher::registerTimer(Qt::TimerId id, Duration interval, Qt::TimerType type, QObject *object)
{
    m_timers.add({qToUnderlying(id), interval, type, object}, Clock::now());
}

bool EpollDispatcher::unregisterTimer(Qt::TimerId id)
{
    return m_timers.remove(qToUnderlying(id));
}

QList<QAbstractEventDispatcher::TimerInfoV2> EpollDispatcher::timersForObject(QObject *object) const
{
    QList<TimerInfoV2> infos;
    for (const TimerTable::Timer &timer : m_timers.timersOf(object))
        infos.append({timer.interval, Qt::TimerId(timer.id), timer.type});
    return infos;
}

QAbstractEventDispatcher::Duration EpollDispatcher::remainingTime(Qt::TimerId id) const
{
    return m_timers.remaining(qToUnderlying(id), Clock::now()).value_or(std::chrono::nanoseconds::min());
}

#else

void EpollDispatcher::registerTimer(int id, qint64 interval, Qt::TimerType type, QObject *object)
{
    // A Duration holds nanoseconds in 64 bits, up to 292 years. The caller may ask for more.
    const auto longest = std::chrono::floor<std::chrono::milliseconds>(Duration::max());
    m_timers.add(
        {id, std::chrono::milliseconds(std::clamp<qint64>(interval, 0, longest.count())), type, object},
        Clock::now());
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> infos;
    for (const TimerTable::Timer &timer : m_timers.timersOf(object)) {
        const auto interval = std::chrono::floor<std::chrono::milliseconds>(timer.interval).count();
        infos.append({timer.id,
                      static_cast<int>(std::min<std::int64_t>(interval, std::numeric_limits<int>::max())),
                      timer.type});
    }
    return infos;
}

int EpollDispatcher::remainingTime(int id)
{
    const auto left = m_timers.remaining(id, Clock::now());
    if (!left)
        return -1;
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(*left).count();
    return static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max()));
}

#endif

void EpollDispatcher::interrupt()
{
    m_interrupted = true;
    wakeUp();
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/descriptorset.h"
#include "core/eventloop/loopwaker.h"
#include "core/eventloop/timertable.h"

#include <QAbstractEventDispatcher>

#include <atomic>
#include <cstdint>
#include <optional>

namespace holdline {

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using EventDispatcherBase = QAbstractEventDispatcherV2;
#else
using EventDispatcherBase = QAbstractEventDispatcher;
#endif

/// An event dispatcher for Qt on epoll(7). A turn, i.e. one call of processEvents(), costs time only for the
/// events in it. Qt's own dispatchers give every open descriptor to poll(2) in each turn, and the system
/// checks all of them. With 10,000 idle connections this takes milliseconds. The class uses only Qt's public
/// interface.
///
/// One turn handles posted events, then the notifiers of at most 256 ready descriptors, then each due timer
/// once. So none of the three can starve the others. Differences to Qt's dispatchers: timers are never early,
/// precise timers are not rounded to milliseconds, and wakeUp() in the loop's own thread needs no system
/// call.
///
/// Lifetime: made before the event loop of its thread runs, and given to
/// QCoreApplication::setEventDispatcher() or QThread::setEventDispatcher(), which own it. wakeUp() and
/// interrupt() may be called from any thread, all other functions only from the dispatcher's thread.
class EpollDispatcher final : public EventDispatcherBase
{
    Q_OBJECT

public:
    explicit EpollDispatcher(QObject *parent = nullptr);
    ~EpollDispatcher() override;

    /// Returns false when the process had no free file descriptor. Then the dispatcher must not be used.
    bool isValid() const { return m_waker.descriptor() >= 0 && m_descriptors.isValid(); }

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;

    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;

    bool unregisterTimers(QObject *object) override { return m_timers.removeAll(object); }
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    void registerTimer(Qt::TimerId id, Duration interval, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(Qt::TimerId id) override;
    QList<TimerInfoV2> timersForObject(QObject *object) const override;
    Duration remainingTime(Qt::TimerId id) const override;
#else
    void registerTimer(int id, qint64 interval, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(int id) override
    {
        return m_timers.remove(id);
    }
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int id) override;
#endif

    void wakeUp() override
    {
        m_waker.request();
    }
    void interrupt() override;

private:
    bool waitAndDeliver(bool mayWait, bool withTimers);
    bool waitWithoutNotifiers(bool mayWait, bool withTimers);
    std::optional<holdline::Duration> timeout(bool mayWait, bool withTimers) const;

    LoopWaker m_waker;
    DescriptorSet m_descriptors;
    TimerTable m_timers;
    std::uint64_t m_turns = 0;  ///< number of processEvents() calls; shows whether a nested loop has run
    std::atomic<bool> m_interrupted = false;
};

}  // namespace holdline

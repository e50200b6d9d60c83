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

/// An event dispatcher on epoll(7). The cost of a turn follows the events in it. The dispatchers of Qt
/// give every open descriptor to poll(2) in each turn, and the system walks all of them. With 10,000 idle
/// connections that takes milliseconds. This class uses only the public interface of Qt.
///
/// One turn handles posted events, then the notifiers of at most 256 ready descriptors, then each due
/// timer once. So none of the three can starve the others. Differences to Qt: timers are never early,
/// precise timers are not rounded to milliseconds, and a wake-up from the thread of the loop needs no
/// system call.
///
/// Life: made before the loop of its thread, and given to QCoreApplication::setEventDispatcher() or
/// QThread::setEventDispatcher(), which own it. wakeUp() and interrupt() may be called from any thread,
/// everything else from its own.
class EpollDispatcher final : public EventDispatcherBase
{
    Q_OBJECT

public:
    explicit EpollDispatcher(QObject *parent = nullptr);
    ~EpollDispatcher() override;

    /// False when the process had no free descriptor. Then it must not be used.
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
    std::uint64_t m_turns = 0;  ///< shows whether a nested loop has run
    std::atomic<bool> m_interrupted = false;
};

}  // namespace holdline

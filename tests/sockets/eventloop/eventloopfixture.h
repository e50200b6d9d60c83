// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventloop.h"
#include "tests/support/processstatus.h"

#include <QByteArrayList>
#include <QObject>
#include <QSocketNotifier>
#include <QTest>
#include <QThread>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

/// Helpers for the tests of the event loop. Each case runs on Qt's event dispatcher and on holdline's
/// EpollDispatcher, each time in a new thread. Both must give the same observations.
namespace holdline::test {

using namespace std::chrono_literals;

/// The observed events, in order.
using Trace = QByteArrayList;

/// Adds both event loops as global test data. Call this function in initTestCase_data().
void addLoops();
/// Returns the event loop of the current data row.
EventLoop currentLoop();

/// Runs the scenario in a new thread with the event loop of the data row, and returns its trace. QVERIFY must
/// be called in the main thread. So a scenario only records events, and the test compares them.
Trace observe(const std::function<void(Trace &)> &scenario);
Trace observe(EventLoop loop, const std::function<void(Trace &)> &scenario);

// The functions below are called by scenarios, in the scenario's thread.

QAbstractEventDispatcher *dispatcher();
/// Runs one turn of the event loop without waiting. Returns true when events were processed.
bool turn(QEventLoop::ProcessEventsFlags flags = QEventLoop::AllEvents);
/// Runs turns that wait, until `done` returns true. Returns false after a long time. Qt's loop may wait in a
/// turn that has already delivered posted events; only exec() returns for certain. So on Qt's loop this
/// function polls.
bool until(const std::function<bool()> &done, QEventLoop::ProcessEventsFlags flags = {});

QByteArray number(qint64 value);

using Thread = std::unique_ptr<QThread>;
Thread startThread(const std::function<void()> &run);
/// Calls `run` from another thread, a moment later, when this thread's event loop is probably waiting.
Thread whenAsleep(const std::function<void()> &run);

/// Owns a file descriptor. The destructor closes it.
class Descriptor
{
public:
    explicit Descriptor(int number = -1) : m_number(number) {}
    Descriptor(Descriptor &&other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
    Descriptor &operator=(Descriptor &&other) noexcept
    {
        std::swap(m_number, other.m_number);
        return *this;
    }
    ~Descriptor() { close(); }
    Q_DISABLE_COPY(Descriptor)

    int get() const { return m_number; }
    void close();
    void write(const char *text = "x") const;
    /// Reads everything that is available.
    QByteArray read() const;
    /// Writes until the buffer is full.
    void fill() const;

private:
    int m_number;
};

/// Two connected, non-blocking descriptors.
struct Ends
{
    Descriptor here;
    Descriptor there;

    static Ends sockets();
    static Ends pipe();  ///< `here` reads, `there` writes
    static Ends tcp();
    /// Like sockets(), but `here` gets this descriptor number, which must be free.
    static Ends socketsAt(int number);
};

Descriptor eventDescriptor();
Descriptor openFile(const char *path);

using Notifier = std::unique_ptr<QSocketNotifier>;
Notifier notify(const Descriptor &descriptor, QSocketNotifier::Type type, const std::function<void()> &told);
Notifier notify(int descriptor, QSocketNotifier::Type type, const std::function<void()> &told);

/// A QObject whose timer and user events call functions.
class Receiver : public QObject
{
    Q_OBJECT

public:
    std::function<void(int)> onTimer;
    std::function<void(int)> onEvent;  ///< receives the number that was posted

    void post(int number, int priority = Qt::NormalEventPriority);

protected:
    void timerEvent(QTimerEvent *event) override;
    void customEvent(QEvent *event) override;
};

}  // namespace holdline::test

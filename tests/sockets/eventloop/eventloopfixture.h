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

/// Shared parts of the event loop's tests. Each case runs on Qt's dispatcher and on ours, in a fresh thread,
/// and must observe the same.
namespace holdline::test {

using namespace std::chrono_literals;

/// The observed events, in order.
using Trace = QByteArrayList;

/// Called by initTestCase_data(), so that every case of the suite runs once for each loop.
void addLoops();
/// The loop of the current data row.
EventLoop currentLoop();

/// Runs the scenario in a new thread with the row's loop, and returns its trace. QVERIFY belongs to the main
/// thread, so a scenario records and the test compares.
Trace observe(const std::function<void(Trace &)> &scenario);
Trace observe(EventLoop loop, const std::function<void(Trace &)> &scenario);

// The rest is for scenarios, in their thread.

QAbstractEventDispatcher *dispatcher();
/// One turn that does not wait.
bool turn(QEventLoop::ProcessEventsFlags flags = QEventLoop::AllEvents);
/// Runs waiting turns until `done`; false after a long time. Qt's loop may wait in a turn that has already
/// delivered posted events. Only exec() returns for certain, so on Qt's loop this function polls.
bool until(const std::function<bool()> &done, QEventLoop::ProcessEventsFlags flags = {});

QByteArray number(qint64 value);

using Thread = std::unique_ptr<QThread>;
Thread startThread(const std::function<void()> &run);
/// Calls `run` from another thread shortly after the loop has probably gone to sleep.
Thread whenAsleep(const std::function<void()> &run);

/// A file descriptor. The destructor closes it.
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

/// A pair of connected, non-blocking descriptors.
struct Ends
{
    Descriptor here;
    Descriptor there;

    static Ends sockets();
    static Ends pipe();  ///< `here` reads, `there` writes
    static Ends tcp();
    /// Like sockets(), but `here` gets this number, which must be free.
    static Ends socketsAt(int number);
};

Descriptor eventDescriptor();
Descriptor openFile(const char *path);

using Notifier = std::unique_ptr<QSocketNotifier>;
Notifier notify(const Descriptor &descriptor, QSocketNotifier::Type type, const std::function<void()> &told);
Notifier notify(int descriptor, QSocketNotifier::Type type, const std::function<void()> &told);

/// An object whose timer and user events call functions.
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

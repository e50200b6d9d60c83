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

/// What the tests of the event loop share: each case runs on Qt's own dispatcher and on ours, in a fresh
/// thread, and has to see the same.
namespace holdline::test {

using namespace std::chrono_literals;

/// What happened, in order.
using Trace = QByteArrayList;

/// To be called by initTestCase_data(): every case of the suite then runs once for each loop.
void addLoops();
/// The loop of the row that runs.
EventLoop currentLoop();

/// Runs the scenario in a new thread that has the row's loop, and returns what it noted. QVERIFY and its kin
/// belong to the main thread: a scenario notes, the test compares.
Trace observe(const std::function<void(Trace &)> &scenario);
Trace observe(EventLoop loop, const std::function<void(Trace &)> &scenario);

// The rest is for scenarios, in their thread.

QAbstractEventDispatcher *dispatcher();
/// One turn that does not wait.
bool turn(QEventLoop::ProcessEventsFlags flags = QEventLoop::AllEvents);
/// Turns that wait, until it is done; false when it is not after a long time. Qt's loop, having delivered
/// posted events in a turn, may wait in it all the same (only exec() is sure to return), so there it looks
/// from time to time.
bool until(const std::function<bool()> &done, QEventLoop::ProcessEventsFlags flags = {});

QByteArray number(qint64 value);

using Thread = std::unique_ptr<QThread>;
Thread startThread(const std::function<void()> &run);
/// Does it some time after the loop has gone to sleep, as far as one can know.
Thread whenAsleep(const std::function<void()> &run);

/// A descriptor that is closed with it.
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
    /// All there is to read.
    QByteArray read() const;
    /// Writes until no more fits.
    void fill() const;

private:
    int m_number;
};

/// Two descriptors that talk to each other, none of which blocks.
struct Ends
{
    Descriptor here;
    Descriptor there;

    static Ends sockets();
    static Ends pipe();  ///< `here` reads, `there` writes
    static Ends tcp();
    /// Like sockets(), but `here` gets this number, which has to be free.
    static Ends socketsAt(int number);
};

Descriptor eventDescriptor();
Descriptor openFile(const char *path);

using Notifier = std::unique_ptr<QSocketNotifier>;
Notifier notify(const Descriptor &descriptor, QSocketNotifier::Type type, const std::function<void()> &told);
Notifier notify(int descriptor, QSocketNotifier::Type type, const std::function<void()> &told);

/// An object whose timer and user events are functions.
class Receiver : public QObject
{
    Q_OBJECT

public:
    std::function<void(int)> onTimer;
    std::function<void(int)> onEvent;  ///< gets the number it was posted with

    void post(int number, int priority = Qt::NormalEventPriority);

protected:
    void timerEvent(QTimerEvent *event) override;
    void customEvent(QEvent *event) override;
};

}  // namespace holdline::test

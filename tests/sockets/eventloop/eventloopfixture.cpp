// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sockets/eventloop/eventloopfixture.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QTimer>
#include <QTimerEvent>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace holdline::test {

namespace {

void mustBe(bool good, const char *what)
{
    if (!good)
        qFatal("%s: %s", what, std::strerror(errno));
}

}  // namespace

void addLoops()
{
    QTest::addColumn<EventLoop>("loop");
    QTest::newRow("qt") << EventLoop::Qt;
    QTest::newRow("epoll") << EventLoop::Epoll;
}

EventLoop currentLoop()
{
    QFETCH_GLOBAL(EventLoop, loop);
    return loop;
}

Trace observe(const std::function<void(Trace &)> &scenario)
{
    return observe(currentLoop(), scenario);
}

Trace observe(EventLoop loop, const std::function<void(Trace &)> &scenario)
{
    // Without this variable, Qt's loop in the thread would be GLib's loop.
    qputenv("QT_NO_GLIB", "1");
    Trace trace;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        const QByteArray wanted =
            loop == EventLoop::Qt ? "QEventDispatcherUNIX" : "holdline::EpollDispatcher";
        if (dispatcher()->metaObject()->className() != wanted)
            qFatal("the thread has the wrong loop: %s", dispatcher()->metaObject()->className());
        scenario(trace);
    }));
    if (auto own = makeEventDispatcher(loop))
        thread->setEventDispatcher(own.release());
    thread->start();
    if (!thread->wait(90'000))
        qFatal("the scenario hangs");
    return trace;
}

QAbstractEventDispatcher *dispatcher()
{
    return QAbstractEventDispatcher::instance();
}

bool turn(QEventLoop::ProcessEventsFlags flags)
{
    return dispatcher()->processEvents(flags);
}

bool until(const std::function<bool()> &done, QEventLoop::ProcessEventsFlags flags)
{
    bool tooLate = false;
    QTimer patience;
    patience.setSingleShot(true);
    QObject::connect(&patience, &QTimer::timeout, &patience, [&] { tooLate = true; });
    patience.start(60s);
    QTimer tick;
    if (dispatcher()->inherits("QEventDispatcherUNIX"))
        tick.start(5ms);
    while (!done() && !tooLate)
        turn(flags | QEventLoop::WaitForMoreEvents);
    return !tooLate;
}

QByteArray number(qint64 value)
{
    return QByteArray::number(value);
}

Thread startThread(const std::function<void()> &run)
{
    Thread thread(QThread::create(run));
    thread->start();
    return thread;
}

Thread whenAsleep(const std::function<void()> &run)
{
    return startThread([run] {
        QThread::msleep(20);
        run();
    });
}

void Descriptor::close()
{
    if (m_number >= 0)
        ::close(std::exchange(m_number, -1));
}

void Descriptor::write(const char *text) const
{
    mustBe(::write(m_number, text, std::strlen(text)) > 0, "write");
}

QByteArray Descriptor::read() const
{
    QByteArray all;
    std::array<char, 4096> buffer;
    for (ssize_t got = 1; got > 0;) {
        got = ::read(m_number, buffer.data(), buffer.size());
        if (got > 0)
            all.append(buffer.data(), got);
    }
    return all;
}

void Descriptor::fill() const
{
    const QByteArray much(16 * 1024, 'x');
    while (::write(m_number, much.constData(), static_cast<std::size_t>(much.size())) > 0) {
    }
}

Ends Ends::sockets()
{
    std::array<int, 2> both{};
    mustBe(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data()) == 0,
           "socketpair");
    return {Descriptor(both[0]), Descriptor(both[1])};
}

Ends Ends::pipe()
{
    std::array<int, 2> both{};
    mustBe(::pipe2(both.data(), O_NONBLOCK | O_CLOEXEC) == 0, "pipe2");
    return {Descriptor(both[0]), Descriptor(both[1])};
}

Ends Ends::tcp()
{
    const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    socklen_t size = sizeof address;
    mustBe(::bind(listener.get(), generic, size) == 0, "bind");
    mustBe(::listen(listener.get(), 1) == 0, "listen");
    mustBe(::getsockname(listener.get(), generic, &size) == 0, "getsockname");
    Descriptor here(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    mustBe(::connect(here.get(), generic, size) == 0, "connect");
    Descriptor there(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    mustBe(there.get() >= 0, "accept4");
    mustBe(::fcntl(here.get(), F_SETFL, O_NONBLOCK) == 0, "fcntl");
    return {std::move(here), std::move(there)};
}

Ends Ends::socketsAt(int number)
{
    Ends ends = sockets();
    if (ends.here.get() == number)
        return ends;
    if (ends.there.get() == number) {
        std::swap(ends.here, ends.there);
        return ends;
    }
    mustBe(::dup3(ends.here.get(), number, O_CLOEXEC) == number, "dup3");
    ends.here = Descriptor(number);
    return ends;
}

Descriptor eventDescriptor()
{
    Descriptor made(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    mustBe(made.get() >= 0, "eventfd");
    return made;
}

Descriptor openFile(const char *path)
{
    Descriptor opened(::open(path, O_RDWR | O_CLOEXEC));
    mustBe(opened.get() >= 0, path);
    return opened;
}

Notifier notify(const Descriptor &descriptor, QSocketNotifier::Type type, const std::function<void()> &told)
{
    return notify(descriptor.get(), type, told);
}

Notifier notify(int descriptor, QSocketNotifier::Type type, const std::function<void()> &told)
{
    auto notifier = std::make_unique<QSocketNotifier>(descriptor, type);
    QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(), [told] { told(); });
    return notifier;
}

void Receiver::post(int number, int priority)
{
    QCoreApplication::postEvent(this, new QEvent(static_cast<QEvent::Type>(QEvent::User + number)), priority);
}

void Receiver::timerEvent(QTimerEvent *event)
{
    if (onTimer)
        onTimer(event->timerId());
}

void Receiver::customEvent(QEvent *event)
{
    if (onEvent)
        onEvent(event->type() - QEvent::User);
}

}  // namespace holdline::test

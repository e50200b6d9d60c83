// SPDX-License-Identifier: GPL-3.0-or-later
// Measures one turn of the event loop with idle descriptors, with Qt's event dispatcher and with holdline's.
#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/epolldispatcher.h"
#include "tests/support/suite.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

/// An open descriptor with a read notifier.
class Watched
{
public:
    Watched() : m_descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    {
        if (m_descriptor < 0)
            qFatal("no descriptor left");
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
    }
    ~Watched()
    {
        m_notifier.reset();
        ::close(m_descriptor);
    }
    Watched(const Watched &) = delete;
    Watched &operator=(const Watched &) = delete;

    int descriptor() const { return m_descriptor; }
    QSocketNotifier &notifier() const { return *m_notifier; }

private:
    int m_descriptor;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace

class MicroEventLoop : public QObject
{
    Q_OBJECT

public:
    explicit MicroEventLoop(const QString &loop) { setObjectName(loop); }

private Q_SLOTS:
    void turn_data();
    void turn();
};

void MicroEventLoop::turn_data()
{
    QTest::addColumn<int>("idle");
    for (const int idle : {0, 1'000, 10'000})
        QTest::addRow("%s, %d idle", qPrintable(objectName()), idle) << idle;
}

/// One descriptor becomes ready and its notifier is activated. The others are idle.
void MicroEventLoop::turn()
{
    QFETCH(const int, idle);
    if (raiseDescriptorLimit() < idle + 64)
        QSKIP("the limit on descriptors is too low");
    std::vector<std::unique_ptr<Watched>> others;
    for (int i = 0; i < idle; ++i)
        others.push_back(std::make_unique<Watched>());
    Watched active;
    int served = 0;
    connect(&active.notifier(), &QSocketNotifier::activated, this, [&] {
        eventfd_t value = 0;
        ::eventfd_read(active.descriptor(), &value);
        ++served;
    });
    int asked = 0;
    QBENCHMARK
    {
        ::eventfd_write(active.descriptor(), 1);
        ++asked;
        while (served < asked)
            QCoreApplication::processEvents();
    }
    QCOMPARE(served, asked);
}

namespace {

int runOnBothLoops(int argc, char **argv)
{
    // GLib's event loop is not compared, because its cost per descriptor is even higher.
    qputenv("QT_NO_GLIB", "1");
    int failed = 0;
    {
        QCoreApplication application(argc, argv);
        MicroEventLoop qt(u"Qt"_s);
        failed += QTest::qExec(&qt, argc, argv);
    }
    {
        QCoreApplication::setEventDispatcher(new EpollDispatcher);
        QCoreApplication application(argc, argv);
        MicroEventLoop ours(u"ours"_s);
        failed += QTest::qExec(&ours, argc, argv);
    }
    return failed;
}

}  // namespace

HOLDLINE_TEST_WITH(MicroEventLoop, runOnBothLoops)

#include "micro_eventloop.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Tests that messages between threads arrive completely, in order, and in the receiver's thread. Run this
// test with the tsan preset too.
#include "core/eventloop/mailbox.h"
#include "tests/support/suite.h"

#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>
#include <thread>

using namespace holdline;

namespace {

struct Numbered
{
    int sender = 0;
    int number = 0;
};

/// Counts how often it is destroyed. It can only be moved, like a message that contains a held request.
using Counted = std::unique_ptr<int, std::function<void(int *)>>;

Counted counted(std::atomic<int> &destroyed)
{
    return Counted(new int(0), [&destroyed](int *number) {
        delete number;
        ++destroyed;
    });
}

}  // namespace

class TestMailbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inOrderAndInTheReceiversThread()
    {
        Mailbox<int> box;
        QVERIFY(box.isValid());
        std::vector<int> received;
        const QThread *const here = QThread::currentThread();
        bool elsewhere = false;
        box.open([&](int &&message) {
            received.push_back(message);
            elsewhere = elsewhere || QThread::currentThread() != here;
        });
        std::thread sender([&box] {
            for (int i = 0; i < 1000; ++i)
                QVERIFY(box.post(i));
        });
        sender.join();
        QVERIFY(received.empty());  // never inside post()
        QTRY_COMPARE(received.size(), std::size_t(1000));
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(received[static_cast<std::size_t>(i)], i);
        QVERIFY(!elsewhere);
    }

    void manySendersKeepTheirOrder()
    {
        constexpr int kSenders = 4;
        constexpr int kMessages = 20'000;
        Mailbox<Numbered> box;
        std::array<int, kSenders> next{};
        int disorder = 0;
        int all = 0;
        box.open([&](Numbered &&message) {
            int &expected = next[static_cast<std::size_t>(message.sender)];
            disorder += message.number == expected ? 0 : 1;
            ++expected;
            ++all;
        });
        std::vector<std::thread> senders;
        for (int sender = 0; sender < kSenders; ++sender) {
            senders.emplace_back([&box, sender] {
                for (int i = 0; i < kMessages; ++i)
                    box.post({sender, i});
            });
        }
        QTRY_COMPARE_WITH_TIMEOUT(all, kSenders * kMessages, 60'000);
        for (std::thread &sender : senders)
            sender.join();
        QCOMPARE(disorder, 0);
    }

    void whatCameBeforeOpenIsReceived()
    {
        Mailbox<int> box;
        QVERIFY(box.post(1));
        QVERIFY(box.post(2));
        std::vector<int> received;
        box.open([&received](int &&message) { received.push_back(message); });
        QTRY_COMPARE(received, (std::vector{1, 2}));
    }

    /// Two shards that answer each other without end must not block other events of the event loop.
    void messagesPostedWhileReceivingAreForTheNextTurn()
    {
        Mailbox<int> box;
        int received = 0;
        box.open([&](int &&) {
            ++received;
            box.post(0);
        });
        box.post(0);
        QTRY_VERIFY(received > 0);
        const int before = received;
        QCoreApplication::processEvents();
        QCOMPARE_LE(received, before + 1);
        QTRY_VERIFY(received > before + 1);
    }

    void nothingAfterClose()
    {
        Mailbox<int> box;
        int received = 0;
        box.open([&received](int &&) { ++received; });
        QVERIFY(box.post(1));
        box.close();
        QVERIFY(!box.post(2));
        QTest::qWait(0);
        QCOMPARE(received, 0);
    }

    void neverOpened()
    {
        std::atomic<int> destroyed = 0;
        {
            Mailbox<Counted> box;
            QVERIFY(box.post(counted(destroyed)));
        }
        QCOMPARE(destroyed.load(), 1);
    }

    /// The receiver closes the mailbox while many threads post. Each message is received or dropped exactly
    /// once.
    void closedUnderFire()
    {
        constexpr int kSenders = 4;
        constexpr int kMessages = 5000;
        Mailbox<Counted> box;
        std::atomic<int> destroyed = 0;
        std::atomic<int> refused = 0;
        int received = 0;
        std::thread receiver([&] {
            QEventLoop loop;
            box.open([&](Counted &&) {
                ++received;
                if (received > kMessages)
                    loop.quit();
            });
            loop.exec();
            box.close();
        });
        std::vector<std::thread> senders;
        for (int sender = 0; sender < kSenders; ++sender) {
            senders.emplace_back([&] {
                for (int i = 0; i < kMessages; ++i)
                    refused += box.post(counted(destroyed)) ? 0 : 1;
            });
        }
        for (std::thread &sender : senders)
            sender.join();
        receiver.join();
        QVERIFY(received > kMessages);
        QCOMPARE(destroyed.load(), kSenders * kMessages);
        QVERIFY(received + refused.load() <= kSenders * kMessages);
        QVERIFY(!box.post(counted(destroyed)));
    }
};

HOLDLINE_TEST(TestMailbox)
#include "tst_mailbox.moc"

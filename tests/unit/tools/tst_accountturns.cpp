// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/accountturns.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace holdline;

using Answer = AccountTurns::Answer;
using Tickets = std::vector<AccountTurns::Ticket>;

class TestAccountTurns : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneAtATimeInOrder();
    void accountsDoNotWaitForEachOther();
    void waitersMayLeave();
    void requestTurnEndsWithTheRequest();
    void connectionTurnEndsWithTheConnection();
    void oneConnectionMayHoldManyAccounts();
    void tooManyAccountsOnOneConnection();
    void strangersAreIgnored();
    void anySchedule_data();
    void anySchedule();
};

void TestAccountTurns::oneAtATimeInOrder()
{
    AccountTurns turns(SlotScope::Request, 1);
    QCOMPARE(turns.ask("a", 1, 11), Answer::Granted);
    for (AccountTurns::Ticket ticket = 12; ticket <= 20; ++ticket)
        QCOMPARE(turns.ask("a", ticket - 10, ticket), Answer::Waiting);
    QCOMPARE(turns.waiting(), 9);
    QCOMPARE(turns.longestLine(), 9);
    for (AccountTurns::Ticket ticket = 11; ticket < 20; ++ticket)
        QCOMPARE(turns.leave(ticket), Tickets{ticket + 1});
    QCOMPARE(turns.leave(20), Tickets{});
    QCOMPARE(turns.mostServedAtOnce(), 1);
    QCOMPARE(turns.waiting(), 0);
    QCOMPARE(turns.accounts(), std::size_t(0));
}

void TestAccountTurns::accountsDoNotWaitForEachOther()
{
    AccountTurns turns(SlotScope::Request, 1);
    QCOMPARE(turns.ask("a", 1, 1), Answer::Granted);
    QCOMPARE(turns.ask("b", 2, 2), Answer::Granted);
    QCOMPARE(turns.ask("a", 3, 3), Answer::Waiting);
    QCOMPARE(turns.leave(2), Tickets{});
    QCOMPARE(turns.leave(1), Tickets{3});
}

void TestAccountTurns::waitersMayLeave()
{
    AccountTurns turns(SlotScope::Request, 1);
    turns.ask("a", 1, 1);
    turns.ask("a", 2, 2);
    turns.ask("a", 3, 3);
    QCOMPARE(turns.leave(2), Tickets{});
    QCOMPARE(turns.waiting(), 1);
    QCOMPARE(turns.leave(1), Tickets{3});
}

void TestAccountTurns::requestTurnEndsWithTheRequest()
{
    AccountTurns turns(SlotScope::Request, 1);
    turns.ask("a", 1, 1);
    turns.ask("a", 2, 2);
    QCOMPARE(turns.leave(1), Tickets{2});
    // A kept-alive connection has no turn of its own, so its next request waits.
    QCOMPARE(turns.ask("a", 1, 3), Answer::Waiting);
    QCOMPARE(turns.close(2), Tickets{});
    QCOMPARE(turns.leave(2), Tickets{3});
}

void TestAccountTurns::connectionTurnEndsWithTheConnection()
{
    AccountTurns turns(SlotScope::Connection, 1);
    QCOMPARE(turns.ask("a", 1, 1), Answer::Granted);
    QCOMPARE(turns.ask("a", 2, 2), Answer::Waiting);
    QCOMPARE(turns.leave(1), Tickets{});
    // The connection that has the turn may send more requests. The other connection waits until the first is
    // closed.
    QCOMPARE(turns.ask("a", 1, 3), Answer::Granted);
    QCOMPARE(turns.leave(3), Tickets{});
    QCOMPARE(turns.close(1), Tickets{2});
    QCOMPARE(turns.mostServedAtOnce(), 1);
    QCOMPARE(turns.leave(2), Tickets{});
    QCOMPARE(turns.close(2), Tickets{});
    QCOMPARE(turns.accounts(), std::size_t(0));
}

void TestAccountTurns::oneConnectionMayHoldManyAccounts()
{
    AccountTurns turns(SlotScope::Connection, 1);
    turns.ask("a", 1, 1);
    turns.leave(1);
    turns.ask("b", 1, 2);
    turns.leave(2);
    QCOMPARE(turns.ask("a", 2, 3), Answer::Waiting);
    QCOMPARE(turns.ask("b", 3, 4), Answer::Waiting);
    Tickets granted = turns.close(1);
    std::sort(granted.begin(), granted.end());
    QCOMPARE(granted, (Tickets{3, 4}));
}

void TestAccountTurns::tooManyAccountsOnOneConnection()
{
    AccountTurns turns(SlotScope::Connection, 1);
    AccountTurns::Ticket ticket = 0;
    for (std::size_t i = 0; i < AccountTurns::kMaxAccountsPerConnection; ++i) {
        QCOMPARE(turns.ask(QByteArray::number(i), 1, ++ticket), Answer::Granted);
        turns.leave(ticket);
    }
    QCOMPARE(turns.ask("one more", 1, ++ticket), Answer::Refused);
    QCOMPARE(turns.ask("7", 1, ++ticket), Answer::Granted);
    QCOMPARE(turns.accounts(), AccountTurns::kMaxAccountsPerConnection);
    QCOMPARE(turns.ask("one more", 2, ++ticket), Answer::Granted);
}

void TestAccountTurns::strangersAreIgnored()
{
    AccountTurns turns(SlotScope::Connection, 1);
    QCOMPARE(turns.leave(99), Tickets{});
    QCOMPARE(turns.close(99), Tickets{});
    AccountTurns noneAllowed(SlotScope::Request, 0);
    // A limit of 0 counts as 1, because otherwise no request would ever be served.
    QCOMPARE(noneAllowed.ask("a", 1, 1), Answer::Granted);
}

void TestAccountTurns::anySchedule_data()
{
    QTest::addColumn<SlotScope>("scope");
    QTest::addColumn<int>("perAccount");
    QTest::addColumn<unsigned>("seed");
    for (const SlotScope scope : {SlotScope::Request, SlotScope::Connection}) {
        for (const int perAccount : {1, 2, 5}) {
            for (unsigned seed = 1; seed <= 20; ++seed) {
                QTest::addRow("%s %d seed %u", scope == SlotScope::Request ? "request" : "connection",
                              perAccount, seed)
                    << scope << perAccount << seed;
            }
        }
    }
}

// For every random sequence: an account never has more turns than allowed, requests are served in order, and
// no request is forgotten.
void TestAccountTurns::anySchedule()
{
    QFETCH(SlotScope, scope);
    QFETCH(int, perAccount);
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    AccountTurns turns(scope, perAccount);

    struct Client
    {
        AccountTurns::Ticket ticket = 0;  // 0 without a request
        QByteArray account;
        bool served = false;
        std::set<QByteArray> holds;  // accounts whose turn the connection has; for SlotScope::Connection
    };
    std::map<AccountTurns::Connection, Client> clients;
    std::map<QByteArray, Tickets> lines;
    AccountTurns::Ticket lastTicket = 0;
    AccountTurns::Connection lastConnection = 0;

    const auto served = [&](const Tickets &tickets) {
        for (const AccountTurns::Ticket ticket : tickets) {
            const auto it = std::find_if(clients.begin(), clients.end(), [ticket](const auto &entry) {
                return entry.second.ticket == ticket;
            });
            QVERIFY(it != clients.end());
            Client &client = it->second;
            QVERIFY(!client.served);
            QCOMPARE(lines[client.account].front(), ticket);
            lines[client.account].erase(lines[client.account].begin());
            client.served = true;
            if (scope == SlotScope::Connection)
                client.holds.insert(client.account);
        }
    };
    const auto holders = [&](const QByteArray &account) {
        return std::count_if(clients.begin(), clients.end(), [&](const auto &entry) {
            const Client &client = entry.second;
            return client.holds.contains(account) ||
                   (client.ticket != 0 && client.served && client.account == account);
        });
    };

    for (int step = 0; step < 1500; ++step) {
        const auto dice = random() % 10;
        if (clients.size() < 3 || (dice < 2 && clients.size() < 40))
            clients[++lastConnection];
        auto it = std::next(clients.begin(), static_cast<long>(random() % clients.size()));
        Client &client = it->second;
        if (dice < 6 && client.ticket == 0) {
            client.account = QByteArray::number(random() % 4);
            client.ticket = ++lastTicket;
            const auto free = holders(client.account) < perAccount || client.holds.contains(client.account);
            const Answer answer = turns.ask(client.account, it->first, client.ticket);
            QCOMPARE(answer == Answer::Granted, free);
            lines[client.account].push_back(client.ticket);
            if (answer == Answer::Granted) {
                // A connection that has a turn is served before the queue. Otherwise the queue is empty.
                std::rotate(lines[client.account].begin(), lines[client.account].end() - 1,
                            lines[client.account].end());
                served({client.ticket});
            }
        } else if (dice < 9 && client.ticket != 0) {
            const auto ticket = std::exchange(client.ticket, 0);
            if (!std::exchange(client.served, false))
                std::erase(lines[client.account], ticket);
            served(turns.leave(ticket));
        } else if (dice == 9) {
            const auto connection = it->first;
            const Client gone = client;
            clients.erase(it);
            if (gone.ticket != 0) {
                if (!gone.served)
                    std::erase(lines[gone.account], gone.ticket);
                served(turns.leave(gone.ticket));
            }
            served(turns.close(connection));
        }
        std::size_t waiting = 0;
        for (const auto &[account, line] : lines) {
            waiting += line.size();
            const auto count = holders(account);
            QVERIFY(count <= perAccount);
            QVERIFY2(line.empty() || count == perAccount, "somebody waits though there is room");
        }
        QCOMPARE(static_cast<std::size_t>(turns.waiting()), waiting);
        if (QTest::currentTestFailed())
            return;
    }
    for (auto &[connection, client] : clients) {
        turns.leave(client.ticket);
        turns.close(connection);
    }
    QCOMPARE(turns.accounts(), std::size_t(0));
    QCOMPARE(turns.waiting(), 0);
    QVERIFY(turns.mostServedAtOnce() <= perAccount);
}

HOLDLINE_TEST(TestAccountTurns)
#include "tst_accountturns.moc"

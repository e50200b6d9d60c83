// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHashFunctions>

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace holdline {

/// What an account's turn is tied to: one request, or the connection that got it for as long as it lives.
enum class SlotScope { Request, Connection };

/// The bottleneck of the real job server: of all connections that ask for an account, only so many are served
/// at once (one), the others wait their turn in the order they came. Accounts do not wait for each other.
///
/// A ticket is one request; a connection has at most one ticket at a time. Pure: it knows no socket and no
/// clock. Every call that can end a turn returns the tickets whose turn has come.
class AccountTurns
{
public:
    using Ticket = std::uint64_t;
    using Connection = std::uint64_t;

    enum class Answer {
        Granted,  ///< serve it now
        Waiting,  ///< a later call returns it, unless it leaves before
        Refused,  ///< this connection holds the turns of too many accounts (SlotScope::Connection)
    };

    /// A connection may hold the turns of this many accounts, or a client could fill the memory with
    /// accounts.
    static constexpr std::size_t kMaxAccountsPerConnection = 4096;

    AccountTurns(SlotScope scope, int connectionsPerAccount);

    Answer ask(const QByteArray &account, Connection connection, Ticket ticket);
    /// The ticket was served or its client left. Its turn ends, unless the turn is the connection's.
    std::vector<Ticket> leave(Ticket ticket);
    /// The connection has closed: all its turns end. Its ticket must have left before.
    std::vector<Ticket> close(Connection connection);

    /// The largest number of connections of one account that ever had a turn at once.
    int mostServedAtOnce() const { return m_mostServed; }
    /// The longest line of waiting tickets one account ever had.
    int longestLine() const { return m_longestLine; }
    /// Tickets that wait now.
    int waiting() const { return m_waiting; }
    /// Accounts somebody holds a turn of now.
    std::size_t accounts() const { return m_accounts.size(); }

private:
    using Order = std::uint64_t;
    struct Account
    {
        std::set<Connection> serving;
        std::map<Order, Ticket> line;
    };
    struct Asked
    {
        QByteArray account;
        Connection connection = 0;
        Order order = 0;  ///< its place in the line; 0 once its turn has come
    };

    void grant(Account &account, const QByteArray &name, Connection connection);
    std::vector<Ticket> release(const QByteArray &name, Connection connection);

    const SlotScope m_scope;
    const std::size_t m_perAccount;
    std::unordered_map<QByteArray, Account> m_accounts;
    std::unordered_map<Ticket, Asked> m_tickets;
    std::unordered_map<Connection, std::set<QByteArray>> m_held;  ///< SlotScope::Connection only
    Order m_lastOrder = 0;
    int m_mostServed = 0;
    int m_longestLine = 0;
    int m_waiting = 0;
};

}  // namespace holdline

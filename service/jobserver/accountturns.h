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

/// What holds an account's turn: one request, or the connection that got it until it closes.
enum class SlotScope { Request, Connection };

/// The bottleneck of the real job server. Of all connections that ask for one account, only a fixed number
/// (one) is served at once. The others wait in order of arrival. Accounts do not wait for each other.
///
/// A ticket is one request. A connection has at most one ticket at a time. Pure: no socket and no clock.
/// Every call that may end a turn returns the tickets that get a turn now.
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

    /// The most accounts whose turns one connection may hold. Without the limit a client could fill the
    /// memory with accounts.
    static constexpr std::size_t kMaxAccountsPerConnection = 4096;

    AccountTurns(SlotScope scope, int connectionsPerAccount);

    Answer ask(const QByteArray &account, Connection connection, Ticket ticket);
    /// The ticket was served, or its client left. Its turn ends unless the connection holds it.
    std::vector<Ticket> leave(Ticket ticket);
    /// The connection closed. All its turns end. Call leave() for its ticket first.
    std::vector<Ticket> close(Connection connection);

    /// The largest number of connections of one account with a turn at once.
    int mostServedAtOnce() const { return m_mostServed; }
    /// The longest queue of one account so far.
    int longestLine() const { return m_longestLine; }
    /// The number of waiting tickets.
    int waiting() const { return m_waiting; }
    /// The number of accounts with a turn in use.
    std::size_t accounts() const { return m_accounts.size(); }

private:
    using Order = std::uint64_t;
    struct Account
    {
        std::set<Connection> serving;
        std::map<Order, Ticket> line;
    };
    struct TicketInfo
    {
        QByteArray account;
        Connection connection = 0;
        Order order = 0;  ///< position in the queue; 0 once the ticket has its turn
    };

    void grant(Account &account, const QByteArray &name, Connection connection);
    std::vector<Ticket> release(const QByteArray &name, Connection connection);

    const SlotScope m_scope;
    const std::size_t m_perAccount;
    std::unordered_map<QByteArray, Account> m_accounts;
    std::unordered_map<Ticket, TicketInfo> m_tickets;
    std::unordered_map<Connection, std::set<QByteArray>> m_held;  ///< SlotScope::Connection only
    Order m_lastOrder = 0;
    int m_mostServed = 0;
    int m_longestLine = 0;
    int m_waiting = 0;
};

}  // namespace holdline

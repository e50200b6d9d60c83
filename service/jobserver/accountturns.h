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

/// How long an account's turn lasts: until its request is answered, or until the request's connection closes.
enum class SlotScope { Request, Connection };

/// Simulates the bottleneck of the real job server. It serves only a fixed number of connections (usually
/// one) for an account at once. Further connections wait in order of arrival. Accounts do not wait for each
/// other.
///
/// A ticket is one request. A connection has at most one ticket at a time. Pure: no socket and no clock.
/// Every call that may end a turn returns the tickets whose turn begins now.
class AccountTurns
{
public:
    using Ticket = std::uint64_t;
    using Connection = std::uint64_t;

    enum class Answer {
        Granted,  ///< the request may be served now
        Waiting,  ///< a later leave() or close() returns the ticket when its turn begins
        Refused,  ///< this connection holds the turns of too many accounts (SlotScope::Connection)
    };

    /// The most accounts whose turns one connection may hold. Without the limit a client could fill the
    /// memory with accounts.
    static constexpr std::size_t kMaxAccountsPerConnection = 4096;

    AccountTurns(SlotScope scope, int connectionsPerAccount);

    Answer ask(const QByteArray &account, Connection connection, Ticket ticket);
    /// Removes a ticket that was served, or whose client disconnected. Ends its turn, except with
    /// SlotScope::Connection: then the connection keeps the turn.
    std::vector<Ticket> leave(Ticket ticket);
    /// Ends all turns of a closed connection. Call leave() for the connection's ticket first.
    std::vector<Ticket> close(Connection connection);

    /// The largest number of connections that had a turn of one account at once.
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/accountturns.h"

#include <algorithm>

namespace holdline {

AccountTurns::AccountTurns(SlotScope scope, int connectionsPerAccount)
    : m_scope(scope), m_perAccount(static_cast<std::size_t>(std::max(connectionsPerAccount, 1)))
{
}

AccountTurns::Answer AccountTurns::ask(const QByteArray &name, Connection connection, Ticket ticket)
{
    Account &account = m_accounts[name];
    if (account.serving.contains(connection)) {
        m_tickets[ticket] = {name, connection, 0};
        return Answer::Granted;
    }
    if (m_scope == SlotScope::Connection) {
        const auto held = m_held.find(connection);
        if (held != m_held.end() && held->second.size() >= kMaxAccountsPerConnection) {
            if (account.serving.empty())
                m_accounts.erase(name);
            return Answer::Refused;
        }
    }
    if (account.serving.size() < m_perAccount) {
        m_tickets[ticket] = {name, connection, 0};
        grant(account, name, connection);
        return Answer::Granted;
    }
    const Order order = ++m_lastOrder;
    m_tickets[ticket] = {name, connection, order};
    account.line.emplace(order, ticket);
    ++m_waiting;
    m_longestLine = std::max(m_longestLine, static_cast<int>(account.line.size()));
    return Answer::Waiting;
}

std::vector<AccountTurns::Ticket> AccountTurns::leave(Ticket ticket)
{
    const auto it = m_tickets.find(ticket);
    if (it == m_tickets.end())
        return {};
    const TicketInfo info = it->second;
    m_tickets.erase(it);
    if (info.order != 0) {
        m_accounts.at(info.account).line.erase(info.order);
        --m_waiting;
        return {};
    }
    return m_scope == SlotScope::Request ? release(info.account, info.connection) : std::vector<Ticket>();
}

std::vector<AccountTurns::Ticket> AccountTurns::close(Connection connection)
{
    const auto it = m_held.find(connection);
    if (it == m_held.end())
        return {};
    const std::set<QByteArray> accounts = std::move(it->second);
    m_held.erase(it);
    std::vector<Ticket> granted;
    for (const QByteArray &account : accounts) {
        const std::vector<Ticket> next = release(account, connection);
        granted.insert(granted.end(), next.begin(), next.end());
    }
    return granted;
}

void AccountTurns::grant(Account &account, const QByteArray &name, Connection connection)
{
    account.serving.insert(connection);
    m_mostServed = std::max(m_mostServed, static_cast<int>(account.serving.size()));
    if (m_scope == SlotScope::Connection)
        m_held[connection].insert(name);
}

std::vector<AccountTurns::Ticket> AccountTurns::release(const QByteArray &name, Connection connection)
{
    Account &account = m_accounts.at(name);
    account.serving.erase(connection);
    std::vector<Ticket> granted;
    while (!account.line.empty() && account.serving.size() < m_perAccount) {
        const Ticket ticket = account.line.begin()->second;
        account.line.erase(account.line.begin());
        --m_waiting;
        TicketInfo &info = m_tickets.at(ticket);
        info.order = 0;
        grant(account, name, info.connection);
        granted.push_back(ticket);
    }
    if (account.serving.empty())
        m_accounts.erase(name);
    return granted;
}

}  // namespace holdline

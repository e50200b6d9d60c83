// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/connectionquotas.h"

#include <algorithm>

#include <sys/resource.h>

namespace holdline::http {

void ConnectionQuotas::readDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        m_descriptorLimit = std::numeric_limits<qintptr>::max();
    else
        m_descriptorLimit = static_cast<qintptr>(limit.rlim_cur);
}

ConnectionQuotas::Quota ConnectionQuotas::choose(qintptr descriptor)
{
    if (isSpare(descriptor))
        return Quota::Refused;
    makeRegularRoom();
    if (hasRegularRoom())
        return Quota::Regular;
    return makeReservedRoom() ? Quota::Reserved : Quota::Refused;
}

bool ConnectionQuotas::hasRegularRoom() const
{
    return m_busy.size() + m_idle.size() < static_cast<std::size_t>(m_limits.maxConnections);
}

void ConnectionQuotas::makeRegularRoom()
{
    if (!hasRegularRoom() && !m_idle.empty())
        m_idle.front()->drop();
}

bool ConnectionQuotas::makeReservedRoom()
{
    if (!m_mayUseReserve || m_limits.reservedConnections <= 0)
        return false;
    if (m_reserved.size() < static_cast<std::size_t>(m_limits.reservedConnections))
        return true;
    const auto waiting = std::find_if(m_reserved.begin(), m_reserved.end(),
                                      [](const HttpConnection *other) { return !other->isHandling(); });
    if (waiting == m_reserved.end())
        return false;
    HttpConnection *evicted = *waiting;
    evicted->setQuota(Quota::Refused);
    moveTo(*evicted, m_refused);
    evicted->refuseNow(HttpConnection::kNoConnectionFree);
    return true;
}

bool ConnectionQuotas::admitReserved(HttpConnection &connection, const Request &request)
{
    makeRegularRoom();
    if (hasRegularRoom()) {
        connection.setQuota(Quota::Regular);
        moveTo(connection, m_busy);
        return true;
    }
    return isReserved(request);
}

void ConnectionQuotas::dropRefused(qintptr descriptor)
{
    // Refused connections linger for a while. When only spare descriptors are left, fewer of them may linger.
    const int room = isSpare(descriptor) ? std::max(1, m_limits.spareDescriptors / 4) : m_limits.lingering;
    while (m_refused.size() > static_cast<std::size_t>(room))
        m_refused.front()->drop();
}

bool ConnectionQuotas::addLingering(HttpConnection &connection)
{
    connection.setQuota(Quota::Refused);
    moveTo(connection, m_refused);
    return m_refused.size() > static_cast<std::size_t>(m_limits.lingering);
}

void ConnectionQuotas::setClosable(HttpConnection &connection, bool closable)
{
    if (connection.quota() == Quota::Regular)
        moveTo(connection, closable ? m_idle : m_busy);
}

ConnectionQuotas::List &ConnectionQuotas::listOf(Quota quota)
{
    switch (quota) {
        case Quota::Regular:
            return m_busy;
        case Quota::Reserved:
            return m_reserved;
        case Quota::Refused:
            break;
    }
    return m_refused;
}

void ConnectionQuotas::add(HttpConnection &connection)
{
    List &list = listOf(connection.quota());
    connection.hostRecord.list = &list;
    connection.hostRecord.position = list.insert(list.end(), &connection);
}

void ConnectionQuotas::remove(HttpConnection &connection)
{
    connection.hostRecord.list->erase(connection.hostRecord.position);
}

void ConnectionQuotas::moveTo(HttpConnection &connection, List &list)
{
    auto &record = connection.hostRecord;
    list.splice(list.end(), *record.list, record.position);
    record.list = &list;
}

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/httpconnection.h"

#include <functional>
#include <limits>
#include <vector>

namespace holdline::http {

/// Divides the connections that Limits allows: regular ones, and a reserve for the reserved path. Has every
/// connection of a listener in exactly one list, oldest first. Makes room by closing idle connections.
///
/// Does not own the connections. They call their host inside its functions. Thread: the listener's.
class ConnectionQuotas
{
public:
    using Quota = HttpConnection::Quota;

    /// Follows changes of `limits`, which must outlive it.
    explicit ConnectionQuotas(const Limits &limits) : m_limits(limits) {}

    /// Requests whose path `mayUse` the reserve. Without a function there is none.
    void setReserved(std::function<bool(QByteArrayView path)> mayUse) { m_mayUseReserve = std::move(mayUse); }
    bool isReserved(const Request &request) const
    {
        return m_mayUseReserve && m_mayUseReserve(request.path());
    }
    /// Asks the system how many descriptors the process may have. Without a call there is no limit.
    void readDescriptorLimit();

    /// Makes room for a new connection if it can, and returns the share that it counts against.
    Quota choose(qintptr descriptor);
    void add(HttpConnection &connection);
    void remove(HttpConnection &connection);
    /// Closes the oldest connections above Limits::lingering, after a new one with this descriptor.
    void dropRefused(qintptr descriptor);
    void dropRefused() { dropRefused(-1); }
    /// The connection has nothing more to send. Counts it with the refused ones, and returns true when there
    /// are too many.
    bool addLingering(HttpConnection &connection);

    /// True when a reserved connection may serve the request. Turns it into a regular one when there is room.
    bool admitReserved(HttpConnection &connection, const Request &request);
    /// Records whether closing the connection now loses nothing.
    void setClosable(HttpConnection &connection, bool closable);
    /// The regular connections that can be closed without loss.
    std::vector<HttpConnection *> idle() const { return {m_idle.begin(), m_idle.end()}; }

private:
    using List = std::list<HttpConnection *>;

    /// The kernel gives the lowest free number. So a high number means that few are left, also when other
    /// code uses many.
    bool isSpare(qintptr descriptor) const
    {
        return descriptor >= m_descriptorLimit - m_limits.spareDescriptors;
    }
    bool hasRegularRoom() const;
    void makeRegularRoom();
    bool makeReservedRoom();
    List &listOf(Quota quota);
    static void moveTo(HttpConnection &connection, List &list);

    const Limits &m_limits;
    std::function<bool(QByteArrayView)> m_mayUseReserve;
    qintptr m_descriptorLimit = std::numeric_limits<qintptr>::max();
    List m_idle;  ///< regular connections that can be closed without loss
    List m_busy;  ///< the other regular ones
    List m_reserved;
    List m_refused;  ///< and those that linger
};

}  // namespace holdline::http

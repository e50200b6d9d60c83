// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/httpconnection.h"

#include <functional>
#include <limits>
#include <vector>

namespace holdline::http {

/// Divides the connections that Limits allows into regular ones and a reserve for the reserved path. Holds
/// every connection of a listener in exactly one list. Each list is in the order in which connections joined
/// it. Closes idle connections to make room for new ones.
///
/// Does not own the connections. Some functions close connections, which then call their ConnectionHost. Used
/// by the listener's thread.
class ConnectionQuotas
{
public:
    using Quota = HttpConnection::Quota;

    /// Keeps a reference to `limits`, so later changes apply at once. `limits` must outlive this object.
    explicit ConnectionQuotas(const Limits &limits) : m_limits(limits) {}

    /// Sets who may use the reserve: requests for whose path `mayUse` returns true. Without this call no
    /// request may.
    void setReserved(std::function<bool(QByteArrayView path)> mayUse) { m_mayUseReserve = std::move(mayUse); }
    bool isReserved(const Request &request) const
    {
        return m_mayUseReserve && m_mayUseReserve(request.path());
    }
    /// Reads the system's limit of open descriptors (RLIMIT_NOFILE). Without this call there is no limit.
    void readDescriptorLimit();

    /// Makes room for a new connection if possible. Returns the quota that the connection counts against.
    Quota choose(qintptr descriptor);
    void add(HttpConnection &connection);
    void remove(HttpConnection &connection);
    /// Closes the oldest refused and lingering connections above Limits::lingering. Called after a new
    /// connection was accepted with `descriptor`. When that descriptor is a spare one, fewer connections may
    /// linger.
    void dropRefused(qintptr descriptor);
    void dropRefused() { dropRefused(-1); }
    /// Counts a connection that has sent its last response with the refused ones. Returns true when more than
    /// Limits::lingering are counted.
    bool addLingering(HttpConnection &connection);

    /// True when a reserved connection may serve `request`. Turns the connection into a regular one when a
    /// regular place is free.
    bool admitReserved(HttpConnection &connection, const Request &request);
    /// Records whether closing `connection` now would lose nothing.
    void setClosable(HttpConnection &connection, bool closable);
    /// Returns the regular connections that can be closed without loss.
    std::vector<HttpConnection *> idle() const { return {m_idle.begin(), m_idle.end()}; }

private:
    using List = std::list<HttpConnection *>;

    /// True when few descriptors are left. The kernel gives each new descriptor the lowest free number. So a
    /// high number means that most are in use, also by other code.
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
    List m_busy;  ///< the other regular connections
    List m_reserved;
    List m_refused;  ///< refused connections, and those that linger after their last response
};

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/holdline/ports/exchange.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace holdline {

class KeptAliveExchange;

/// Sends bytes to clients that wait long, so that load balancers do not close their connections. After each
/// interval it sends the head of an answer or one space, see keepaliveanswers.h.
///
/// Lifetime: owned by the ShardRouter. Exchanges may outlive this object. They then send no more bytes, but
/// can still be answered. Thread: one thread with an event loop.
class KeepAlives
{
public:
    KeepAlives();
    ~KeepAlives();
    Q_DISABLE_COPY_MOVE(KeepAlives)

    /// Returns an exchange that passes its answer on to `exchange`. Until the answer, it sends bytes to the
    /// client after each `interval`. `exchange` must support answers in pieces.
    std::unique_ptr<Exchange> wrap(std::unique_ptr<Exchange> exchange, std::chrono::milliseconds interval);

    /// Returns the number of exchanges that wait for their answer.
    int count() const { return static_cast<int>(m_open.size()); }

private:
    friend class KeptAliveExchange;

    void due(std::uint64_t number);
    void forget(std::uint64_t number);

    std::uint64_t m_last = 0;
    std::unordered_map<std::uint64_t, KeptAliveExchange *> m_open;
    DeadlineTimer<std::uint64_t> m_times;
};

/// An exchange made by KeepAlives::wrap(). Supports complete answers only, no answers in pieces.
class KeptAliveExchange : public Exchange
{
    Q_OBJECT

public:
    KeptAliveExchange(KeepAlives &owner, std::uint64_t number, std::unique_ptr<Exchange> exchange,
                      std::chrono::milliseconds interval);
    ~KeptAliveExchange() override;

    void answer(const http::Response &response) override;
    bool isOpen() const override { return !m_over && m_exchange->isOpen(); }

private:
    friend class KeepAlives;

    /// Sends the next bytes. Returns false when the client is gone.
    bool keepAlive();
    void leave();
    void finish();

    KeepAlives *m_owner;  ///< null when the KeepAlives is destroyed or the exchange is over
    const std::uint64_t m_number;
    std::unique_ptr<Exchange> m_exchange;
    const std::chrono::milliseconds m_interval;
    bool m_begun = false;  ///< the head was sent
    bool m_over = false;
};

}  // namespace holdline

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

/// Sends bytes to clients that wait long, so that balancers do not cut their connections: after each interval
/// the head of an answer or one space, see keepaliveanswers.h.
///
/// Life: its shard's router owns it. Exchanges may outlive it. They send no more bytes then, and still take
/// their answer. Thread: one, with an event loop.
class KeepAlives
{
public:
    KeepAlives();
    ~KeepAlives();
    Q_DISABLE_COPY_MOVE(KeepAlives)

    /// An exchange that stands for `exchange`, which must support answers in pieces, and gets bytes after
    /// each `interval` until its answer.
    std::unique_ptr<Exchange> wrap(std::unique_ptr<Exchange> exchange, std::chrono::milliseconds interval);

    /// Exchanges that wait for their answer.
    int count() const { return static_cast<int>(m_open.size()); }

private:
    friend class KeptAliveExchange;

    void due(std::uint64_t number);
    void forget(std::uint64_t number);

    std::uint64_t m_last = 0;
    std::unordered_map<std::uint64_t, KeptAliveExchange *> m_open;
    DeadlineTimer<std::uint64_t> m_times;
};

/// See KeepAlives. Takes whole answers only.
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

    /// Sends the next bytes. False when the client is gone.
    bool keepAlive();
    void leave();
    void finish();

    KeepAlives *m_owner;  ///< null when the owner is gone or the exchange is over
    const std::uint64_t m_number;
    std::unique_ptr<Exchange> m_exchange;
    const std::chrono::milliseconds m_interval;
    bool m_begun = false;  ///< the head was sent
    bool m_over = false;
};

}  // namespace holdline

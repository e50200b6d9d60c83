// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/keepalives.h"

#include "service/holdline/answers/keepaliveanswers.h"
#include "service/http/problemresponse.h"

#include <utility>

namespace holdline {

KeepAlives::KeepAlives() : m_times([this](std::uint64_t number) { due(number); }) {}

KeepAlives::~KeepAlives()
{
    for (const auto &[number, exchange] : m_open)
        exchange->m_owner = nullptr;
}

std::unique_ptr<Exchange> KeepAlives::wrap(std::unique_ptr<Exchange> exchange,
                                           std::chrono::milliseconds interval)
{
    const std::uint64_t number = ++m_last;
    auto wrapped = std::make_unique<KeptAliveExchange>(*this, number, std::move(exchange), interval);
    m_open.emplace(number, wrapped.get());
    m_times.setIn(number, interval);
    return wrapped;
}

void KeepAlives::due(std::uint64_t number)
{
    KeptAliveExchange *const exchange = m_open.at(number);
    // The next deadline is set first, because leave() clears it when the client is gone.
    m_times.setIn(number, exchange->m_interval);
    if (!exchange->keepAlive())
        exchange->leave();
}

void KeepAlives::forget(std::uint64_t number)
{
    m_open.erase(number);
    m_times.clear(number);
}

KeptAliveExchange::KeptAliveExchange(KeepAlives &owner, std::uint64_t number,
                                     std::unique_ptr<Exchange> exchange, std::chrono::milliseconds interval)
    : m_owner(&owner), m_number(number), m_exchange(std::move(exchange)), m_interval(interval)
{
    connect(m_exchange.get(), &Exchange::clientGone, this, &KeptAliveExchange::leave);
}

KeptAliveExchange::~KeptAliveExchange()
{
    if (isOpen())
        answer(http::droppedResponse());
    finish();
}

void KeptAliveExchange::answer(const http::Response &response)
{
    if (!isOpen())
        return;
    finish();
    if (m_begun)
        m_exchange->endWith(keptAliveBody(response));
    else
        m_exchange->answer(response);
}

bool KeptAliveExchange::keepAlive()
{
    static const http::Response head = keptAliveHead();
    if (!std::exchange(m_begun, true))
        return m_exchange->begin(head);
    return m_exchange->write(head.body);
}

void KeptAliveExchange::leave()
{
    if (m_over)
        return;
    finish();
    Q_EMIT clientGone();
}

/// Ends the exchange. The timer sends nothing more for it.
void KeptAliveExchange::finish()
{
    m_over = true;
    if (KeepAlives *owner = std::exchange(m_owner, nullptr))
        owner->forget(m_number);
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/http/heldexchange.h"

#include "service/http/problemresponse.h"

namespace holdline {

HeldExchange::HeldExchange(ExchangeKeeper &keeper, http::ExchangeId id, LentResponder &&responder)
    : m_keeper(&keeper), m_id(id), m_responder(std::move(responder))
{
}

HeldExchange::~HeldExchange()
{
    if (!isOpen())
        return;
    const QString detail = QStringLiteral("The request was given up without an answer.");
    answer(http::problemResponse({Reason::InternalError, detail, {}, {}}));
}

void HeldExchange::answer(const http::Response &response)
{
    if (!isOpen())
        return;
    ExchangeKeeper &keeper = *m_keeper;
    release();
    keeper.finish(*this, response);
}

void HeldExchange::leave()
{
    if (!isOpen())
        return;
    release();
    Q_EMIT clientGone();
}

void HeldExchange::detach()
{
    release();
    m_keeper = nullptr;
}

void HeldExchange::release()
{
    if (!m_responder)
        return;
    m_keeper->dispose(std::move(*m_responder));
    m_responder.reset();
}

}  // namespace holdline

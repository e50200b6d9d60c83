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
    if (m_streaming) {
        ExchangeKeeper &keeper = *m_keeper;
        release();
        keeper.cut(*this);
        return;
    }
    const QString detail = QStringLiteral("The request was given up without an answer.");
    answer(http::problemResponse({Reason::InternalError, detail, {}, {}}));
}

void HeldExchange::answer(const http::Response &response)
{
    if (!isOpen() || m_streaming)
        return;
    ExchangeKeeper &keeper = *m_keeper;
    release();
    keeper.finish(*this, response);
}

bool HeldExchange::begin(const http::Response &response)
{
    if (!isOpen() || m_streaming)
        return isOpen();
    m_streaming = true;
    m_inCall = true;
    return stillWanted(m_keeper->begin(*this, response));
}

bool HeldExchange::write(const QByteArray &piece)
{
    if (!isOpen() || !m_streaming)
        return isOpen();
    m_inCall = true;
    return stillWanted(m_keeper->write(*this, piece));
}

void HeldExchange::end()
{
    if (!isOpen() || !m_streaming)
        return;
    ExchangeKeeper &keeper = *m_keeper;
    release();
    keeper.end(*this);
}

bool HeldExchange::stillWanted(bool wanted)
{
    m_inCall = false;
    if (!wanted)
        release();
    return wanted;
}

void HeldExchange::leave()
{
    if (!isOpen())
        return;
    release();
    if (!m_inCall)
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

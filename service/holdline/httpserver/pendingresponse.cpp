// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/httpserver/pendingresponse.h"

#include "service/http/problemresponse.h"

namespace holdline {

PendingResponse::PendingResponse(ResponseSink &sink, http::ExchangeId id, HeldResponder &&responder)
    : m_sink(&sink), m_id(id), m_responder(std::move(responder))
{
}

PendingResponse::~PendingResponse()
{
    if (!isOpen())
        return;
    if (m_streaming) {
        ResponseSink &sink = *m_sink;
        release();
        sink.cut(*this);
        return;
    }
    answer(http::droppedResponse());
}

void PendingResponse::answer(const http::Response &response)
{
    if (!isOpen() || m_streaming)
        return;
    ResponseSink &sink = *m_sink;
    release();
    sink.finish(*this, response);
}

bool PendingResponse::begin(const http::Response &response)
{
    if (!isOpen() || m_streaming)
        return isOpen();
    m_streaming = true;
    m_inCall = true;
    return stillWanted(m_sink->begin(*this, response));
}

bool PendingResponse::write(const QByteArray &piece)
{
    if (!isOpen() || !m_streaming)
        return isOpen();
    m_inCall = true;
    return stillWanted(m_sink->write(*this, piece));
}

void PendingResponse::endWith(const QByteArray &last)
{
    if (!isOpen() || !m_streaming)
        return;
    ResponseSink &sink = *m_sink;
    release();
    sink.end(*this, last);
}

bool PendingResponse::stillWanted(bool wanted)
{
    m_inCall = false;
    if (!wanted)
        release();
    return wanted;
}

void PendingResponse::leave()
{
    if (!isOpen())
        return;
    release();
    if (!m_inCall)
        Q_EMIT clientGone();
}

void PendingResponse::detach()
{
    release();
    m_sink = nullptr;
}

void PendingResponse::release()
{
    if (!m_responder)
        return;
    m_sink->dispose(std::move(*m_responder));
    m_responder.reset();
}

}  // namespace holdline

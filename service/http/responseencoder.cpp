// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/responseencoder.h"

#include "service/http/responsewriter.h"

namespace holdline::http {

void ResponseEncoder::begin(const Request &request, bool keepAlive)
{
    m_requestId = request.requestId;
    m_keepAlive = keepAlive;
    m_isHead = request.method == "HEAD";
    m_isHttp10 = request.minorVersion == 0;
    m_isStreaming = false;
}

QByteArray ResponseEncoder::whole(const Response &response, const QByteArray &date, bool close) const
{
    return serialise(response, {date, m_requestId, close, m_isHttp10, m_isHead, BodyFraming::Length});
}

QByteArray ResponseEncoder::beginStream(const Response &response, const QByteArray &date, bool close)
{
    const bool mayHave = mayHaveBody(response.status);
    const BodyFraming framing = m_isHttp10 ? BodyFraming::ToEnd : BodyFraming::Chunked;
    m_isStreaming = mayHave && !m_isHead;
    m_keepAlive = !close && (!m_isStreaming || framing == BodyFraming::Chunked);
    QByteArray bytes = serialise(response, {date, m_requestId, !m_keepAlive, m_isHttp10, m_isHead,
                                            mayHave ? framing : BodyFraming::Length});
    if (!m_isStreaming)
        return bytes;
    if (framing == BodyFraming::Chunked)
        appendChunk(bytes, response.body);
    else
        bytes += response.body;
    return bytes;
}

QByteArray ResponseEncoder::piece(QByteArrayView bytes) const
{
    if (m_isHttp10)
        return bytes.toByteArray();
    QByteArray chunk;
    appendChunk(chunk, bytes);
    return chunk;
}

QByteArray ResponseEncoder::endStream()
{
    m_isStreaming = false;
    return m_isHttp10 ? QByteArray() : QByteArray(kLastChunk);
}

}  // namespace holdline::http

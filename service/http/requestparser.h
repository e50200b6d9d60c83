// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/chunkdecoder.h"
#include "service/http/headrules.h"
#include "service/http/limits.h"
#include "service/http/message.h"
#include "service/http/requestline.h"

namespace holdline::http {

/// A strict, incremental parser of one HTTP/1.x request (RFC 9112). Accepts input in pieces of any size.
/// Reports "need more", the end of the head, the whole request, or a refusal with its reason. Needs time
/// linear in the input and no more memory than Limits allows. Call reset() after Complete or Refused.
///
/// Pure: no clock and no socket. Each connection has its own parser.
class RequestParser
{
public:
    /// Copies the limits that the parser needs.
    explicit RequestParser(const Limits &limits);

    enum class Status {
        NeedMore,      ///< all bytes were consumed and the request is incomplete
        HeadComplete,  ///< reported once: facts() and request() without body are valid; feed() goes on
        Complete,      ///< takeRequest() returns the request
        Refused        ///< refusal() returns the reason; the rest of the stream has no meaning
    };

    /// Parses `data` up to the next status. `consumed` returns the number of bytes parsed. Bytes after a
    /// complete request are not consumed.
    Status feed(QByteArrayView data, qsizetype &consumed);

    /// True until the first byte of a request line was parsed. Empty lines before the request line do not
    /// count (RFC 9112, 2.2).
    bool isIdle() const { return m_state == State::Start && m_line.method().isEmpty(); }
    /// True while the body is being read.
    bool isInBody() const { return m_state == State::LengthBody || m_state == State::ChunkedBody; }

    const HeadFacts &facts() const { return m_facts; }
    const Refusal &refusal() const { return m_refusal; }
    /// The parts of the request parsed so far. The method and the request id are also useful for a refusal.
    const QByteArray &method() const { return m_line.method(); }
    QByteArray requestId() const;
    const Request &request() const { return m_request; }

    /// Returns the complete request and resets the parser for the next one. The request's `peer` is empty.
    /// Its `requestId` is empty unless the client sent one that is safe in a log.
    Request takeRequest();
    /// Drops the request, frees the buffers and expects a new request.
    void reset();

    static constexpr int kMaxEmptyLines = 4;  ///< allowed before a request line

private:
    enum class State { Start, RequestLine, Fields, HeadDone, LengthBody, ChunkedBody, Complete, Refused };

    Status start(QByteArrayView data, qsizetype &consumed);
    Status requestLine(QByteArrayView data, qsizetype &consumed);
    Status fields(QByteArrayView data, qsizetype &consumed);
    Status fieldLine(QByteArrayView line);
    Status headEnd();
    Status bodyStart();
    Status lengthBody(QByteArrayView data, qsizetype &consumed);
    Status chunkedBody(QByteArrayView data, qsizetype &consumed);
    Status complete();
    Status refuse(Reason reason, QLatin1StringView detail = {});
    Status refuse(const Refusal &refusal);

    qsizetype m_maxTarget;
    qsizetype m_maxHead;
    qsizetype m_maxBody;
    qsizetype m_maxTrailers;
    int m_maxFields;

    State m_state = State::Start;
    int m_emptyLines = 0;
    bool m_sawCr = false;
    std::optional<QByteArray> m_authority;  ///< authority of a target in absolute form
    qsizetype m_headBytes = 0;
    RequestLine m_line;
    QByteArray m_field;  ///< the field line being read, without CRLF
    ChunkDecoder m_chunks;
    Request m_request;
    HeadFacts m_facts;
    Refusal m_refusal;
};

}  // namespace holdline::http

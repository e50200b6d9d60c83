// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/chunkdecoder.h"
#include "service/http/headrules.h"
#include "service/http/limits.h"
#include "service/http/message.h"
#include "service/http/requestline.h"

namespace holdline::http {

/// A strict, incremental parser of one HTTP/1.x request (RFC 9112). Bytes go in, in pieces of any size; out
/// comes "need more", the end of the head, the whole request, or a refusal that names its reason. It takes
/// time linear in the bytes fed and never keeps more than Limits allows. After Complete or Refused call
/// reset().
///
/// Pure: no clock, no socket. One per connection.
class RequestParser
{
public:
    /// Keeps a copy of the numbers it needs.
    explicit RequestParser(const Limits &limits);

    enum class Status {
        NeedMore,      ///< all bytes taken
        HeadComplete,  ///< reported once: facts() and request() without body are valid; feed() again goes on
        Complete,      ///< takeRequest()
        Refused        ///< refusal(); the rest of the stream means nothing
    };

    /// Takes a prefix of `data`; `consumed` says how many bytes. What follows a complete request is left
    /// alone.
    Status feed(QByteArrayView data, qsizetype &consumed);

    /// True until the first byte of a request line; empty lines before it do not count (RFC 9112, 2.2).
    bool isIdle() const { return m_state == State::Start && m_line.method().isEmpty(); }
    /// True while the body is being read.
    bool isInBody() const { return m_state == State::LengthBody || m_state == State::ChunkedBody; }

    const HeadFacts &facts() const { return m_facts; }
    const Refusal &refusal() const { return m_refusal; }
    /// What is known so far; the method and the request id are of use even to a refusal.
    const QByteArray &method() const { return m_line.method(); }
    QByteArray requestId() const;
    const Request &request() const { return m_request; }

    /// The whole request; `peer` is left empty, `requestId` too where the client sent none to be trusted.
    /// Leaves the parser ready for the next request, its buffers freed.
    Request takeRequest();
    void reset();

    static constexpr int kMaxEmptyLines = 4;  ///< before a request line

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
    std::optional<QByteArray> m_authority;  ///< of an absolute-form target
    qsizetype m_headBytes = 0;
    RequestLine m_line;
    QByteArray m_field;  ///< the field line being read, without its CRLF
    ChunkDecoder m_chunks;
    Request m_request;
    HeadFacts m_facts;
    Refusal m_refusal;
};

}  // namespace holdline::http

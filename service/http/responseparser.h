// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/chunkdecoder.h"
#include "service/http/message.h"

#include <QLatin1StringView>

#include <cstdint>

namespace holdline::http {

/// Parses the HTTP/1.x responses of one connection, one after the other (RFC 9112, client side). Pure: no
/// socket, no clock and no signal. Strict: anything outside the grammar is an error. Bounded: needs no more
/// memory than Limits allows.
///
/// Use, per connection:
///
///     parser.begin(ResponseParser::Method::Other);        // or Head, before each request
///     while (bytes come) {
///         const qsizetype used = parser.feed(bytes);       // bytes beyond `used` belong to no answer
///         consume(parser.takeBody());                      // at any time, as often as wanted
///         if (parser.state() == Complete || parser.state() == Failed) break;
///     }
///     on EOF: parser.finish();                             // Complete without a declared length
///
/// Skips 1xx responses. A body has a Content-Length, is chunked (extensions ignored, trailers checked and
/// dropped), or ends with the connection. Responses to HEAD and with status 204 or 304 have no body. Errors
/// are: another transfer coding, two framings at once, a repeated or malformed length, and 101, because no
/// upgrade was requested.
class ResponseParser
{
public:
    struct Limits
    {
        qsizetype maxHeadBytes = 16 * 1024;  ///< status line and fields, also of each 1xx response
        int maxFields = 100;
        std::int64_t maxBodyBytes = 1024 * 1024;  ///< decoded bytes; a larger declared length fails at once
        qsizetype maxTrailerBytes = 8 * 1024;
        qsizetype maxExtensionBytes = 256;  ///< extension bytes of one chunk
        int maxInterim = 8;                 ///< 1xx responses before the final one
    };

    /// The request's method, as far as responses depend on it. A response to HEAD has fields that describe a
    /// body, but no body. A 2xx response to CONNECT has no body either, whatever its fields say: the bytes of
    /// the tunnel follow it.
    enum class Method { Other, Head, Connect };

    enum class State {
        Head,      ///< status line and fields are incomplete
        Body,      ///< status() and headers() are valid; the body or the trailers are incomplete
        Complete,  ///< everything was read; begin() starts the next response
        Failed,    ///< see error(); status() and headers() are valid when headComplete()
    };

    enum class Error {
        None,
        NoAnswer,        ///< the connection ended before the first byte
        Incomplete,      ///< the connection ended within the answer
        StatusLine,      ///< not HTTP/1.x
        Field,           ///< a malformed header or trailer field
        Framing,         ///< lengths are malformed, repeated or contradictory
        TransferCoding,  ///< a transfer coding other than chunked
        Chunk,           ///< a malformed chunk
        HeadTooLarge,
        BodyTooLarge,
        TrailerTooLarge,
        Interim,  ///< too many 1xx answers, or 101
    };

    ResponseParser() = default;
    explicit ResponseParser(const Limits &limits) : m_limits(limits) {}

    /// Resets the parser for the next response.
    void begin(Method method = Method::Other);
    void setLimits(const Limits &limits) { m_limits = limits; }

    /// Parses bytes up to the end of the response. Returns the number of bytes parsed, 0 once Complete or
    /// Failed. Bytes left over belong to no response, so the connection must not be used again.
    qsizetype feed(QByteArrayView bytes);
    /// Reports that the peer sent its FIN. Does nothing once Complete or Failed.
    void finish();

    State state() const { return m_state; }
    Error error() const { return m_error; }
    /// Describes error() for people and logs. Contains no received bytes.
    QLatin1StringView errorText() const;
    bool isOver() const { return m_state == State::Complete || m_state == State::Failed; }

    /// True once a byte of a response was parsed, also of a 1xx response.
    bool started() const { return m_started; }
    /// True once the fields of the final (not 1xx) response are complete. status() and headers() are then
    /// valid.
    bool headComplete() const { return m_headComplete; }

    int status() const { return m_status; }
    /// The received reason phrase, which may be empty.
    const QByteArray &reason() const { return m_reason; }
    /// 0 for HTTP/1.0, 1 for everything newer.
    int minorVersion() const { return m_minorVersion; }
    const HeaderFields &headers() const { return m_headers; }

    /// Returns the body bytes decoded since the last call.
    QByteArray takeBody() { return std::exchange(m_body, {}); }

    /// Valid once Complete: true when the connection can be used for another request (RFC 9112, 9.3).
    bool keepAlive() const { return m_keepAlive; }

private:
    enum class Step { StatusLine, Fields, LengthBody, OpenBody, Chunks, Over };

    qsizetype feedLine(QByteArrayView bytes);
    qsizetype feedBody(QByteArrayView bytes);
    qsizetype feedChunks(QByteArrayView bytes);
    void takeStatusLine(QByteArrayView line);
    void takeField(QByteArrayView line);
    void endHead();
    void chooseFraming();
    void startChunks();
    void complete();
    void fail(Error error);

    Limits m_limits;
    State m_state = State::Head;
    Step m_step = Step::StatusLine;
    Error m_error = Error::None;
    Method m_method = Method::Other;
    bool m_started = false;
    bool m_headComplete = false;
    bool m_keepAlive = false;

    int m_status = 0;
    int m_minorVersion = 1;
    int m_interim = 0;
    QByteArray m_reason;
    HeaderFields m_headers;

    QByteArray m_line;          ///< the received part of the current line
    qsizetype m_headBytes = 0;  ///< bytes of complete head lines
    ChunkDecoder m_chunks;

    std::int64_t m_contentLength = -1;  ///< the declared length in bytes, or -1 when unknown
    std::int64_t m_bodyBytes = 0;       ///< bytes received of a body without chunks, also those already taken
    QByteArray m_body;
};

}  // namespace holdline::http

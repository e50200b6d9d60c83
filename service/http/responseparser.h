// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/chunkdecoder.h"
#include "service/http/message.h"

#include <QLatin1StringView>

#include <cstdint>

namespace holdline::http {

/// Reads one HTTP/1.x answer after another from bytes as they come (RFC 9112, client side). Pure: no socket,
/// no clock, no signal. Strict: what the grammar does not allow is an error, never a guess. Bounded: it never
/// holds more than Limits allows, whatever is fed to it.
///
/// Use, per connection:
///
///     parser.begin(ResponseParser::Method::Other);        // or Head, before each request
///     while (bytes come) {
///         const qsizetype used = parser.feed(bytes);       // bytes beyond `used` belong to no answer
///         consume(parser.takeBody());                      // at any time, as often as wanted
///         if (parser.state() == Complete || parser.state() == Failed) break;
///     }
///     on EOF: parser.finish();                             // Complete for close-delimited bodies, else
///     Failed
///
/// 1xx answers are skipped. Bodies: Content-Length, chunked (extensions ignored; trailers checked and
/// dropped), or up to the end of the connection; none for HEAD, 204 and 304. Any other transfer coding, two
/// framings at once, a doubled or malformed length and 101 (we never ask for an upgrade) are errors.
class ResponseParser
{
public:
    struct Limits
    {
        qsizetype maxHeadBytes = 16 * 1024;  ///< status line and fields, of each 1xx answer as well
        int maxFields = 100;
        std::int64_t maxBodyBytes = 1024 * 1024;  ///< decoded; an announced length beyond it fails at once
        qsizetype maxTrailerBytes = 8 * 1024;
        qsizetype maxExtensionBytes = 256;  ///< of one chunk
        int maxInterim = 8;                 ///< 1xx answers before the real one
    };

    /// What was asked: the answer to HEAD has fields that describe a body and no body.
    enum class Method { Other, Head };

    enum class State {
        Head,      ///< status line and fields are still coming
        Body,      ///< status(), headers() can be read; the body (or the trailers) is still coming
        Complete,  ///< all of it was read; begin() starts the next one
        Failed,    ///< see error(); status() and headers() can be read when headComplete()
    };

    enum class Error {
        None,
        NoAnswer,        ///< the connection ended before the first byte
        Incomplete,      ///< the connection ended within the answer
        StatusLine,      ///< not HTTP/1.x
        Field,           ///< a malformed header or trailer field
        Framing,         ///< lengths that are malformed, doubled or contradict each other
        TransferCoding,  ///< a transfer coding other than chunked
        Chunk,           ///< a malformed chunk
        HeadTooLarge,
        BodyTooLarge,
        TrailerTooLarge,
        Interim,  ///< too many 1xx answers, or 101
    };

    ResponseParser() = default;
    explicit ResponseParser(const Limits &limits) : m_limits(limits) {}

    /// Forgets everything and waits for the next answer.
    void begin(Method method = Method::Other);
    void setLimits(const Limits &limits) { m_limits = limits; }

    /// Takes bytes up to the end of the answer; returns how many it took. Takes none once Complete or Failed.
    /// Bytes that are left then are not part of any answer asked for: the connection is not to be used again.
    qsizetype feed(QByteArrayView bytes);
    /// The connection has ended in an orderly way. Does nothing once Complete or Failed.
    void finish();

    State state() const { return m_state; }
    Error error() const { return m_error; }
    /// The error for people and logs; holds no bytes from outside.
    QLatin1StringView errorText() const;
    bool isOver() const { return m_state == State::Complete || m_state == State::Failed; }

    /// True once a byte of an answer came, be it a 1xx one.
    bool started() const { return m_started; }
    /// True once the fields of the final (not 1xx) answer are there: status() and so on can be read.
    bool headComplete() const { return m_headComplete; }

    int status() const { return m_status; }
    /// The reason phrase as it came; may be empty.
    const QByteArray &reason() const { return m_reason; }
    /// 0 for HTTP/1.0, 1 for everything newer.
    int minorVersion() const { return m_minorVersion; }
    const HeaderFields &headers() const { return m_headers; }
    /// The announced Content-Length of the body that comes; -1 when it is not known (chunked, until closed).
    std::int64_t contentLength() const { return m_contentLength; }

    /// The decoded body bytes that came since the last call.
    QByteArray takeBody() { return std::exchange(m_body, {}); }
    /// Decoded body bytes so far, taken or not.
    std::int64_t bodyBytes() const { return m_bodyBytes; }

    /// Once Complete: whether the connection can carry another request (RFC 9112, 9.3).
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

    QByteArray m_line;          ///< the part of a line that came so far
    qsizetype m_headBytes = 0;  ///< in whole lines
    ChunkDecoder m_chunks;

    std::int64_t m_contentLength = -1;
    std::int64_t m_bodyBytes = 0;
    QByteArray m_body;
};

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <limits>

namespace holdline::http {

/// The limits of one chunked body. The defaults are for requests. There, a parser laxer than a proxy's could
/// let a second request be smuggled in. Responses come from the operator's own upstream.
struct ChunkLimits
{
    std::int64_t maxBodyBytes = 0;  ///< of all chunks together
    qsizetype maxTrailerBytes = 0;  ///< of all trailer lines with their CRLF
    int maxTrailerFields = std::numeric_limits<int>::max();
    qsizetype maxAllExtensionBytes = 16 * 1024;  ///< of all chunks together
    qsizetype maxExtensionBytes = 256;           ///< of one chunk
    bool isLax = false;  ///< allows blanks before an extension's `;` (RFC 9112, 7.1.1), but not after it
};

/// Decodes the chunked transfer coding of a body (RFC 9112, 7.1). Takes pieces of any size in linear time.
/// Stricter than the grammar: sizes have 1–15 hexadecimal digits, and extensions are bounded. Checks and
/// drops trailer fields. For requests and responses. Pure and copyable.
class ChunkDecoder
{
public:
    enum class Status {
        NeedMore,
        Done,
        Malformed,         ///< not chunked coding; the rest of the stream has no meaning
        MalformedTrailer,  ///< the same, after the last chunk
        BodyTooLarge,      ///< the chunks exceed maxBodyBytes; reported before the chunk is read
        TrailersTooLarge   ///< the trailers exceed maxTrailerBytes or maxTrailerFields
    };

    ChunkDecoder() = default;
    explicit ChunkDecoder(const ChunkLimits &limits) : m_left(limits) {}

    /// Decodes `data` and appends its body bytes to `body`. `consumed` returns the number of bytes taken:
    /// all, unless the status is final. Must not be called after a final status.
    Status feed(QByteArrayView data, QByteArray &body, qsizetype &consumed);

private:
    enum class State : std::uint8_t {
        Size,
        Blank,
        Extension,
        SizeLf,
        Data,
        DataCr,
        DataLf,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLf,
        FinalLf
    };

    Status byte(char c);
    Status sizeByte(char c);
    Status extensionByte(char c);
    Status sizeKnown();
    Status trailerByte(char c);

    ChunkLimits m_left;       ///< the rest of each limit; maxExtensionBytes does not change
    std::int64_t m_size = 0;  ///< of the chunk; in State::Data the bytes still to come
    qsizetype m_extension = 0;
    int m_digits = 0;
    State m_state = State::Size;
};

}  // namespace holdline::http

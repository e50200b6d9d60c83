// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <limits>

namespace holdline::http {

/// The limits of one chunked body. The defaults are for requests, where a parser laxer than a proxy's would
/// allow request smuggling. Responses may have laxer limits, because they come from the operator's own
/// upstream.
struct ChunkLimits
{
    std::int64_t maxBodyBytes = 0;  ///< data bytes of all chunks together
    qsizetype maxTrailerBytes = 0;  ///< bytes of all trailer lines with their CRLF
    int maxTrailerFields = std::numeric_limits<int>::max();
    qsizetype maxAllExtensionBytes = 16 * 1024;  ///< extension bytes of all chunks together
    qsizetype maxExtensionBytes = 256;           ///< extension bytes of one chunk
    bool isLax = false;  ///< allows blanks before an extension's `;` (RFC 9112, 7.1.1), but not after it
};

/// Decodes the chunked transfer coding of a body (RFC 9112, 7.1). Accepts input in pieces of any size and
/// needs time linear in the input. Stricter than the grammar: sizes have 1–15 hexadecimal digits, and
/// extensions are bounded. Checks and drops trailer fields. Used for requests and responses. Pure and
/// copyable.
class ChunkDecoder
{
public:
    enum class Status {
        NeedMore,
        Done,
        Malformed,         ///< not chunked coding; the rest of the stream has no meaning
        MalformedTrailer,  ///< a trailer line is malformed; the rest of the stream has no meaning
        BodyTooLarge,  ///< a chunk's size exceeds the rest of maxBodyBytes; reported before the chunk is read
        TrailersTooLarge  ///< the trailers exceed maxTrailerBytes or maxTrailerFields
    };

    ChunkDecoder() = default;
    explicit ChunkDecoder(const ChunkLimits &limits) : m_left(limits) {}

    /// Decodes `data` and appends its body bytes to `body`. `consumed` returns how many bytes of `data` were
    /// decoded: all of them, unless the status is final. Every status except NeedMore is final. Must not be
    /// called again after a final status.
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

    ChunkLimits m_left;       ///< the unused rest of each limit; maxExtensionBytes stays constant
    std::int64_t m_size = 0;  ///< size of the current chunk in bytes; in State::Data the bytes still missing
    qsizetype m_extension = 0;
    int m_digits = 0;
    State m_state = State::Size;
};

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <limits>

namespace holdline::http {

/// What one chunked body may have. The defaults are those of requests, where a laxer reading than a proxy's
/// could smuggle a second request; responses come from the upstream that the operator chose.
struct ChunkLimits
{
    std::int64_t maxBodyBytes = 0;  ///< of all chunks together
    qsizetype maxTrailerBytes = 0;  ///< of all trailer lines, their CRLF included
    int maxTrailerFields = std::numeric_limits<int>::max();
    qsizetype maxAllExtensionBytes = 16 * 1024;  ///< of all chunks together
    qsizetype maxExtensionBytes = 256;           ///< of one chunk
    bool isLax = false;  ///< takes blanks before an extension's `;` (RFC 9112, 7.1.1) and nothing behind it
};

/// Takes the chunked transfer coding off a body (RFC 9112, 7.1), in pieces of any size and in linear time.
/// Stricter than the grammar: sizes have 1–15 hexadecimal digits, extensions are bounded. Trailer fields are
/// checked and dropped. Serves requests and responses; pure, copyable.
class ChunkDecoder
{
public:
    enum class Status {
        NeedMore,
        Done,
        Malformed,         ///< not the grammar: the rest of the stream means nothing
        MalformedTrailer,  ///< the same, behind the last chunk
        BodyTooLarge,      ///< the chunks together pass maxBodyBytes; seen before the chunk is read
        TrailersTooLarge   ///< the trailers pass maxTrailerBytes or maxTrailerFields
    };

    ChunkDecoder() = default;
    explicit ChunkDecoder(const ChunkLimits &limits) : m_left(limits) {}

    /// Appends what `data` holds of the body to `body` and says in `consumed` how many bytes it took: all of
    /// them unless the status is final. After a final status it must not be called again.
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

    ChunkLimits m_left;       ///< what is left of each limit; maxExtensionBytes stays
    std::int64_t m_size = 0;  ///< of the chunk; in State::Data what is still to come
    qsizetype m_extension = 0;
    int m_digits = 0;
    State m_state = State::Size;
};

}  // namespace holdline::http

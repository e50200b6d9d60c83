// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline::http {

/// Takes the chunked transfer coding off a body (RFC 9112, 7.1), in pieces of any size and in linear time.
/// Stricter than the grammar: sizes have 1–15 hexadecimal digits, no blanks around them, extensions are
/// bounded. Trailer fields are checked and dropped. Usable for requests and for answers; pure, copyable.
class ChunkDecoder
{
public:
    enum class Status {
        NeedMore,
        Done,
        Malformed,        ///< not the grammar: the rest of the stream means nothing
        BodyTooLarge,     ///< the chunks together pass maxBodyBytes; seen before the chunk is read
        TrailersTooLarge  ///< the trailer section passes maxTrailerBytes
    };

    ChunkDecoder() = default;
    ChunkDecoder(qsizetype maxBodyBytes, qsizetype maxTrailerBytes)
        : m_maxBody(maxBodyBytes), m_maxTrailers(maxTrailerBytes)
    {
    }

    /// Appends what `data` holds of the body to `body` and says in `consumed` how many bytes it took: all of
    /// them unless the status is final. After a final status it must not be called again.
    Status feed(QByteArrayView data, QByteArray &body, qsizetype &consumed);

    static constexpr qsizetype kMaxExtensionBytes = 256;           ///< of one chunk
    static constexpr qsizetype kMaxAllExtensionBytes = 16 * 1024;  ///< of one body

private:
    enum class State {
        Size,
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

    Status byte(char c, const QByteArray &body);
    Status sizeByte(char c);
    Status extensionByte(char c);
    Status trailerByte(char c);
    Status sizeKnown(const QByteArray &body);

    qsizetype m_maxBody = 0;
    qsizetype m_maxTrailers = 0;
    State m_state = State::Size;
    qint64 m_size = 0;  ///< of the chunk; in State::Data what is still to come
    int m_digits = 0;
    qsizetype m_extension = 0;
    qsizetype m_allExtensions = 0;
    qsizetype m_trailers = 0;
};

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/chunkdecoder.h"

#include "service/http/grammar.h"

#include <algorithm>

namespace holdline::http {

ChunkDecoder::Status ChunkDecoder::feed(QByteArrayView data, QByteArray &body, qsizetype &consumed)
{
    consumed = 0;
    while (consumed < data.size()) {
        if (m_state == State::Data) {
            const auto take = static_cast<qsizetype>(std::min<qint64>(m_size, data.size() - consumed));
            body.append(data.sliced(consumed, take));
            consumed += take;
            m_size -= take;
            if (m_size == 0)
                m_state = State::DataCr;
            continue;
        }
        const Status status = byte(data[consumed], body);
        ++consumed;
        if (status != Status::NeedMore)
            return status;
    }
    return Status::NeedMore;
}

ChunkDecoder::Status ChunkDecoder::byte(char c, const QByteArray &body)
{
    switch (m_state) {
        case State::Size:
            return sizeByte(c);
        case State::Extension:
            return extensionByte(c);
        case State::SizeLf:
            return c == '\n' ? sizeKnown(body) : Status::Malformed;
        case State::DataCr:
            m_state = State::DataLf;
            return c == '\r' ? Status::NeedMore : Status::Malformed;
        case State::DataLf:
            m_state = State::Size;
            m_digits = 0;
            return c == '\n' ? Status::NeedMore : Status::Malformed;
        case State::TrailerStart:
        case State::TrailerName:
        case State::TrailerValue:
        case State::TrailerLf:
            return trailerByte(c);
        case State::FinalLf:
            return c == '\n' ? Status::Done : Status::Malformed;
        case State::Data:
            break;
    }
    return Status::Malformed;
}

ChunkDecoder::Status ChunkDecoder::sizeByte(char c)
{
    if (const int digit = hexValue(c); digit >= 0) {
        // 15 digits fit into 60 bits: the size can neither overflow nor become negative.
        if (m_digits == 15)
            return Status::Malformed;
        m_size = (m_digits == 0 ? 0 : m_size * 16) + digit;
        ++m_digits;
        return Status::NeedMore;
    }
    if (m_digits == 0)
        return Status::Malformed;
    if (c == '\r') {
        m_state = State::SizeLf;
        return Status::NeedMore;
    }
    if (c == ';') {
        m_extension = 0;
        m_state = State::Extension;
        return Status::NeedMore;
    }
    return Status::Malformed;
}

ChunkDecoder::Status ChunkDecoder::extensionByte(char c)
{
    if (c == '\r') {
        m_state = State::SizeLf;
        return m_extension > 0 ? Status::NeedMore : Status::Malformed;
    }
    if (!isFieldText(c) || (m_extension == 0 && !isTokenChar(c)))
        return Status::Malformed;
    ++m_extension;
    ++m_allExtensions;
    return m_extension <= kMaxExtensionBytes && m_allExtensions <= kMaxAllExtensionBytes ? Status::NeedMore
                                                                                         : Status::Malformed;
}

ChunkDecoder::Status ChunkDecoder::sizeKnown(const QByteArray &body)
{
    if (m_size == 0) {
        m_state = State::TrailerStart;
        return Status::NeedMore;
    }
    if (m_size > m_maxBody - body.size())
        return Status::BodyTooLarge;
    m_state = State::Data;
    return Status::NeedMore;
}

ChunkDecoder::Status ChunkDecoder::trailerByte(char c)
{
    if (++m_trailers > m_maxTrailers + 2)
        return Status::TrailersTooLarge;
    switch (m_state) {
        case State::TrailerStart:
            if (c == '\r') {
                m_state = State::FinalLf;
                return Status::NeedMore;
            }
            m_state = State::TrailerName;
            return isTokenChar(c) ? Status::NeedMore : Status::Malformed;
        case State::TrailerName:
            if (c == ':') {
                m_state = State::TrailerValue;
                return Status::NeedMore;
            }
            return isTokenChar(c) ? Status::NeedMore : Status::Malformed;
        case State::TrailerValue:
            if (c == '\r') {
                m_state = State::TrailerLf;
                return Status::NeedMore;
            }
            return isFieldText(c) ? Status::NeedMore : Status::Malformed;
        default:
            m_state = State::TrailerStart;
            return c == '\n' ? Status::NeedMore : Status::Malformed;
    }
}

}  // namespace holdline::http

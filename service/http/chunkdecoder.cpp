// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/chunkdecoder.h"

#include "core/base/ascii.h"
#include "core/httpvalues/grammar.h"

#include <algorithm>

namespace holdline::http {

ChunkDecoder::Status ChunkDecoder::feed(QByteArrayView data, QByteArray &body, qsizetype &consumed)
{
    const char *at = data.begin();
    const char *const end = data.end();
    Status status = Status::NeedMore;
    while (at != end && status == Status::NeedMore) {
        if (m_state != State::Data) {
            status = byte(*at++);
            continue;
        }
        const auto take = static_cast<qsizetype>(std::min<std::int64_t>(m_size, end - at));
        body.append(at, take);
        at += take;
        m_size -= take;
        if (m_size == 0)
            m_state = State::DataCr;
    }
    consumed = at - data.begin();
    return status;
}

ChunkDecoder::Status ChunkDecoder::byte(char c)
{
    switch (m_state) {
        case State::Size:
            return sizeByte(c);
        case State::Blank:
        case State::Extension:
            return extensionByte(c);
        case State::SizeLf:
            return c == '\n' ? sizeKnown() : Status::Malformed;
        case State::DataCr:
            m_state = State::DataLf;
            return c == '\r' ? Status::NeedMore : Status::Malformed;
        case State::DataLf:
            m_state = State::Size;
            m_digits = 0;
            m_extension = 0;
            return c == '\n' ? Status::NeedMore : Status::Malformed;
        case State::TrailerStart:
            if (c == '\r') {
                m_state = State::FinalLf;
                return Status::NeedMore;
            }
            [[fallthrough]];
        case State::TrailerName:
        case State::TrailerValue:
        case State::TrailerLf:
            return trailerByte(c);
        case State::FinalLf:
            return c == '\n' ? Status::Done : Status::MalformedTrailer;
        case State::Data:
            break;
    }
    return Status::Malformed;
}

ChunkDecoder::Status ChunkDecoder::sizeByte(char c)
{
    if (const int digit = hexValue(c); digit >= 0) {
        // 15 digits fit into 60 bits, so the size can neither overflow nor become negative.
        if (m_digits == 15)
            return Status::Malformed;
        m_size = m_size * 16 + digit;
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
        m_state = State::Extension;
        return Status::NeedMore;
    }
    m_state = State::Blank;
    return m_left.isLax ? extensionByte(c) : Status::Malformed;
}

ChunkDecoder::Status ChunkDecoder::extensionByte(char c)
{
    if (m_state == State::Blank) {
        if (c == ';')
            m_state = State::Extension;
        else if (c != ' ' && c != '\t')
            return Status::Malformed;
    } else if (c == '\r') {
        m_state = State::SizeLf;
        return m_extension > 0 || m_left.isLax ? Status::NeedMore : Status::Malformed;
    } else if (!isFieldText(c) || (m_extension == 0 && !m_left.isLax && !isTokenChar(c))) {
        return Status::Malformed;
    }
    ++m_extension;
    --m_left.maxAllExtensionBytes;
    return m_extension <= m_left.maxExtensionBytes && m_left.maxAllExtensionBytes >= 0 ? Status::NeedMore
                                                                                       : Status::Malformed;
}

ChunkDecoder::Status ChunkDecoder::sizeKnown()
{
    if (m_size > m_left.maxBodyBytes)
        return Status::BodyTooLarge;
    m_left.maxBodyBytes -= m_size;
    m_state = m_size > 0 ? State::Data : State::TrailerStart;
    return Status::NeedMore;
}

ChunkDecoder::Status ChunkDecoder::trailerByte(char c)
{
    if (--m_left.maxTrailerBytes < 0)
        return Status::TrailersTooLarge;
    bool isGood = true;
    switch (m_state) {
        case State::TrailerName:
            isGood = c == ':' || isTokenChar(c);
            if (c == ':')
                m_state = State::TrailerValue;
            break;
        case State::TrailerValue:
            isGood = c == '\r' || isFieldText(c);
            if (c == '\r')
                m_state = State::TrailerLf;
            break;
        case State::TrailerLf:
            if (--m_left.maxTrailerFields < 0)
                return Status::TrailersTooLarge;
            isGood = c == '\n';
            m_state = State::TrailerStart;
            break;
        default:
            isGood = isTokenChar(c);
            m_state = State::TrailerName;
    }
    return isGood ? Status::NeedMore : Status::MalformedTrailer;
}

}  // namespace holdline::http

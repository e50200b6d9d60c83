// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/responseparser.h"

#include "core/base/ascii.h"
#include "core/base/enumtable.h"
#include "core/httpvalues/grammar.h"
#include "service/http/headrules.h"

#include <algorithm>
#include <limits>

namespace holdline::http {

using namespace Qt::StringLiterals;

void ResponseParser::begin(Method method)
{
    *this = ResponseParser(m_limits);
    m_method = method;
}

qsizetype ResponseParser::feed(QByteArrayView bytes)
{
    qsizetype used = 0;
    while (used < bytes.size() && !isOver()) {
        m_started = true;
        const QByteArrayView rest = bytes.sliced(used);
        switch (m_step) {
            case Step::StatusLine:
            case Step::Fields:
                used += feedLine(rest);
                break;
            case Step::LengthBody:
            case Step::OpenBody:
                used += feedBody(rest);
                break;
            case Step::Chunks:
                used += feedChunks(rest);
                break;
            case Step::Over:
                return used;
        }
    }
    return used;
}

void ResponseParser::finish()
{
    if (isOver())
        return;
    if (m_step == Step::OpenBody)
        complete();
    else
        fail(m_started ? Error::Incomplete : Error::NoAnswer);
}

/// Collects a line up to its LF. Does not copy a line that is complete in `bytes`.
qsizetype ResponseParser::feedLine(QByteArrayView bytes)
{
    const Error malformed = m_step == Step::StatusLine ? Error::StatusLine : Error::Field;
    const qsizetype room = m_limits.maxHeadBytes - m_headBytes - m_line.size();
    const qsizetype newline = bytes.indexOf('\n');
    if (newline < 0 || newline >= room) {
        if (bytes.size() >= room || newline >= 0) {
            fail(m_step == Step::StatusLine ? Error::StatusLine : Error::HeadTooLarge);
            return bytes.size();
        }
        // Rejects input that is no HTTP response at its first bytes, because a line end may never come.
        m_line += bytes;
        if (m_step == Step::StatusLine && !QByteArrayView("HTTP/1.").startsWith(QByteArrayView(m_line).first(
                                              std::min<qsizetype>(m_line.size(), 7))))
            fail(Error::StatusLine);
        return bytes.size();
    }
    QByteArrayView line = bytes.first(newline);
    QByteArray joined;
    if (!m_line.isEmpty()) {
        joined = std::exchange(m_line, {});
        joined += line;
        line = joined;
    }
    m_headBytes += line.size() + 1;
    if (!line.endsWith('\r'))
        fail(malformed);
    else if (m_step == Step::StatusLine)
        takeStatusLine(line.chopped(1));
    else if (line.size() > 1)
        takeField(line.chopped(1));
    else
        endHead();
    return newline + 1;
}

qsizetype ResponseParser::feedBody(QByteArrayView bytes)
{
    const bool open = m_step == Step::OpenBody;
    const std::int64_t room = (open ? m_limits.maxBodyBytes : m_contentLength) - m_bodyBytes;
    const qsizetype count = std::min<std::int64_t>(bytes.size(), room);
    m_body += bytes.first(count);
    m_bodyBytes += count;
    if (open && count < bytes.size())
        fail(Error::BodyTooLarge);
    else if (!open && count == room)
        complete();
    return count;
}

qsizetype ResponseParser::feedChunks(QByteArrayView bytes)
{
    qsizetype used = 0;
    const ChunkDecoder::Status status = m_chunks.feed(bytes, m_body, used);
    switch (status) {
        case ChunkDecoder::Status::NeedMore:
            break;
        case ChunkDecoder::Status::Done:
            complete();
            break;
        case ChunkDecoder::Status::Malformed:
            fail(Error::Chunk);
            break;
        case ChunkDecoder::Status::MalformedTrailer:
            fail(Error::Field);
            break;
        case ChunkDecoder::Status::BodyTooLarge:
            fail(Error::BodyTooLarge);
            break;
        case ChunkDecoder::Status::TrailersTooLarge:
            fail(Error::TrailerTooLarge);
            break;
    }
    return used;
}

/// Parses `HTTP/1.x SP 3DIGIT [SP reason]`. Many servers leave out the blank before an empty reason, so both
/// forms are accepted.
void ResponseParser::takeStatusLine(QByteArrayView line)
{
    const bool shape = line.size() >= 12 && line.startsWith("HTTP/1.") && isDigit(line[7]) &&
                       line[8] == ' ' && isDigit(line[9]) && isDigit(line[10]) && isDigit(line[11]) &&
                       (line.size() == 12 || line[12] == ' ') && isFieldValue(line);
    const int status = shape ? (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0') : 0;
    if (status < 100 || status > 599) {
        fail(Error::StatusLine);
        return;
    }
    m_status = status;
    m_minorVersion = line[7] == '0' ? 0 : 1;
    m_reason = line.size() > 13 ? line.sliced(13).toByteArray() : QByteArray();
    m_step = Step::Fields;
}

void ResponseParser::takeField(QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0 || !isToken(line.first(colon)) || !isFieldValue(line.sliced(colon + 1))) {
        fail(Error::Field);
        return;
    }
    if (m_headers.size() >= static_cast<std::size_t>(m_limits.maxFields)) {
        fail(Error::HeadTooLarge);
        return;
    }
    m_headers.append(line.first(colon).toByteArray(), trimOws(line.sliced(colon + 1)).toByteArray());
}

void ResponseParser::endHead()
{
    if (m_status < 200) {
        if (m_status == 101 || ++m_interim > m_limits.maxInterim) {
            fail(Error::Interim);
            return;
        }
        m_headers = {};
        m_headBytes = 0;
        m_step = Step::StatusLine;
        return;
    }
    m_headComplete = true;
    m_state = State::Body;
    m_keepAlive = keepsAlive(m_headers, m_minorVersion);
    chooseFraming();
}

/// Decides how the end of the body is found (RFC 9112, 6.3).
void ResponseParser::chooseFraming()
{
    if (m_method == Method::Connect && m_status < 300) {
        complete();
        return;
    }
    const auto coding = m_headers.combined("Transfer-Encoding");
    const auto announced = m_headers.combined("Content-Length");
    const auto length = announced ? parseContentLength(*announced) : std::nullopt;
    if (announced && !length) {
        fail(Error::Framing);
        return;
    }
    if (m_method == Method::Head || m_status == 204 || m_status == 304) {
        complete();
        return;
    }
    if (coding) {
        if (announced || m_minorVersion == 0)
            fail(Error::Framing);
        else if (!equalsIgnoreCase(*coding, "chunked"))
            fail(Error::TransferCoding);
        else
            startChunks();
        return;
    }
    if (!length) {
        m_keepAlive = false;
        m_step = Step::OpenBody;
        return;
    }
    m_contentLength = *length;
    if (*length > m_limits.maxBodyBytes) {
        fail(Error::BodyTooLarge);
    } else if (*length == 0) {
        complete();
    } else {
        m_body.reserve(static_cast<qsizetype>(std::min<std::int64_t>(*length, 64 * 1024)));
        m_step = Step::LengthBody;
    }
}

void ResponseParser::startChunks()
{
    m_chunks = ChunkDecoder({.maxBodyBytes = m_limits.maxBodyBytes,
                             .maxTrailerBytes = m_limits.maxTrailerBytes,
                             .maxTrailerFields = m_limits.maxFields,
                             // Some servers sign each chunk in an extension, so all extensions together have
                             // no limit.
                             .maxAllExtensionBytes = std::numeric_limits<qsizetype>::max(),
                             .maxExtensionBytes = m_limits.maxExtensionBytes,
                             .isLax = true});
    m_step = Step::Chunks;
}

void ResponseParser::complete()
{
    m_state = State::Complete;
    m_step = Step::Over;
}

void ResponseParser::fail(Error error)
{
    m_error = error;
    m_state = State::Failed;
    m_step = Step::Over;
    m_keepAlive = false;
    m_line.clear();
}

QLatin1StringView ResponseParser::errorText() const
{
    static constexpr EnumTexts<Error, 12> kTexts({
        {Error::None, {}},
        {Error::NoAnswer, "the connection was closed before an answer"_L1},
        {Error::Incomplete, "the connection was closed within the answer"_L1},
        {Error::StatusLine, "the answer is not HTTP/1.x"_L1},
        {Error::Field, "the answer has a malformed header field"_L1},
        {Error::Framing, "the length of the answer is malformed or ambiguous"_L1},
        {Error::TransferCoding, "the answer has a transfer coding other than chunked"_L1},
        {Error::Chunk, "the answer has a malformed chunk"_L1},
        {Error::HeadTooLarge, "the head of the answer is too large"_L1},
        {Error::BodyTooLarge, "the body of the answer is too large"_L1},
        {Error::TrailerTooLarge, "the trailers of the answer are too large"_L1},
        {Error::Interim, "too many 1xx answers, or an unasked change of protocol"_L1},
    });
    return kTexts[m_error];
}

}  // namespace holdline::http

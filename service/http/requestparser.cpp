// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/requestparser.h"

#include "core/base/urlpath.h"
#include "core/httpvalues/grammar.h"

#include <algorithm>
#include <array>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

/// When more bytes than this have arrived, the memory for the whole declared length is allocated.
constexpr qsizetype kBelievedBytes = 32 * 1024;
/// A chunked body may keep this many bytes of memory more than it needs.
constexpr qsizetype kSpareBytes = 4 * 1024;

/// Returns a field name as received. Common names share static memory and allocate nothing.
QByteArray nameOf(QByteArrayView name)
{
    static const std::array<QByteArray, 9> kUsual{
        QByteArrayLiteral("Host"),         QByteArrayLiteral("Accept"),
        QByteArrayLiteral("Connection"),   QByteArrayLiteral("User-Agent"),
        QByteArrayLiteral("Content-Type"), QByteArrayLiteral("Content-Length"),
        QByteArrayLiteral("X-Request-Id"), QByteArrayLiteral("Accept-Encoding"),
        QByteArrayLiteral("Authorization")};
    for (const QByteArray &usual : kUsual) {
        if (name == usual)
            return usual;
    }
    return name.toByteArray();
}

}  // namespace

RequestParser::RequestParser(const Limits &limits)
    : m_maxTarget(limits.maxTargetBytes),
      m_maxHead(limits.maxHeadBytes),
      m_maxBody(limits.maxBodyBytes),
      m_maxTrailers(limits.maxTrailerBytes),
      m_maxFields(limits.maxFields),
      m_line(limits.maxTargetBytes)
{
}

RequestParser::Status RequestParser::feed(QByteArrayView data, qsizetype &consumed)
{
    consumed = 0;
    for (;;) {
        const QByteArrayView rest = data.sliced(consumed);
        qsizetype taken = 0;
        Status status = Status::NeedMore;
        const State before = m_state;
        switch (m_state) {
            case State::Start:
                status = start(rest, taken);
                break;
            case State::RequestLine:
                status = requestLine(rest, taken);
                break;
            case State::Fields:
                status = fields(rest, taken);
                break;
            case State::HeadDone:
                status = bodyStart();
                break;
            case State::LengthBody:
                status = lengthBody(rest, taken);
                break;
            case State::ChunkedBody:
                status = chunkedBody(rest, taken);
                break;
            case State::Complete:
                return Status::Complete;
            case State::Refused:
                return Status::Refused;
        }
        consumed += taken;
        if (status != Status::NeedMore || (consumed == data.size() && m_state == before))
            return status;
    }
}

RequestParser::Status RequestParser::start(QByteArrayView data, qsizetype &consumed)
{
    while (consumed < data.size()) {
        const char c = data[consumed];
        if (m_sawCr) {
            if (c != '\n')
                return refuse(Reason::BadRequest, "A CR has no LF after it."_L1);
            m_sawCr = false;
        } else if (c == '\r' && m_emptyLines < kMaxEmptyLines) {
            m_sawCr = true;
            ++m_emptyLines;
        } else {
            m_state = State::RequestLine;
            return Status::NeedMore;
        }
        ++consumed;
    }
    return Status::NeedMore;
}

RequestParser::Status RequestParser::requestLine(QByteArrayView data, qsizetype &consumed)
{
    const qsizetype room = m_maxHead - m_headBytes;
    const RequestLine::Status status = m_line.feed(data.first(std::min(data.size(), room)), consumed);
    m_headBytes += consumed;
    if (status == RequestLine::Status::Refused)
        return refuse(m_line.refusal());
    if (status == RequestLine::Status::NeedMore)
        return m_headBytes < m_maxHead ? Status::NeedMore : refuse(Reason::HeadersTooLarge);
    auto target = RequestLine::normalise(m_line.method(), m_line.target());
    if (!target)
        return refuse(Reason::BadRequest, "The form of the request target is not supported."_L1);
    m_request.method = m_line.method();
    m_request.target = withNormalPath(std::move(target->origin));
    m_request.minorVersion = m_line.minorVersion();
    m_authority = std::move(target->authority);
    m_state = State::Fields;
    return Status::NeedMore;
}

RequestParser::Status RequestParser::fields(QByteArrayView data, qsizetype &consumed)
{
    while (consumed < data.size()) {
        if (m_headBytes >= m_maxHead)
            return refuse(Reason::HeadersTooLarge);
        const char c = data[consumed];
        if (m_sawCr) {
            if (c != '\n')
                return refuse(Reason::BadRequest, "A CR has no LF after it."_L1);
            m_sawCr = false;
            ++consumed;
            ++m_headBytes;
            if (m_field.isEmpty())
                return headEnd();
            if (const Status status = fieldLine(m_field); status != Status::NeedMore)
                return status;
            m_field.resize(0);
        } else if (c == '\r') {
            m_sawCr = true;
            ++consumed;
            ++m_headBytes;
        } else {
            const QByteArrayView rest = data.sliced(consumed);
            const qsizetype length =
                fieldTextLength(rest.first(std::min(rest.size(), m_maxHead - m_headBytes)));
            if (length == 0)
                return refuse(Reason::BadRequest,
                              "The header contains a control character or an LF without CR."_L1);
            if (m_field.isEmpty() && !isTokenChar(c))
                return refuse(Reason::BadRequest,
                              "A header line has no name or continues the line before."_L1);
            // Fast path: usually the whole line has arrived.
            if (m_field.isEmpty() && rest.size() >= length + 2 && m_maxHead - m_headBytes >= length + 2 &&
                rest[length] == '\r' && rest[length + 1] == '\n') {
                consumed += length + 2;
                m_headBytes += length + 2;
                if (const Status status = fieldLine(rest.first(length)); status != Status::NeedMore)
                    return status;
                continue;
            }
            m_field.append(rest.first(length));
            consumed += length;
            m_headBytes += length;
        }
    }
    return Status::NeedMore;
}

RequestParser::Status RequestParser::fieldLine(QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.first(colon)))
        return refuse(Reason::BadRequest, "A header line must be a name, a colon and a value."_L1);
    if (static_cast<int>(m_request.headers.size()) >= m_maxFields)
        return refuse(Reason::HeadersTooLarge, "There are too many header fields."_L1);
    m_request.headers.append(nameOf(line.first(colon)), trimOws(line.sliced(colon + 1)).toByteArray());
    return Status::NeedMore;
}

RequestParser::Status RequestParser::headEnd()
{
    m_field = QByteArray();
    if (const auto refusal = examineHead(m_request, m_authority.has_value(), m_facts))
        return refuse(*refusal);
    if (m_facts.framing.length > m_maxBody)
        return refuse(Reason::BodyTooLarge);
    m_state = State::HeadDone;
    return Status::HeadComplete;
}

RequestParser::Status RequestParser::bodyStart()
{
    switch (m_facts.framing.kind) {
        case Framing::Kind::Chunked:
            m_chunks = ChunkDecoder({.maxBodyBytes = m_maxBody, .maxTrailerBytes = m_maxTrailers});
            m_state = State::ChunkedBody;
            return Status::NeedMore;
        case Framing::Kind::Length:
            if (m_facts.framing.length > 0) {
                m_state = State::LengthBody;
                return Status::NeedMore;
            }
            break;
        case Framing::Kind::None:
            break;
    }
    return complete();
}

RequestParser::Status RequestParser::lengthBody(QByteArrayView data, qsizetype &consumed)
{
    QByteArray &body = m_request.body;
    const auto length = static_cast<qsizetype>(m_facts.framing.length);
    const qsizetype missing = length - body.size();
    consumed = std::min(missing, data.size());
    const qsizetype arrived = body.size() + consumed;
    // Allocates exactly what the body needs, but not because of a declared length alone.
    if (body.capacity() < length && (arrived == length || arrived > kBelievedBytes))
        body.reserve(length);
    body.append(data.first(consumed));
    return consumed == missing ? complete() : Status::NeedMore;
}

RequestParser::Status RequestParser::chunkedBody(QByteArrayView data, qsizetype &consumed)
{
    switch (m_chunks.feed(data, m_request.body, consumed)) {
        case ChunkDecoder::Status::NeedMore:
            return Status::NeedMore;
        case ChunkDecoder::Status::Done:
            if (m_request.body.capacity() - m_request.body.size() > kSpareBytes)
                m_request.body.squeeze();
            return complete();
        case ChunkDecoder::Status::Malformed:
        case ChunkDecoder::Status::MalformedTrailer:
            break;
        case ChunkDecoder::Status::BodyTooLarge:
            return refuse(Reason::BodyTooLarge);
        case ChunkDecoder::Status::TrailersTooLarge:
            return refuse(Reason::HeadersTooLarge, "The trailer section is too large."_L1);
    }
    return refuse(Reason::BadRequest, "The chunked body is malformed."_L1);
}

RequestParser::Status RequestParser::complete()
{
    m_state = State::Complete;
    return Status::Complete;
}

RequestParser::Status RequestParser::refuse(Reason reason, QLatin1StringView detail)
{
    return refuse(Refusal{reason, detail});
}

RequestParser::Status RequestParser::refuse(const Refusal &refusal)
{
    m_refusal = refusal;
    m_state = State::Refused;
    return Status::Refused;
}

QByteArray RequestParser::requestId() const
{
    return trustedRequestId(m_request.headers.value("X-Request-Id"));
}

Request RequestParser::takeRequest()
{
    m_request.requestId = requestId();
    if (m_authority)  // RFC 9112, 3.2.2: the authority replaces the Host field.
        m_request.headers.set(QByteArrayLiteral("Host"), *m_authority);
    removeConnectionFields(m_request.headers);
    Request taken = std::move(m_request);
    reset();
    return taken;
}

void RequestParser::reset()
{
    m_state = State::Start;
    m_emptyLines = 0;
    m_sawCr = false;
    m_authority.reset();
    m_headBytes = 0;
    m_line = RequestLine(m_maxTarget);
    m_field = QByteArray();
    m_request = Request();
    m_facts = HeadFacts();
    m_refusal = Refusal();
}

}  // namespace holdline::http

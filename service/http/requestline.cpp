// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/requestline.h"

#include "core/base/ascii.h"
#include "core/httpvalues/grammar.h"
#include "service/http/message.h"

#include <algorithm>
#include <array>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<const char *, 9> kMethods{"GET",     "HEAD",  "POST",    "PUT",  "DELETE",
                                               "OPTIONS", "PATCH", "CONNECT", "TRACE"};

bool isKnownMethod(QByteArrayView method)
{
    return std::any_of(kMethods.begin(), kMethods.end(),
                       [method](const char *known) { return method == known; });
}

constexpr QByteArrayView kVersionShape = "HTTP/d.d";
constexpr qsizetype kMajorAt = 5;
constexpr qsizetype kMinorAt = 7;

}  // namespace

RequestLine::Status RequestLine::feed(QByteArrayView data, qsizetype &consumed)
{
    for (consumed = 0; consumed < data.size();) {
        if (m_state == State::Target) {
            const QByteArrayView rest = data.sliced(consumed);
            const qsizetype room = m_maxTarget - m_target.size();
            const qsizetype length = targetLength(rest.first(std::min(rest.size(), room)));
            m_target.append(rest.first(length));
            consumed += length;
            if (consumed == data.size())
                return Status::NeedMore;
        }
        const Status status = byte(data[consumed++]);
        if (status != Status::NeedMore)
            return status;
    }
    return Status::NeedMore;
}

RequestLine::Status RequestLine::byte(char c)
{
    switch (m_state) {
        case State::Method:
            if (c == ' ' && !m_method.isEmpty()) {
                m_state = State::Target;
                return Status::NeedMore;
            }
            if (!isTokenChar(c))
                return refuse(Reason::BadRequest, "The request line does not start with a method."_L1);
            if (m_method.size() >= kMaxMethodBytes)
                return refuse(Reason::NotImplemented, "The method is too long for a supported method."_L1);
            m_method.append(c);
            return Status::NeedMore;
        case State::Target:
            if (c == ' ' && !m_target.isEmpty()) {
                m_state = State::Version;
                return Status::NeedMore;
            }
            // feed() has already consumed the valid bytes up to the limit. So this byte is beyond the limit
            // or invalid.
            if (targetLength(QByteArrayView(&c, 1)) == 0)
                return refuse(Reason::BadRequest,
                              "The request target contains a byte that must be escaped."_L1);
            return refuse(Reason::TargetTooLong, {});
        case State::Version: {
            if (c == '\r' && m_versionLength == kVersionShape.size()) {
                m_state = State::Lf;
                return Status::NeedMore;
            }
            const char shape = m_versionLength < kVersionShape.size() ? kVersionShape[m_versionLength] : '\0';
            const bool fits = shape == 'd' ? isDigit(c) : (shape != '\0' && c == shape);
            if (!fits)
                return refuse(Reason::BadRequest, "The request line does not end with an HTTP version."_L1);
            if (m_versionLength == kMajorAt)
                m_major = c;
            else if (m_versionLength == kMinorAt)
                m_minor = c == '0' ? 0 : 1;
            ++m_versionLength;
            return Status::NeedMore;
        }
        case State::Lf:
            if (c != '\n')
                return refuse(Reason::BadRequest, "A CR has no LF after it."_L1);
            return lineEnd();
    }
    return refuse(Reason::BadRequest, {});
}

RequestLine::Status RequestLine::lineEnd()
{
    if (m_major == '0')
        return refuse(Reason::BadRequest, "HTTP/0.9 is not supported."_L1);
    if (m_major != '1')
        return refuse(Reason::VersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are supported."_L1);
    if (!isKnownMethod(m_method))
        return refuse(Reason::NotImplemented, "The method is not supported."_L1);
    if (m_method == "CONNECT" || m_method == "TRACE")
        return refuse(Reason::MethodNotAllowed, "CONNECT and TRACE are not supported."_L1);
    if (!hasValidEscapes(m_target))
        return refuse(Reason::BadRequest, "The request target contains a broken percent escape."_L1);
    return Status::Done;
}

RequestLine::Status RequestLine::refuse(Reason reason, QLatin1StringView detail)
{
    m_refusal = {reason, detail};
    return Status::Refused;
}

std::optional<RequestLine::Target> RequestLine::normalise(QByteArrayView method, QByteArrayView target)
{
    if (target.startsWith('/'))
        return Target{target.toByteArray(), std::nullopt};
    if (target == "*") {
        if (method != "OPTIONS")
            return std::nullopt;
        return Target{target.toByteArray(), std::nullopt};
    }
    const qsizetype colon = target.indexOf(':');
    const QByteArrayView scheme = colon < 0 ? QByteArrayView() : target.first(colon);
    if (!(equalsIgnoreCase(scheme, "http") || equalsIgnoreCase(scheme, "https")) ||
        !target.sliced(colon).startsWith("://"))
        return std::nullopt;
    const QByteArrayView rest = target.sliced(colon + 3);
    const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?'; });
    const QByteArrayView authority = rest.first(end - rest.begin());
    const QByteArrayView pathAndQuery = rest.sliced(authority.size());
    if (!isHostAndPort(authority))
        return std::nullopt;
    Target result{pathAndQuery.toByteArray(), authority.toByteArray()};
    if (pathAndQuery.isEmpty())
        result.origin = method == "OPTIONS" ? "*" : "/";  // RFC 9112, 3.2.4
    else if (pathAndQuery.startsWith('?'))
        result.origin.prepend('/');
    return result;
}

}  // namespace holdline::http

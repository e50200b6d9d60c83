// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/headrules.h"

#include "core/httpvalues/grammar.h"

#include <algorithm>
#include <array>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

Refusal bad(QLatin1StringView detail)
{
    return {Reason::BadRequest, detail};
}

std::optional<Refusal> examineHost(const Request &request, bool hasAuthority)
{
    int count = 0;
    bool valid = true;
    for (const auto &[name, value] : request.headers) {
        if (!equalsIgnoreCase(name, "Host"))
            continue;
        ++count;
        valid = valid && isHostAndPort(value);
    }
    if (count > 1 || !valid)
        return bad("The Host field is missing its host, malformed or present twice."_L1);
    if (count == 0 && request.minorVersion > 0 && !hasAuthority)
        return bad("An HTTP/1.1 request needs a Host field."_L1);
    return std::nullopt;
}

/// Requires that the last transfer coding is chunked, exactly once (RFC 9112, 6.1). Refuses every form that
/// two parsers could read differently, because request smuggling uses such forms.
std::optional<Refusal> examineTransferEncoding(QByteArrayView codings)
{
    int count = 0;
    int chunked = 0;
    bool lastIsChunked = false;
    bool wellFormed = true;
    forEachListElement(codings, [&](QByteArrayView coding) {
        ++count;
        lastIsChunked = equalsIgnoreCase(coding, "chunked");
        chunked += lastIsChunked ? 1 : 0;
        wellFormed = wellFormed && isToken(coding) && !equalsIgnoreCase(coding, "identity");
    });
    if (!wellFormed || !lastIsChunked || chunked != 1)
        return bad("The last transfer coding must be chunked, exactly once."_L1);
    if (count > 1)
        return Refusal{Reason::NotImplemented, "Only the chunked transfer coding is supported."_L1};
    return std::nullopt;
}

std::optional<Refusal> examineFraming(const Request &request, Framing &framing)
{
    const auto codings = request.headers.combined("Transfer-Encoding");
    const auto lengths = request.headers.combined("Content-Length");
    if (codings && lengths)
        return bad("Content-Length and Transfer-Encoding exclude each other."_L1);
    if (codings) {
        if (request.minorVersion == 0)
            return bad("HTTP/1.0 does not allow Transfer-Encoding."_L1);
        framing.kind = Framing::Kind::Chunked;
        return examineTransferEncoding(*codings);
    }
    if (lengths) {
        // combined() joins two equal fields as "5, 5", which is no number.
        const auto length = parseContentLength(*lengths);
        if (!length)
            return bad("Content-Length is not one number."_L1);
        framing = {Framing::Kind::Length, *length};
    }
    return std::nullopt;
}

}  // namespace

bool keepsAlive(const HeaderFields &headers, int minorVersion)
{
    const QByteArray connection = headers.combined("Connection").value_or(QByteArray());
    return !listContains(connection, "close") && (minorVersion > 0 || listContains(connection, "keep-alive"));
}

std::optional<Refusal> examineHead(const Request &request, bool hasAuthority, HeadFacts &facts)
{
    if (const auto refusal = examineHost(request, hasAuthority))
        return refusal;
    if (const auto refusal = examineFraming(request, facts.framing))
        return refusal;

    facts.keepAlive = keepsAlive(request.headers, request.minorVersion);

    // A server ignores an expectation of an HTTP/1.0 client (RFC 9110, 10.1.1).
    if (const auto expect = request.headers.combined("Expect"); expect && request.minorVersion > 0) {
        if (!equalsIgnoreCase(*expect, "100-continue"))
            return Refusal{Reason::ExpectationFailed, "The only supported expectation is 100-continue."_L1};
        facts.expectContinue = facts.framing.kind == Framing::Kind::Chunked || facts.framing.length > 0;
    }
    return std::nullopt;
}

void removeConnectionFields(HeaderFields &headers)
{
    static constexpr std::array<QByteArrayView, 11> kRemoved{
        "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade",           "HTTP2-Settings", "TE",
        "Trailer",    "Expect",     "Content-Length",   "Transfer-Encoding", "X-Request-Id"};
    if (const auto named = headers.combined("Connection")) {
        forEachListElement(*named, [&headers](QByteArrayView name) {
            if (!name.isEmpty() && !equalsIgnoreCase(name, "Host"))
                headers.remove(name);
        });
    }
    headers.removeIf([](QByteArrayView name) {
        return std::any_of(kRemoved.begin(), kRemoved.end(),
                           [name](QByteArrayView removed) { return equalsIgnoreCase(name, removed); });
    });
}

QByteArray trustedRequestId(const QByteArray &value)
{
    const bool visible = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    return visible && value.size() <= 128 ? value : QByteArray();
}

}  // namespace holdline::http

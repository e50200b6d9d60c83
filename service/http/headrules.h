// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"
#include "service/http/refusal.h"

#include <optional>

namespace holdline::http {

/// How the end of a message's body is found (RFC 9112, 6).
struct Framing
{
    enum class Kind { None, Length, Chunked };
    Kind kind = Kind::None;
    qint64 length = 0;  ///< bytes, for Kind::Length
};

/// What the header fields of a request say about its connection and its body.
struct HeadFacts
{
    Framing framing;
    bool keepAlive = true;        ///< the client allows another request on the connection (RFC 9112, 9.3)
    bool expectContinue = false;  ///< the client waits for 100 before it sends the body (RFC 9110, 10.1.1)
};

/// True when the connection can be used for another request after this message (RFC 9112, 9.3).
bool keepsAlive(const HeaderFields &headers, int minorVersion);

/// Checks Host, Content-Length, Transfer-Encoding and Expect and fills `facts`. Returns the refusal when a
/// field breaks a rule. `hasAuthority` is true for an absolute-form target, whose authority replaces Host
/// (RFC 9112, 3.2.2). Pure.
std::optional<Refusal> examineHead(const Request &request, bool hasAuthority, HeadFacts &facts);

/// Removes the fields that concern only this connection (RFC 9110, 7.6.1): Connection and the fields it
/// names, Keep-Alive, Upgrade, TE. Also removes the fields whose content Request holds in other members or
/// needs no more: Expect, the framing fields and X-Request-Id.
void removeConnectionFields(HeaderFields &headers);

/// Returns `value` when it is safe in a log: 1–128 visible ASCII characters. Otherwise returns an empty
/// array.
QByteArray trustedRequestId(const QByteArray &value);

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"
#include "service/http/refusal.h"

#include <optional>

namespace holdline::http {

/// How a message's body is delimited (RFC 9112, 6).
struct Framing
{
    enum class Kind { None, Length, Chunked };
    Kind kind = Kind::None;
    qint64 length = 0;  ///< for Kind::Length
};

/// What the fields of a request's head say about the connection and the body.
struct HeadFacts
{
    Framing framing;
    bool keepAlive = true;        ///< RFC 9112, 9.3
    bool expectContinue = false;  ///< RFC 9110, 10.1.1
};

/// Checks Host, Content-Length, Transfer-Encoding and Expect, and says what they mean. `authority` is that of
/// an absolute-form target, which replaces Host. Pure.
std::optional<Refusal> examineHead(const Request &request, bool hasAuthority, HeadFacts &facts);

/// Takes out what belongs to this connection only (RFC 9110, 7.6.1) and what has become part of Request
/// itself: Connection and the fields it names, Keep-Alive, Upgrade, TE, Expect, the framing fields,
/// X-Request-Id.
void removeConnectionFields(HeaderFields &headers);

/// An `X-Request-Id` that may go into a log: 1–128 visible ASCII characters; empty when `value` is not one.
QByteArray trustedRequestId(const QByteArray &value);

}  // namespace holdline::http

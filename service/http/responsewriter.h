// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"
#include "service/http/refusal.h"

namespace holdline::http {

/// How the receiver finds the end of a response's body (RFC 9112, 6.3).
enum class BodyFraming {
    Length,   ///< Content-Length: the body is known whole
    Chunked,  ///< chunked: the body comes in pieces, see appendChunk()
    ToEnd     ///< the body ends with the connection, for HTTP/1.0
};

/// The values that the connection adds to a response.
struct Envelope
{
    QByteArray date;       ///< IMF-fixdate
    QByteArray requestId;  ///< for X-Request-Id
    bool close = false;
    bool isHttp10 = false;  ///< adds `Connection: keep-alive`, which HTTP/1.0 needs
    bool isHead = false;    ///< writes the same fields but no body (RFC 9110, 9.3.2)
    BodyFraming framing = BodyFraming::Length;
};

/// Writes a response as HTTP/1.1, with Content-Length when the status allows a body. Leaves out the fields
/// that the connection writes itself. Also leaves out invalid fields (control characters in name or value).
/// For a framing other than Length it writes only the head.
QByteArray serialise(const Response &response, const Envelope &envelope);

/// True when a response with this status can have a body (RFC 9110, 6.4.1).
bool mayHaveBody(int status);

/// Appends one chunk of a chunked body. Appends nothing for an empty piece, because an empty chunk ends the
/// body.
void appendChunk(QByteArray &out, QByteArrayView piece);
inline constexpr const char *kLastChunk = "0\r\n\r\n";

/// Makes the problem+json response of a request that the listener refuses. The response always closes the
/// connection, because the rest of the stream cannot be trusted.
Response refusalResponse(const Refusal &refusal);

/// Writes an IMF-fixdate (RFC 9110, 5.6.7), e.g. "Sun, 06 Nov 1994 08:49:37 GMT".
QByteArray imfDate(qint64 secondsSinceEpoch);

/// The value of the Allow field in the listener's own responses.
inline constexpr const char *kServedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

}  // namespace holdline::http

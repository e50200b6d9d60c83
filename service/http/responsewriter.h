// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"
#include "service/http/refusal.h"

namespace holdline::http {

/// How the other end knows where an answer's body ends (RFC 9112, 6.3).
enum class BodyFraming {
    Length,   ///< Content-Length: the body is whole
    Chunked,  ///< chunked: it comes in pieces, appendChunk()
    ToEnd     ///< it ends with the connection, for HTTP/1.0
};

/// What the connection adds to an answer.
struct Envelope
{
    QByteArray date;       ///< IMF-fixdate
    QByteArray requestId;  ///< for X-Request-Id
    bool close = false;
    bool isHttp10 = false;  ///< the client has to be told that the connection stays
    bool isHead = false;    ///< same fields, no body (RFC 9110, 9.3.2)
    BodyFraming framing = BodyFraming::Length;
};

/// The bytes of an answer, always HTTP/1.1 with Content-Length where the status allows one. Fields that the
/// connection writes itself, and fields that would break the head (names or values with control characters),
/// are left out. With another framing than Length: the bytes of its head only.
QByteArray serialise(const Response &response, const Envelope &envelope);

/// Whether a status has a body at all (RFC 9110, 6.4.1).
bool mayHaveBody(int status);

/// A piece of a chunked body. Nothing for an empty one, which would end the body.
void appendChunk(QByteArray &out, QByteArrayView piece);
inline constexpr const char *kLastChunk = "0\r\n\r\n";

/// The problem+json answer for what the listener itself refuses; it closes the connection where the rest of
/// the stream cannot be trusted, which is always.
Response refusalResponse(const Refusal &refusal);

/// RFC 9110, 5.6.7, e.g. "Sun, 06 Nov 1994 08:49:37 GMT".
QByteArray imfDate(qint64 secondsSinceEpoch);

/// What `Allow` says where no route is known.
inline constexpr const char *kServedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

}  // namespace holdline::http

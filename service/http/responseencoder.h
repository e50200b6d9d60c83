// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline::http {

/// Encodes the responses of one connection, one after the other, each in one piece or in several. The request
/// decides the form: a response to HEAD has no body, and a response to HTTP/1.0 has no chunks. `date` is the
/// Date field's value. Pure: no socket and no clock.
class ResponseEncoder
{
public:
    /// Prepares for the response to `request`. `keepAlive` is true when the client allows another request on
    /// the connection.
    void begin(const Request &request, bool keepAlive);
    /// Frees the request's data. Call this when the whole response was encoded.
    void end() { m_requestId = QByteArray(); }

    const QByteArray &requestId() const { return m_requestId; }
    bool isHead() const { return m_isHead; }
    bool keepsAlive() const { return m_keepAlive; }

    /// Encodes a response in one piece. `close` adds `Connection: close`.
    QByteArray whole(const Response &response, const QByteArray &date, bool close) const;

    /// Encodes the head and the first piece of a response. Afterwards isStreaming() is false when the
    /// response has no body. A body without chunks ends with the connection; keepsAlive() is then false.
    QByteArray beginStream(const Response &response, const QByteArray &date, bool close);
    bool isStreaming() const { return m_isStreaming; }
    /// Encodes a further piece of the body.
    QByteArray piece(QByteArrayView bytes) const;
    /// Encodes the end of the body. Returns nothing when the body ends with the connection.
    QByteArray endStream();

private:
    QByteArray m_requestId;
    bool m_keepAlive = true;
    bool m_isHead = false;
    bool m_isHttp10 = false;
    bool m_isStreaming = false;
};

}  // namespace holdline::http

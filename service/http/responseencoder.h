// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline::http {

/// Encodes the response to one request after the other, each in one piece or in several. The request decides
/// the form: a response to HEAD has no body, and one to HTTP/1.0 has no chunks. `date` is the Date field's
/// value. Pure: no socket and no clock.
class ResponseEncoder
{
public:
    /// Begins with a request. `keepAlive` tells whether its client allows another one on the connection.
    void begin(const Request &request, bool keepAlive);
    /// The whole response was encoded. Frees the request's data.
    void end() { m_requestId = QByteArray(); }

    const QByteArray &requestId() const { return m_requestId; }
    bool isHead() const { return m_isHead; }
    bool keepsAlive() const { return m_keepAlive; }

    /// The response in one piece. `close` announces the end of the connection.
    QByteArray whole(const Response &response, const QByteArray &date, bool close) const;

    /// The head and the first piece of a response. isStreaming() is false afterwards when it has no body. A
    /// body without chunks ends with the connection, so keepsAlive() is false then.
    QByteArray beginStream(const Response &response, const QByteArray &date, bool close);
    bool isStreaming() const { return m_isStreaming; }
    QByteArray piece(QByteArrayView bytes) const;
    /// The end of the body. Empty when it ends with the connection.
    QByteArray endStream();

private:
    QByteArray m_requestId;
    bool m_keepAlive = true;
    bool m_isHead = false;
    bool m_isHttp10 = false;
    bool m_isStreaming = false;
};

}  // namespace holdline::http

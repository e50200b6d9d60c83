// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace holdline::bench {

/// One kept-alive connection to a local port, with plain blocking calls, so that the client costs little.
/// Ends the bench on any error.
class PlainHttp
{
public:
    explicit PlainHttp(quint16 port);
    ~PlainHttp();
    PlainHttp(const PlainHttp &) = delete;
    PlainHttp &operator=(const PlainHttp &) = delete;

    /// The body of the response, whatever its status. The response must have a Content-Length.
    QByteArray get(const QByteArray &path);

private:
    int m_socket = -1;
};

}  // namespace holdline::bench

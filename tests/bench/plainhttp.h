// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace holdline::bench {

/// One kept-alive connection to a local port. It uses blocking system calls, so that the client costs little.
/// Any error ends the benchmark.
class PlainHttp
{
public:
    explicit PlainHttp(quint16 port);
    ~PlainHttp();
    PlainHttp(const PlainHttp &) = delete;
    PlainHttp &operator=(const PlainHttp &) = delete;

    /// Returns the body of the response, whatever its status. The response must have a Content-Length.
    QByteArray get(const QByteArray &path);

private:
    int m_socket = -1;
};

}  // namespace holdline::bench

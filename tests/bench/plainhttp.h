// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace holdline::bench {

/// One kept-alive connection to a port of this machine, with blocking calls and nothing else: what it costs
/// is not on the measured side. Gives up on whatever goes wrong.
class PlainHttp
{
public:
    explicit PlainHttp(quint16 port);
    ~PlainHttp();
    PlainHttp(const PlainHttp &) = delete;
    PlainHttp &operator=(const PlainHttp &) = delete;

    /// The body of the answer, which must have a Content-Length; any status is an answer.
    QByteArray get(const QByteArray &path);

private:
    int m_socket = -1;
};

}  // namespace holdline::bench

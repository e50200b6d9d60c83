// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/httpclient/origin.h"
#include "service/httpclient/tlsclient.h"

#include <chrono>
#include <cstdint>

namespace holdline {

/// The limits of a PooledAccessManager. Together they bound every queue and buffer.
struct PoolOptions
{
    int maxConnections = 1024;  ///< open or opening at once, for all origins and accounts together
    int maxQueued = 10'000;     ///< waiting requests; one more fails at once
    /// Any: a connection of an origin serves every account. A request prefers the connection that its
    /// affinity key used last. Account: a connection serves only the account (affinity key) it was opened
    /// for. When many connections are closed only for other accounts, a warning is logged (ChurnWatch).
    ConnectionScope scope = ConnectionScope::Any;
    std::chrono::milliseconds connectTimeout{
        5000};  ///< from the look-up of the name to the end of the TLS handshake
    /// An unused connection is closed after this time. If the peer announces `Keep-Alive: timeout=N` and N −
    /// 1 seconds is shorter, that time applies. A shorter time makes it less likely that the peer closes
    /// while a request is on its way. Such a request may or may not be accepted.
    std::chrono::milliseconds idleTimeout{30'000};
    std::chrono::seconds keepAlive{0};  ///< of new connections, see http::setKeepAlive(); 0: no probes
    std::int64_t maxAnswerBytes = 1024 * 1024;  ///< of a decoded response body
    qsizetype maxHeadBytes = 16 * 1024;
    TlsFiles tls;  ///< for https
    Origin proxy;  ///< https requests use a tunnel (CONNECT) through this proxy; no host: no proxy
};

}  // namespace holdline

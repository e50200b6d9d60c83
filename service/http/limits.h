// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace holdline::http {

using namespace std::chrono_literals;

/// What one HttpListener lets in. Every number is a promise that memory, descriptors and time are bounded.
struct Limits
{
    // Connections
    int maxConnections = 10'000;  ///< at once; one more is answered 503 with Retry-After and closed
    int reservedConnections =
        64;  ///< beyond maxConnections, for requests HttpListener::setReservedPath() names only
    int spareDescriptors = 32;  ///< of RLIMIT_NOFILE: not taken by connections, so that others can still open
    int backlog = 4096;         ///< of listen(2); the kernel caps it at net.core.somaxconn

    // Bytes
    qsizetype maxTargetBytes = 8 * 1024;  ///< 414 beyond it
    qsizetype maxHeadBytes = 16 * 1024;   ///< request line and fields; 431 beyond it
    int maxFields = 100;                  ///< 431 beyond it
    qsizetype maxBodyBytes =
        1024 * 1024;  ///< 413 beyond it, before the body is read where the length is known
    qsizetype maxTrailerBytes = 8 * 1024;   ///< 431 beyond it
    qsizetype maxUnsentBytes = 256 * 1024;  ///< nothing more is read from a client that does not read

    // Time, all absolute: trickling bytes does not extend them
    std::chrono::milliseconds headTimeout =
        10s;  ///< first byte of a request (or connect) to its last field; 408
    std::chrono::milliseconds bodyTimeout = 30s;  ///< end of head to end of body; 408
    std::chrono::milliseconds idleTimeout = 60s;  ///< between requests on a kept-alive connection; closed
    std::chrono::milliseconds writeTimeout =
        30s;  ///< what is unsent must be taken within it (twice, if pipelined)
    std::chrono::milliseconds lingerTimeout =
        2s;  ///< after a refusal: read and drop, so that the client sees it
};

}  // namespace holdline::http

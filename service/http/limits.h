// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace holdline::http {

using namespace std::chrono_literals;

/// The limits of one HttpListener. Together they bound memory, descriptors and time.
struct Limits
{
    // Connections
    int maxConnections = 10'000;   ///< at once; one more gets 503 with Retry-After and is closed
    int reservedConnections = 64;  ///< above maxConnections; only for HttpListener::setReserved()
    int spareDescriptors = 32;     ///< of RLIMIT_NOFILE; left free for files and other sockets
    int backlog = 4096;            ///< queue of listen(2); the kernel caps it at net.core.somaxconn

    // Bytes
    qsizetype maxTargetBytes = 8 * 1024;  ///< a longer target gets 414
    qsizetype maxHeadBytes = 16 * 1024;   ///< request line and fields; a longer head gets 431
    int maxFields = 100;                  ///< a request with more fields gets 431
    qsizetype maxBodyBytes =
        1024 * 1024;  ///< a longer body gets 413, before it is read when its length is declared
    qsizetype maxTrailerBytes = 8 * 1024;   ///< a longer trailer section gets 431
    qsizetype maxUnsentBytes = 256 * 1024;  ///< with more unsent bytes, nothing more is read from the client
    qsizetype lingerBytes =
        16 * 1024 * 1024;  ///< input discarded after the last response; then the connection gets an RST
    int lingering = 256;   ///< connections that discard input at the same time; one more closes the oldest

    // Bytes that all connections together read in one turn of the event loop. Further bytes are read in the
    // next turn, so that large bodies delay no other request for long.
    qsizetype bodyBytesPerTurn = 128 * 1024;      ///< of bodies, not counting the first 16 KiB of each body
    qsizetype discardedBytesPerTurn = 64 * 1024;  ///< of input that is discarded after the last response

    // Time. Every limit is absolute: single bytes that trickle in do not extend it.
    std::chrono::milliseconds headTimeout =
        10s;  ///< from the first byte (or the connect) to the end of the head; then 408
    std::chrono::milliseconds bodyTimeout =
        30s;  ///< from the end of the head to the end of the body; then 408
    std::chrono::milliseconds idleTimeout = 60s;  ///< between two requests; then the connection is closed
    std::chrono::milliseconds writeTimeout =
        30s;  ///< for the client to accept unsent bytes (twice that with pipelining)
    std::chrono::milliseconds lingerTimeout =
        2s;  ///< how long input is discarded after the last response, so that the client can read it
    std::chrono::seconds keepAlive{0};  ///< of accepted connections, see setKeepAlive(); 0: no probes

    /// True: a client that sent its FIN after its request still gets its response. False: such a client
    /// counts as gone.
    bool holdHalfClosed = false;
};

}  // namespace holdline::http

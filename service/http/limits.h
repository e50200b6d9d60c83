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
    int reservedConnections = 64;  ///< above maxConnections, only for HttpListener::setReservedPath()
    int spareDescriptors = 32;     ///< of RLIMIT_NOFILE, left free for files and other sockets
    int backlog = 4096;            ///< of listen(2); the kernel caps it at net.core.somaxconn

    // Bytes
    qsizetype maxTargetBytes = 8 * 1024;  ///< longer: 414
    qsizetype maxHeadBytes = 16 * 1024;   ///< request line and fields; longer: 431
    int maxFields = 100;                  ///< more: 431
    qsizetype maxBodyBytes =
        1024 * 1024;  ///< longer: 413, before reading the body when its length is declared
    qsizetype maxTrailerBytes = 8 * 1024;   ///< longer: 431
    qsizetype maxUnsentBytes = 256 * 1024;  ///< above it, no more is read from the client
    qsizetype lingerBytes =
        16 * 1024 * 1024;  ///< discarded of one connection after a refusal; then it gets an RST
    int lingering = 256;   ///< connections that discard input at once; for one more, the oldest is closed

    // Bytes in one turn of the event loop, of all connections. More waits for the next turn, so that large
    // bodies delay no other request for long.
    qsizetype bodyBytesPerTurn = 128 * 1024;      ///< of bodies, after the first 16 KiB of each
    qsizetype discardedBytesPerTurn = 64 * 1024;  ///< of input that is discarded

    // Time. Every limit is absolute: single bytes that trickle in do not extend it.
    std::chrono::milliseconds headTimeout =
        10s;  ///< from the first byte (or the connect) to the end of the head; then 408
    std::chrono::milliseconds bodyTimeout =
        30s;  ///< from the end of the head to the end of the body; then 408
    std::chrono::milliseconds idleTimeout = 60s;  ///< between requests of one connection; then it is closed
    std::chrono::milliseconds writeTimeout =
        30s;  ///< for the client to accept unsent bytes (twice that with pipelining)
    std::chrono::milliseconds lingerTimeout =
        2s;  ///< reads and discards input after a refusal, so that the client sees it
    std::chrono::seconds keepAlive{0};  ///< of accepted connections: see setKeepAlive()

    /// True when a client that sent its FIN after its request waits for the answer. Otherwise it counts as
    /// gone.
    bool holdHalfClosed = false;
};

}  // namespace holdline::http

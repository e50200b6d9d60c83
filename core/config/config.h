// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QUrl>

#include <chrono>
#include <cstdint>

namespace holdline {

using namespace std::chrono_literals;

/// An address to listen on. Host is an IP address as text ("127.0.0.1", "::1", "0.0.0.0"); port 0 lets the
/// system pick one. An empty host means: off.
struct ListenAddress
{
    QString host;
    std::uint16_t port = 0;

    bool isOff() const { return host.isEmpty(); }
    friend bool operator==(const ListenAddress &, const ListenAddress &) = default;
};

enum class EventLoop { Epoll, Qt };
enum class ConnectionScope { Any, Account };
enum class UpstreamTransport { Pooled, Qt };
enum class AmbiguousRetry { Never, Always };
/// What a request gets whose Idempotency-Key's job has not ended: that job's answer, or 409.
enum class KeyInFlight { Join, Reject };
/// SQLite's `synchronous`: Full survives a power cut, Normal a killed process.
enum class StoreSync { Full, Normal };
enum class LogFormat { Logfmt, Json };
enum class LogLevel { Debug, Info, Warning, Error };

/// Everything that can be set, with its default. Plain data; options.h lists for each member its TOML key,
/// flag, environment variable, range and description.
struct Config
{
    struct Server
    {
        ListenAddress listen{QStringLiteral("127.0.0.1"), 3738};
        ListenAddress adminListen{QStringLiteral("127.0.0.1"), 3739};
        /// Where the upstream reaches us; empty: http://<listen>/callback.
        QUrl callbackUrl;
        int threads = 0;                         ///< that serve clients; 0: as many as suit the machine
        EventLoop eventLoop = EventLoop::Epoll;  ///< of every thread
        /// Path of the local socket for monitors, "off", or "auto": holdline.sock in the service's or the
        /// user's runtime folder.
        QString monitorSocket = QStringLiteral("auto");
    } server;

    struct Upstream
    {
        QUrl url{QStringLiteral("http://127.0.0.1:3740/start")};
        UpstreamTransport transport = UpstreamTransport::Pooled;
        int connections = 1024;  ///< open to the upstream at once, all accounts together
        ConnectionScope connectionScope = ConnectionScope::Account;
        std::chrono::milliseconds connectTimeout = 5s;
        std::chrono::milliseconds startTimeout =
            10s;  ///< start sent to its answer read; its fate is unknown then
        std::chrono::milliseconds idleTimeout = 30s;  ///< an unused kept-alive connection is closed after it
        std::int64_t maxAnswerBytes = 1024 * 1024;
    } upstream;

    struct Lanes
    {
        int startsPerAccount = 1;  ///< in flight at once in one lane
        int startsInFlight = 512;  ///< in flight at once, all lanes together
        int laneLength = 1000;     ///< queued in one lane; one more gets 429
        int queued = 100'000;      ///< queued in all lanes; one more gets 503
    } lanes;

    struct Hold
    {
        std::chrono::milliseconds deadline = 30s;      ///< for a request without `Prefer: wait=N`
        std::chrono::milliseconds maxDeadline = 300s;  ///< cap of `Prefer: wait=N`
        int held = 20'000;                             ///< requests held at once; one more gets 503
        std::chrono::milliseconds drainTimeout = 25s;
        int retainedResults = 10'000;  ///< settled jobs remembered for late and duplicate callbacks
        std::int64_t retainedBytes = 64 * 1024 * 1024;  ///< their bodies, all together
        std::chrono::milliseconds retainedFor = 600s;
        std::chrono::milliseconds jobDeadline = 1h;  ///< of a durable job, whoever waits for it
        int durable = 100'000;                       ///< durable jobs that have not ended; one more gets 503
        KeyInFlight keyInFlight = KeyInFlight::Join;
    } hold;

    struct Store
    {
        /// Path of the SQLite file, "memory", or "auto": holdline.db in the service's or the user's state
        /// folder.
        QString path = QStringLiteral("auto");
        StoreSync synchronous = StoreSync::Full;
        std::chrono::milliseconds commitInterval = 4ms;  ///< least time from one commit to the next
        std::chrono::milliseconds keepFor = 24h;         ///< results and keys of jobs that have ended
        int jobs = 200'000;                              ///< ended ones that are kept
        std::int64_t bytes = 1024 * 1024 * 1024;         ///< of all that is kept
        int queued = 20'000;                             ///< writes that wait; one more fails
        int deadLetters = 1'000;
        std::int64_t deadLetterBytes = 64 * 1024 * 1024;
    } store;

    struct Retry
    {
        int attempts = 4;  ///< starts of one job, the first included
        std::chrono::milliseconds baseDelay = 50ms;
        std::chrono::milliseconds maxDelay = 2s;
        AmbiguousRetry ambiguous = AmbiguousRetry::Never;
    } retry;

    struct Circuit
    {
        int failures = 10;  ///< in a row that open the circuit; 0: no circuit breaker
        std::chrono::milliseconds openFor = 5s;
    } circuit;

    struct Limits
    {
        int connections = 18'000;
        int callbackConnections = 64;  ///< kept in reserve for callbacks
        std::int64_t targetBytes = 8 * 1024;
        std::int64_t headBytes = 16 * 1024;
        int headFields = 100;
        std::int64_t bodyBytes = 1024 * 1024;
        std::chrono::milliseconds headTimeout = 10s;
        std::chrono::milliseconds bodyTimeout = 30s;
        std::chrono::milliseconds idleTimeout = 60s;
        std::chrono::milliseconds writeTimeout = 30s;
    } limits;

    struct Log
    {
        LogFormat format = LogFormat::Logfmt;
        LogLevel level = LogLevel::Info;
        int accessLinesPerSecond = 1000;  ///< more are counted and summed up in one line; 0: no access log
    } log;
};

}  // namespace holdline

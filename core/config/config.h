// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/addressrange.h"

#include <QString>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace holdline {

using namespace std::chrono_literals;

/// An address to listen on. The host is an IP address as text ("127.0.0.1", "::1"). "0.0.0.0" means all IPv4
/// addresses, "::" all IPv6 and IPv4 addresses. Port 0 lets the system pick a port.
struct ListenAddress
{
    QString host;
    std::uint16_t port = 0;

    bool isEveryAddress() const
    {
        return host == QLatin1StringView("0.0.0.0") || host == QLatin1StringView("::");
    }
    bool isLoopback() const
    {
        return host.startsWith(QLatin1StringView("127.")) || host == QLatin1StringView("::1");
    }
    friend bool operator==(const ListenAddress &, const ListenAddress &) = default;
};

enum class EventLoop { Epoll, Qt };
enum class ConnectionScope { Any, Account };
enum class UpstreamTransport { Pooled, Qt };
enum class AmbiguousRetry { Never, Always };
/// The answer to a request whose Idempotency-Key belongs to a job that has not ended. Join: the request waits
/// and gets the result of that job. Reject: 409 at once.
enum class KeyInFlight { Join, Reject };
/// The treatment of a client that has shut down its sending side (TCP half-close) while its request is held.
/// Leave: the client counts as gone. Hold: it counts as still waiting.
enum class HalfClose { Leave, Hold };
/// The answer of `/readyz` while durable jobs are refused: 200 (Ready) or 503 (Unready).
enum class WhenDegraded { Ready, Unready };
/// The `synchronous` setting of SQLite. Full: stored jobs survive a power cut. Normal: they survive only the
/// end of the process.
enum class StoreSync { Full, Normal };
enum class LogFormat { Logfmt, Json };
enum class LogLevel { Debug, Info, Warning, Error };

struct RouteSet;

/// The configuration with its defaults. Plain data. The table in options.cpp has the TOML key, flag,
/// environment variable, range and description of each member.
struct Config
{
    struct Server
    {
        std::vector<ListenAddress> listen{{QStringLiteral("127.0.0.1"), 3738}};       ///< never empty
        std::vector<ListenAddress> adminListen{{QStringLiteral("127.0.0.1"), 3739}};  ///< empty: off
        /// The URL at which the upstream reaches this service: see callbackAddress(). Empty means
        /// http://<listen>, or http://127.0.0.1:<port> when the service listens on all addresses and the
        /// upstream is on this machine.
        QUrl callbackUrl;
        /// The URL at which clients reach this service. Links in answers begin with this URL. Empty: links
        /// are paths without scheme and host.
        QUrl publicUrl;
        std::vector<AddressRange> trustedProxies;  ///< proxies whose X-Forwarded-Prefix is used in links
        int threads = 0;  ///< threads that serve clients; 0: chosen from the number of cores
        EventLoop eventLoop = EventLoop::Epoll;  ///< event loop of every thread
        /// Path of the local socket for monitors, "off" or "auto". "auto" is holdline.sock in the
        /// runtime folder of the service or the user.
        QString monitorSocket = QStringLiteral("auto");
        WhenDegraded whenDegraded = WhenDegraded::Ready;
    } server;

    struct Upstream
    {
        QUrl url{QStringLiteral("http://127.0.0.1:3740/start")};
        /// "jobserver", the name of a shipped profile or of a profile in the TOML file, or the path of a file
        /// with a profile.
        QString profile = QStringLiteral("jobserver");
        UpstreamTransport transport = UpstreamTransport::Pooled;
        int connections = 1024;  ///< open to the upstream at once, all accounts together
        ConnectionScope connectionScope = ConnectionScope::Any;
        std::chrono::milliseconds connectTimeout = 5s;
        std::chrono::milliseconds startTimeout =
            10s;  ///< from sending a start request to its whole answer; then it is unknown if the job started
        std::chrono::milliseconds idleTimeout = 30s;  ///< how long an unused connection stays open
        std::int64_t maxAnswerBytes = 1024 * 1024;
        // PEM files for an https upstream. Empty: not set.
        QString caFile;             ///< the only authorities to trust; empty: those of the system
        QString clientCertificate;  ///< shown to an upstream that asks for one
        QString clientKey;          ///< private key of clientCertificate; set both or neither
        QUrl proxy;                 ///< HTTP proxy (CONNECT) for an https upstream; empty: none
    } upstream;

    struct Lanes
    {
        int startsPerAccount = 1;  ///< start requests in flight at once in one account's lane
        int startsInFlight = 512;  ///< start requests in flight at once in all lanes
        int laneLength = 1000;     ///< jobs that wait for their start in one lane; the next request gets 429
        int queued = 100'000;      ///< jobs that wait for their start in all lanes; the next request gets 503
    } lanes;

    struct Hold
    {
        std::chrono::milliseconds deadline = 30s;      ///< for a request without `Prefer: wait=N`
        std::chrono::milliseconds maxDeadline = 300s;  ///< cap of `Prefer: wait=N`
        int held = 20'000;                             ///< requests held at once; the next one gets 503
        std::chrono::milliseconds drainTimeout = 25s;  ///< for held requests to finish after SIGTERM
        int retainedResults = 10'000;  ///< settled jobs in memory, to recognise late and duplicate callbacks
        std::int64_t retainedBytes = 64 * 1024 * 1024;  ///< result bodies of retained jobs, all together
        std::chrono::milliseconds retainedFor = 600s;   ///< how long a settled job is retained
        std::chrono::milliseconds jobDeadline =
            1h;  ///< deadline of a durable job, independent of its clients
        /// The longest wait for the callback of a durable job of which it is unknown whether the upstream has
        /// started it.
        std::chrono::milliseconds doubtDeadline = 10min;
        int durable = 100'000;  ///< durable jobs that have not ended; the next one gets 503
        KeyInFlight keyInFlight = KeyInFlight::Join;
        HalfClose halfClose = HalfClose::Leave;
    } hold;

    struct Store
    {
        /// Path of the SQLite file, "memory" or "auto". "auto" is holdline.db in the state folder
        /// of the service or the user.
        QString path = QStringLiteral("auto");
        StoreSync synchronous = StoreSync::Full;
        std::chrono::milliseconds commitInterval = 4ms;  ///< least time between two commits while writes wait
        std::chrono::milliseconds keepFor = 24h;         ///< how long results and keys of ended jobs stay
        int jobs = 200'000;                              ///< most ended jobs in the store
        std::int64_t bytes = 1024 * 1024 * 1024;         ///< largest size of all stored jobs
        int queued = 20'000;                             ///< most waiting writes; the next one fails
        std::chrono::milliseconds patience = 5s;         ///< a store that answers later counts as unavailable
        int deadLetters = 1'000;  ///< most dead letters in the store; the oldest are deleted first
        std::int64_t deadLetterBytes = 64 * 1024 * 1024;  ///< bodies of all dead letters together
    } store;

    struct Retry
    {
        int attempts = 0;  ///< start requests per job, with the first; 0: as many as the deadline allows
        int budget = 100;  ///< retries per 100 first start requests, within a window of ten seconds
        std::chrono::milliseconds baseDelay = 50ms;     ///< longest delay before the first retry
        std::chrono::milliseconds maxDelay = 2s;        ///< longest delay before a retry of a young job
        std::chrono::milliseconds maxRetryAfter = 60s;  ///< cap of each Retry-After, received or sent
        AmbiguousRetry ambiguous = AmbiguousRetry::Never;
    } retry;

    struct Circuit
    {
        int failures = 10;  ///< failed start requests in a row that open the circuit; 0: it never opens
        int accounts = 3;   ///< accounts that must have failed start requests; see CircuitBreaker
        std::chrono::milliseconds probeAfter = 250ms;  ///< pause before the first probe; doubled each time
        std::chrono::milliseconds openFor = 5s;        ///< longest pause between two probes
    } circuit;

    struct Limits
    {
        int connections = 18'000;      ///< client connections at once; the next one gets 503
        int callbackConnections = 64;  ///< further connections that only callbacks may use
        std::int64_t targetBytes = 8 * 1024;
        std::int64_t headBytes = 16 * 1024;
        int headFields = 100;
        std::int64_t bodyBytes = 1024 * 1024;
        std::int64_t memory = 0;  ///< bytes of all bodies in memory; 0: a quarter of the machine's memory
        int accountShare = 80;    ///< percent of a shared limit for one account; see isWithinShare()
        std::chrono::milliseconds headTimeout = 10s;
        std::chrono::milliseconds bodyTimeout = 30s;
        std::chrono::milliseconds idleTimeout = 60s;
        std::chrono::milliseconds writeTimeout = 30s;
        std::chrono::milliseconds keepAlive = 30s;  ///< idle time before TCP keep-alive probes; 0: no probes
    } limits;

    struct Log
    {
        LogFormat format = LogFormat::Logfmt;
        LogLevel level = LogLevel::Info;
        int accessLinesPerSecond = 1000;  ///< the rest is counted in one line; 0: no access log
    } log;

    /// The routes with profiles (core/routing). Null when no routes are configured: requests that start jobs
    /// then arrive at built-in paths such as /start and go to `upstream.url`.
    std::shared_ptr<const RouteSet> routes;
};

}  // namespace holdline

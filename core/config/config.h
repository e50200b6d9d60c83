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

/// An address to listen on. The host is an IP address as text ("127.0.0.1", "::1", "0.0.0.0"). "::" means all
/// addresses, of IPv4 too. Port 0 lets the system pick a port.
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
/// The answer to a request whose Idempotency-Key belongs to a job that has not ended: the answer of that
/// job, or 409.
enum class KeyInFlight { Join, Reject };
/// Tells how a client counts that has shut down its sending side: as gone, or as still waiting.
enum class HalfClose { Leave, Hold };
/// The answer of `/readyz` while durable jobs are refused: 200 or 503.
enum class WhenDegraded { Ready, Unready };
/// The `synchronous` setting of SQLite: Full survives a power cut, Normal survives a killed process.
enum class StoreSync { Full, Normal };
enum class LogFormat { Logfmt, Json };
enum class LogLevel { Debug, Info, Warning, Error };

struct RouteSet;

/// The configuration with its defaults. Plain data. options.h lists the TOML key, flag, environment
/// variable, range and description of each member.
struct Config
{
    struct Server
    {
        std::vector<ListenAddress> listen{{QStringLiteral("127.0.0.1"), 3738}};       ///< never empty
        std::vector<ListenAddress> adminListen{{QStringLiteral("127.0.0.1"), 3739}};  ///< empty: off
        /// The address at which the upstream reaches this service: see callbackAddress(). Empty means
        /// http://<listen>, or http://127.0.0.1:<port> when it listens on all addresses and the upstream is
        /// local.
        QUrl callbackUrl;
        /// The address at which clients see this service. Links in answers begin with it. Empty: links are
        /// paths.
        QUrl publicUrl;
        std::vector<AddressRange> trustedProxies;  ///< whose X-Forwarded-Prefix counts
        int threads = 0;  ///< threads that serve clients; 0 picks a number for the machine
        EventLoop eventLoop = EventLoop::Epoll;  ///< event loop of every thread
        /// Path of the local socket for monitors, "off" or "auto". "auto" is holdline.sock in the
        /// runtime folder of the service or the user.
        QString monitorSocket = QStringLiteral("auto");
        WhenDegraded whenDegraded = WhenDegraded::Ready;
    } server;

    struct Upstream
    {
        QUrl url{QStringLiteral("http://127.0.0.1:3740/start")};
        /// "jobserver", the name of a shipped profile or of one in the file, or the path of a profile's file.
        QString profile = QStringLiteral("jobserver");
        UpstreamTransport transport = UpstreamTransport::Pooled;
        int connections = 1024;  ///< open to the upstream at once, all accounts together
        ConnectionScope connectionScope = ConnectionScope::Any;
        std::chrono::milliseconds connectTimeout = 5s;
        std::chrono::milliseconds startTimeout =
            10s;  ///< from sending a start to its answer; then its fate is unknown
        std::chrono::milliseconds idleTimeout = 30s;  ///< how long an unused connection stays open
        std::int64_t maxAnswerBytes = 1024 * 1024;
        // PEM files for an https upstream. Empty: not set.
        QString caFile;             ///< the only authorities to trust; empty: those of the system
        QString clientCertificate;  ///< shown to an upstream that asks for one
        QString clientKey;          ///< its key; set together with it
        QUrl proxy;                 ///< an HTTP proxy on the way to an https upstream; empty: none
    } upstream;

    struct Lanes
    {
        int startsPerAccount = 1;  ///< starts in flight at once in one lane
        int startsInFlight = 512;  ///< starts in flight at once in all lanes
        int laneLength = 1000;     ///< queued starts in one lane; the next request gets 429
        int queued = 100'000;      ///< queued starts in all lanes; the next request gets 503
    } lanes;

    struct Hold
    {
        std::chrono::milliseconds deadline = 30s;      ///< for a request without `Prefer: wait=N`
        std::chrono::milliseconds maxDeadline = 300s;  ///< cap of `Prefer: wait=N`
        int held = 20'000;                             ///< requests held at once; the next one gets 503
        std::chrono::milliseconds drainTimeout = 25s;
        int retainedResults = 10'000;  ///< settled jobs in memory, to recognise late and duplicate callbacks
        std::int64_t retainedBytes = 64 * 1024 * 1024;  ///< bodies of their results, all together
        std::chrono::milliseconds retainedFor = 600s;
        std::chrono::milliseconds jobDeadline =
            1h;  ///< deadline of a durable job, independent of its clients
        /// The longest wait for the callback of a durable job whose start is in doubt.
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
        std::chrono::milliseconds commitInterval = 4ms;  ///< minimum time between two commits of a busy store
        std::chrono::milliseconds keepFor = 24h;         ///< how long results and keys of ended jobs stay
        int jobs = 200'000;                              ///< ended jobs in the store
        std::int64_t bytes = 1024 * 1024 * 1024;         ///< size of all stored jobs
        int queued = 20'000;                             ///< waiting writes; the next one fails
        std::chrono::milliseconds patience = 5s;         ///< after it, an answer of the disk counts as failed
        int deadLetters = 1'000;
        std::int64_t deadLetterBytes = 64 * 1024 * 1024;
    } store;

    struct Retry
    {
        int attempts = 0;  ///< starts per job, the first included; 0: as many as its deadline allows
        int budget = 100;  ///< retries per 100 first starts, within a window of ten seconds
        std::chrono::milliseconds baseDelay = 50ms;
        std::chrono::milliseconds maxDelay = 2s;
        std::chrono::milliseconds maxRetryAfter = 60s;  ///< cap of every Retry-After, taken or given
        AmbiguousRetry ambiguous = AmbiguousRetry::Never;
    } retry;

    struct Circuit
    {
        int failures = 10;  ///< failures in a row that open the circuit; 0 switches it off
        int accounts = 3;   ///< accounts from which failed answers must come; see CircuitBreaker
        std::chrono::milliseconds probeAfter = 250ms;  ///< pause before the first probe; it doubles
        std::chrono::milliseconds openFor = 5s;        ///< longest pause between two probes
    } circuit;

    struct Limits
    {
        int connections = 18'000;
        int callbackConnections = 64;  ///< connections reserved for callbacks
        std::int64_t targetBytes = 8 * 1024;
        std::int64_t headBytes = 16 * 1024;
        int headFields = 100;
        std::int64_t bodyBytes = 1024 * 1024;
        std::int64_t memory = 0;  ///< bytes of all bodies in memory; 0: a quarter of the machine's memory
        int accountShare = 80;    ///< percent that one account alone may use of what all share
        std::chrono::milliseconds headTimeout = 10s;
        std::chrono::milliseconds bodyTimeout = 30s;
        std::chrono::milliseconds idleTimeout = 60s;
        std::chrono::milliseconds writeTimeout = 30s;
        std::chrono::milliseconds keepAlive = 30s;  ///< silence before a TCP keep-alive probe; 0: no probes
    } limits;

    struct Log
    {
        LogFormat format = LogFormat::Logfmt;
        LogLevel level = LogLevel::Info;
        int accessLinesPerSecond = 1000;  ///< one line sums up the others; 0 switches the access log off
    } log;

    /// The routes with profiles (core/routing). Null: the usual paths go to `upstream.url`.
    std::shared_ptr<const RouteSet> routes;
};

}  // namespace holdline

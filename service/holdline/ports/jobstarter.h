// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

/// One start request to send.
struct StartCall
{
    QByteArray account;                                      ///< for connection affinity; never sent
    QByteArray body;                                         ///< sent as application/json
    QByteArray idempotencyKey;                               ///< sent as `Idempotency-Key`
    std::vector<std::pair<QByteArray, QByteArray>> headers;  ///< X-Request-Id, traceparent, tracestate
    std::chrono::milliseconds timeout{0};                    ///< from now to the whole answer; never 0
};

/// How a start request ended, sorted by what it says about the job.
struct StartResult
{
    enum class Fate {
        Accepted,    ///< 2xx with a readable answer: the job runs, `upstreamId` is its id
        Rejected,    ///< 4xx that says no for good: status, contentType and body are to be passed on
        NotStarted,  ///< certainly no job: nothing of the request was taken, or 408/425/429/5xx/3xx said no
        Unknown,     ///< sent, and no (readable) answer: the job may or may not run
    };
    Fate fate = Fate::Unknown;
    /// For NotStarted: worth another try (connect failures, resets before sending, 408/425/429/502/503/504).
    bool retryable = false;
    /// True when no HTTP answer came at all (refused, unreachable, DNS, timeout, reset).
    bool unreachable = false;
    int status = 0;  ///< of the upstream's answer; 0 when there was none
    QByteArray contentType;
    QByteArray body;
    QByteArray upstreamId;
    std::optional<std::chrono::milliseconds> retryAfter;
    /// RFC 9209 error type, e.g. "connection_refused", "http_response_timeout"; empty when there is no error.
    QByteArray proxyStatus;
    QString detail;  ///< for people and logs
};

/// Sends start requests. Implemented by UpstreamClient over QNetworkAccessManager and by a fake in tests.
/// Lives in one thread; finished() is never emitted from inside start().
class JobStarter : public QObject
{
    Q_OBJECT

public:
    using Ticket = std::uint64_t;
    using QObject::QObject;

    /// Sends one request, once: never repeated by anything underneath. Ends with exactly one finished().
    virtual void start(Ticket ticket, const StartCall &call) = 0;

Q_SIGNALS:
    void finished(holdline::JobStarter::Ticket ticket, const holdline::StartResult &result);
};

}  // namespace holdline

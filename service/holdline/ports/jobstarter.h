// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/messageview.h"
#include "core/profile/startcodec.h"
#include "core/telemetry/metrics.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace holdline {

struct CredentialSpec;
struct StartResult;
/// Reads a complete answer to a start request and sets the members of `result` that follow from it: fate,
/// report, upstreamId, and the answer for clients. Gets 2xx answers only, unless StartCall::readsEveryStatus.
using StartAnswerReader = std::function<void(const profile::MessageView &answer, StartResult &result)>;

/// One start request: the HTTP request that starts a job at the upstream. Also used for other requests to an
/// upstream, e.g. for a job's status or an access token.
struct StartCall
{
    QByteArray account;         ///< for connection affinity; never sent
    QByteArray method;          ///< empty for POST
    QByteArray url;             ///< percent-encoded; empty for the usual upstream
    QByteArray body;            ///< sent as application/json, unless `url` and `readAnswer` are set
    QByteArray idempotencyKey;  ///< sent as `Idempotency-Key`
    std::vector<std::pair<QByteArray, QByteArray>> headers;  ///< e.g. X-Request-Id, traceparent
    std::chrono::milliseconds timeout{0};  ///< from start() to the end of the answer; never 0
    bool passThrough = false;              ///< the client gets the upstream's answer, whatever it says
    StartAnswerReader readAnswer{};        ///< empty for the job server's own API
    bool readsEveryStatus = false;         ///< readAnswer gets complete answers of any status
    std::shared_ptr<const CredentialSpec> token{};  ///< for Authorization; null: none is needed
};

/// The result of a start request, classified by its meaning for the job.
struct StartResult
{
    /// Accepted: a 2xx with a readable answer. The job runs and `upstreamId` is its id. With
    /// StartCall::passThrough any status below 400 is accepted. Rejected: a final 4xx whose status,
    /// contentType and body are passed on. NotStarted: there is certainly no job, because no byte was sent or
    /// the status was 408/425/429/5xx/3xx. Unknown: the request was sent, but no readable answer came. The
    /// job may or may not run.
    using Fate = StartFate;
    Fate fate = Fate::Unknown;
    /// For NotStarted: another attempt makes sense (no connection, reset before sending or within the TLS
    /// handshake, 408/425/429/502/503/504).
    bool retryable = false;
    /// True when no HTTP answer came (refused, unreachable, DNS, timeout, reset).
    bool unreachable = false;
    bool timedOut = false;  ///< StartCall::timeout passed before the whole answer came
    /// True when nothing was sent because there is no access token. The result then says nothing about the
    /// upstream.
    bool lacksToken = false;
    /// True when `status` arrived and the rest of the answer was lost. False for an answer that was too
    /// large.
    bool brokeOff = false;
    int status = 0;  ///< status of the upstream's answer; 0 without an answer
    QByteArray contentType;
    QByteArray body;
    QByteArray upstreamId;
    QByteArray upstreamLocation;  ///< the job's URL at the upstream; may be empty
    QByteArray state;             ///< the job's state in the upstream's words; may be empty
    bool isKnownState = false;    ///< the profile lists `state`
    /// For Accepted: Completed or Failed when the answer is already the job's result.
    JobReport report = JobReport::Progress;
    int resultStatus = 200;  ///< status of the answer to the client, when the upstream's answer is the result
    std::optional<std::chrono::milliseconds> retryAfter;  ///< delay of the answer's Retry-After, capped
    /// Error type of RFC 9209, e.g. "connection_refused" or "http_response_timeout". Empty without an error.
    QByteArray proxyStatus;
    QString detail;  ///< for people and logs
    /// Header fields of the answer that are passed on with its status, contentType and body: see
    /// passedOnFields().
    std::vector<std::pair<QByteArray, QByteArray>> fields{};
};

/// Sends start requests. Implemented by UpstreamClient over QNetworkAccessManager, by AuthorisedStarter for
/// requests that need a token, and by a fake in tests. Used by one thread. Never emits finished() inside
/// start().
class JobStarter : public QObject
{
    Q_OBJECT

public:
    using Ticket = std::uint64_t;
    using QObject::QObject;

    /// Sends one request exactly once. No layer below repeats it. The only exception is a request with a
    /// token that the upstream refused with 401, because such a request started nothing. Ends with exactly
    /// one finished().
    virtual void start(Ticket ticket, const StartCall &call) = 0;

Q_SIGNALS:
    /// A request with StartCall::token is sent now. It may have waited for its token, and is sent a second
    /// time after a 401. Other requests are sent inside start(), without this signal.
    void leaves(holdline::JobStarter::Ticket ticket);
    void finished(holdline::JobStarter::Ticket ticket, const holdline::StartResult &result);
};

}  // namespace holdline

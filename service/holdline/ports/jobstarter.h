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
/// Reads a whole answer of 2xx to a start, and sets what it means: fate, report, upstreamId, and what clients
/// get.
using StartAnswerReader = std::function<void(const profile::MessageView &answer, StartResult &result)>;

/// One start request.
struct StartCall
{
    QByteArray account;                                      ///< for connection affinity; never sent
    QByteArray method;                                       ///< empty for POST
    QByteArray url;                                          ///< encoded; empty for the usual upstream
    QByteArray body;                                         ///< sent as application/json, but for a `url`
    QByteArray idempotencyKey;                               ///< sent as `Idempotency-Key`
    std::vector<std::pair<QByteArray, QByteArray>> headers;  ///< X-Request-Id, traceparent, tracestate
    std::chrono::milliseconds timeout{0};                    ///< from now to the end of the answer; never 0
    bool passThrough = false;                                ///< the client gets the answer, whatever it is
    StartAnswerReader readAnswer{};                          ///< empty for the job server's API
    bool readsEveryStatus = false;                           ///< readAnswer gets whole answers of any status
    std::shared_ptr<const CredentialSpec> token{};  ///< of the Authorization field; null: none is needed
};

/// The end of a start request, classified by its meaning for the job.
struct StartResult
{
    /// Accepted: 2xx with a readable answer, so the job runs and `upstreamId` is its id, or any answer below
    /// 400 to a start that passes through. Rejected: a final 4xx whose status, contentType and body are
    /// passed on. NotStarted: certainly no job, because no byte was sent or the answer was
    /// 408/425/429/5xx/3xx. Unknown: sent without a readable answer, so the job may or may not run.
    using Fate = StartFate;
    Fate fate = Fate::Unknown;
    /// For NotStarted: another attempt makes sense (no connection, reset before sending or within the TLS
    /// handshake, 408/425/429/502/503/504).
    bool retryable = false;
    /// True when no HTTP answer came (refused, unreachable, DNS, timeout, reset).
    bool unreachable = false;
    bool timedOut = false;  ///< StartCall::timeout passed before the whole answer came
    /// True when nothing was sent because there is no access token. It says nothing about the upstream.
    bool lacksToken = false;
    /// True when `status` came and the rest of the answer broke off. An answer that was too large did not.
    bool brokeOff = false;
    int status = 0;  ///< of the upstream's answer; 0 without one
    QByteArray contentType;
    QByteArray body;
    QByteArray upstreamId;
    QByteArray upstreamLocation;  ///< the job's address at the upstream, if it has one
    QByteArray state;             ///< the upstream's word for the state, if it was read
    bool isKnownState = false;    ///< the profile has that word
    /// For Accepted: Completed or Failed when the answer is the result already.
    JobReport report = JobReport::Progress;
    int resultStatus = 200;  ///< of the client's answer, when the answer is the result
    std::optional<std::chrono::milliseconds> retryAfter;  ///< of any answer, capped
    /// Error type of RFC 9209, e.g. "connection_refused" or "http_response_timeout". Empty without an error.
    QByteArray proxyStatus;
    QString detail;  ///< for people and logs
    /// Fields of the answer that are passed on with its status, contentType and body: see passedOnFields().
    std::vector<std::pair<QByteArray, QByteArray>> fields{};
};

/// Sends start requests. Implemented by UpstreamClient over QNetworkAccessManager, by AuthorisedStarter for
/// calls that need a token, and by a fake in tests.
/// Lives in one thread. Never emits finished() inside start().
class JobStarter : public QObject
{
    Q_OBJECT

public:
    using Ticket = std::uint64_t;
    using QObject::QObject;

    /// Sends one request exactly once. No layer below repeats it, except a request with a token that the
    /// upstream refused with 401: it started nothing. Ends with exactly one finished().
    virtual void start(Ticket ticket, const StartCall &call) = 0;

Q_SIGNALS:
    /// A call with StartCall::token leaves now. It may have waited for its token, and leaves a second time
    /// after a 401. Other calls leave inside start(), without this signal.
    void leaves(holdline::JobStarter::Ticket ticket);
    void finished(holdline::JobStarter::Ticket ticket, const holdline::StartResult &result);
};

}  // namespace holdline

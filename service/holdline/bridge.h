// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/job/admission.h"
#include "core/job/callbackledger.h"
#include "core/job/circuitbreaker.h"
#include "core/job/deadlinetimer.h"
#include "core/job/jobrecord.h"
#include "core/job/jobs.h"
#include "core/job/lanes.h"
#include "core/job/retrypolicy.h"
#include "core/wire/startcodec.h"
#include "service/holdline/answers.h"
#include "service/holdline/exchange.h"
#include "service/holdline/upstream/jobstarter.h"

#include <QTimer>

#include <memory>
#include <unordered_map>
#include <variant>

namespace holdline {

/// The coordinator: turns requests, start answers, callbacks and the clock into events of JobMachine, and
/// carries out what it says. Owns the registry, the lanes, the deadlines and the held exchanges; knows no
/// socket.
///
/// Life: construct with a JobStarter that outlives it; hold() and callback() from the front; drain() once.
/// When it is destroyed, exchanges still held are dropped, which answers them 500 (see Exchange). Thread:
/// one, with an event loop.
class Bridge : public QObject
{
    Q_OBJECT

public:
    /// `callbackUrl` is where the upstream reaches callback(), without a token: "http://host:port/callback".
    /// Tokens name `shard`.
    Bridge(const Config &config, const QByteArray &callbackUrl, JobStarter &starter, std::uint8_t shard = 0,
           QObject *parent = nullptr);
    ~Bridge() override;

    /// Limits and times of what comes from now on; what is held keeps its deadline.
    void reload(const Config &config, const QByteArray &callbackUrl);

    /// A client's start request and what parseStart() said to its body. Answered at once or later, exactly
    /// once, unless the client leaves.
    void hold(const http::Request &request, std::variant<StartRequest, StartError> parsed,
              std::unique_ptr<Exchange> exchange);
    /// A callback, `token` being the last segment of its path. The answer is to be sent as it is.
    http::Response callback(QByteArrayView token, const http::Request &request);

    /// No new holds from now on; drained() when nothing is held any more, at the latest after `timeout`.
    void drain(std::chrono::milliseconds timeout);
    bool isDraining() const { return m_draining; }

    /// Ends a held job as `cancelled`, for an operator. False when it is not held (any more).
    bool cancel(JobKey key);
    /// No more starts of this account until resumeLane(); what is held waits, to its deadline at most. False
    /// when too many are paused already (Lanes::kMaxPaused).
    bool pauseLane(const QByteArray &account);
    /// False when it was not paused.
    bool resumeLane(const QByteArray &account);

    const Jobs &jobs() const { return m_jobs; }
    const Lanes &lanes() const { return m_lanes; }
    const CircuitBreaker &circuit() const { return m_circuit; }
    const CallbackLedger &ledger() const { return m_ledger; }
    /// Jobs whose client was answered or left while their start was still in flight are counted here too.
    int startsInFlight() const { return static_cast<int>(m_turns.size()); }

Q_SIGNALS:
    /// A job stands differently: it is new, its start leaves or has ended. Also of one that is settled by
    /// then, or by that.
    void jobChanged(const holdline::Job &job);
    /// A held request ended, with the status it was answered with (499 when its client had left).
    void jobEnded(const holdline::Job &job, int status);
    /// A request was refused before it became a job.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);
    /// A start request was sent and ended.
    void startEnded(const holdline::StartResult &result, holdline::Duration took);
    void callbackEntered(holdline::CallbackWord word);
    /// A callback was not taken, because it is unknown, mismatched or malformed, or because its result cannot
    /// be stored (Reason::StoreUnavailable). `token` is what its address ended in, a secret. The job's id and
    /// account are empty where they are not known.
    void callbackRefused(QByteArrayView token, const holdline::http::Request &request,
                         holdline::Reason reason, const QByteArray &job, const QByteArray &account);
    /// A handed-over job ended without a result; what is needed to make it again is in its record.
    void handedOverFailed(const holdline::JobRecord &record);
    void drained();

private:
    struct Held
    {
        std::unique_ptr<Exchange> exchange;
        StartRequest request;
        std::vector<std::pair<QByteArray, QByteArray>> headers;
        UpstreamWord upstream;
    };
    struct Turn
    {
        QByteArray account;
        TimePoint since;
    };

    /// What a start's result means for its job.
    struct Verdict
    {
        JobEvent event = JobEvent::StartUnknown;
        Duration retryDelay{};  ///< with JobEvent::StartRetry
    };

    void applyLimits();
    void refuse(const http::Request &request, Exchange &exchange, const Problem &problem);
    void apply(Job &job, JobEvent event, TimePoint now);
    void applyTo(JobKey key, JobEvent event);
    void pump(TimePoint now);
    void sendStart(Job &job, TimePoint now);
    void onStartFinished(JobStarter::Ticket ticket, const StartResult &result);
    Verdict judge(const Job &job, const StartResult &result, TimePoint now) const;
    void onSettled(const Job &job);
    http::Response enter(CallbackWord word, const Job *job, const QByteArray &upstreamId,
                         const http::Request &request, const QString &detail = {});

    Config m_config;
    QByteArray m_callbackUrl;
    JobStarter &m_starter;
    Jobs m_jobs;
    Lanes m_lanes;
    RetryPolicy m_retryPolicy;
    CircuitBreaker m_circuit;
    CallbackLedger m_ledger;
    RecentMinimum m_jobTime;
    std::unordered_map<JobKey, Held> m_held;
    std::unordered_map<JobKey, Turn> m_turns;
    DeadlineTimer<JobKey> m_deadlines;
    DeadlineTimer<JobKey> m_retries;
    QTimer m_circuitTimer;
    QTimer m_drainTimer;
    QTimer m_housekeeping;
    bool m_draining = false;
};

}  // namespace holdline

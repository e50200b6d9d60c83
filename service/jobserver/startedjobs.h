// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/http/httplistener.h"
#include "service/jobserver/callbacksender.h"
#include "service/jobserver/faults.h"
#include "service/jobserver/jobrequest.h"
#include "service/jobserver/jobserveroptions.h"
#include "service/jobserver/jobserverstats.h"
#include "service/jobserver/profileapi.h"
#include "service/jobserver/proofmaker.h"
#include "service/jobserver/recentmap.h"

#include <QNetworkAccessManager>
#include <QObject>

#include <map>
#include <memory>
#include <unordered_map>

namespace holdline {

/// Runs the jobs of a job server, with their faults: start latency, answer to the start request, run, result,
/// callbacks. Counts jobs and faults in `stats`. `proofs`, `stats` and `api` must outlive the object.
///
/// The destructor drops every job and callback. For use in one thread.
class StartedJobs : public QObject
{
    Q_OBJECT

public:
    /// `api` is null for the job server's own API.
    StartedJobs(const JobServerOptions &options, ProofMaker &proofs, JobServerStats &stats, ProfileApi *api);
    ~StartedJobs() override;

    /// Begins the start latency of a job for the request of `exchange`. Emits answered() or refused(), inside
    /// the call or later, unless the client disconnects before.
    void begin(http::ExchangeId exchange, JobRequest request);
    /// Call when the client has disconnected. Its job runs on.
    void clientLeft(http::ExchangeId exchange);
    /// Ends every running job now. Its result is due at once.
    void endRunningJobs();
    /// Ends the job with this id of a profile's API now, as failed. Nothing happens when it does not run.
    void cancel(const QByteArray &id);

    std::size_t size() const { return m_jobs.size(); }
    const CallbackSender &callbacks() const { return m_callbacks; }

    enum class AnswerForm {
        Whole,
        Raw,   ///< the bytes of the body are sent instead of an HTTP response
        Reset  ///< the connection is reset (TCP RST) without any bytes
    };

Q_SIGNALS:
    void jobStarted(const holdline::JobRequest &request, const QByteArray &id);
    /// The job of this request ended without a callback (Fault::NoCallback).
    void callbackOmitted(const holdline::JobRequest &request);
    void answered(holdline::http::ExchangeId exchange, holdline::StartedJobs::AnswerForm form,
                  const holdline::http::Response &response);
    /// The request is refused, and no job was started.
    void refused(holdline::http::ExchangeId exchange, const holdline::RequestError &error);

private:
    using JobKey = std::uint64_t;

    /// The event that a job's timer waits for.
    enum class Stage {
        Latency,     ///< the start latency passes; the account's turn is in use
        Running,     ///< the job runs
        WrongId,     ///< the callback with the wrong id was sent, the right one is due
        EarlyAnswer  ///< the callback was sent; its delivery or this timeout triggers the answer
    };
    struct Job
    {
        JobRequest request;
        FaultPlan faults;
        Stage stage = Stage::Latency;
        /// The request to answer; 0 once it is answered or its client disconnected.
        http::ExchangeId exchange = 0;
        QByteArray id;
        QByteArray startedAt;
        bool isCancelled = false;
        int progressLeft = 0;  ///< progress callbacks that are still to be sent
        std::chrono::milliseconds progressGap{0};
    };

    void timeCame(JobKey key);
    void startJob(JobKey key);
    bool repeatAnswer(JobKey key);
    void countStart(const Job &job);
    void answerStart(Job &job);
    void postProgress(JobKey key);
    void jobEnded(JobKey key);
    void postCallbacks(JobKey key);
    void callbackFinished(JobKey key);
    void endJob(JobKey key);

    void answer(Job &job, const http::Response &response);
    /// Makes a callback of the job. `progress` is the number of a progress callback, from 1; 0 means the
    /// callback about the job's end.
    CallbackMessage callbackOf(const Job &job, int progress = 0) const;
    static bool hasFailed(const Job &job);
    static QByteArray runningJson(const Job &job);
    QByteArray finalJson(const Job &job) const;
    /// Returns true when the job has the fault, and counts it.
    bool inject(const Job &job, Fault fault);

    const JobServerOptions m_options;
    JobServerStats &m_stats;
    ProofMaker &m_proofs;
    FaultDice m_dice;
    std::map<QByteArray, FaultDice> m_diceOf;  ///< of accounts with faults of their own
    /// Hashes of the Idempotency-Keys of started jobs, with the job's id.
    RecentMap<std::uint64_t, QByteArray> m_startedWith{1'000'000};

    std::unordered_map<JobKey, Job> m_jobs;
    std::unordered_map<http::ExchangeId, JobKey> m_jobOf;  ///< of unanswered requests
    JobKey m_lastKey = 0;
    std::uint64_t m_spoiled = 0;
    ProfileApi *const m_api;
    std::unordered_map<QByteArray, JobKey> m_jobsOfApi;  ///< running jobs by id, for cancel()

    std::unique_ptr<QNetworkAccessManager> m_network;
    CallbackSender m_callbacks;
    DeadlineTimer<JobKey> m_timer;
};

}  // namespace holdline

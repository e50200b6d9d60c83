// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/http/httplistener.h"
#include "service/jobserver/accountturns.h"
#include "service/jobserver/callbacksender.h"
#include "service/jobserver/faults.h"
#include "service/jobserver/jobrequest.h"
#include "service/jobserver/jobserveroptions.h"
#include "service/jobserver/jobserverstats.h"
#include "service/jobserver/proofmaker.h"
#include "service/jobserver/recentmap.h"

#include <QHostAddress>
#include <QNetworkAccessManager>
#include <QObject>

#include <deque>
#include <memory>
#include <unordered_map>

namespace holdline {

/// A job server for tests and demos of Holdline. It has both start modes, one connection at a time per
/// account, proofs that can be checked, and faults.
///
///     POST /start, /, /proxy   starts a job
///     POST /validate           checks a proof block
///     GET  /stats              shows counters (?accounts=1: also by account)
///
/// The life of a request: it waits for its account's turn. With the turn, the start begins. After the start
/// latency the job runs. A blocking request (wait:true) keeps its turn until the job ends, an asynchronous
/// one until it is answered. A client that leaves releases its turn. A job whose start began runs on.
///
/// Life: construct, listen(). The destructor drops every connection and job. Lives in one thread.
class JobServer : public QObject
{
    Q_OBJECT

public:
    explicit JobServer(const JobServerOptions &options, QObject *parent = nullptr);
    ~JobServer() override;

    /// With port 0 the system chooses a port. Returns false on failure: see errorString().
    bool listen(const QHostAddress &address, quint16 port) { return m_listener.listen(address, port); }
    quint16 port() const { return m_listener.port(); }
    QString errorString() const { return m_listener.errorString(); }

    /// Ends every running job now. Its result is due at once.
    void endRunningJobs();

    JobServerStats stats() const;
    /// The verdicts of POST /validate, for tests.
    std::vector<ProofVerdict> judge(const QByteArray &account, const ProofEntries &entries) const
    {
        return m_proofs.judge(account, entries);
    }

Q_SIGNALS:
    /// A job was started for this request. Its answer and its result contain `id`.
    void jobStarted(const holdline::JobRequest &request, const QByteArray &id);
    /// The job of this request ended without a callback (Fault::NoCallback).
    void callbackOmitted(const holdline::JobRequest &request);

private:
    using JobKey = std::uint64_t;

    /// The most jobs at once, and the most requests that wait for their turn. One more gets 503.
    static constexpr std::size_t kMaxJobs = 200'000;

    /// The event that a job's timer waits for.
    enum class Stage {
        Latency,     ///< the start takes its time and holds the account's turn
        Running,     ///< the job runs
        WrongId,     ///< the callback with the wrong id was sent, the right one is due
        EarlyAnswer  ///< the callback was sent; the start is answered when it is delivered, or now
    };
    struct Job
    {
        JobRequest request;
        FaultPlan faults;
        Stage stage = Stage::Latency;
        /// the request to answer; 0 once it is answered or gone
        http::ExchangeId exchange = 0;
        QByteArray id;
        QByteArray startedAt;
    };

    void requestReceived(http::ExchangeId exchange, const http::Request &request);
    void askForTurn(http::ExchangeId exchange, const http::Request &request);
    void validate(http::ExchangeId exchange, const http::Request &request);
    void showStats(http::ExchangeId exchange, const http::Request &request);
    void exchangeAborted(http::ExchangeId exchange);

    void grant(const std::vector<AccountTurns::Ticket> &tickets);
    void beginStart(http::ExchangeId exchange);
    void timeCame(JobKey key);
    void startJob(JobKey key);
    bool repeatAnswer(JobKey key);
    void countStart(const Job &job);
    void answerStart(Job &job);
    void jobEnded(JobKey key);
    void postCallbacks(JobKey key);
    void callbackFinished(JobKey key);
    void endJob(JobKey key);

    void answer(Job &job, const QByteArray &json);
    void refuse(http::ExchangeId exchange, const RequestError &error);
    QByteArray finalJson(const Job &job) const;
    /// Returns true when the job has the fault, and counts it.
    bool inject(const Job &job, Fault fault);

    const JobServerOptions m_options;
    JobServerStats m_stats;
    FaultDice m_dice;
    std::map<QByteArray, FaultDice> m_diceOf;  ///< of accounts with faults of their own
    ProofMaker m_proofs;
    AccountTurns m_turns;
    /// Hashes of the Idempotency-Keys of started jobs, with the job's id.
    RecentMap<std::uint64_t, QByteArray> m_startedWith{1'000'000};

    std::unordered_map<http::ExchangeId, JobRequest> m_waiting;  ///< requests that wait for their turn
    std::deque<http::ExchangeId> m_granted;                      ///< requests whose turn has come
    bool m_granting = false;
    std::unordered_map<JobKey, Job> m_jobs;
    std::unordered_map<http::ExchangeId, JobKey> m_jobOf;  ///< of unanswered requests
    JobKey m_lastKey = 0;
    std::uint64_t m_spoiled = 0;

    std::unique_ptr<QNetworkAccessManager> m_network;
    CallbackSender m_callbacks;
    DeadlineTimer<JobKey> m_timer;
    http::HttpListener m_listener;  ///< last, so that it is destroyed first and then calls nothing
};

}  // namespace holdline

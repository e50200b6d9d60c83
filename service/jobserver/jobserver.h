// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/httplistener.h"
#include "service/jobserver/accountturns.h"
#include "service/jobserver/jobrequest.h"
#include "service/jobserver/jobserveroptions.h"
#include "service/jobserver/jobserverstats.h"
#include "service/jobserver/proofmaker.h"
#include "service/jobserver/startedjobs.h"

#include <QHostAddress>
#include <QObject>

#include <deque>
#include <unordered_map>

namespace holdline {

/// A job server for tests and demos of Holdline. It answers start requests when the job ends (wait:true) or
/// at once (wait:false, with a callback). It serves one connection at a time per account, signs proofs that
/// it can check, and injects faults.
///
///     POST /start, /, /proxy   starts a job
///     POST /validate           checks a proof block
///     GET  /stats              shows counters (?accounts=1: also by account)
///
/// With JobServerOptions::profile it simulates the API of that profile instead: see ProfileApi. Then accounts
/// have no turns, and of the paths above only /stats remains.
///
/// Steps of a request: it waits for its account's turn. When its turn begins, the start latency begins; after
/// the latency the job runs. A blocking request (wait:true) keeps its turn until the job ends, an
/// asynchronous request until it is answered. A client that disconnects releases its turn, but a job whose
/// start latency has begun runs on.
///
/// Usage: construct, then call listen(). The destructor drops every connection and job. For use in one
/// thread.
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
    void endRunningJobs() { m_jobs.endRunningJobs(); }

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
    /// The most jobs at once, and the most requests that wait for their turn. A request beyond a limit gets
    /// 503.
    static constexpr std::size_t kMaxJobs = 200'000;

    void requestReceived(http::ExchangeId exchange, const http::Request &request);
    void askForTurn(http::ExchangeId exchange, const http::Request &request);
    void validate(http::ExchangeId exchange, const http::Request &request);
    void showStats(http::ExchangeId exchange, const http::Request &request);
    void exchangeAborted(http::ExchangeId exchange);

    void grant(const std::vector<AccountTurns::Ticket> &tickets);

    void takeForApi(http::ExchangeId exchange, const http::Request &request);
    void answer(http::ExchangeId exchange, StartedJobs::AnswerForm form, const http::Response &response);
    void refuse(http::ExchangeId exchange, const RequestError &error);

    JobServerStats m_stats;
    ProofMaker m_proofs;
    AccountTurns m_turns;
    std::unordered_map<http::ExchangeId, JobRequest> m_waiting;  ///< requests that wait for their turn
    std::deque<http::ExchangeId> m_granted;                      ///< requests whose turn has come
    bool m_granting = false;
    std::unique_ptr<ProfileApi> m_api;  ///< null for the job server's own API
    StartedJobs m_jobs;
    http::HttpListener m_listener;  ///< last, so that it is destroyed first and emits no signal afterwards
};

}  // namespace holdline

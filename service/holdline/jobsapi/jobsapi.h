// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "core/telemetry/metrics.h"
#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"

#include <QObject>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

namespace holdline {

class HttpServer;
class JobWatcher;

/// The jobs API: the state and the result of durable jobs, for clients that ask later.
///
///     GET    /v1/jobs/{id}          the job's state; Prefer: wait=N or ?wait=N waits for its end
///     GET    /v1/jobs/{id}/result   the answer, byte for byte; 202 while it runs; Prefer: wait=N or ?wait=N
///     GET    /v1/jobs/{id}/events   server-sent events
///     DELETE /v1/jobs/{id}          cancels the job
///     GET    /v1/jobs?idempotency_key=K[&account=A]     with an account and Prefer: wait=N it waits for the
///     end
///
/// resources/docs/openapi.json describes these routes. A test compares both.
///
/// Lifetime: the directory must outlive this object. Call serve() once, before the server listens. The server
/// must get no request after this object is destroyed. Thread: the directory's.
class JobsApi : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        /// The most requests and event streams that wait at the same time. One more gets 503 `overloaded`.
        int maxWaiting = 4096;
        /// Percent of maxWaiting that may wait for jobs of one account. One more gets 429 `account_limit`.
        int accountShare = 80;
        /// The longest time a request waits, also when it asks for a longer time.
        std::chrono::seconds maxWait = std::chrono::minutes(5);
        /// The longest time of one watch, and the longest silence of an event stream.
        std::chrono::milliseconds slice = JobDirectory::kMaxWatch;
    };

    explicit JobsApi(JobDirectory &directory, QObject *parent = nullptr);
    JobsApi(JobDirectory &directory, const Options &options, QObject *parent = nullptr);
    ~JobsApi() override;

    /// Adds the routes of the jobs API to `server`.
    void serve(HttpServer &server);

    /// Returns the text to put before the paths in links of an answer to `request`: see linkBaseOf(). Without
    /// this function nothing is put before the paths.
    using LinkBase = std::function<QByteArray(const http::Request &request)>;
    void setLinkBase(LinkBase base) { m_linkBase = std::move(base); }

    // Both setters apply to later requests.
    void setMaxWait(std::chrono::seconds maxWait) { m_options.maxWait = maxWait; }
    void setAccountShare(int percent) { m_options.accountShare = percent; }

    /// Ends event streams and answers waiting requests with the job's current state. Later requests do not
    /// wait. Called when the service ends, because an EventSource must not delay the end.
    void endWaits();
    int waitingCount() const { return static_cast<int>(m_watchers.size()); }

Q_SIGNALS:
    /// A request was answered with `status`. For an event stream, emitted when the stream begins.
    void answered(holdline::ApiRoute route, int status);
    /// A request was answered with a problem. Emitted before answered().
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    struct PendingRequest;
    using RequestPointer = std::shared_ptr<PendingRequest>;
    using Handler = void (JobsApi::*)(const RequestPointer &);

    QString readWait(PendingRequest &pending) const;
    void status(const RequestPointer &pending);
    void list(const RequestPointer &pending);
    void findNext(const RequestPointer &pending);
    void events(const RequestPointer &pending);
    void listFound(const RequestPointer &pending, std::vector<JobRecord> records);
    void cancel(const RequestPointer &pending);

    void wait(const RequestPointer &pending, JobRecord record);
    void answerStatus(const PendingRequest &pending, Exchange &exchange,
                      const std::optional<JobRecord> &record);
    void stream(const RequestPointer &pending, const JobRecord &record);
    void answerCancelled(const PendingRequest &pending, JobDirectory::Cancelled cancelled,
                         const std::optional<JobRecord> &record);
    void answer(const PendingRequest &pending, Exchange &exchange, const http::Response &response);
    void refuse(const PendingRequest &pending, Exchange &exchange, const Problem &problem);
    Problem whyMissing(const std::optional<JobRecord> &record) const;
    /// True when one more request may wait for a job of this account. Otherwise refuses `pending`.
    bool mayWait(const PendingRequest &pending, const QByteArray &account);
    void addWatcher(JobWatcher &watcher, const QByteArray &account);

    JobDirectory &m_directory;
    Options m_options;
    LinkBase m_linkBase;
    bool m_ending = false;
    std::unordered_set<JobWatcher *> m_watchers;  ///< owned as QObject children
    std::unordered_map<QByteArray, int> m_waitingByAccount;
};

}  // namespace holdline

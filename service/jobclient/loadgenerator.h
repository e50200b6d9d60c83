// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/jobclient/report.h"
#include "service/jobclient/virtualclient.h"

#include <QHostInfo>
#include <QObject>
#include <QTimer>
#include <QUrl>

#include <chrono>
#include <memory>
#include <vector>

namespace holdline {

using namespace std::chrono_literals;

/// The options of a run. Plain data.
struct LoadOptions
{
    QUrl url{QStringLiteral("http://127.0.0.1:3740/start")};  ///< http only; posted to exactly as given
    QByteArray account = "example";
    int jobs = 50;
    int concurrency = 0;  ///< connections at once; 0 means as many as jobs
    int accounts = 1;     ///< above 1, the jobs use ACCOUNT-0, ACCOUNT-1 … in turn
    double rate = 0;      ///< jobs per second; 0 sends each job when a connection is free
    /// Sends each job with the Idempotency-Key PREFIX-0, PREFIX-1 …. Empty means without keys.
    QByteArray idempotencyPrefix;
    std::chrono::milliseconds limit = 5s;
    std::chrono::milliseconds timeout = 30s;  ///< of one job, from sending it
};

/// Sends the jobs of a run, each over the connection of a VirtualClient, and collects the results. Uses at
/// most `concurrency` connections.
///
/// Without a rate, the next job is sent as soon as a connection is free. A job's duration then counts from
/// its sending. With a rate, jobs are due at fixed times, also when the server is slow. The duration then
/// counts from the due time, so it includes a wait for a free connection (no coordinated omission).
///
/// Usage: construct, then call start() once. Emits finished() once, never inside start(). For use in one
/// thread.
class LoadGenerator : public QObject
{
    Q_OBJECT

public:
    explicit LoadGenerator(const LoadOptions &options, QObject *parent = nullptr);
    ~LoadGenerator() override;

    void start();
    /// Complete after finished().
    const Report &report() const { return m_report; }
    std::chrono::nanoseconds elapsed() const { return Clock::now() - m_begun; }

Q_SIGNALS:
    /// A job has ended.
    void progressed(int done, int total);
    void finished(const holdline::Report &report);

private:
    struct Slot
    {
        std::unique_ptr<VirtualClient> client;
        TimePoint due{};
    };

    void begin(const QHostInfo &host);
    void sendDueJobs();
    TimePoint dueTime(int job) const;
    QByteArray keyOf(int job) const;
    std::size_t freeSlot();
    void replied(std::size_t slot, const JobReply &reply);
    void end();

    const LoadOptions m_options;
    Report m_report;
    Target m_target;
    std::vector<QByteArray> m_bodies;  ///< one for each account
    std::vector<Slot> m_slots;
    std::vector<std::size_t> m_free;  ///< free slots; the one that became free last is used first
    DeadlineTimer<std::size_t> m_timeouts;
    QTimer m_pace;
    TimePoint m_begun{};
    int m_next = 0;  ///< the next job to send
};

}  // namespace holdline

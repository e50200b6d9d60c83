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

/// What to run. Plain data.
struct LoadOptions
{
    QUrl url{QStringLiteral("http://127.0.0.1:3740/start")};  ///< http only; posted to exactly as it is
    QByteArray account = "example";
    int jobs = 50;
    int concurrency = 0;  ///< connections at once; 0: as many as jobs
    int accounts = 1;     ///< more than one: the jobs go to ACCOUNT-0, ACCOUNT-1 … in turn
    double rate = 0;      ///< jobs per second; 0: each as soon as a connection is free
    /// Each job is sent with the Idempotency-Key PREFIX-0, PREFIX-1 …; empty: without one.
    QByteArray idempotencyPrefix;
    std::chrono::milliseconds limit = 5s;
    std::chrono::milliseconds timeout = 30s;  ///< of one job, from its sending
};

/// Sends the jobs of a run, each over the connection of a VirtualClient, never over more of them than the
/// concurrency, and collects what came of them.
///
/// Without a rate every free connection takes the next job at once, and a job's duration counts from its
/// sending. With a rate jobs are due at fixed times whatever the server does, and the duration counts from
/// the time a job was due: one that had to wait for a free connection shows it (no coordinated omission).
///
/// Life: construct, start() once; finished() comes once, never from inside start(). Lives in one thread.
class LoadGenerator : public QObject
{
    Q_OBJECT

public:
    explicit LoadGenerator(const LoadOptions &options, QObject *parent = nullptr);
    ~LoadGenerator() override;

    void start();
    /// Complete once finished() was emitted.
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
    std::vector<QByteArray> m_bodies;  ///< one per account
    std::vector<Slot> m_slots;
    std::vector<std::size_t> m_free;  ///< the slots that are not busy; the last one to become free goes first
    DeadlineTimer<std::size_t> m_timeouts;
    QTimer m_pace;
    TimePoint m_begun{};
    int m_next = 0;  ///< the next job to be sent
};

}  // namespace holdline

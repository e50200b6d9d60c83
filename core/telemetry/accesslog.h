// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/config/config.h"
#include "core/job/reason.h"
#include "core/telemetry/logsink.h"

#include <QByteArray>
#include <QTimer>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace holdline {

struct Job;

/// One finished request. It holds no body, no secret and no token.
struct AccessRecord
{
    std::chrono::system_clock::time_point at{};  ///< when the request ended
    QByteArray id;                               ///< our job id, empty for a request that never became a job
    Reason outcome = Reason::InternalError;
    int status = 0;    ///< status of the client's answer, 499 when the client had left
    QByteArray route;  ///< name of the job's route; empty for the usual one
    QByteArray account;
    std::optional<Duration> queue;
    std::optional<Duration> start;
    std::optional<Duration> job;
    std::optional<Duration> total;
    int attempts = 0;
    QByteArray requestId;
    QByteArray client;
    QByteArray upstreamId;
};

/// The record of a job that was settled just now.
AccessRecord accessRecord(const Job &job, int status, TimePoint now,
                          std::chrono::system_clock::time_point at);

/// The access log: one line per finished request,
///
///     time=… level=info category=holdline.access outcome=completed status=200 id=… route=openai
///     account=openai queue_ms=0.210 start_ms=6.512 job_ms=501.377 total_ms=508.099 attempts=1
///     request_id=… client=… upstream_id=…
///
/// Fields without a value are left out. Lines are written in batches, at most 50 ms later. At most
/// `linesPerSecond` lines are written per second. One line at the end of the second sums up the others by
/// outcome. The log never waits and never fails. A slow reader fills a buffer of 1 MiB. Further lines are
/// lost and counted, as they are when nobody reads or the disk is full.
///
/// `sink` must outlive the log. The destructor writes what the sink accepts. Thread: one, with an event loop.
class AccessLog : public QObject
{
    Q_OBJECT

public:
    AccessLog(LogSink &sink, LogFormat format, int linesPerSecond, QObject *parent = nullptr);
    ~AccessLog() override;

    /// For reloads. 0 lines per second switches the log off.
    void configure(LogFormat format, int linesPerSecond);

    /// `now` is the time for the rate limit.
    void write(const AccessRecord &record, TimePoint now);
    /// Writes the lines that are due. Its own timer calls it.
    void flush(TimePoint now);

    /// Lines left out because of linesPerSecond.
    std::uint64_t dropped() const { return m_dropped; }
    /// Lines that could not be written.
    std::uint64_t lost() const { return m_lost; }

private:
    void startSecond(TimePoint now);
    void append(const QByteArray &line);
    void writeBuffer();

    LogSink &m_sink;
    LogFormat m_format;
    int m_linesPerSecond;
    QTimer m_timer;
    QByteArray m_buffer;   ///< whole lines
    TimePoint m_second{};  ///< begin of the current second
    int m_linesInSecond = 0;
    std::array<std::uint64_t, kReasonCount> m_leftOut{};  ///< in the current second
    bool m_someLeftOut = false;
    std::uint64_t m_dropped = 0;
    std::uint64_t m_lost = 0;
};

}  // namespace holdline

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

/// One finished request, as logged. Contains no body, secret or callback token.
struct AccessRecord
{
    std::chrono::system_clock::time_point at{};  ///< when the request ended
    QByteArray id;  ///< id of the job; empty for a request that never became a job
    Reason outcome = Reason::InternalError;
    int status = 0;    ///< status of the client's answer, 499 when the client had left
    QByteArray route;  ///< name of the job's route; empty for the usual route
    QByteArray account;
    // The phases of the job: see JobPhases.
    std::optional<Duration> queue;
    std::optional<Duration> start;
    std::optional<Duration> job;
    std::optional<Duration> total;
    int attempts = 0;       ///< start requests sent
    QByteArray requestId;   ///< id of the client's request
    QByteArray client;      ///< address of the client
    QByteArray upstreamId;  ///< id of the job at the upstream
};

/// Makes the record of a job that was settled just now. `status` is the HTTP status of the client's answer.
/// `now` and `at` are the current time of both clocks.
AccessRecord accessRecord(const Job &job, int status, TimePoint now,
                          std::chrono::system_clock::time_point at);

/// Writes the access log, with one line per finished request:
///
///     time=… level=info category=holdline.access outcome=completed status=200 id=… route=openai
///     account=openai queue_ms=0.210 start_ms=6.512 job_ms=501.377 total_ms=508.099 attempts=1
///     request_id=… client=… upstream_id=…
///
/// Fields without a value are left out. Lines are written in batches, at most 50 ms after their request. At
/// most `linesPerSecond` lines are written per second. All further requests of a second are counted in one
/// line, by outcome. The log never blocks the caller and reports no errors. While the sink is busy, up to 1
/// MiB of lines are buffered. Lines beyond that, and lines that the sink fails to write, are lost and
/// counted.
///
/// `sink` must outlive the log. The destructor tries once to write the buffered lines. Thread: one with an
/// event loop.
class AccessLog : public QObject
{
    Q_OBJECT

public:
    AccessLog(LogSink &sink, LogFormat format, int linesPerSecond, QObject *parent = nullptr);
    ~AccessLog() override;

    /// Changes the settings, for a reload. 0 lines per second switches the log off.
    void configure(LogFormat format, int linesPerSecond);

    /// Logs one request. `now` is the current time, for the limit of lines per second.
    void write(const AccessRecord &record, TimePoint now);
    /// Writes buffered lines, and the line that counts the left-out requests once its second is over. A timer
    /// of the log calls this function every 50 ms.
    void flush(TimePoint now);

    /// Number of lines left out because of linesPerSecond.
    std::uint64_t dropped() const { return m_dropped; }
    /// Number of lines that could not be written.
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
    std::array<std::uint64_t, kReasonCount>
        m_leftOut{};  ///< lines left out in the current second, by outcome
    bool m_someLeftOut = false;
    std::uint64_t m_dropped = 0;
    std::uint64_t m_lost = 0;
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/lineallowance.h"
#include "core/telemetry/logsink.h"
#include "service/holdline/jobs/startscheduler.h"

#include <optional>

namespace holdline {

class LogLine;

/// Logs why start requests fail, and the changes of the circuit breaker:
///
///     time=… level=info category=holdline.upstream message="start failed" reason=upstream_error status=503
///     id=… account=acme attempt=2 retry_ms=81.250
///     time=… level=warning category=holdline.upstream message="the circuit is open" …
///
/// `reason` is the job's outcome if no further start request is sent. At most kAtOnce lines on failed start
/// requests are written at once, and then one more per kOnePer. The next line says how many lines were left
/// out.
///
/// Lines that the sink does not accept are dropped. The lines contain no body and no token. `sink` must
/// outlive the log. Used by one thread.
class StartLog
{
public:
    static constexpr int kAtOnce = 20;
    static constexpr std::chrono::milliseconds kOnePer{100};

    StartLog(LogSink &sink, LogFormat format) : m_sink(sink), m_format(format) {}
    void setFormat(LogFormat format) { m_format = format; }
    /// Adds the shard's index to each line, because several shards write into one log.
    void setShard(int shard) { m_shard = shard; }

    /// Logs a failed start request of `job`. `decision` is what follows from the failure.
    void write(const Job &job, const StartResult &result, const StartDecision &decision, TimePoint now);
    void write(const CircuitChange &change);

private:
    LogLine begin(QLatin1StringView level, QLatin1StringView message) const;
    void finish(LogLine &line);

    LogSink &m_sink;
    LogFormat m_format;
    std::optional<int> m_shard;
    LineAllowance m_failures{kAtOnce, kOnePer};
};

}  // namespace holdline

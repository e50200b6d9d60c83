// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/lineallowance.h"
#include "core/telemetry/logsink.h"
#include "service/holdline/jobs/startscheduler.h"

#include <optional>

namespace holdline {

class LogLine;

/// Logs why starts fail, and the changes of the circuit breaker:
///
///     time=… level=info category=holdline.upstream message="start failed" reason=upstream_error status=503
///     id=… account=acme attempt=2 retry_ms=81.250
///     time=… level=warning category=holdline.upstream message="the circuit is open" …
///
/// `reason` is the end of the job if no further start leaves. At most kAtOnce lines on failed starts are
/// written at once, and then one more per kOnePer. The next line says how many were left out.
///
/// Lines that the sink does not take are dropped. They hold no body and no token. `sink` must outlive the
/// log. Thread: one.
class StartLog
{
public:
    static constexpr int kAtOnce = 20;
    static constexpr std::chrono::milliseconds kOnePer{100};

    StartLog(LogSink &sink, LogFormat format) : m_sink(sink), m_format(format) {}
    void setFormat(LogFormat format) { m_format = format; }
    /// Several shards write into one log. Their lines name the shard.
    void setShard(int shard) { m_shard = shard; }

    /// `decision` is what follows from the failed start of `job`.
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

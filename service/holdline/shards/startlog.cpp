// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/startlog.h"

#include "core/telemetry/logging.h"
#include "core/telemetry/logline.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Describes the failures that opened the circuit breaker.
QString causeOf(const CircuitChange &change)
{
    const CircuitBreaker::Run &run = change.run;
    const QString last = QString::fromLatin1(change.trouble);
    if (run.accounts == 0)
        return u"%1 starts in a row found no connection; the last one: %2"_s.arg(run.failures).arg(last);
    const QString accounts =
        run.accounts < CircuitBreaker::kMostAccounts ? QString::number(run.accounts) : u"many"_s;
    return u"%1 starts in a row failed, of %2 accounts; the last one: %3"_s.arg(run.failures)
        .arg(accounts, last);
}

}  // namespace

LogLine StartLog::begin(QLatin1StringView level, QLatin1StringView message) const
{
    LogLine line(m_format);
    line.add("time", std::chrono::system_clock::now());
    line.add("level", level);
    line.add("category", "holdline.upstream"_L1);
    line.add("message", message);
    return line;
}

void StartLog::finish(LogLine &line)
{
    if (m_shard)
        line.add("shard", std::int64_t(*m_shard));
    m_sink.write(line.finish());
}

void StartLog::write(const Job &job, const StartResult &result, const StartDecision &decision, TimePoint now)
{
    if (!lcUpstream().isInfoEnabled())
        return;
    if (!m_failures.take(now))
        return;
    LogLine line = begin("info"_L1, "start failed"_L1);
    line.add("reason", name(failureOf(decision.event)));
    if (result.status > 0)
        line.add("status", std::int64_t(result.status));
    if (!result.proxyStatus.isEmpty())
        line.add("error", QByteArrayView(result.proxyStatus));
    line.add("id", QByteArrayView(job.id));
    line.add("account", QByteArrayView(job.account));
    line.add("attempt", std::int64_t(job.attempts));
    if (isRetry(decision.event))
        line.add("retry_ms", decision.retryDelay);
    line.add("detail", QStringView(result.detail));
    if (const std::int64_t left = m_failures.takeLeftOut(); left > 0)
        line.add("left_out", left);
    finish(line);
}

void StartLog::write(const CircuitChange &change)
{
    if (change.isOpen ? !lcUpstream().isWarningEnabled() : !lcUpstream().isInfoEnabled())
        return;
    if (change.isOpen) {
        LogLine line =
            begin("warning"_L1, "the circuit is open: starts wait, and one at a time tries the upstream"_L1);
        line.add("upstream", QByteArrayView(change.upstream));
        line.add("cause", QStringView(causeOf(change)));
        finish(line);
        return;
    }
    LogLine line = begin("info"_L1, "the circuit is closed: starts leave again"_L1);
    line.add("upstream", QByteArrayView(change.upstream));
    line.add("cause",
             QStringView(change.isSwitchedOff ? u"it was switched off"_s : u"the upstream took a start"_s));
    line.add("open_ms", change.lasted);
    finish(line);
}

}  // namespace holdline

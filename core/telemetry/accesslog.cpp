// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/accesslog.h"

#include "core/job/job.h"
#include "core/telemetry/logline.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kFlushInterval = 50ms;
constexpr qsizetype kBatchBytes = 32 * 1024;
constexpr qsizetype kMaxBufferBytes = 1024 * 1024;
constexpr qsizetype kMaxFieldBytes = 128;

LogLine begin(LogFormat format, std::chrono::system_clock::time_point at)
{
    LogLine line(format);
    line.add("time", at);
    line.add("level", "info"_L1);
    line.add("category", "holdline.access"_L1);
    return line;
}

QByteArray render(LogFormat format, const AccessRecord &record)
{
    LogLine line = begin(format, record.at);
    const auto text = [&line](QByteArrayView key, const QByteArray &value) {
        if (!value.isEmpty())
            line.add(key, QByteArrayView(value), kMaxFieldBytes);
    };
    const auto duration = [&line](QByteArrayView key, const std::optional<Duration> &value) {
        if (value)
            line.add(key, *value);
    };
    line.add("outcome", name(record.outcome));
    line.add("status", std::int64_t(record.status));
    text("id", record.id);
    text("route", record.route);
    text("account", record.account);
    duration("queue_ms", record.queue);
    duration("start_ms", record.start);
    duration("job_ms", record.job);
    duration("total_ms", record.total);
    if (record.attempts > 0)
        line.add("attempts", std::int64_t(record.attempts));
    text("request_id", record.requestId);
    text("client", record.client);
    text("upstream_id", record.upstreamId);
    return line.finish();
}

}  // namespace

AccessRecord accessRecord(const Job &job, int status, TimePoint now, std::chrono::system_clock::time_point at)
{
    const JobPhases phases = job.phases(now);
    AccessRecord record;
    record.at = at;
    record.id = job.id;
    record.outcome = job.status.outcome;
    record.status = status;
    record.route = job.route;
    record.account = job.account;
    record.queue = phases.queue;
    record.start = phases.start;
    record.job = phases.job;
    record.total = phases.total;
    record.attempts = job.attempts;
    record.requestId = job.requestId;
    record.client = job.client;
    record.upstreamId = job.upstreamId;
    return record;
}

AccessLog::AccessLog(LogSink &sink, LogFormat format, int linesPerSecond, QObject *parent)
    : QObject(parent), m_sink(sink), m_format(format), m_linesPerSecond(linesPerSecond)
{
    m_timer.setInterval(kFlushInterval);
    connect(&m_timer, &QTimer::timeout, this, [this] { flush(Clock::now()); });
}

AccessLog::~AccessLog()
{
    // With a time after the current second, flush() also writes the line that counts the left-out requests.
    flush(m_second + 1s);
}

void AccessLog::configure(LogFormat format, int linesPerSecond)
{
    m_format = format;
    m_linesPerSecond = linesPerSecond;
}

void AccessLog::write(const AccessRecord &record, TimePoint now)
{
    if (m_linesPerSecond <= 0)
        return;
    if (now >= m_second + 1s)
        startSecond(now);
    if (m_linesInSecond >= m_linesPerSecond) {
        ++m_leftOut[static_cast<std::size_t>(record.outcome)];
        ++m_dropped;
        m_someLeftOut = true;
    } else {
        ++m_linesInSecond;
        append(render(m_format, record));
    }
    if (m_buffer.size() >= kBatchBytes)
        writeBuffer();
    if (!m_timer.isActive())
        m_timer.start();
}

void AccessLog::flush(TimePoint now)
{
    if (m_someLeftOut && now >= m_second + 1s)
        startSecond(now);
    writeBuffer();
    // Without this, the timer would wake an idle service every 50 ms.
    if (m_buffer.isEmpty() && !m_someLeftOut)
        m_timer.stop();
}

/// Begins a new second. Writes one line that counts the requests left out in the previous one, if there are
/// any.
void AccessLog::startSecond(TimePoint now)
{
    m_second = now;
    m_linesInSecond = 0;
    if (!m_someLeftOut)
        return;
    LogLine line = begin(m_format, std::chrono::system_clock::now());
    std::uint64_t all = 0;
    for (const std::uint64_t count : m_leftOut)
        all += count;
    line.add("message", "access lines left out"_L1);
    line.add("lines", static_cast<std::int64_t>(all));
    for (int i = 0; i < kReasonCount; ++i) {
        if (const std::uint64_t count = m_leftOut[static_cast<std::size_t>(i)]; count > 0)
            line.add(QByteArrayView(name(static_cast<Reason>(i))), static_cast<std::int64_t>(count));
    }
    append(line.finish());
    m_leftOut.fill(0);
    m_someLeftOut = false;
}

void AccessLog::append(const QByteArray &line)
{
    if (m_buffer.size() + line.size() > kMaxBufferBytes)
        ++m_lost;
    else
        m_buffer += line;
}

void AccessLog::writeBuffer()
{
    qsizetype at = 0;
    while (at < m_buffer.size()) {
        // Takes as many whole lines as the sink accepts in one call. A single line is always short enough.
        const QByteArrayView rest = QByteArrayView(m_buffer).sliced(at);
        const qsizetype limit = std::min(rest.size(), LogSink::kMaxBytes);
        const QByteArrayView batch = rest.first(rest.first(limit).lastIndexOf('\n') + 1);
        const LogWrite result = m_sink.write(batch);
        if (result == LogWrite::Busy)
            break;
        if (result == LogWrite::Failed)
            m_lost += static_cast<std::uint64_t>(std::count(batch.begin(), batch.end(), '\n'));
        at += batch.size();
    }
    m_buffer.remove(0, at);
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/answers/jobjson.h"

#include "core/base/appendall.h"
#include "core/json/jsontext.h"
#include "core/telemetry/decimal.h"

#include <algorithm>
#include <array>
#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

using Milliseconds = std::chrono::milliseconds;

/// Writes one JSON object, member by member. Member names must need no escapes.
class ObjectWriter
{
public:
    explicit ObjectWriter(QByteArray &out) : m_out(out) { m_out.append('{'); }
    ~ObjectWriter() { m_out.append('}'); }
    ObjectWriter(const ObjectWriter &) = delete;
    ObjectWriter &operator=(const ObjectWriter &) = delete;

    void text(QByteArrayView name, QByteArrayView value)
    {
        begin(name);
        m_out.append(quoteJson(value));
    }
    /// Writes nothing for an empty value.
    void optionalText(QByteArrayView name, QByteArrayView value)
    {
        if (!value.isEmpty())
            text(name, value);
    }
    void number(QByteArrayView name, std::int64_t value)
    {
        begin(name);
        appendDecimal(m_out, value);
    }
    void truth(QByteArrayView name, bool value)
    {
        begin(name);
        m_out.append(value ? "true" : "false");
    }
    void time(QByteArrayView name, const std::optional<WallTime> &value)
    {
        if (!value)
            return;
        begin(name);
        m_out.append('"');
        appendTimestamp(m_out, *value);
        m_out.append('"');
    }
    QByteArray &begin(QByteArrayView name)
    {
        appendAll(m_out, m_first ? "\"" : ",\"", name, "\":");
        m_first = false;
        return m_out;
    }

private:
    QByteArray &m_out;
    bool m_first = true;
};

struct Phase
{
    const char *name;
    std::optional<Milliseconds> took;
};

/// Returns the time from one moment to another, when both are known. The time is 0 when the clock was set
/// back in between.
std::optional<Milliseconds> between(const std::optional<WallTime> &from, const std::optional<WallTime> &to)
{
    if (!from || !to)
        return std::nullopt;
    return std::max(*to - *from, Milliseconds(0));
}

/// Returns the ended phases, as Job::phases() does. The last phase ends with the job.
std::array<Phase, 4> phases(const JobRecord &record)
{
    const auto &end = record.settled;
    // Moments after the job's end do not count for its duration. Examples: a late callback, or the answer to
    // a start request after an early callback.
    const auto inTime = [&end](const std::optional<WallTime> &at) {
        return at && end && *at > *end ? std::nullopt : at;
    };
    const auto &started = record.started;
    const auto answered = inTime(record.answered);
    return {{{"queue", between(record.created, started ? started : end)},
             {"start", between(started, answered ? answered : end)},
             {"job", between(answered ? answered : started, inTime(record.callback))},
             {"total", between(record.created, end)}}};
}

void writeTimings(QByteArray &out, const JobRecord &record)
{
    ObjectWriter timings(out);
    for (const Phase &phase : phases(record)) {
        if (phase.took)
            timings.number(phase.name, phase.took->count());
    }
}

void writeProgress(QByteArray &out, const JobProgress &reported)
{
    ObjectWriter progress(out);
    progress.text("state", reported.state);
    progress.number("reports", reported.reports);
}

void writeLinks(QByteArray &out, const JobRecord &record, const QByteArray &base)
{
    ObjectWriter links(out);
    links.text("self", base + jobPath(record.id));
    links.text("result", base + resultPath(record.id));
    links.text("events", base + eventsPath(record.id));
}

void writeEntry(QByteArray &out, const JournalEntry &entry)
{
    ObjectWriter line(out);
    line.time("at", entry.at);
    line.text("event", QByteArrayView(name(entry.event)));
    if (entry.event == JournalEvent::Start)
        line.number("attempt", entry.number);
    else if (entry.event == JournalEvent::Progress)
        line.number("reports", entry.number);
    else if (entry.number != 0)
        line.number("status", entry.number);
    line.optionalText("detail", entry.detail);
}

void writeJournal(QByteArray &out, const JobJournal &journal)
{
    out.append('[');
    bool first = true;
    for (const JournalEntry &entry : journal.entries()) {
        if (!std::exchange(first, false))
            out.append(',');
        writeEntry(out, entry);
    }
    out.append(']');
}

enum class WithJournal : bool { No, Yes };

void writeJob(QByteArray &out, const JobRecord &record, const QByteArray &links,
              WithJournal withJournal = WithJournal::No)
{
    ObjectWriter job(out);
    job.text("id", record.id);
    job.text("account", record.account);
    job.optionalText("route", record.route);
    job.text("state", QByteArrayView(apiState(record.status)));
    if (record.isSettled()) {
        job.text("outcome", QByteArrayView(name(record.status.outcome)));
        if (record.answer)
            job.number("status", record.answer->status);
    }
    job.number("revision", static_cast<std::int64_t>(record.revision));
    job.truth("handed_over", record.status.handedOver);
    job.truth("start_in_doubt", isStartInDoubt(record.status));
    job.truth("repeatable", record.repeatable);
    job.time("created", record.created);
    job.time("started", record.started);
    job.time("ended", record.settled);
    job.time("deadline", record.deadline);
    writeTimings(job.begin("timings"), record);
    job.number("attempts", record.attempts);
    job.optionalText("last_error", record.startTrouble);
    if (record.progress.reports > 0)
        writeProgress(job.begin("progress"), record.progress);
    job.optionalText("upstream_id", record.upstreamId);
    job.optionalText("idempotency_key", record.key);
    job.number("joined", record.joined);
    job.optionalText("request_id", record.requestId);
    writeLinks(job.begin("links"), record, links);
    if (withJournal == WithJournal::No)
        return;
    writeJournal(job.begin("journal"), record.journal);
    job.number("journal_omitted", record.journal.omitted());
}

}  // namespace

QLatin1StringView apiState(const JobStatus &status)
{
    switch (status.state) {
        case JobState::Queued:
            return "queued"_L1;
        case JobState::Starting:
            return "starting"_L1;
        case JobState::Running:
            return "running"_L1;
        case JobState::Settled:
            break;
    }
    switch (status.outcome) {
        case Reason::Completed:
        case Reason::PassedThrough:
            return "completed"_L1;
        case Reason::Cancelled:
            return "cancelled"_L1;
        default:
            return "failed"_L1;
    }
}

QByteArray jobJson(const JobRecord &record, const QByteArray &links)
{
    QByteArray out;
    out.reserve(768);
    writeJob(out, record, links);
    return out;
}

QByteArray jobJsonWithJournal(const JobRecord &record, const QByteArray &links)
{
    QByteArray out;
    out.reserve(2048);
    writeJob(out, record, links, WithJournal::Yes);
    return out;
}

QByteArray jobsJson(const std::vector<JobRecord> &records, const QByteArray &links)
{
    QByteArray out = "{\"jobs\":[";
    bool first = true;
    for (const JobRecord &record : records) {
        if (record.expired)
            continue;
        if (!first)
            out.append(',');
        first = false;
        writeJob(out, record, links);
    }
    return out.append("]}");
}

QByteArray serverTiming(const JobRecord &record)
{
    QByteArray timing;
    for (const Phase &phase : phases(record)) {
        if (!phase.took)
            continue;
        appendAll(timing, timing.isEmpty() ? "" : ", ", phase.name, ";dur=");
        appendMilliseconds(timing, *phase.took);
    }
    return timing;
}

QByteArray jobPath(const QByteArray &id)
{
    return "/v1/jobs/" + id;
}

QByteArray resultPath(const QByteArray &id)
{
    return jobPath(id) + "/result";
}

QByteArray eventsPath(const QByteArray &id)
{
    return jobPath(id) + "/events";
}

}  // namespace holdline

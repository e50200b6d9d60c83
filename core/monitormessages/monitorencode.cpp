// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitorcodec.h"
#include "core/monitormessages/objectwriter.h"
#include "core/telemetry/decimal.h"

#include <QStringDecoder>

#include <algorithm>

namespace holdline::monitor {

namespace {

QByteArrayView viewOf(QLatin1StringView text)
{
    return {text.data(), text.size()};
}

void append(Out &out, const JobRow &row)
{
    ObjectWriter object(out);
    object.always("id", row.id);
    object.always("state", name(row.state));
    object.always("account", row.account);
    object.always("created", row.created);
    object.always("deadline", row.deadline);
    object.put("order", row.order);
    object.put("queue_us", row.queue);
    object.put("start_us", row.start);
    object.put("job_us", row.job);
    object.put("total_us", row.total);
    object.put("attempts", row.attempts);
    object.put("pass_through", row.passThrough);
    if (row.outcome)
        object.always("outcome", name(*row.outcome));
    object.put("status", row.status);
    object.put("upstream_id", row.upstreamId);
    object.put("client", row.client);
    object.put("request_id", row.requestId);
    object.put("detail", row.detail);
    object.put("promised", row.durable);
    object.put("handed_over", row.handedOver);
    object.put("recovered", row.recovered);
    object.put("joined", row.joined);
    object.put("waiting", row.waiting);
}

void append(Out &out, const LaneRow &row)
{
    ObjectWriter object(out);
    object.always("account", row.account);
    object.put("queued", row.queued);
    object.put("in_flight", row.inFlight);
    object.put("turn_us", row.turn);
    object.put("forecast_us", row.forecast);
    object.put("paused", row.paused);
}

void append(Out &out, const CallbackRow &row)
{
    ObjectWriter object(out);
    object.always("at", row.at);
    object.always("word", name(row.word));
    object.put("job", row.job);
    object.put("upstream_id", row.upstreamId);
    object.put("client", row.client);
    object.put("bytes", row.bytes);
}

void append(Out &out, const QByteArray &text)
{
    out.putText(text);
}

void append(Out &out, const ServiceFacts &facts)
{
    ObjectWriter object(out);
    object.always("version", facts.version);
    object.put("qt", facts.qt);
    object.always("pid", facts.pid);
    object.always("started_at", facts.startedAt);
    object.always("listen", facts.listen);
    object.always("upstream", facts.upstream);
    object.always("callback_url", facts.callbackUrl);
    object.always("deadline_ms", std::int64_t{facts.deadline.count()});
    object.always("drain_timeout_ms", std::int64_t{facts.drainTimeout.count()});
    object.always("held_limit", std::int64_t{facts.heldLimit});
    object.always("starts_per_account", std::int64_t{facts.startsPerAccount});
    object.always("threads", std::int64_t{facts.threads});
}

/// Those that are not zero, by their words.
template <typename Word, std::integral Integer, std::size_t size>
void appendCounts(Out &out, const std::array<Integer, size> &counts)
{
    ObjectWriter object(out);
    for (std::size_t i = 0; i < size; ++i) {
        if (counts[i] > 0)
            object.always(viewOf(name(static_cast<Word>(i))), static_cast<std::int64_t>(counts[i]));
    }
}

void append(Out &out, const HistogramSlice &slice)
{
    ObjectWriter object(out);
    object.always("sum_us", std::int64_t{slice.sum().count()});
    object.always("max_us", std::int64_t{slice.max().count()});
    Out &array = object.key("buckets");
    char separator = '[';
    for (const HistogramSlice::Bucket &bucket : slice.buckets()) {
        array.put(separator);
        separator = ',';
        array.put(std::int64_t{bucket.upTo});
        array.put(',');
        array.put(static_cast<std::int64_t>(bucket.count));
    }
    array.put(QByteArrayView(slice.isEmpty() ? "[]" : "]"));
}

void append(Out &out, const StoreSample &store)
{
    ObjectWriter object(out);
    object.always("available", store.available);
    object.put("durable", store.durable);
    object.put("error", store.error);
    object.put("queued", store.queued);
    object.put("writes", store.writes);
    object.put("failed_writes", store.failedWrites);
    object.put("records", store.records);
    object.put("bytes", store.bytes);
    if (!store.took.isEmpty())
        append(object.key("took"), store.took);
}

void append(Out &out, const Sample &sample)
{
    ObjectWriter object(out);
    object.always("at", sample.at);
    object.always("span_us", std::int64_t{sample.span.count()});
    appendCounts<Reason>(object.key("requests"), sample.requests);
    appendCounts<CallbackOutcome>(object.key("callbacks"), sample.callbacks);
    appendCounts<StartFate>(object.key("starts"), sample.starts);
    object.put("retries", sample.retries);
    object.always("held", std::int64_t{sample.held});
    object.always("held_peak", std::int64_t{sample.heldPeak});
    object.always("queued", std::int64_t{sample.queued});
    object.always("lanes", std::int64_t{sample.lanes});
    object.always("starts_in_flight", std::int64_t{sample.startsInFlight});
    object.always("client_connections", std::int64_t{sample.clientConnections});
    object.always("upstream_connections", std::int64_t{sample.upstreamConnections});
    object.always("circuit", name(sample.circuit));
    object.put("draining", sample.draining);
    object.always("cpu_us", std::int64_t{sample.cpu.count()});
    object.always("rss_bytes", sample.rssBytes);
    object.always("observers", std::int64_t{sample.observers});
    object.put("promised", sample.durable);
    object.put("waiting", sample.waiting);
    object.put("joined", sample.joined);
    object.put("recovered", sample.recovered);
    object.put("letters_kept", sample.deadLettersStored);
    appendCounts<DeadLetter::Kind>(object.key("letters"), sample.letters);
    if (sample.store)
        append(object.key("store"), *sample.store);
    ObjectWriter phases(object.key("phases"));
    for (std::size_t i = 0; i < sample.phases.size(); ++i) {
        if (!sample.phases[i].isEmpty())
            append(phases.key(viewOf(name(static_cast<Phase>(i)))), sample.phases[i]);
    }
}

constexpr auto kAppend = [](Out &out, const auto &row) { append(out, row); };

template <typename Row>
QByteArray text(const Row &row)
{
    Out out;
    append(out, row);
    return out.take();
}

}  // namespace

QByteArray rowText(QByteArrayView text)
{
    const QByteArrayView head = text.first(std::min(text.size(), kMaxTextBytes + 4));
    if (text.size() <= kMaxTextBytes && isPlain(text))
        return text.toByteArray();
    // A character cut in two at the end is left out with what follows; other nonsense becomes U+FFFD.
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString characters = decoder.decode(head);
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    std::replace_if(characters.begin(), characters.end(), isControl, QChar(QChar::ReplacementCharacter));
    if (text.size() <= kMaxTextBytes && characters.toUtf8().size() <= kMaxTextBytes)
        return characters.toUtf8();
    constexpr QByteArrayView kEllipsis("\xE2\x80\xA6");
    QByteArray bytes = characters.toUtf8();
    qsizetype end = std::min(bytes.size(), kMaxTextBytes - kEllipsis.size());
    while (end > 0 && end < bytes.size() && (static_cast<unsigned char>(bytes[end]) & 0xC0) == 0x80)
        --end;
    bytes.truncate(end);
    return bytes.append(kEllipsis);
}

QByteArray encode(const Hello &hello)
{
    Out out;
    {
        ObjectWriter object(out);
        object.always("type", QByteArrayView("hello"));
        object.always("protocol", std::int64_t{hello.protocol});
        object.always("program", QByteArrayView("holdline"));
        object.always("version", hello.version);
        object.always("pid", hello.pid);
    }
    out.put('\n');
    return out.take();
}

QByteArray numbered(std::uint64_t seq)
{
    QByteArray out("{\"seq\":");
    appendDecimal(out, static_cast<std::int64_t>(seq));
    return out.append(',');
}

QByteArray encodeUnnumbered(const Update &update)
{
    Out out(static_cast<qsizetype>(512 + 350 * (update.jobs.size() + update.ended.size())));
    {
        ObjectWriter object(out);
        if (update.kind == Update::Kind::Snapshot) {
            object.always("type", QByteArrayView("snapshot"));
            object.always("part", std::int64_t{update.part});
            object.always("last", update.last);
            object.always("reason", name(update.reason));
        } else {
            object.always("type", QByteArrayView("delta"));
        }
        object.always("at", update.at);
        if (update.service)
            append(object.key("service"), *update.service);
        if (update.sample)
            append(object.key("sample"), *update.sample);
        appendRows(object, "jobs", update.jobs, kAppend);
        appendRows(object, "ended", update.ended, kAppend);
        appendRows(object, "gone", update.gone, kAppend);
        appendRows(object, "lanes", update.lanes, kAppend);
        appendRows(object, "lanes_gone", update.lanesGone, kAppend);
        appendRows(object, "callbacks", update.callbacks, kAppend);
        object.put("ended_omitted", update.endedOmitted);
        object.put("callbacks_omitted", update.callbacksOmitted);
    }
    out.put('\n');
    return out.take().remove(0, 1);  // the brace is in numbered()
}

QByteArray encode(const Update &update)
{
    return numbered(update.seq) + encodeUnnumbered(update);
}

QByteArray encodeRow(const JobRow &row)
{
    return text(row);
}

QByteArray encodeRow(const LaneRow &row)
{
    return text(row);
}

QByteArray encodeRow(const CallbackRow &row)
{
    return text(row);
}

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitorcodec.h"
#include "core/monitormessages/monitorreplies.h"
#include "core/monitormessages/objectreader.h"

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

void decodeRow(const ObjectReader &reader, JobRow &row)
{
    reader.require("id"_L1);
    reader.read("id"_L1, row.id);
    reader.require("state"_L1);
    reader.readName("state"_L1, row.state, kRowStateCount);
    reader.read("account"_L1, row.account);
    reader.require("created"_L1);
    reader.read("created"_L1, row.created);
    reader.read("deadline"_L1, row.deadline);
    reader.read("order"_L1, row.order);
    reader.read("queue_us"_L1, row.queue);
    reader.read("start_us"_L1, row.start);
    reader.read("job_us"_L1, row.job);
    reader.read("total_us"_L1, row.total);
    reader.read("attempts"_L1, row.attempts);
    reader.read("pass_through"_L1, row.passThrough);
    if (reader.has("outcome"_L1))
        reader.readName("outcome"_L1, row.outcome.emplace(), kReasonCount);
    reader.read("status"_L1, row.status);
    reader.read("upstream_id"_L1, row.upstreamId);
    reader.read("client"_L1, row.client);
    reader.read("request_id"_L1, row.requestId);
    reader.read("detail"_L1, row.detail);
    reader.read("promised"_L1, row.durable);
    reader.read("handed_over"_L1, row.handedOver);
    reader.read("recovered"_L1, row.recovered);
    reader.read("joined"_L1, row.joined);
    reader.read("waiting"_L1, row.waiting);
}

void decodeRow(const ObjectReader &reader, LaneRow &row)
{
    reader.require("account"_L1);
    reader.read("account"_L1, row.account);
    reader.read("queued"_L1, row.queued);
    reader.read("in_flight"_L1, row.inFlight);
    reader.read("turn_us"_L1, row.turn);
    reader.read("forecast_us"_L1, row.forecast);
    reader.read("paused"_L1, row.paused);
}

void decodeRow(const ObjectReader &reader, CallbackRow &row)
{
    reader.require("at"_L1);
    reader.read("at"_L1, row.at);
    reader.require("word"_L1);
    reader.readName("word"_L1, row.word, kCallbackOutcomeCount);
    reader.read("job"_L1, row.job);
    reader.read("upstream_id"_L1, row.upstreamId);
    reader.read("client"_L1, row.client);
    reader.read("bytes"_L1, row.bytes);
}

void decodeFacts(const ObjectReader &reader, ServiceFacts &facts)
{
    reader.read("version"_L1, facts.version);
    reader.read("qt"_L1, facts.qt);
    reader.read("pid"_L1, facts.pid);
    reader.read("started_at"_L1, facts.startedAt);
    reader.read("listen"_L1, facts.listen);
    reader.read("upstream"_L1, facts.upstream);
    reader.read("callback_url"_L1, facts.callbackUrl);
    reader.read("deadline_ms"_L1, facts.deadline);
    reader.read("drain_timeout_ms"_L1, facts.drainTimeout);
    reader.read("held_limit"_L1, facts.heldLimit);
    reader.read("starts_per_account"_L1, facts.startsPerAccount);
    reader.read("threads"_L1, facts.threads);
}

HistogramSlice decodeSlice(const ObjectReader &reader)
{
    constexpr QLatin1StringView kBuckets = "buckets"_L1;
    const QJsonArray numbers = reader.arrayAt(kBuckets);
    std::vector<HistogramSlice::Bucket> buckets;
    buckets.reserve(static_cast<std::size_t>(numbers.size() / 2));
    if (numbers.size() % 2 != 0)
        reader.fail(kBuckets, u"pairs of numbers"_s);
    for (qsizetype i = 0; i + 1 < numbers.size(); i += 2) {
        HistogramSlice::Bucket bucket;
        reader.take(kBuckets, numbers[i], bucket.upTo);
        reader.take(kBuckets, numbers[i + 1], bucket.count);
        if (bucket.count == 0 || (!buckets.empty() && buckets.back().upTo >= bucket.upTo))
            reader.fail(kBuckets, u"in ascending order without empty ones"_s);
        if (!reader.error().isEmpty())
            return {};
        buckets.push_back(bucket);
    }
    Microseconds sum{};
    Microseconds max{};
    reader.read("sum_us"_L1, sum);
    reader.read("max_us"_L1, max);
    return {std::move(buckets), sum, max};
}

void decodeStore(const ObjectReader &reader, StoreSample &store)
{
    reader.require("available"_L1);
    reader.read("available"_L1, store.available);
    reader.read("durable"_L1, store.durable);
    reader.read("error"_L1, store.error);
    reader.read("queued"_L1, store.queued);
    reader.read("writes"_L1, store.writes);
    reader.read("failed_writes"_L1, store.failedWrites);
    reader.read("records"_L1, store.records);
    reader.read("bytes"_L1, store.bytes);
    if (reader.has("took"_L1)) {
        const QJsonObject took = reader.objectAt("took"_L1);
        store.took = decodeSlice(ObjectReader(took, reader.error()));
    }
}

void decodeSample(const ObjectReader &reader, Sample &sample)
{
    reader.require("at"_L1);
    reader.read("at"_L1, sample.at);
    reader.read("span_us"_L1, sample.span);
    reader.readCounts<Reason>("requests"_L1, sample.requests);
    reader.readCounts<CallbackOutcome>("callbacks"_L1, sample.callbacks);
    reader.readCounts<StartFate>("starts"_L1, sample.starts);
    reader.read("retries"_L1, sample.retries);
    reader.read("held"_L1, sample.held);
    reader.read("held_peak"_L1, sample.heldPeak);
    reader.read("queued"_L1, sample.queued);
    reader.read("lanes"_L1, sample.lanes);
    reader.read("starts_in_flight"_L1, sample.startsInFlight);
    reader.read("client_connections"_L1, sample.clientConnections);
    reader.read("upstream_connections"_L1, sample.upstreamConnections);
    reader.readName("circuit"_L1, sample.circuit, static_cast<int>(CircuitState::HalfOpen) + 1);
    reader.read("draining"_L1, sample.draining);
    reader.read("cpu_us"_L1, sample.cpu);
    reader.read("rss_bytes"_L1, sample.rssBytes);
    reader.read("observers"_L1, sample.observers);
    reader.read("promised"_L1, sample.durable);
    reader.read("waiting"_L1, sample.waiting);
    reader.read("joined"_L1, sample.joined);
    reader.read("recovered"_L1, sample.recovered);
    reader.read("letters_kept"_L1, sample.deadLettersStored);
    reader.readCounts<DeadLetter::Kind>("letters"_L1, sample.letters);
    if (reader.has("store"_L1)) {
        const QJsonObject store = reader.objectAt("store"_L1);
        decodeStore(ObjectReader(store, reader.error()), sample.store.emplace());
    }
    const QJsonObject phases = reader.objectAt("phases"_L1);
    for (std::size_t i = 0; i < sample.phases.size(); ++i) {
        const QJsonObject phase = phases.value(name(static_cast<Phase>(i))).toObject();
        if (!phase.isEmpty())
            sample.phases[i] = decodeSlice(ObjectReader(phase, reader.error()));
    }
}

constexpr auto kDecode = [](const ObjectReader &reader, auto &row) { decodeRow(reader, row); };

Update decodeUpdate(const ObjectReader &reader, Update::Kind kind)
{
    Update update;
    update.kind = kind;
    reader.require("seq"_L1);
    reader.read("seq"_L1, update.seq);
    if (kind == Update::Kind::Snapshot) {
        reader.require("part"_L1);
        reader.read("part"_L1, update.part);
        reader.read("last"_L1, update.last);
        reader.readName("reason"_L1, update.reason, static_cast<int>(SnapshotReason::Asked) + 1);
    }
    reader.require("at"_L1);
    reader.read("at"_L1, update.at);
    if (reader.has("service"_L1)) {
        const QJsonObject facts = reader.objectAt("service"_L1);
        decodeFacts(ObjectReader(facts, reader.error()), update.service.emplace());
    }
    if (reader.has("sample"_L1)) {
        const QJsonObject sample = reader.objectAt("sample"_L1);
        decodeSample(ObjectReader(sample, reader.error()), update.sample.emplace());
    }
    readRows(reader, "jobs"_L1, update.jobs, kDecode);
    readRows(reader, "ended"_L1, update.ended, kDecode);
    readRows(reader, "gone"_L1, update.gone, kDecode);
    readRows(reader, "lanes"_L1, update.lanes, kDecode);
    readRows(reader, "lanes_gone"_L1, update.lanesGone, kDecode);
    readRows(reader, "callbacks"_L1, update.callbacks, kDecode);
    reader.read("ended_omitted"_L1, update.endedOmitted);
    reader.read("callbacks_omitted"_L1, update.callbacksOmitted);
    return update;
}

}  // namespace

std::variant<Message, QString> decode(QByteArrayView line)
{
    QString error;
    const QJsonObject object = parseLine(line, error);
    if (!error.isEmpty())
        return error;
    const ObjectReader reader(object, error);
    const QString type = object.value("type"_L1).toString();
    Message message;
    if (type == "delta"_L1) {
        message = decodeUpdate(reader, Update::Kind::Delta);
    } else if (type == "snapshot"_L1) {
        message = decodeUpdate(reader, Update::Kind::Snapshot);
    } else if (type == "reply"_L1) {
        message = decodeReply(reader);
    } else if (type == "hello"_L1) {
        Hello hello;
        reader.require("protocol"_L1);
        reader.read("protocol"_L1, hello.protocol);
        reader.read("version"_L1, hello.version);
        reader.read("pid"_L1, hello.pid);
        message = hello;
    } else {
        error = u"a message of unknown type"_s;
    }
    if (!error.isEmpty())
        return error;
    return message;
}

}  // namespace holdline::monitor

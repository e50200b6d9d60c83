// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorenums.h"
#include "core/monitormessages/monitormessages.h"
#include "core/monitormessages/monitorrowfields.h"

/// The members of all objects of the monitor protocol that are not rows. monitorrowfields.h explains
/// describe().
namespace holdline::monitor {

void describe(auto &&fields, Maybe<ServiceFacts> auto &facts)
{
    fields.always("version"_L1, facts.version);
    fields.optional("qt"_L1, facts.qt);
    fields.always("pid"_L1, facts.pid);
    fields.always("started_at"_L1, facts.startedAt);
    fields.always("listen"_L1, facts.listen);
    fields.always("upstream"_L1, facts.upstream);
    fields.always("callback_url"_L1, facts.callbackUrl);
    fields.always("deadline_ms"_L1, facts.deadline);
    fields.always("drain_timeout_ms"_L1, facts.drainTimeout);
    fields.always("held_limit"_L1, facts.heldLimit);
    fields.always("starts_per_account"_L1, facts.startsPerAccount);
    fields.always("threads"_L1, facts.threads);
}

void describe(auto &&fields, Maybe<HistogramSlice> auto &slice)
{
    auto sum = slice.sum();
    auto max = slice.max();
    auto buckets = slice.buckets();
    fields.always("sum_us"_L1, sum);
    fields.always("max_us"_L1, max);
    fields.always("buckets"_L1, buckets);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(slice)>>)
        slice = HistogramSlice(std::move(buckets), sum, max);
}

void describe(auto &&fields, Maybe<StoreSample> auto &store)
{
    fields.required("available"_L1, store.available);
    fields.optional("durable"_L1, store.durable);
    fields.optional("error"_L1, store.error);
    fields.optional("queued"_L1, store.queued);
    fields.optional("writes"_L1, store.writes);
    fields.optional("failed_writes"_L1, store.failedWrites);
    fields.optional("records"_L1, store.records);
    fields.optional("bytes"_L1, store.bytes);
    fields.optional("took"_L1, store.took);
}

void describe(auto &&fields, Maybe<UpstreamCircuit> auto &circuit)
{
    fields.required("upstream"_L1, circuit.upstream);
    fields.required("circuit"_L1, circuit.state);
}

void describe(auto &&fields, Maybe<Sample> auto &sample)
{
    fields.required("at"_L1, sample.at);
    fields.always("span_us"_L1, sample.span);
    fields.byName("requests"_L1, sample.requests, Reason{});
    fields.byName("callbacks"_L1, sample.callbacks, CallbackOutcome{});
    fields.byName("starts"_L1, sample.starts, StartFate{});
    fields.optional("retries"_L1, sample.retries);
    fields.always("held"_L1, sample.held);
    fields.always("held_peak"_L1, sample.heldPeak);
    fields.always("queued"_L1, sample.queued);
    fields.always("lanes"_L1, sample.lanes);
    fields.always("starts_in_flight"_L1, sample.startsInFlight);
    fields.always("client_connections"_L1, sample.clientConnections);
    fields.always("upstream_connections"_L1, sample.upstreamConnections);
    fields.always("circuit"_L1, sample.circuit);
    fields.optional("circuits"_L1, sample.circuits);
    fields.optional("draining"_L1, sample.draining);
    fields.always("cpu_us"_L1, sample.cpu);
    fields.always("rss_bytes"_L1, sample.rssBytes);
    fields.always("observers"_L1, sample.observers);
    fields.optional("promised"_L1, sample.durable);
    fields.optional("waiting"_L1, sample.waiting);
    fields.optional("joined"_L1, sample.joined);
    fields.optional("recovered"_L1, sample.recovered);
    fields.optional("letters_kept"_L1, sample.deadLettersStored);
    fields.byName("letters"_L1, sample.deadLetters, DeadLetter::Kind{});
    fields.optional("store"_L1, sample.store);
    fields.byName("phases"_L1, sample.phases, Phase{});
}

void describe(auto &&fields, Maybe<Hello> auto &hello)
{
    fields.constant("type"_L1, "hello"_L1);
    fields.required("protocol"_L1, hello.protocol);
    fields.constant("program"_L1, "holdline"_L1);
    fields.always("version"_L1, hello.version);
    fields.always("pid"_L1, hello.pid);
}

/// Describes all members except `seq`, which numbered() writes first. `update.kind` must be set, for reading
/// too.
void describe(auto &&fields, Maybe<Update> auto &update)
{
    if (update.kind == Update::Kind::Snapshot) {
        fields.constant("type"_L1, "snapshot"_L1);
        fields.required("part"_L1, update.part);
        fields.always("last"_L1, update.last);
        fields.always("reason"_L1, update.reason);
    } else {
        fields.constant("type"_L1, "delta"_L1);
    }
    fields.required("at"_L1, update.at);
    fields.optional("service"_L1, update.service);
    fields.optional("sample"_L1, update.sample);
    fields.optional("jobs"_L1, update.jobs);
    fields.optional("ended"_L1, update.ended);
    fields.optional("gone"_L1, update.gone);
    fields.optional("lanes"_L1, update.lanes);
    fields.optional("lanes_gone"_L1, update.lanesGone);
    fields.optional("callbacks"_L1, update.callbacks);
    fields.optional("ended_omitted"_L1, update.endedOmitted);
    fields.optional("callbacks_omitted"_L1, update.callbacksOmitted);
}

void describe(auto &&fields, Maybe<Command> auto &command)
{
    fields.required("command"_L1, command.verb);
    fields.optional("id"_L1, command.id);
    if (const QLatin1StringView target = targetName(command.verb); !target.isEmpty())
        fields.optional(target, command.target);
}

void describe(auto &&fields, Maybe<BodyPart> auto &body)
{
    fields.optional("content_type"_L1, body.contentType);
    fields.always("size"_L1, body.size);
    fields.bytes("text"_L1, "base64"_L1, body.bytes);
}

void describe(auto &&fields, Maybe<StoredResult> auto &result)
{
    fields.required("job"_L1, result.job);
    fields.optional("status"_L1, result.status);
    describe(fields, result.body);
}

void describe(auto &&fields, Maybe<JournalEntry> auto &entry)
{
    fields.required("at"_L1, entry.at);
    fields.required("event"_L1, entry.event);
    fields.optional("number"_L1, entry.number);
    fields.optional("detail"_L1, entry.detail);
}

void describe(auto &&fields, Maybe<StoredJournal> auto &journal)
{
    fields.required("job"_L1, journal.job);
    fields.always("entries"_L1, journal.entries);
    fields.optional("omitted"_L1, journal.omitted);
}

void describe(auto &&fields, Maybe<Reply> auto &reply)
{
    fields.constant("type"_L1, "reply"_L1);
    fields.optional("id"_L1, reply.id);
    fields.required("ok"_L1, reply.ok);
    fields.always("text"_L1, reply.text);
    fields.optional("result"_L1, reply.result);
    fields.optional("journal"_L1, reply.journal);
    fields.optional("letters"_L1, reply.deadLetters);
    fields.optional("letters_omitted"_L1, reply.deadLettersOmitted);
    fields.optional("letter"_L1, reply.deadLetter);
    fields.optional("body"_L1, reply.body);
}

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/randomrows.h"

/// Makes random monitor messages. Equal seeds of the generator give equal messages. randomrows.h makes their
/// rows.
namespace holdline::monitor::random {

inline HistogramSlice slice(QRandomGenerator &random)
{
    std::vector<HistogramSlice::Bucket> buckets;
    std::uint32_t upTo = 0;
    for (int i = random.bounded(20); i > 0; --i) {
        upTo += 1 + random.bounded(100'000u);
        buckets.push_back({upTo, 1 + random.bounded(50u)});
    }
    if (buckets.empty())
        return {};
    return {std::move(buckets), Microseconds(random.bounded(1'000'000)), Microseconds(upTo)};
}

inline ServiceFacts facts(QRandomGenerator &random)
{
    ServiceFacts facts;
    facts.version = "0.1.0";
    facts.qt = text(random);
    facts.pid = random.bounded(100'000);
    facts.startedAt = time(random);
    facts.listen = text(random);
    facts.upstream = text(random);
    facts.callbackUrl = text(random);
    facts.deadline = Milliseconds(random.bounded(100'000));
    facts.drainTimeout = Milliseconds(random.bounded(100'000));
    facts.heldLimit = random.bounded(100'000);
    facts.startsPerAccount = 1 + random.bounded(5);
    facts.threads = 1 + random.bounded(5);
    return facts;
}

inline Sample sample(QRandomGenerator &random)
{
    Sample sample;
    sample.at = time(random);
    sample.span = Microseconds(random.bounded(2'000'000));
    for (auto &count : sample.requests)
        count = random.bounded(2) == 0 ? 0 : random.bounded(1'000'000u);
    for (std::size_t i = 1; i < sample.callbacks.size(); ++i)
        sample.callbacks[i] = random.bounded(1'000'000u);
    for (auto &count : sample.starts)
        count = random.bounded(1'000'000u);
    sample.retries = random.bounded(1000u);
    sample.held = random.bounded(20'000);
    sample.heldPeak = random.bounded(20'000);
    sample.queued = random.bounded(20'000);
    sample.lanes = random.bounded(20'000);
    sample.startsInFlight = random.bounded(512);
    sample.clientConnections = random.bounded(20'000);
    sample.upstreamConnections = random.bounded(1024);
    sample.circuit = static_cast<CircuitState>(random.bounded(3));
    for (int i = random.bounded(3); i > 0; --i)
        sample.circuits.push_back({text(random), static_cast<CircuitState>(random.bounded(3))});
    sample.draining = random.bounded(2) == 0;
    sample.cpu = Microseconds(random.bounded(1'000'000'000));
    sample.rssBytes = random.bounded(1'000'000'000);
    sample.observers = random.bounded(16);
    sample.durable = random.bounded(1000);
    sample.waiting = random.bounded(1000);
    sample.joined = random.bounded(1000u);
    sample.recovered = random.bounded(1000u);
    sample.deadLettersStored = random.bounded(1000u);
    for (auto &count : sample.deadLetters)
        count = random.bounded(1000);
    if (random.bounded(2) == 0)
        sample.store = StoreSample{random.bounded(2) == 0, random.bounded(2) == 0, text(random),
                                   random.bounded(1000),   random.bounded(1000u),  random.bounded(1000u),
                                   random.bounded(1000),   random.bounded(1000),   slice(random)};
    for (HistogramSlice &phase : sample.phases)
        phase = slice(random);
    return sample;
}

inline Update update(QRandomGenerator &random, int rows)
{
    Update update;
    update.seq = 1 + random.bounded(1'000'000u);
    update.at = time(random);
    if (random.bounded(2) == 0) {
        update.kind = Update::Kind::Snapshot;
        update.part = 1 + random.bounded(10);
        update.last = random.bounded(2) == 0;
        update.reason = static_cast<SnapshotReason>(random.bounded(3));
    }
    if (random.bounded(2) == 0)
        update.service = facts(random);
    if (random.bounded(2) == 0)
        update.sample = sample(random);
    for (int i = 0; i < rows; ++i) {
        switch (random.bounded(6)) {
            case 0:
                update.jobs.push_back(jobRow(random));
                break;
            case 1:
                update.ended.push_back(jobRow(random));
                break;
            case 2:
                update.lanes.push_back(laneRow(random));
                break;
            case 3:
                update.callbacks.push_back(callbackRow(random));
                break;
            case 4:
                update.gone.push_back(text(random));
                break;
            default:
                update.lanesGone.push_back(text(random));
        }
    }
    update.endedOmitted = random.bounded(10u);
    update.callbacksOmitted = random.bounded(10u);
    return update;
}

}  // namespace holdline::monitor::random

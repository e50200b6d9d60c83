// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QRandomGenerator>

/// Random monitor messages from a seed. Each member is set now and then, and texts contain awkward
/// characters.
namespace holdline::monitor::random {

inline QByteArray text(QRandomGenerator &random)
{
    static const std::array<QByteArray, 8> kTexts{"acme",
                                                  "",
                                                  "with \"quotes\" and \\",
                                                  "\xC3\xA9t\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC",
                                                  "\xF0\x9F\x90\xA2 tab?",
                                                  "127.0.0.1",
                                                  QByteArray(250, 'x'),
                                                  "</script>&amp;"};
    return kTexts[random.bounded(quint32(kTexts.size()))];
}

inline std::optional<Microseconds> duration(QRandomGenerator &random)
{
    if (random.bounded(3) == 0)
        return std::nullopt;
    return Microseconds(random.bounded(2) == 0 ? 0 : random.bounded(100'000'000));
}

inline WallTime time(QRandomGenerator &random)
{
    return WallTime(Milliseconds(1'700'000'000'000 + random.bounded(1'000'000'000)));
}

inline JobRow jobRow(QRandomGenerator &random)
{
    JobRow row;
    row.id = QByteArray::number(random.generate64(), 16);
    row.state = static_cast<RowState>(random.bounded(kRowStateCount));
    row.account = text(random);
    row.created = time(random);
    row.deadline = time(random);
    row.order = static_cast<std::int64_t>(random.bounded(2000)) - 1000;
    row.queue = duration(random);
    row.start = duration(random);
    row.job = duration(random);
    row.total = duration(random);
    row.attempts = random.bounded(5);
    row.passThrough = random.bounded(2) == 0;
    if (row.state == RowState::Ended)
        row.outcome = static_cast<Reason>(random.bounded(kReasonCount));
    row.status = random.bounded(2) == 0 ? 0 : 200 + random.bounded(300);
    row.upstreamId = text(random);
    row.client = text(random);
    row.requestId = text(random);
    row.detail = text(random);
    row.route = text(random);
    row.progress = text(random);
    row.progressReports = static_cast<int>(random() % 3);
    row.durable = random.bounded(2) == 0;
    row.handedOver = random.bounded(2) == 0;
    row.recovered = random.bounded(2) == 0;
    row.joined = random.bounded(4);
    row.waiting = random.bounded(4);
    return row;
}

inline DeadLetterRow deadLetterRow(QRandomGenerator &random)
{
    DeadLetterRow row;
    row.id = QByteArray::number(random.generate64(), 16);
    row.kind = static_cast<DeadLetter::Kind>(random.bounded(kDeadLetterKinds));
    row.at = time(random);
    row.reason = static_cast<Reason>(random.bounded(kReasonCount));
    row.job = text(random);
    row.account = text(random);
    row.client = text(random);
    row.detail = text(random);
    row.bytes = random.bounded(1'000'000);
    row.cut = random.bounded(2) == 0;
    row.redriven = random.bounded(3);
    return row;
}

inline BodyPart body(QRandomGenerator &random)
{
    QByteArray bytes;
    if (random.bounded(2) == 0) {
        bytes = text(random);
    } else {
        for (int i = random.bounded(50); i > 0; --i)
            bytes.append(static_cast<char>(random.bounded(256)));
    }
    return BodyPart::of(text(random), bytes);
}

inline Reply reply(QRandomGenerator &random)
{
    Reply reply;
    reply.id = text(random).left(64);
    reply.ok = random.bounded(2) == 0;
    reply.text = QString::fromUtf8(text(random));
    if (random.bounded(2) == 0)
        reply.result = StoredResult{"j1", random.bounded(600), body(random)};
    if (random.bounded(2) == 0) {
        auto &journal = reply.journal.emplace(StoredJournal{"j2", {}, random.bounded(3)});
        for (int i = random.bounded(4); i > 0; --i)
            journal.entries.push_back({time(random),
                                       static_cast<JournalEvent>(random.bounded(kJournalEventCount)),
                                       random.bounded(600), text(random)});
    }
    if (random.bounded(2) == 0) {
        auto &deadLetters = reply.deadLetters.emplace();
        for (int i = random.bounded(4); i > 0; --i)
            deadLetters.push_back(deadLetterRow(random));
        reply.deadLettersOmitted = random.bounded(5u);
    }
    if (random.bounded(2) == 0) {
        reply.deadLetter = deadLetterRow(random);
        reply.body = body(random);
    }
    return reply;
}

inline LaneRow laneRow(QRandomGenerator &random)
{
    LaneRow row{text(random),     random.bounded(1000), random.bounded(3),
                duration(random), duration(random),     random.bounded(2) == 0};
    if (random.bounded(2) == 0) {
        row.startsLimit = random.bounded(100);
        row.running = random.bounded(1000);
        row.runningLimit = random.bounded(1000);
        row.rateUsed = random.bounded(1000);
        row.rateLimit = random.bounded(1000);
        row.rateWindow = duration(random);
    }
    return row;
}

inline CallbackRow callbackRow(QRandomGenerator &random)
{
    const auto word = static_cast<CallbackOutcome>(1 + random.bounded(kCallbackOutcomeCount - 1));
    return {time(random), word, text(random), text(random), text(random), random.bounded(100'000)};
}

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

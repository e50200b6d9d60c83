// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QRandomGenerator>

/// Makes random rows of monitor messages. Equal seeds of the generator give equal rows. Each member is set in
/// some of the rows, and texts contain characters that are hard to encode.
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

}  // namespace holdline::monitor::random

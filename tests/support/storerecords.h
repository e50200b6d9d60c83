// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/job/jobid.h"
#include "core/job/jobrecord.h"

/// Records for tests of the store.
namespace holdline::test {

inline WallTime wallTime(std::int64_t milliseconds)
{
    return WallTime(std::chrono::milliseconds(1'700'000'000'000 + milliseconds));
}

/// Returns the record of a job that was just accepted. `key` may be null.
inline JobRecord openJob(const QByteArray &account, const QByteArray &key)
{
    JobRecord record;
    record.id = makeJobId();
    record.account = account;
    record.token = CallbackToken::make(0, 0).toText();
    record.key = key;
    record.fingerprint = QByteArray(32, '\x7f');
    record.status.durable = true;
    record.requestId = "req-1";
    record.client = "127.0.0.1:5000";
    record.created = wallTime(0);
    record.deadline = wallTime(3'600'000);
    record.request =
        RecordedRequest{"/start", R"({"account":"a","wait":true})", {{"Content-Type", "application/json"}}};
    return record;
}

/// Returns the record of the same job after its result has arrived.
inline JobRecord ended(JobRecord record, const QByteArray &body, WallTime at = wallTime(500))
{
    record.status.state = JobState::Settled;
    record.status.attempted = true;
    record.status.resultSeen = true;
    record.status.outcome = Reason::Completed;
    ++record.revision;
    record.upstreamId = "1f";
    record.started = wallTime(1);
    record.answered = wallTime(2);
    record.callback = at;
    record.settled = at;
    record.request.reset();
    record.answer = RecordedAnswer{200, "application/json", body, {}};
    return record;
}

inline DeadLetter deadLetter(DeadLetter::Kind kind, const QByteArray &body)
{
    DeadLetter letter;
    letter.id = makeJobId();
    letter.kind = kind;
    letter.at = wallTime(9);
    letter.reason = Reason::CallbackUnknown;
    letter.peer = "127.0.0.1:6000";
    letter.token = "a-token";
    letter.contentType = "application/json";
    letter.body = body;
    letter.bytes = body.size();
    return letter;
}

}  // namespace holdline::test

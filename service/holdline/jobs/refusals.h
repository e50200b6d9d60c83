// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"

namespace holdline {

// Return the problems that refuse a request for a durable job, or a callback. All functions are pure. `job`
// is the id of the job, empty when there is none.

/// The store is not writable, so no durable job can be made. `why` is the detail. Retry-After: 5 s.
Problem storeUnavailable(const QString &why, const QByteArray &job = {});
/// A callback cannot be handled now, for example because its result could not be stored. So the upstream must
/// send the callback again. Retry-After: 1 s.
Problem notStored(const QString &why, const QByteArray &job = {});
/// A reload has removed the route of a callback, so the callback cannot be read. Retry-After: 1 s.
Problem routeIsGone(const QByteArray &job = {});
/// A callback cannot be verified now, so the upstream must send it again. Retry-After: 5 s.
Problem keysUnavailable(const QString &why, const QByteArray &job);
/// A late callback has no result, and the result cannot be fetched now. So the upstream must send the
/// callback again. Retry-After: 5 s.
Problem notFetched(const QByteArray &job);
/// A registered callback names an unknown job. The answer to a start request in flight may still name this
/// job, so the upstream must send the callback again. Retry-After: 1 s.
Problem notKnownYet();
/// The limit `hold.held` is reached. Retry-After: 1 s.
Problem tooManyHeld();
/// The limit `hold.promised` of durable jobs is reached: there are `count` now. Retry-After: 1 s.
Problem tooManyDurable(int count);
/// The limit `limits.memory` is reached. Retry-After: 1 s.
Problem noMemory();
/// The requests of unfinished jobs use half of `store.bytes`, which is their limit. Retry-After: 1 s.
Problem storeFull();
/// The job ends with this process, because nothing is stored on disk. Retry-After: 1 s. A job that may have
/// run has no Retry-After: its key is lost with the process, so a repeated request could run the job twice.
Problem endsWithProcess(const QByteArray &job, bool mayHaveRun);
/// The job of this Idempotency-Key has not ended, and `hold.idempotency_in_flight` forbids joining it.
/// Retry-After: 1 s.
Problem keyInFlight(const QByteArray &job);
/// This Idempotency-Key was already used for a different request.
Problem keyReused(const QByteArray &job);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"

namespace holdline {

// Why a request for a durable job is not taken, or a callback is not taken now. All pure.

/// The store cannot be written, so no durable job can be made. Retry-After: 5 s.
Problem storeUnavailable(const QString &why, const QByteArray &job = {});
/// A callback's result is not durable, so the upstream has to send it again. Retry-After: 1 s.
Problem notStored(const QString &why, const QByteArray &job = {});
/// `hold.held` requests are held. Retry-After: 1 s.
Problem tooManyHeld();
/// `hold.promised` durable jobs have not ended. Retry-After: 1 s.
Problem tooManyDurable(int count);
/// The service drains, and nobody may join a job any more. Retry-After: the drain's timeout.
Problem drainingJoin(const QByteArray &job, std::chrono::milliseconds drainTimeout);
/// The service ends with this job, because nothing is stored on disk. Retry-After: 1 s.
Problem endsWithProcess(const QByteArray &job);
/// The key's job has not ended, and joining is switched off. Retry-After: 1 s.
Problem keyInFlight(const QByteArray &job);
/// The key came with another request before.
Problem keyReused(const QByteArray &job);

}  // namespace holdline

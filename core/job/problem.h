// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

namespace holdline {

/// An error answer: problem details (RFC 9457) and the Retry-After header field.
struct Problem
{
    Reason reason = Reason::InternalError;
    /// What happened and what the client can do, for people. Text from outside is always quoted.
    QString detail;
    /// Id of the job; empty without a job.
    QByteArray job;
    /// Value of the `Retry-After` header field; sent in whole seconds, rounded up. Empty: no such field.
    std::optional<std::chrono::milliseconds> retryAfter;
    /// True when it is unknown whether `job` was started (isStartInDoubt()).
    bool startInDoubt = false;

    static constexpr auto kContentType = "application/problem+json";

    /// The HTTP status of the answer.
    int status() const { return reasonInfo(reason).status; }
    /// Returns the JSON document with the members type, title, status and code, and those of detail, job and
    /// start_in_doubt that are set. `type` is "urn:holdline:problem:" and the name of the reason.
    QByteArray toJson() const;
};

/// Returns `problem` with startInDoubt set from the job's status. If it is unknown whether the job was
/// started and the job has not ended, the detail also says what the client can do.
Problem aboutJob(Problem problem, const JobStatus &status);

/// Returns the value of a `Retry-After` header field (RFC 9110, section 10.2.3): whole seconds, rounded up,
/// at least 1.
QByteArray retryAfterSeconds(std::chrono::milliseconds delay);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/jobmachine.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

namespace holdline {

/// An error answer: RFC 9457 problem details, and the header fields that belong to it.
struct Problem
{
    Reason reason = Reason::InternalError;
    /// What happened and what the client can do, for people. Bytes from outside are always quoted.
    QString detail;
    /// Id of the job, if there is one.
    QByteArray job;
    /// Sent as a `Retry-After` header field in whole seconds, rounded up.
    std::optional<std::chrono::milliseconds> retryAfter;
    /// The start of `job` is in doubt (isStartInDoubt()).
    bool startInDoubt = false;

    static constexpr auto kContentType = "application/problem+json";

    int status() const { return reasonInfo(reason).status; }
    /// The JSON document with the members type, title, status, detail, code and, if known, job and
    /// start_in_doubt. `type` is "urn:holdline:problem:" and the name of the reason.
    QByteArray toJson() const;
};

/// Says in a problem about a job that its start is in doubt, when it is.
Problem aboutJob(Problem problem, const JobStatus &status);

/// The value of a `Retry-After` header field (RFC 9110, section 10.2.3): whole seconds, rounded up, at
/// least 1.
QByteArray retryAfterSeconds(std::chrono::milliseconds delay);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

namespace holdline {

/// An error answer: RFC 9457 problem details plus the headers that belong to it.
struct Problem
{
    Reason reason = Reason::InternalError;
    /// What happened and what to do about it, for people. Never holds bytes from outside unquoted.
    QString detail;
    /// The job's id where there is one.
    QByteArray job;
    /// Becomes a `Retry-After` header (whole seconds, rounded up).
    std::optional<std::chrono::milliseconds> retryAfter;

    static constexpr auto kContentType = "application/problem+json";

    int status() const { return reasonInfo(reason).status; }
    /// `{"type":"urn:holdline:problem:<word>"…}`: members type, title, status, detail, code and, where known,
    /// job.
    QByteArray toJson() const;
};

/// The value of a `Retry-After` header (RFC 9110, 10.2.3): whole seconds, rounded up, at least 1.
QByteArray retryAfterSeconds(std::chrono::milliseconds delay);

}  // namespace holdline

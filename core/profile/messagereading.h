// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <cstdint>
#include <variant>

/// Reads the upstream's answers and callbacks as a profile says. All functions are pure and thread-safe.
namespace holdline::profile {

/// The longest id of a job in bytes. An id is visible ASCII.
inline constexpr qsizetype kMaxJobId = 256;
/// The longest state in bytes.
inline constexpr qsizetype kMaxState = 64;
/// The longest error text in characters.
inline constexpr qsizetype kMaxErrorText = 500;

/// What the upstream's answer to a start request means.
struct StartReading
{
    enum class Verdict : std::uint8_t {
        Refused,     ///< no job runs; the client gets the answer as it is
        Accepted,    ///< the job runs
        Completed,   ///< the job has ended; the answer is its result
        Failed,      ///< the answer says that the job failed
        Unreadable,  ///< the job may run, but cannot be followed without its id or address; see `error`
    };
    Verdict verdict = Verdict::Refused;
    QByteArray job;       ///< the job's id; empty without one, or when `error` says why it is unreadable
    QByteArray location;  ///< the job's address at the upstream, absolute; empty when there is none
    QByteArray state;     ///< the word for the state, if the profile reads one
    QString error;        ///< for people: what could not be read, or the failure's text
};

/// Reads the upstream's answer to a start request. `values` needs `upstream`, and with the profile's
/// `start.made` also `uuid`.
StartReading readStart(const Profile &profile, const MessageView &answer, const TemplateValues &values);

/// What a callback, or the answer to the request of [status], says about a job.
struct StateReading
{
    QByteArray job;  ///< the job's id; empty when the profile or the message has none
    JobReport report = JobReport::Progress;
    QByteArray state;      ///< the word: printable ASCII or UTF-8 on one line, at most kMaxState bytes
    bool isKnown = false;  ///< false for a word in none of the profile's lists: worth one log line per word
    /// True when Holdline must send the request of [status] to learn the state, because of
    /// `status.after_callback`. Then `report` is Progress.
    bool mustAsk = false;
    QString error;  ///< a failure's text, if there is one
};

/// Reads a callback. When the profile says where the job's id stands, a callback with a final state must have
/// the id. Returns an error text for people when the callback cannot be read; such a callback changes
/// nothing.
std::variant<StateReading, QString> readCallback(const Profile &profile, const MessageView &callback);

/// True when callbacks of the profile may have this HTTP method.
bool takesMethod(const Profile &profile, QByteArrayView method);

/// Reads the answer of [status]. An answer that is not 2xx says nothing, unless the profile takes the state
/// from the status. The error is for the log: ask again.
std::variant<StateReading, QString> readStatus(const Profile &profile, const MessageView &answer);

/// Returns the pause before the next request of [status], after `asked` such requests for the job. The caller
/// adds jitter. The Retry-After of the last answer, if any, replaces the pause.
std::chrono::milliseconds pauseBeforeAsking(const StatusRule &rule, int asked);

}  // namespace holdline::profile

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <cstdint>
#include <variant>

/// What answers of the upstream and callbacks mean by a profile. All functions are pure and thread-safe.
namespace holdline::profile {

/// The longest id of a job in bytes. An id is visible ASCII.
inline constexpr qsizetype kMaxJobId = 256;
/// The longest state in bytes.
inline constexpr qsizetype kMaxState = 64;
/// The longest error text in characters.
inline constexpr qsizetype kMaxErrorText = 500;

/// What the answer to a start means.
struct StartReading
{
    enum class Verdict : std::uint8_t {
        Refused,     ///< no job runs; the client gets the answer as it is
        Accepted,    ///< the job runs
        Completed,   ///< the answer is the result
        Failed,      ///< the answer says that the job failed
        Unreadable,  ///< the job may run, but nothing of it can be found again; see `error`
    };
    Verdict verdict = Verdict::Refused;
    QByteArray job;       ///< empty when the profile has no id, or `error` says why it cannot be read
    QByteArray location;  ///< the job's address at the upstream, absolute; empty when there is none
    QByteArray state;     ///< the word for the state, if the profile reads one
    QString error;        ///< for people: what could not be read, or the failure's text
};

/// Reads the answer to a start. `values` needs `upstream`, and `uuid` with `start.made`.
StartReading readStart(const Profile &profile, const MessageView &answer, const TemplateValues &values);

/// What a callback or the answer of [status] says.
struct StateReading
{
    QByteArray job;  ///< the job's id; empty when the profile or the message has none
    JobReport report = JobReport::Progress;
    QByteArray state;      ///< the word: printable ASCII or UTF-8 on one line, at most kMaxState bytes
    bool isKnown = false;  ///< false for a word that no list has; worth a line in the log, once per word
    /// True when the callback only makes us ask, because of `status.after_callback`: then `report` is
    /// Progress.
    bool mustAsk = false;
    QString error;  ///< a failure's text, if there is one
};

/// Reads a callback. A final one must have the id where the profile reads one. The error says for people why
/// the callback cannot be read: such a callback changes nothing.
std::variant<StateReading, QString> readCallback(const Profile &profile, const MessageView &callback);

/// True when the profile's callbacks come by this method.
bool takesMethod(const Profile &profile, QByteArrayView method);

/// Reads the answer of [status]. An answer that is not 2xx says nothing, unless the profile takes the state
/// from the status. The error is for the log: ask again.
std::variant<StateReading, QString> readStatus(const Profile &profile, const MessageView &answer);

/// The pause before the next time of asking, when `asked` requests have been sent for this job. Add jitter; a
/// Retry-After of the last answer counts instead.
std::chrono::milliseconds pauseBeforeAsking(const StatusRule &rule, int asked);

}  // namespace holdline::profile

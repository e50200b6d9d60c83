// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"
#include "core/profile/jobreport.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <array>
#include <cstdint>
#include <variant>

namespace holdline {

/// A start request of a client: the values that Holdline needs, and the body with the places of what
/// travels. The body is the only copy, because it may be large and wait for long.
struct StartRequest
{
    /// A part of the body: members that follow each other, with the commas between them.
    struct Part
    {
        qsizetype from = 0;
        qsizetype size = 0;
    };

    /// The account as UTF-8 without JSON escapes. Never empty. For a route with a profile, its lane.
    QByteArray account;
    QByteArray route;  ///< name of its route; empty for the usual one
    /// False when the client sent `wait:false`. Then its own callback is used and nothing is held.
    bool wait = true;
    /// The body as received, with all white space.
    QByteArray body;
    qsizetype opening = 0;  ///< length of the body up to its opening brace, included
    /// All members but `wait` and `callback`, byte for byte. Two members part them at most twice. Unused
    /// parts are empty.
    std::array<Part, 3> parts{};

    /// Returns whether parseStart() has read the body. On a route with a profile the body can be anything.
    bool isParsed() const { return opening > 0; }
};

struct StartError
{
    /// InvalidJson, BadRequest when `wait` is neither true nor false, or MissingAccount when the JSON
    /// has no valid account. A valid account is a string of 1 to 256 bytes without control
    /// characters.
    Reason reason = Reason::InvalidJson;
    QString detail;  ///< for people: the error, and its byte offset if known
};

/// Parses a start request strictly (RFC 8259). It refuses duplicate `account`, `wait` or `callback`, more
/// than 512 levels, lone surrogates, invalid UTF-8, and every text of the n_* set of JSONTestSuite. A byte
/// order mark before the object is ignored, and travels on (RFC 8259, section 8.1).
/// Unknown members stay byte for byte. Thread-safe.
std::variant<StartRequest, StartError> parseStart(const QByteArray &body);

/// The body of the start request to the upstream: the members of the client and
/// `"wait":false,"callback":"<url>"`.
QByteArray renderStart(const StartRequest &request, const QByteArray &callbackUrl);

/// Completed for "completed". Failed for the usual words for a failure: "failed", "error", "cancelled",
/// "timed_out" … Progress for every other word. The case of the letters does not matter.
JobReport reportOf(QByteArrayView state);

/// A message of the upstream about a job: its answer to the start, or a callback.
struct JobMessage
{
    QByteArray id;
    QByteArray state;
    JobReport report = JobReport::Progress;
    /// A callback without the result of a job that has ended: the upstream must be asked.
    bool mustAsk = false;
    bool isKnownState = false;  ///< the profile has the word for the state
};

/// Reads `{"id":"…","state":"…"}`. Returns an error text unless the body is a JSON object with a string `id`
/// (1–256 visible ASCII characters) and a string `state`. A byte order mark before the object is ignored
/// (RFC 8259, section 8.1).
std::variant<JobMessage, QString> parseJobMessage(const QByteArray &body);

}  // namespace holdline

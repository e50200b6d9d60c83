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

/// A client's request to start a job: the values that Holdline needs, the body, and the places of the body's
/// parts that are sent to the upstream. The body is held once, not copied, because it may be large and wait
/// long.
struct StartRequest
{
    /// A part of the body: members that follow each other, with the commas between them. In bytes.
    struct Part
    {
        qsizetype from = 0;
        qsizetype size = 0;
    };

    /// The account as UTF-8 without JSON escapes. Never empty. For a route with a profile, the name of the
    /// request's lane.
    QByteArray account;
    QByteArray route;  ///< name of the request's route; empty for the default route
    /// False when the client sent `wait:false`. Then the client's own callback URL is used, and its request
    /// is not held open.
    bool wait = true;
    /// The body as received, with all white space.
    QByteArray body;
    qsizetype opening = 0;  ///< length of the body up to and including its opening brace, in bytes
    /// All members except `wait` and `callback`, byte for byte. Without these two members, the others form at
    /// most three parts. Unused parts are empty.
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
    QString detail;  ///< for people: what is wrong, and the byte offset if known
};

/// Parses the body of a client's start request strictly (RFC 8259). Refuses duplicate `account`, `wait` or
/// `callback`, more than 512 levels, lone surrogates, invalid UTF-8, and every text of the n_* set of
/// JSONTestSuite. A byte order mark before the object is ignored, but is sent to the upstream (RFC 8259,
/// section 8.1). Unknown members stay byte for byte. Thread-safe.
std::variant<StartRequest, StartError> parseStart(const QByteArray &body);

/// Returns the body of the start request to the upstream: the client's members and
/// `"wait":false,"callback":"<url>"`.
QByteArray renderStart(const StartRequest &request, const QByteArray &callbackUrl);

/// Returns Completed for "completed", Failed for the usual words for a failure ("failed", "error",
/// "cancelled", "timed_out" …), and Progress for every other word. Case does not matter.
JobReport reportOf(QByteArrayView state);

/// A message of the upstream about a job: the answer to the start request, or a callback.
struct JobMessage
{
    QByteArray id;
    QByteArray state;
    JobReport report = JobReport::Progress;
    /// True when the callback does not decide how the job ended, so that Holdline must ask the upstream.
    bool mustAsk = false;
    bool isKnownState = false;  ///< true when the profile's lists have the word in `state`
};

/// Reads `{"id":"…","state":"…"}`. Returns an error text unless the body is a JSON object with a string `id`
/// (1–256 visible ASCII characters) and a string `state`. A byte order mark before the object is ignored
/// (RFC 8259, section 8.1).
std::variant<JobMessage, QString> parseJobMessage(const QByteArray &body);

}  // namespace holdline

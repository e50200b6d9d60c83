// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <variant>

namespace holdline {

/// A client's request to start a job: what Holdline needs of it, and the body in pieces.
struct StartRequest
{
    /// The account, unescaped UTF-8. Never empty.
    QByteArray account;
    /// False when the client asked for `wait:false`: its own callback is used and nothing is held.
    bool wait = true;
    /// The body as it came, whitespace and all.
    QByteArray body;
    /// The body up to and with the opening brace's members, `wait` and `callback` left out, without the
    /// closing brace: `{"account":"a","x":1e400`. renderStart() appends to it. Everything else is byte for
    /// byte.
    QByteArray prefix;
};

struct StartError
{
    /// InvalidJson; BadRequest for a `wait` that is neither true nor false; MissingAccount for valid JSON
    /// without an account that is a string of 1 to 256 bytes without control characters.
    Reason reason = Reason::InvalidJson;
    QString detail;  ///< for people: what is wrong, and at which byte where that is known
};

/// Parses a start request strictly (RFC 8259; duplicate `account`, `wait` or `callback`, more than 512
/// levels, lone surrogates, invalid UTF-8 and any text of JSONTestSuite's n_* set are refused). Members it
/// does not know are kept byte for byte. Thread-safe.
std::variant<StartRequest, StartError> parseStart(const QByteArray &body);

/// The body of the upstream's start request: the client's members and `"wait":false,"callback":"<url>"`.
QByteArray renderStart(const StartRequest &request, const QByteArray &callbackUrl);

/// The upstream's answer to a start: `{"state":"running","id":"…"}`.
struct StartAnswer
{
    QByteArray id;
    QByteArray state;
};

/// Nothing when it is not a JSON object with a string `id` (1–256 visible ASCII characters) and `state`.
std::variant<StartAnswer, QString> parseStartAnswer(const QByteArray &body);

/// A callback's body as far as Holdline reads it.
struct CallbackMessage
{
    QByteArray id;
    bool completed = false;  ///< state "completed"; any other final state counts as failed
};

/// The error text when the body is not a JSON object with a string `id` and a string `state`, or when the
/// state says that the job has not ended ("running", "queued", "pending").
std::variant<CallbackMessage, QString> parseCallback(const QByteArray &body);

}  // namespace holdline

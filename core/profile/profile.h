// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/assignment.h"
#include "core/profile/locator.h"
#include "core/profile/statewords.h"
#include "core/profile/template.h"
#include "core/profile/verifyrule.h"

#include <QByteArray>
#include <QFlags>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace holdline::profile {

/// How one API starts a job, calls back, is asked and is cancelled: the content of a profile's file. Plain
/// values. profilefields.cpp has each field's key, default and meaning.

/// A request that Holdline makes. Body fields are JSON or form, never both.
struct RequestRule
{
    QByteArray method;
    Template url;
    Assignments set;

    /// "GET {upstream}/{job}"
    QString text() const;
    QStringList secretNames() const;
};

/// The condition under which an answer to the start means that the job runs.
struct AcceptedRule
{
    std::vector<int> status;  ///< empty: every 2xx
    /// Values that the answer must have. All of them.
    std::vector<std::pair<Locator, QByteArray>> equals;
};

struct StartRule
{
    enum class CallbackMode : std::uint8_t {
        InRequest,   ///< the start carries the callback's address
        Registered,  ///< the API knows our address beforehand; the job's id finds the job
        None,        ///< the API does not call back
    };

    RequestRule request;
    CallbackMode callbackMode = CallbackMode::None;
    Assignments callback;  ///< where the address goes
    std::vector<Locator> remove;
    std::vector<QByteArray> headers;  ///< names; a last `*` stands for any ending
    AcceptedRule accepted;
    Locators job;                 ///< where the answer has the job's id; empty: it has none
    std::optional<Locator> made;  ///< where we put an id of our own
    Locators location;            ///< where the answer has the job's address
    Locators finished;            ///< where the answer has the job's state, when it may be final
    /// What a GET's query becomes. Only the query's fields that are named here may be there. Empty: GET is
    /// not taken.
    Assignments fromQuery;

    QStringList secretNames() const;
};

/// The exact answer to a callback that was taken.
struct CallbackReply
{
    int status = 200;
    QByteArray contentType;
    QByteArray body;
};

struct CallbackRule
{
    std::vector<QByteArray> methods;
    Locators job;
    Locators state;
    StateWords words;
    Locators error;
    CallbackReply answer;
    bool never4xx = false;  ///< the sender gives up on a 4xx
    std::optional<VerifyRule> verify;
};

struct StatusRule
{
    RequestRule request;
    std::optional<RequestRule> result;  ///< fetches the result once the status says completed
    Locators state;
    StateWords words;  ///< the callback's when the profile has none here
    Locators error;
    bool afterCallback =
        false;  ///< a callback that says completed or failed makes us ask; the answer decides
    std::chrono::milliseconds first{0};  ///< time from the start to the first request
    std::chrono::milliseconds every{0};  ///< time to the second; then longer and longer
    std::chrono::milliseconds longest{0};

    QStringList secretNames() const;
};

enum class CancelOccasion : std::uint8_t {
    Delete = 1 << 0,      ///< DELETE of the jobs API, or an operator
    ClientGone = 1 << 1,  ///< the last client left
    Deadline = 1 << 2,    ///< the deadline passed
};
Q_DECLARE_FLAGS(CancelOccasions, CancelOccasion)
Q_DECLARE_OPERATORS_FOR_FLAGS(CancelOccasions)

struct CancelRule
{
    RequestRule request;
    CancelOccasions when = CancelOccasion::Delete;
};

struct AnswerRule
{
    enum class Document : std::uint8_t { Callback, Status };

    Document body = Document::Callback;
    Locators part;        ///< only this part of a completed job's document; empty: all of it
    Locators failedPart;  ///< the same for a failed job
    bool base64 = false;
    QByteArray contentType;  ///< empty: as it came, or by the part's type
    int completedStatus = 200;
    int failedStatus = 200;
    std::chrono::milliseconds keepalive{0};  ///< 0: off
};

struct Profile
{
    QString name;
    QString about;
    StartRule start;
    std::optional<CallbackRule> callback;
    std::optional<StatusRule> status;
    std::optional<CancelRule> cancel;
    AnswerRule answer;

    /// Names of all secrets that the profile uses, each once.
    QStringList secretNames() const;
    /// Returns whether a request to the upstream contains `{uuid}`, or the id that Holdline makes of it.
    bool usesUuid() const;
    /// The words of a status, or of an answer to the start.
    const StateWords &statusWords() const;
};

}  // namespace holdline::profile

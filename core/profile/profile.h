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

/// How one API starts a job, calls back, is asked for a job's state and cancels a job: the content of a
/// profile's file. Plain values. profilefields.cpp has each field's key, default and meaning.

/// A request that Holdline sends to the upstream. Body fields are JSON or form, never both.
struct RequestRule
{
    QByteArray method;
    Template url;
    Assignments set;

    /// Returns the method and the URL's template: "GET {upstream}/{job}".
    QString text() const;
    QStringList secretNames() const;
};

/// The condition under which the upstream's answer to a start request means that the job runs.
struct AcceptedRule
{
    std::vector<int> status;  ///< empty: every 2xx
    /// Places in the answer, and the text that each of them must have.
    std::vector<std::pair<Locator, QByteArray>> equals;
};

struct StartRule
{
    enum class CallbackMode : std::uint8_t {
        InRequest,   ///< each start request contains the callback's address
        Registered,  ///< the callback's address was registered at the API before; the job's id finds the job
        None,        ///< the API does not call back
    };

    RequestRule request;
    CallbackMode callbackMode = CallbackMode::None;
    Assignments callback;  ///< where the start request gets the callback's address
    std::vector<Locator> remove;
    std::vector<QByteArray> headers;  ///< client's fields to pass on; a last `*` stands for any ending
    AcceptedRule accepted;
    Locators job;                 ///< where the answer has the job's id; empty: it has none
    std::optional<Locator> made;  ///< where the start request gets a job id made by Holdline
    Locators location;            ///< where the answer has the job's address
    Locators finished;            ///< where the answer has the job's state, if the state can be final already
    /// The values that a client's GET is turned into. They may read the query; a query field that none of
    /// them reads is refused. When empty, every GET is refused.
    Assignments fromQuery;

    QStringList secretNames() const;
};

/// The exact answer to an accepted callback.
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
    StateWords words;  ///< when empty, the words of the callback count
    Locators error;
    bool afterCallback = false;  ///< a final callback only makes Holdline send `request`; the answer decides
    std::chrono::milliseconds first{0};  ///< from the job's start to the first request
    std::chrono::milliseconds every{0};  ///< from the first to the second request; later pauses grow
    std::chrono::milliseconds longest{0};

    QStringList secretNames() const;
};

enum class CancelOccasion : std::uint8_t {
    Delete = 1 << 0,      ///< DELETE of the jobs API, or an operator
    ClientGone = 1 << 1,  ///< the last waiting client disconnected
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
    Locators failedPart;  ///< only this part of a failed job's document; empty: all of it
    bool base64 = false;
    QByteArray contentType;  ///< empty: the document's own, or one that fits the part
    int completedStatus = 200;
    int failedStatus = 200;
    std::chrono::milliseconds keepalive{0};  ///< time between two spaces sent to a waiting client; 0: none
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
    /// Returns the words for the states in answers to status and start requests. They are the words of
    /// [status], or those of [callback] when [status] has none.
    const StateWords &statusWords() const;
};

}  // namespace holdline::profile

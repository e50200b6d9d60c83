// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/laneforecast.h"
#include "core/profile/startcodec.h"
#include "core/profile/verification.h"
#include "core/routing/credentialspec.h"
#include "core/routing/routeset.h"
#include "service/holdline/ports/jobresult.h"
#include "service/holdline/ports/jobstarter.h"
#include "service/http/message.h"

#include <memory>
#include <optional>
#include <variant>

namespace holdline {

/// A client's request, as the start of its job needs it.
struct ClientRequest
{
    QByteArrayView method;
    QByteArrayView target;  ///< path and query as received
    const std::vector<std::pair<QByteArray, QByteArray>> &headers;
    QByteArrayView body;
};

/// What the start of one job has beside the client's request.
struct StartValues
{
    QByteArray jobId;
    QByteArray callbackUrl;  ///< with the token; empty for a start that passes through
    QByteArray token;        ///< empty for a start that passes through
};

/// The peer of a dead letter that is redriven, and that was verified as a callback when it came, begins so.
/// Its signature is not stored, and would be too old. No client's address begins so.
inline constexpr QByteArrayView kVerifiedPeer{"dead letter verified "};

/// A callback as a route reads it.
struct CallbackView
{
    const http::Request &request;
    QByteArrayView token;                       ///< the token in its path; empty for a registered callback
    QByteArrayView suffix;                      ///< what follows the token or the route's name
    QByteArrayView url;                         ///< our public URL at which it came, with its query
    const profile::PublicKeys *keys = nullptr;  ///< of Route::keySet(); null while there are none
    std::optional<WallTime> now{};              ///< the time of its arrival; empty: now
};

/// What a request about a running job needs to name it.
struct QueryValues
{
    QByteArray jobId;
    QByteArray upstreamId;
    QByteArray location;  ///< the job's address at the upstream; empty when it has none
};

/// Why a job is cancelled at the upstream.
enum class CancelReason : std::uint8_t { Delete, ClientGone, Deadline };

/// A callback that may be trusted.
struct CheckedCallback
{
    JobMessage message;
    /// Equal for callbacks with the same signed text and body; see profile::Verified. Empty when nothing is
    /// signed.
    QByteArray replayKey{};
};

/// A callback that a route does not take. The text is for people and has no byte of the message.
struct RefusedCallback
{
    Reason reason{};  ///< CallbackUnauthorised for one that must not be trusted
    QString text;
    /// Everything is right but the key, so that a newer key set may have it.
    bool isKeyUnknown = false;

    bool isForged() const { return reason == Reason::CallbackUnauthorised; }
};

/// True for the name of a field whose value may be a secret, so that logs and monitors must not show it.
bool mayBeSecret(QByteArrayView name);

/// Scheme, host and port of a URL, without a port that the scheme implies: "https://api.example.com".
QByteArray originOf(const QUrl &url);

/// One route: which requests it takes, and how its upstream's API starts a job and calls back. A route
/// without a profile speaks the job server's API with startcodec.h. The usual route is one of those, and has
/// no name.
///
/// Immutable, so that all its functions may be called in any thread.
class Route
{
public:
    /// The usual route.
    Route() = default;
    Route(const RouteConfig &config, std::shared_ptr<const profile::Secrets> secrets);

    /// Empty for the usual route.
    const QByteArray &name() const { return m_config.name; }
    bool isUsual() const { return name().isEmpty(); }
    /// False for a route that speaks the job server's API.
    bool hasProfile() const { return m_config.profile != nullptr; }
    const RouteConfig &config() const { return m_config; }
    /// True when the path of a client's request belongs to this route. Never for the usual one, whose paths
    /// are fixed.
    bool takes(QByteArrayView path) const;
    /// The limits of each lane, without the number of the upstream. An API with a profile serves many starts
    /// at once, so its default is only the limit of all lanes. The job server's API has the usual one.
    LaneRules laneRules() const;
    /// Names the upstream: scheme, host and port, without a port that the scheme implies. Empty for the usual
    /// route.
    const QByteArray &upstreamName() const { return m_upstreamName; }
    /// See profile::AnswerRule::keepalive. 0 for off.
    std::chrono::milliseconds keepAlive() const;
    /// The methods of clients' requests.
    QByteArrayList methods() const;

    /// Reads a client's request. Its account is the lane: the account of the usual route, otherwise the
    /// route's name, perhaps with a slash and a value of the request.
    std::variant<StartRequest, StartError> readRequest(const http::Request &request) const;
    /// The client's header fields that travel to the upstream, and those that later requests about the job
    /// need.
    std::vector<std::pair<QByteArray, QByteArray>> travellingFields(const http::Request &request) const;

    /// Fills in what is sent, and how the answer is read. The error is for the client.
    std::optional<StartError> writeStart(const ClientRequest &client, const StartRequest &start,
                                         const StartValues &values, StartCall &call) const;

    /// Requests about a running job.
    enum class Query : std::uint8_t { Status, Result, Cancel };
    /// True when the upstream can be asked how a job goes on.
    bool canBeAsked() const { return hasProfile() && m_config.profile->status; }
    /// True when the result of a completed job is fetched by a request of its own.
    bool fetchesResult() const { return canBeAsked() && m_config.profile->status->result; }
    /// True when a callback only says that a job has ended, and the result is fetched.
    bool asksAfterCallback() const { return canBeAsked() && m_config.profile->status->afterCallback; }
    /// True when later requests about a job need its client's request.
    bool needsRequestLater() const { return hasProfile() && (canBeAsked() || m_config.profile->cancel); }
    bool cancelsFor(CancelReason reason) const;
    /// The pause before the next time of asking.
    std::chrono::milliseconds pauseBeforeAsking(int asked) const;
    /// Fills in a request about a running job, and how its answer is read. False when a value is missing.
    bool writeQuery(Query query, const ClientRequest &client, const QueryValues &values,
                    StartCall &call) const;

    /// The published keys that verify its callbacks. Null when it needs none.
    const std::shared_ptr<const CredentialSpec> &keySet() const { return m_keySet; }
    /// True when the upstream calls back at `<callback path>/<name>`, and its id of the job finds the job.
    bool isRegistered() const;
    /// True when the sender of callbacks gives up on a 4xx.
    bool never4xx() const;
    /// The id that Holdline gives a job before its start, for an upstream that lets clients choose it. Empty
    /// for other upstreams.
    QByteArray ownId(const QByteArray &jobId) const;
    /// How long a callback with the same signature would be accepted. Without a time in what is signed that
    /// is for ever, and this is how long it is recognised.
    Duration replayAge() const;
    /// True for a redriven callback that was verified when it came.
    static bool isTrusted(const http::Request &callback) { return callback.peer.startsWith(kVerifiedPeer); }
    /// Verifies a callback first. So a sender learns what is wrong with one only when it is the upstream's.
    std::variant<CheckedCallback, RefusedCallback> readCallback(const CallbackView &callback) const;
    /// What clients get of a callback that ended its job.
    JobResult resultOf(const JobMessage &message, const CallbackView &callback) const;
    /// The answer to a callback, for the status that the usual route gives. `usual` is that answer.
    http::Response callbackAnswer(http::Response usual) const;

private:
    /// Null when nothing is to be verified.
    const profile::VerifyRule *verifyRule() const;
    QByteArrayView restOf(QByteArrayView path) const;
    profile::TemplateValues valuesFor(QByteArrayView path) const;
    std::variant<QByteArray, StartError> laneOf(const http::Request &request) const;
    bool authorise(const profile::TemplateValues &values, profile::HeaderFields &fields) const;

    RouteConfig m_config;
    QByteArray m_upstream;  ///< encoded
    QByteArray m_upstreamName;
    std::shared_ptr<const profile::Secrets> m_secrets;
    std::shared_ptr<const CredentialSpec> m_keySet;  ///< null: needs none
    std::shared_ptr<const CredentialSpec> m_token;   ///< of requests to the upstream; null: they need none
    bool m_usesUuid = false;  ///< whether a request to the upstream may contain the job's UUID
};

}  // namespace holdline

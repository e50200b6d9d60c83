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

/// The parts of a client's request that go into the start request of its job. Owns none of the bytes.
struct ClientRequest
{
    QByteArrayView method;
    QByteArrayView target;  ///< path and query as received
    const std::vector<std::pair<QByteArray, QByteArray>> &headers;
    QByteArrayView body;
};

/// Values for the start request of one job that do not come from the client's request.
struct StartValues
{
    QByteArray jobId;
    QByteArray callbackUrl;  ///< with the token; empty when the client's request is passed through
    QByteArray token;        ///< empty when the client's request is passed through
};

/// Beginning of Request::peer of a redriven callback that was verified when it arrived. The callback is not
/// verified again, because its signature may be too old by then. No client's address begins like this.
inline constexpr QByteArrayView kVerifiedPeer{"dead letter verified "};

/// A callback, with the values that a route needs to read it. Owns none of the bytes.
struct CallbackView
{
    const http::Request &request;
    QByteArrayView token;                       ///< the token in the path; empty at a registered address
    QByteArrayView suffix;                      ///< the rest of the path after the token or the route's name
    QByteArrayView url;                         ///< the public URL at which the callback came, with its query
    const profile::PublicKeys *keys = nullptr;  ///< of Route::keySet(); null before they were fetched
    std::optional<WallTime> now{};              ///< when the callback arrived; empty: now
};

/// Values that name a running job in a request to the upstream.
struct QueryValues
{
    QByteArray jobId;
    QByteArray upstreamId;
    QByteArray location;  ///< the job's URL at the upstream; empty when the job has none
};

/// Why a job is cancelled at the upstream.
enum class CancelReason : std::uint8_t { Delete, ClientGone, Deadline };

/// A callback that passed verification, or needs none.
struct CheckedCallback
{
    JobMessage message;
    /// Equal for callbacks with the same signed text and body; see profile::Verified. Empty for callbacks
    /// without a signature.
    QByteArray replayKey{};
};

/// Why a route refuses a callback. The text is for people.
struct RefusedCallback
{
    Reason reason{};  ///< CallbackUnauthorised when verification failed
    QString text;
    /// True when only the signature does not fit the fetched key set: a newer key set may have the key.
    bool isKeyUnknown = false;

    bool isForged() const { return reason == Reason::CallbackUnauthorised; }
};

/// True for the name of a field whose value may be a secret, so that logs and monitors must not show it.
bool mayBeSecret(QByteArrayView name);

/// Returns scheme, host and port of a URL, without the scheme's default port: "https://api.example.com".
QByteArray originOf(const QUrl &url);

/// One route: which client requests it accepts, and how its upstream's API starts a job and calls back. A
/// route without a profile uses the job server's API (startcodec.h). The usual route, which serves when no
/// routes are configured, has neither a profile nor a name.
///
/// Immutable, so that all functions may be called in any thread.
class Route
{
public:
    /// The usual route.
    Route() = default;
    Route(const RouteConfig &config, std::shared_ptr<const profile::Secrets> secrets);

    /// Empty for the usual route.
    const QByteArray &name() const { return m_config.name; }
    bool isUsual() const { return name().isEmpty(); }
    /// False for a route that uses the job server's API.
    bool hasProfile() const { return m_config.profile != nullptr; }
    const RouteConfig &config() const { return m_config; }
    /// True when the path of a client's request belongs to this route. Always false for the usual route,
    /// whose paths are kUsualPaths.
    bool takes(QByteArrayView path) const;
    /// Returns the limits of each lane, without the number of the upstream. The default with a profile is
    /// LaneRules::kManyStarts, because such an API serves many start requests at once. The default for the
    /// job server's API is 0: the configured limit per account.
    LaneRules laneRules() const;
    /// Names the upstream: scheme, host and port, without the scheme's default port. Empty for the usual
    /// route.
    const QByteArray &upstreamName() const { return m_upstreamName; }
    /// Returns profile::AnswerRule::keepalive. 0 means off.
    std::chrono::milliseconds keepAlive() const;
    /// Returns the HTTP methods that clients' requests may have.
    QByteArrayList methods() const;

    /// Reads a client's request. StartRequest::account becomes the name of the lane. The lane's name is the
    /// account on the usual route; otherwise the route's name, with or without a slash and a value of the
    /// request.
    std::variant<StartRequest, StartError> readRequest(const http::Request &request) const;
    /// Returns the client's header fields that are sent to the upstream, with the start request or with later
    /// requests about the job. Empty without a profile.
    std::vector<std::pair<QByteArray, QByteArray>> travellingFields(const http::Request &request) const;

    /// Writes the start request into `call`, and how its answer is read. Returns an error for the client on
    /// failure.
    std::optional<StartError> writeStart(const ClientRequest &client, const StartRequest &start,
                                         const StartValues &values, StartCall &call) const;

    /// Requests about a running job.
    enum class Query : std::uint8_t { Status, Result, Cancel };
    /// True when the upstream can be asked for the state of a job.
    bool canBeAsked() const { return hasProfile() && m_config.profile->status; }
    /// True when the result of a completed job is fetched by a request of its own.
    bool fetchesResult() const { return canBeAsked() && m_config.profile->status->result; }
    /// True when callbacks only say that a job has ended. The result is then fetched from the upstream.
    bool asksAfterCallback() const { return canBeAsked() && m_config.profile->status->afterCallback; }
    /// True when later requests about a job need its client's request.
    bool needsRequestLater() const { return hasProfile() && (canBeAsked() || m_config.profile->cancel); }
    bool cancelsFor(CancelReason reason) const;
    /// Returns the pause before the next status request, after `asked` such requests. Only when canBeAsked().
    std::chrono::milliseconds pauseBeforeAsking(int asked) const;
    /// Writes a request about a running job into `call`, and how its answer is read. Returns false when the
    /// profile has no such request, or a value is missing. Only with a profile.
    bool writeQuery(Query query, const ClientRequest &client, const QueryValues &values,
                    StartCall &call) const;

    /// Describes the published keys that verify the route's callbacks. Null when none are needed.
    const std::shared_ptr<const CredentialSpec> &keySet() const { return m_keySet; }
    /// True when the upstream calls back at the registered address `<callback path>/<route name>`. Then the
    /// upstream's job id in the callback finds the job.
    bool isRegistered() const;
    /// True when the sender of callbacks never repeats a callback that got a 4xx (`callback.never_4xx` in the
    /// profile).
    bool never4xx() const;
    /// Returns the id that Holdline gives the job before its start request is sent. Empty when the upstream
    /// does not let clients choose the id.
    QByteArray ownId(const QByteArray &jobId) const;
    /// Returns how long a replayed callback must be recognised: as long as verification accepts its time of
    /// sending, or one hour when verification does not check this time.
    Duration replayAge() const;
    /// True for a redriven callback that was verified when it arrived.
    static bool isTrusted(const http::Request &callback) { return callback.peer.startsWith(kVerifiedPeer); }
    /// Verifies a callback, then reads it. So only the upstream learns what is wrong with the content of its
    /// callback.
    std::variant<CheckedCallback, RefusedCallback> readCallback(const CallbackView &callback) const;
    /// Returns the result that clients get, made from the callback that ended their job.
    JobResult resultOf(const JobMessage &message, const CallbackView &callback) const;
    /// Returns the answer to a callback. `usual` is the answer that the usual route would give; a profile may
    /// change it.
    http::Response callbackAnswer(http::Response usual) const;

private:
    /// Returns the profile's rule for callbacks. Null when callbacks are not verified.
    const profile::VerifyRule *verifyRule() const;
    QByteArrayView restOf(QByteArrayView path) const;
    profile::TemplateValues valuesFor(QByteArrayView path) const;
    std::variant<QByteArray, StartError> laneOf(const http::Request &request) const;
    bool authorise(const profile::TemplateValues &values, profile::HeaderFields &fields) const;

    RouteConfig m_config;
    QByteArray m_upstream;  ///< the upstream's URL, encoded
    QByteArray m_upstreamName;
    std::shared_ptr<const profile::Secrets> m_secrets;
    std::shared_ptr<const CredentialSpec> m_keySet;  ///< null: no published keys are needed
    std::shared_ptr<const CredentialSpec> m_token;   ///< of requests to the upstream; null: they need none
    bool m_usesUuid = false;  ///< true when requests to the upstream may contain the job's UUID
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/holdline/credentials/credentials.h"
#include "service/holdline/ports/jobstarter.h"

#include <unordered_map>

namespace holdline {

/// A JobStarter that adds an access token to calls that need one (StartCall::token). Other calls go to the
/// inner starter at once.
///
/// A call waits for its token at most for StartCall::timeout; the upstream gets the rest of this time.
/// Without a token, the call ends as NotStarted with StartResult::lacksToken, and `retryAfter` says when a
/// token may be available. A call that the upstream answers with 401 started no job. The call is sent once
/// more, with a new token.
///
/// The callers limit the number of calls. `inner` and `credentials` must outlive the object. For use in one
/// thread with an event loop.
class AuthorisedStarter final : public JobStarter
{
    Q_OBJECT

public:
    AuthorisedStarter(JobStarter &inner, Credentials &credentials);

    void start(Ticket ticket, const StartCall &call) override;

    /// The number of calls that wait for a token.
    int waiting() const { return static_cast<int>(m_times.table().size()); }
    /// The number of tokens that the upstream answered with 401.
    std::uint64_t refusedTotal() const { return m_refused; }

private:
    struct Call
    {
        StartCall call;
        TimePoint deadline{};
        std::uint64_t used = 0;      ///< the number of the token that got a 401; 0: no 401 yet
        std::uint64_t sentWith = 0;  ///< the token of the request in flight; 0: the call waits for a token
        std::optional<StartResult> refusal;  ///< the first 401
    };

    void proceed(Ticket ticket, const CredentialState *state);
    bool send(Ticket ticket, Call &call, const CredentialState &state);
    void onChanged(const QByteArray &name, const CredentialState &state);
    void onFinished(Ticket ticket, const StartResult &result);
    void fail(Ticket ticket, const CredentialState &state);
    void timeUp(Ticket ticket);
    void endSoon(Ticket ticket, StartResult result);

    JobStarter &m_inner;
    Credentials &m_credentials;
    std::unordered_map<Ticket, Call> m_calls;  ///< waiting for a token, or in flight with a token
    DeadlineTimer<Ticket> m_times;             ///< deadlines of the calls that wait for a token
    std::uint64_t m_refused = 0;
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/holdline/credentials/credentials.h"
#include "service/holdline/ports/jobstarter.h"

#include <unordered_map>

namespace holdline {

/// A JobStarter that puts an access token into calls that need one (StartCall::token). Other calls go
/// straight to the starter below.
///
/// A call waits for its token at most for its own time-out, of which the upstream gets the rest. Without a
/// token it ends as NotStarted and StartResult::lacksToken, and Retry-After says when a token may be had. A
/// call that the upstream answers 401 started nothing. It is sent once more, with a new token.
///
/// Its callers bound the number of calls. Life: both arguments must outlive it. Thread: one, with an event
/// loop.
class AuthorisedStarter final : public JobStarter
{
    Q_OBJECT

public:
    AuthorisedStarter(JobStarter &inner, Credentials &credentials);

    void start(Ticket ticket, const StartCall &call) override;

    /// Calls that wait for a token.
    int waiting() const { return static_cast<int>(m_times.table().size()); }
    /// Tokens that the upstream answered 401.
    std::uint64_t refusedTotal() const { return m_refused; }

private:
    struct Call
    {
        StartCall call;
        TimePoint deadline{};
        std::uint64_t used = 0;              ///< the number of the token that was refused; 0: none was
        std::uint64_t sentWith = 0;          ///< the number of the token that is under way; 0: it waits
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
    std::unordered_map<Ticket, Call> m_calls;  ///< those that wait, and those under way with a token
    DeadlineTimer<Ticket> m_times;             ///< of those that wait
    std::uint64_t m_refused = 0;
};

}  // namespace holdline

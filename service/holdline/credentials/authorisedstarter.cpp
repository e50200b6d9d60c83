// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/credentials/authorisedstarter.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

constexpr int kUnauthorised = 401;

StartResult withoutToken(const QString &why)
{
    StartResult result;
    result.fate = StartFate::NotStarted;
    result.unreachable = true;
    result.lacksToken = true;
    result.detail = u"There is no access token for the upstream: "_s + why;
    return result;
}

}  // namespace

AuthorisedStarter::AuthorisedStarter(JobStarter &inner, Credentials &credentials)
    : m_inner(inner), m_credentials(credentials), m_times([this](Ticket ticket) { timeUp(ticket); })
{
    connect(&m_inner, &JobStarter::finished, this, &AuthorisedStarter::onFinished);
    connect(&m_credentials, &Credentials::changed, this, &AuthorisedStarter::onChanged);
}

void AuthorisedStarter::start(Ticket ticket, const StartCall &call)
{
    if (!call.token) {
        m_inner.start(ticket, call);
        return;
    }
    const TimePoint deadline = Clock::now() + call.timeout;
    m_calls.emplace(ticket, Call{call, deadline, 0, 0, {}});
    m_times.set(ticket, deadline);
    proceed(ticket, m_credentials.find(*call.token));
}

/// Sends the call, lets it wait, or ends it, depending on the state of its token.
void AuthorisedStarter::proceed(Ticket ticket, const CredentialState *state)
{
    Call &call = m_calls.at(ticket);
    if (state && send(ticket, call, *state))
        return;
    if (state && state->isFailing && Clock::now() < state->nextTry)
        fail(ticket, *state);
    else
        m_credentials.want(call.call.token, call.used);
}

/// Sends the call with a token. Returns false when there is no fresh token, or when the upstream has refused
/// this token already.
bool AuthorisedStarter::send(Ticket ticket, Call &call, const CredentialState &state)
{
    const Credential *token = state.credential.get();
    if (!token || token->number <= call.used || Clock::now() >= token->freshUntil)
        return false;
    m_times.clear(ticket);
    call.sentWith = token->number;
    StartCall sent = call.call;
    sent.token = nullptr;
    profile::setHeader(sent.headers, "Authorization", token->values.front());
    sent.timeout = std::max(std::chrono::ceil<milliseconds>(call.deadline - Clock::now()), milliseconds(1));
    Q_EMIT leaves(ticket);
    m_inner.start(ticket, sent);
    return true;
}

void AuthorisedStarter::onChanged(const QByteArray &name, const CredentialState &state)
{
    std::vector<Ticket> waiting;
    for (const auto &[ticket, call] : m_calls) {
        if (call.sentWith == 0 && call.call.token->name == name)
            waiting.push_back(ticket);
    }
    // Sends the calls in the order in which they came: later jobs have larger tickets.
    std::sort(waiting.begin(), waiting.end());
    for (const Ticket ticket : waiting) {
        const auto found = m_calls.find(ticket);
        if (found == m_calls.end() || found->second.sentWith != 0 || send(ticket, found->second, state))
            continue;
        const Call &call = found->second;
        if (state.isFailing)
            fail(ticket, state);
        else if (call.refusal && state.number() == call.used)
            endSoon(ticket,
                    StartResult(*call.refusal));  // no newer token will come soon, so the 401 is the result
    }
}

void AuthorisedStarter::onFinished(Ticket ticket, const StartResult &result)
{
    const auto found = m_calls.find(ticket);
    if (found == m_calls.end()) {
        Q_EMIT finished(ticket, result);
        return;
    }
    Call &call = found->second;
    if (result.status == kUnauthorised)
        ++m_refused;
    if (result.status != kUnauthorised || call.refusal) {
        m_calls.erase(found);
        Q_EMIT finished(ticket, result);
        return;
    }
    call.refusal = result;
    call.used = std::exchange(call.sentWith, 0);
    m_times.set(ticket, call.deadline);
    proceed(ticket, m_credentials.find(*call.call.token));
}

void AuthorisedStarter::fail(Ticket ticket, const CredentialState &state)
{
    StartResult result = withoutToken(state.error);
    result.proxyStatus = state.proxyStatus.isEmpty() ? "http_protocol_error" : state.proxyStatus;
    result.retryable = !state.isRefused;
    result.retryAfter =
        std::max(std::chrono::ceil<milliseconds>(state.nextTry - Clock::now()), milliseconds(1));
    endSoon(ticket, result);
}

void AuthorisedStarter::timeUp(Ticket ticket)
{
    StartResult result = withoutToken(u"it did not come in time"_s);
    result.proxyStatus = "http_response_timeout";
    result.retryable = true;
    result.timedOut = true;
    endSoon(ticket, result);
}

/// Ends a call later, in the event loop, because finished() must not be emitted inside start().
void AuthorisedStarter::endSoon(Ticket ticket, StartResult result)
{
    m_times.clear(ticket);
    m_calls.erase(ticket);
    QMetaObject::invokeMethod(
        this, [this, ticket, result = std::move(result)] { Q_EMIT finished(ticket, result); },
        Qt::QueuedConnection);
}

}  // namespace holdline

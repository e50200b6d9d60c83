// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/credentials/credentialfetcher.h"

#include "core/telemetry/logging.h"

#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// A token counts as expired this much early, but at most a tenth of its lifetime.
constexpr std::chrono::seconds kTokenMargin{60};
/// Even a token with a lifetime of 0 is used for this long, for the calls that wait for it.
constexpr milliseconds kLeastTokenLife{500};

bool isKeySet(const CredentialSpec &spec)
{
    return spec.kind == CredentialSpec::Kind::KeySet;
}

/// Returns a random part of a pause, between the share `least` (0 to 1) of the pause and the whole pause.
Duration partOf(milliseconds pause, double least)
{
    return std::chrono::duration_cast<Duration>(
        pause * (least + (1 - least) * QRandomGenerator::global()->generateDouble()));
}

QString secondsText(Duration time)
{
    return u"%1 s"_s.arg(std::chrono::ceil<std::chrono::seconds>(time).count());
}

}  // namespace

CredentialFetcher::CredentialFetcher(JobStarter &caller, Told told, const Limits &limits)
    : m_caller(caller),
      m_told(std::move(told)),
      m_limits(limits),
      m_times([this](const QByteArray &name) { due(name); })
{
    connect(&m_caller, &JobStarter::finished, this, &CredentialFetcher::onFinished);
}

CredentialFetcher::Entry &CredentialFetcher::entryOf(const Spec &spec)
{
    const auto [found, isNew] = m_entries.try_emplace(spec->name);
    if (isNew)
        found->second.spec = spec;
    return found->second;
}

void CredentialFetcher::reload(const std::vector<Spec> &specs)
{
    for (auto &[name, entry] : m_entries)
        entry.isUsed = false;
    for (const Spec &spec : specs) {
        Entry &entry = entryOf(spec);
        // Routes with the same credential share one fetch.
        if (std::exchange(entry.isUsed, true))
            continue;
        entry.spec = spec;
        entry.failures = 0;
        if (isKeySet(*spec)) {
            fetch(entry);
        } else if (entry.state.isFailing) {
            entry.state.isFailing = false;
            m_told(spec->name, entry.state);
        }
    }
    for (const auto &[name, entry] : m_entries) {
        if (!entry.isUsed)
            m_times.clear(name);
    }
    dropUnused();
}

void CredentialFetcher::dropUnused()
{
    if (m_entries.size() <= kMost)
        return;
    std::erase_if(m_entries,
                  [](const auto &entry) { return !entry.second.isUsed && !entry.second.inFlight; });
}

void CredentialFetcher::want(const Spec &spec, std::uint64_t seen, const Told &answer)
{
    const TimePoint now = Clock::now();
    Entry &entry = entryOf(spec);
    if (entry.inFlight)
        return;
    const CredentialState &state = entry.state;
    const bool isFresh = state.credential && (isKeySet(*spec) || now < state.credential->freshUntil);
    const bool isNewer = isFresh && state.number() > seen;
    const bool mustPause = state.isFailing && now < state.nextTry;
    if (isNewer || mustPause || (isFresh && !entry.renewals.take(now))) {
        answer(spec->name, state);
        return;
    }
    fetch(entry);
}

void CredentialFetcher::due(const QByteArray &name)
{
    if (const auto found = m_entries.find(name); found != m_entries.end())
        fetch(found->second);
}

void CredentialFetcher::fetch(Entry &entry)
{
    if (entry.inFlight)
        return;
    m_times.clear(entry.spec->name);
    auto read = std::make_shared<std::optional<FetchResult>>();
    auto request = credentialRequest(*entry.spec, read);
    if (const auto *error = std::get_if<QString>(&request)) {
        failed(entry, {*error, {}, true}, std::nullopt, Clock::now());
        return;
    }
    auto &call = std::get<StartCall>(request);
    call.timeout = m_limits.timeout;
    entry.inFlight = true;
    const JobStarter::Ticket ticket = ++m_lastTicket;
    m_calls.emplace(ticket, Call{entry.spec->name, std::move(read)});
    m_caller.start(ticket, call);
}

void CredentialFetcher::onFinished(JobStarter::Ticket ticket, const StartResult &result)
{
    const auto found = m_calls.extract(ticket);
    if (!found)
        return;
    Entry &entry = m_entries.at(found.mapped().name);
    entry.inFlight = false;
    const TimePoint now = Clock::now();
    std::optional<FetchResult> &read = *found.mapped().read;
    if (!read)
        failed(entry, fetchFailure(result), result.retryAfter, now);
    else if (auto *failure = std::get_if<FetchFailure>(&*read))
        failed(entry, *failure, result.retryAfter, now);
    else
        succeeded(entry, std::get<FetchedCredential>(std::move(*read)), now);
}

void CredentialFetcher::succeeded(Entry &entry, FetchedCredential &&fetched, TimePoint now)
{
    const CredentialSpec &spec = *entry.spec;
    ++m_counts[static_cast<std::size_t>(spec.kind)].fetched;
    if (entry.failures > 0 && m_lines.take(now))
        qCInfo(lcUpstream).noquote() << (isKeySet(spec) ? u"the keys of callbacks were fetched again: url="_s
                                                        : u"there is an access token again: url="_s) +
                                            shownUrl(spec);
    entry.failures = 0;
    auto credential = std::make_shared<Credential>();
    credential->values = std::move(fetched.values);
    credential->number = ++m_lastNumber;
    credential->fetchedAt = now;
    if (isKeySet(spec)) {
        const milliseconds life =
            std::clamp<milliseconds>(fetched.lifetime ? milliseconds(*fetched.lifetime) : m_limits.usualLife,
                                     m_limits.leastLife, m_limits.mostLife);
        credential->freshUntil = now + life;
        if (entry.isUsed)
            m_times.set(spec.name, now + partOf(life * 9 / 10, 0.9));
    } else {
        const milliseconds life = fetched.lifetime.value_or(kUsualTokenLife);
        const milliseconds margin = std::min<milliseconds>(kTokenMargin, life / 10);
        credential->freshUntil = now + std::max(life - margin, kLeastTokenLife);
    }
    entry.state = {};
    entry.state.credential = std::move(credential);
    m_told(spec.name, entry.state);
}

void CredentialFetcher::failed(Entry &entry, const FetchFailure &failure,
                               const std::optional<milliseconds> &retryAfter, TimePoint now)
{
    const CredentialSpec &spec = *entry.spec;
    ++m_counts[static_cast<std::size_t>(spec.kind)].failed;
    const int doublings = std::min(entry.failures++, 20);
    // After 20 doublings, the pause exceeds longestPause.
    const milliseconds longest =
        std::min<milliseconds>(m_limits.firstPause * (1LL << doublings), m_limits.longestPause);
    Duration pause = partOf(longest, 0.5);
    if (retryAfter)
        pause = std::max<Duration>(pause, std::min(*retryAfter, m_limits.longestPause));
    entry.state.isFailing = true;
    entry.state.error = failure.text;
    entry.state.proxyStatus = failure.proxyStatus;
    entry.state.isRefused = failure.isRefused;
    entry.state.nextTry = now + pause;
    if (isKeySet(spec) && entry.isUsed)
        m_times.set(spec.name, entry.state.nextTry);
    logFailure(entry, now);
    m_told(spec.name, entry.state);
}

/// Logs a failure, without tokens and secrets: the URL is shown without user and query.
void CredentialFetcher::logFailure(const Entry &entry, TimePoint now)
{
    if (!m_lines.take(now))
        return;
    const CredentialSpec &spec = *entry.spec;
    QString text = isKeySet(spec) ? u"the keys of callbacks cannot be fetched: url="_s
                                  : u"there is no access token for the upstream: url="_s;
    text += shownUrl(spec) + u": "_s + entry.state.error;
    if (const auto &old = entry.state.credential; old && isKeySet(spec))
        text += u". The keys fetched %1 ago stay in use"_s.arg(secondsText(now - old->fetchedAt));
    else if (isKeySet(spec))
        text += u". Callbacks that need them wait or are answered 503"_s;
    text += u". The next fetch is possible in %1"_s.arg(secondsText(entry.state.nextTry - now));
    if (const auto left = m_lines.takeLeftOut(); left > 0)
        text += u" (%1 more failures before it)"_s.arg(left);
    qCWarning(lcUpstream).noquote() << text;
}

Duration CredentialFetcher::oldestKeySet(TimePoint now) const
{
    Duration oldest{};
    for (const auto &[name, entry] : m_entries) {
        if (entry.isUsed && isKeySet(*entry.spec) && entry.state.credential)
            oldest = std::max<Duration>(oldest, now - entry.state.credential->fetchedAt);
    }
    return oldest;
}

int CredentialFetcher::missingKeySets() const
{
    return static_cast<int>(std::count_if(m_entries.begin(), m_entries.end(), [](const auto &one) {
        const Entry &entry = one.second;
        return entry.isUsed && isKeySet(*entry.spec) && !entry.state.credential;
    }));
}

}  // namespace holdline

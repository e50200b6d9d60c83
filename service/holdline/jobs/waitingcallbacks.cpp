// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/waitingcallbacks.h"

#include <vector>

namespace holdline {

namespace {

/// An estimate of the memory that a callback needs beside its request's bytes.
constexpr qsizetype kOverhead = 512;

}  // namespace

qsizetype bytesOf(const http::Request &callback)
{
    qsizetype bytes = kOverhead + callback.body.size() + callback.target.size();
    for (const auto &[name, value] : callback.headers)
        bytes += name.size() + value.size();
    return bytes;
}

WaitingCallbacks::WaitingCallbacks(Credentials &credentials, Handler handler)
    : m_credentials(credentials),
      m_handler(std::move(handler)),
      m_times([this](std::uint64_t number) { handOver(number, true); })
{
    connect(&m_credentials, &Credentials::changed, this, &WaitingCallbacks::onChanged);
}

bool WaitingCallbacks::add(WaitingCallback &&callback)
{
    const qsizetype bytes = bytesOf(callback.request);
    if (m_waiting.size() >= kMost || m_bytes + bytes > kMostBytes)
        return false;
    m_bytes += bytes;
    const std::uint64_t number = ++m_lastNumber;
    const Credentials::Spec keySet = callback.keySet;
    const std::uint64_t seen = callback.seen;
    m_waiting.emplace(number, std::move(callback));
    m_times.setIn(number, kPatience);
    // want() is called later, because it may emit changed() at once, and the handler must not be called
    // inside add().
    QMetaObject::invokeMethod(
        this, [this, keySet, seen] { m_credentials.want(keySet, seen); }, Qt::QueuedConnection);
    return true;
}

void WaitingCallbacks::onChanged(const QByteArray &name, const CredentialState &state)
{
    std::vector<std::uint64_t> ready;
    for (const auto &[number, callback] : m_waiting) {
        if (callback.keySet->name != name || !state.credential)
            continue;
        // Same number and not failing: the fetcher has found no newer key set, or will not look again soon.
        const bool isFinal = state.number() == callback.seen && !state.isFailing;
        if (isFinal || state.number() > callback.seen)
            ready.push_back(number);
    }
    for (const std::uint64_t number : ready)
        handOver(number, false);
}

void WaitingCallbacks::handOver(std::uint64_t number, bool isTimeUp)
{
    auto found = m_waiting.extract(number);
    if (!found)
        return;
    m_times.clear(number);
    m_bytes -= bytesOf(found.mapped().request);
    m_handler(std::move(found.mapped()), isTimeUp);
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/holdline/credentials/credentials.h"
#include "service/holdline/ports/exchange.h"

#include <QObject>

#include <chrono>
#include <functional>
#include <map>

namespace holdline {

/// Returns the approximate memory in bytes that a callback needs while it waits: its path, header fields and
/// body, and a fixed overhead.
qsizetype bytesOf(const http::Request &callback);

/// A callback that waits for the keys that may verify it.
struct WaitingCallback
{
    QByteArray token;
    QByteArray suffix;
    http::Request request;
    std::unique_ptr<Exchange> exchange;
    Credentials::Spec keySet;
    std::uint64_t seen = 0;     ///< number of the key set that did not verify the callback; 0: there was none
    bool isRegistered = false;  ///< `token` is the name of a route
};

/// Callbacks that wait for keys, because no keys were fetched yet, or because a newer key set may contain the
/// key of their signature. Each callback waits kPatience at most. At most kMost callbacks with kMostBytes
/// together may wait.
///
/// Life: the credentials must outlive this object, and the handler must stay callable. The destructor
/// destroys the waiting callbacks, which answers them 500 (see Exchange). Thread: one, with an event loop.
class WaitingCallbacks : public QObject
{
    Q_OBJECT

public:
    /// Shorter than 10 s, because senders of callbacks give up after 10 s or 15 s.
    static constexpr std::chrono::seconds kPatience{8};
    static constexpr std::size_t kMost = 1'000;
    static constexpr qsizetype kMostBytes = 16 * 1024 * 1024;

    /// Called when newer keys were fetched, when there are no newer keys, or, with `isTimeUp`, after
    /// kPatience. Never called inside add().
    using Handler = std::function<void(WaitingCallback, bool isTimeUp)>;

    WaitingCallbacks(Credentials &credentials, Handler handler);

    /// Requests newer keys and keeps the callback until they are fetched. Returns false when a limit is
    /// reached; then the callback stays with the caller.
    bool add(WaitingCallback &&callback);

    int count() const { return static_cast<int>(m_waiting.size()); }

private:
    void onChanged(const QByteArray &name, const CredentialState &state);
    void handOver(std::uint64_t number, bool isTimeUp);

    Credentials &m_credentials;
    Handler m_handler;
    std::map<std::uint64_t, WaitingCallback> m_waiting;  ///< by number, in the order of arrival
    std::uint64_t m_lastNumber = 0;
    qsizetype m_bytes = 0;
    DeadlineTimer<std::uint64_t> m_times;
};

}  // namespace holdline

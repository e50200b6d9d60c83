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

/// The memory that a callback needs while it waits: its path, fields and body, and what belongs to it.
qsizetype bytesOf(const http::Request &callback);

/// A callback that waits for the keys that may verify it.
struct WaitingCallback
{
    QByteArray token;
    QByteArray suffix;
    http::Request request;
    std::unique_ptr<Exchange> exchange;
    Credentials::Spec keySet;
    std::uint64_t seen = 0;     ///< the number of the key set that did not verify it; 0: there was none
    bool isRegistered = false;  ///< `token` is the name of a route
};

/// Callbacks that wait for keys: because none were fetched yet, or because a newer set may have the key of
/// their signature. Each waits kPatience at most. Together they are kMost at most, with kMostBytes.
///
/// Life: the credentials must outlive it, and the handler must stay callable. The destructor drops the
/// callbacks. Thread: one, with an event loop.
class WaitingCallbacks : public QObject
{
    Q_OBJECT

public:
    /// Senders give up after 10 s or 15 s.
    static constexpr std::chrono::seconds kPatience{8};
    static constexpr std::size_t kMost = 1'000;
    static constexpr qsizetype kMostBytes = 16 * 1024 * 1024;

    /// The keys have come, or `isTimeUp`: they did not. Never called inside add().
    using Handler = std::function<void(WaitingCallback, bool isTimeUp)>;

    WaitingCallbacks(Credentials &credentials, Handler handler);

    /// Asks for newer keys, and keeps the callback until they are there. False when it does not fit; then
    /// the callback stays with the caller.
    bool add(WaitingCallback &&callback);

    int count() const { return static_cast<int>(m_waiting.size()); }

private:
    void onChanged(const QByteArray &name, const CredentialState &state);
    void handOver(std::uint64_t number, bool isTimeUp);

    Credentials &m_credentials;
    Handler m_handler;
    std::map<std::uint64_t, WaitingCallback> m_waiting;  ///< in the order of arrival
    std::uint64_t m_lastNumber = 0;
    qsizetype m_bytes = 0;
    DeadlineTimer<std::uint64_t> m_times;
};

}  // namespace holdline

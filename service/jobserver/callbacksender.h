// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/jobserver/apimessages.h"

#include <QByteArray>
#include <QNetworkRequest>
#include <QObject>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <unordered_map>

class QNetworkAccessManager;
class QNetworkReply;

namespace holdline {

/// Delivers callbacks like a webhook sender: many at once, with growing pauses between attempts. It retries
/// after a connection failure or a 5xx, and follows a Retry-After of up to five seconds. It never retries
/// after any other answer.
///
/// `manager` must outlive the sender. The destructor drops undelivered callbacks. For use in one thread. The
/// queue has no limit of its own: the caller limits the number of jobs, and so of callbacks.
class CallbackSender : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        int retries = 3;
        std::chrono::milliseconds backoff{100};
        std::chrono::milliseconds timeout{10'000};
        int atOnce = 512;
        std::uint64_t seed = 0;
    };
    struct Counters
    {
        std::uint64_t made = 0;
        std::uint64_t delivered = 0;
        std::uint64_t givenUp = 0;
        std::uint64_t retries = 0;
        std::map<QByteArray, std::uint64_t> answers;
    };
    using Tag = std::uint64_t;

    CallbackSender(QNetworkAccessManager &manager, const Options &options, QObject *parent = nullptr);
    ~CallbackSender() override;

    /// Queues a callback to be sent. finished() reports the callback's tag. Several callbacks may share one
    /// tag.
    void send(Tag tag, const CallbackMessage &message);

    const Counters &counters() const { return m_counters; }
    int inFlight() const { return static_cast<int>(m_replies.size()); }
    int queued() const { return static_cast<int>(m_callbacks.size() - m_replies.size()); }

Q_SIGNALS:
    /// The callback was delivered or given up. Never emitted inside send().
    void finished(holdline::CallbackSender::Tag tag);

private:
    using Key = std::uint64_t;
    struct Callback
    {
        Tag tag = 0;
        CallbackMessage message;
        int failures = 0;
    };

    void fill();
    void post(Key key, const Callback &callback);
    void replied(Key key, QNetworkReply &reply);
    std::chrono::milliseconds pauseAfter(const Callback &callback, const QNetworkReply &reply);
    void end(Key key, bool delivered);

    QNetworkAccessManager &m_manager;
    const Options m_options;
    QNetworkRequest m_request;  ///< the common part of all callbacks
    std::mt19937_64 m_random;
    Counters m_counters;
    Key m_lastKey = 0;
    std::unordered_map<Key, Callback> m_callbacks;       ///< all unfinished callbacks
    std::unordered_map<Key, QNetworkReply *> m_replies;  ///< of the callbacks that are being sent now
    std::deque<Key> m_line;                              ///< callbacks that wait for a free connection
    DeadlineTimer<Key> m_retries;                        ///< callbacks that wait for their next attempt
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/deadletters/deadletters.h"

#include "core/base/securerandom.h"

#include <algorithm>

namespace holdline {

namespace {

void setBody(DeadLetter &letter, const QByteArray &body, qsizetype limit)
{
    letter.bytes = body.size();
    letter.cut = body.size() > limit;
    letter.body = body.first(std::min(body.size(), limit));
}

/// Copies what a profile may read beside the body: the method, the header fields, and the target from the
/// token on.
void keepRequest(DeadLetter &letter, const http::Request &request)
{
    letter.method = request.method;
    letter.headers = request.headers.all();
    if (const qsizetype at = request.path().lastIndexOf('/' + letter.token); at >= 0)
        letter.target = "/callback" + request.target.sliced(at);
}

}  // namespace

QByteArray makeDeadLetterId()
{
    std::array<std::byte, 16> bytes;
    fillSecurely(bytes);
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), std::ssize(bytes)).toHex();
}

DeadLetters::DeadLetters(const JobCoordinator &coordinator, JobStore &store, QObject *parent)
    : QObject(parent), m_store(store)
{
    connect(&coordinator, &JobCoordinator::callbackRefused, this, &DeadLetters::onCallbackRefused);
    connect(&coordinator, &JobCoordinator::handedOverFailed, this, &DeadLetters::onHandedOverFailed);
    connect(&store, &JobStore::availabilityChanged, this, &DeadLetters::writeWaiting);
    m_retryTimer.setSingleShot(true);
    m_retryTimer.setInterval(kRetryInterval);
    connect(&m_retryTimer, &QTimer::timeout, this, &DeadLetters::writeWaiting);
}

void DeadLetters::onCallbackRefused(QByteArrayView token, const http::Request &request, Reason reason,
                                    const QByteArray &job, const QByteArray &account)
{
    // Without keys, a callback cannot be verified yet, and its sender repeats it. So it leaves no dead
    // letter.
    if (request.peer.startsWith(kRedrivenPeer) || reason == Reason::KeysUnavailable)
        return;
    const bool isUnknown = reason == Reason::CallbackUnknown;
    // Callbacks with a known token have their own allowance, so that strangers cannot use it up.
    const bool isForged = reason == Reason::CallbackUnauthorised;
    Allowance &allowance = isUnknown || isForged ? m_unknown : m_known;
    if (reason != Reason::StoreUnavailable && !allowance.take(Clock::now())) {
        ++m_counts.dropped;
        return;
    }
    DeadLetter letter;
    letter.id = makeDeadLetterId();
    letter.kind = DeadLetter::Kind::Callback;
    letter.at = wallNow();
    letter.reason = reason;
    letter.job = job;
    letter.account = account;
    letter.peer = request.peer;
    letter.token = token.first(std::min(token.size(), kMaxToken)).toByteArray();
    letter.contentType = request.headers.value("Content-Type");
    if (!isUnknown && !isForged)
        keepRequest(letter, request);
    // A forged callback is stored without its body, because its sender is unknown and it must not be
    // redriven.
    setBody(letter, request.body, isForged ? 0 : isUnknown ? kMaxUnknownBody : kMaxBody);
    store(std::move(letter));
}

void DeadLetters::onHandedOverFailed(const JobRecord &record)
{
    DeadLetter letter;
    // The dead letter has the job's id, so that a second report after a crash replaces the first one.
    letter.id = record.id;
    letter.kind = DeadLetter::Kind::Job;
    letter.at = record.settled.value_or(wallNow());
    letter.reason = record.status.outcome;
    letter.job = record.id;
    letter.account = record.account;
    letter.peer = record.client;
    letter.detail = record.startTrouble;
    letter.contentType = "application/json";
    if (record.request) {
        setBody(letter, record.request->body, kMaxBody);
        letter.target = record.request->target;
        letter.method = record.request->method;
        letter.headers = record.request->headers;
    }
    store(std::move(letter));
}

void DeadLetters::store(DeadLetter letter)
{
    if (!m_store.isAvailable()) {
        addWaiting(std::move(letter));
        return;
    }
    const auto kind = static_cast<std::size_t>(letter.kind);
    m_store.putDeadLetter(letter, [this, letter, kind](const QString &error) {
        if (error.isEmpty())
            ++m_counts.stored[kind];
        else
            addWaiting(letter);
    });
}

void DeadLetters::addWaiting(DeadLetter letter)
{
    m_waitingBytes += letter.body.size();
    m_waiting.push_back(std::move(letter));
    while (m_waiting.size() > kMaxWaiting || m_waitingBytes > kMaxWaitingBytes)
        dropWaiting();
    if (m_store.isAvailable() && !m_retryTimer.isActive())
        m_retryTimer.start();
}

void DeadLetters::dropWaiting()
{
    auto victim = std::find_if(m_waiting.begin(), m_waiting.end(), [](const DeadLetter &letter) {
        return letter.kind == DeadLetter::Kind::Callback;
    });
    if (victim == m_waiting.end())
        victim = m_waiting.begin();
    m_waitingBytes -= victim->body.size();
    m_waiting.erase(victim);
    ++m_counts.dropped;
}

void DeadLetters::writeWaiting()
{
    if (!m_store.isAvailable())
        return;
    m_retryTimer.stop();
    m_waitingBytes = 0;
    for (DeadLetter &letter : std::exchange(m_waiting, {}))
        store(std::move(letter));
}

}  // namespace holdline

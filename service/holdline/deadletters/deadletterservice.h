// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobstore.h"

#include <QHash>

#include <functional>
#include <memory>

namespace holdline {

/// The operations on dead letters: list, redrive (handle again), discard. Used by the admin listener and the
/// monitor. A successful redrive deletes the dead letter. A failed redrive increments the dead letter's
/// counter.
///
/// The store must outlive the object. When this object is destroyed, open calls get no answer. For use in the
/// main thread.
class DeadLetterService : public QObject
{
    Q_OBJECT

public:
    /// The handlers of a client's start request and of an upstream's callback.
    struct Handlers
    {
        RequestHandler start;
        RequestHandler callback;
        QByteArray clients;  ///< the clients' base URL, e.g. "http://127.0.0.1:3738"; prepended to a Location
    };
    /// The most dead letters that one redriveAll() redrives.
    static constexpr int kMaxAtOnce = 100;
    /// The most dead letters that list() returns.
    static constexpr int kMaxListed = 1000;

    DeadLetterService(JobStore &store, Handlers handlers, QObject *parent = nullptr);

    void list(std::optional<DeadLetter::Kind> kind, int most, JobStore::FoundDeadLetters found);
    void find(const QByteArray &id, JobStore::FoundDeadLetter found)
    {
        m_store.findDeadLetter(id, std::move(found));
    }

    /// Returns the reason why the store cannot be read now, otherwise an empty text. Call this inside the
    /// function that gets an answer: with a reason, a dead letter that was not found may exist.
    QString unreadable() const { return m_store.isAvailable() ? QString() : m_store.errorString(); }

    struct Redriven
    {
        enum class Result : std::uint8_t {
            Done,      ///< the dead letter was deleted
            Refused,   ///< `answer` is the reason; the dead letter stays, with its counter incremented
            NotFound,  ///< no dead letter has this id
            Cut,       ///< only the beginning of the dead letter's body is stored
        };
        Result result = Result::NotFound;
        DeadLetter::Kind kind = DeadLetter::Kind::Callback;
        QByteArray id;
        http::Response answer;  ///< for Done and Refused: the answer that a client or the upstream would get
    };
    using RedrivenAnswer = std::function<void(const Redriven &)>;
    /// Redrives one dead letter. A callback is handled as if it arrived now. A job starts again as a new,
    /// handed-over job with the same request; success means that the new job was accepted. Two calls for the
    /// same dead letter at the same time redrive it once, and both get the answer.
    void redrive(const QByteArray &id, RedrivenAnswer answer);
    /// Redrives the oldest kMaxAtOnce dead letters of this kind, one after the other.
    void redriveAll(DeadLetter::Kind kind, std::function<void(const std::vector<Redriven> &)> answer);

    /// Deletes a dead letter. `found` is false when the dead letter was not found. With an `error` (for
    /// people), it may still exist.
    void discard(const QByteArray &id, std::function<void(bool found, const QString &error)> answer);

private:
    void send(const DeadLetter &letter);
    void onAnswered(const DeadLetter &letter, const http::Response &answer);
    void report(const Redriven &redriven);
    struct Batch;
    void redriveNext(const std::shared_ptr<Batch> &batch);

    JobStore &m_store;
    const Handlers m_handlers;
    /// A redrive under way of one dead letter.
    struct Running
    {
        std::vector<RedrivenAnswer> callers;
        bool isDiscarded =
            false;  ///< the dead letter was deleted meanwhile, so a failure must not store it again
    };
    QHash<QByteArray, Running> m_running;  ///< by dead letter id
};

}  // namespace holdline

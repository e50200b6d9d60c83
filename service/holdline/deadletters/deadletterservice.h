// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobstore.h"

#include <QHash>

#include <functional>
#include <memory>

namespace holdline {

/// The operations on dead letters: list, redrive, discard. Used by the admin listener and the monitor. A
/// successful redrive deletes the dead letter. A failed one increments its counter.
///
/// Life: the store must outlive it. When this object is destroyed, open calls get no answer. Thread: the main
/// one.
class DeadLetterService : public QObject
{
    Q_OBJECT

public:
    /// The handlers of a client's start and of an upstream's callback.
    struct Handlers
    {
        RequestHandler start;
        RequestHandler callback;
        QByteArray clients;  ///< the clients' base URL, e.g. "http://127.0.0.1:3738"; prepended to a Location
    };
    /// The most dead letters that one redriveAll() takes.
    static constexpr int kMaxAtOnce = 100;
    /// The most dead letters that list() returns.
    static constexpr int kMaxListed = 1000;

    DeadLetterService(JobStore &store, Handlers handlers, QObject *parent = nullptr);

    void list(std::optional<DeadLetter::Kind> kind, int most, JobStore::FoundDeadLetters found);
    void find(const QByteArray &id, JobStore::FoundDeadLetter found)
    {
        m_store.findDeadLetter(id, std::move(found));
    }

    /// The reason why the store cannot be read now, otherwise an empty text. Call it inside the answer: a
    /// dead letter that was not found may exist then.
    QString unreadable() const { return m_store.isAvailable() ? QString() : m_store.errorString(); }

    struct Redriven
    {
        enum class Result : std::uint8_t {
            Done,      ///< the dead letter was deleted
            Refused,   ///< `answer` is the reason; the dead letter stays, with its counter incremented
            NotFound,  ///< no dead letter has this id
            Cut,       ///< only the beginning of its body is stored
        };
        Result result = Result::NotFound;
        DeadLetter::Kind kind = DeadLetter::Kind::Callback;
        QByteArray id;
        http::Response answer;  ///< for Done and Refused: the answer that a client or the upstream would get
    };
    using RedrivenAnswer = std::function<void(const Redriven &)>;
    /// Redrives one dead letter. A callback goes to the job of its token, as if it came now. A job starts
    /// again as a new, handed-over job with the same request; success means that the new job was accepted.
    /// Two calls at the same time redrive once, and both get the answer.
    void redrive(const QByteArray &id, RedrivenAnswer answer);
    /// Redrives the oldest kMaxAtOnce dead letters of this kind, one after the other.
    void redriveAll(DeadLetter::Kind kind, std::function<void(const std::vector<Redriven> &)> answer);

    /// Deletes a dead letter. `found` is false when it did not exist. With an `error` (for people) it still
    /// exists.
    void discard(const QByteArray &id, std::function<void(bool found, const QString &error)> answer);

private:
    void send(const DeadLetter &letter);
    void onAnswered(const DeadLetter &letter, const http::Response &answer);
    void report(const Redriven &redriven);
    struct Batch;
    void redriveNext(const std::shared_ptr<Batch> &batch);

    JobStore &m_store;
    const Handlers m_handlers;
    /// A dead letter that is being redriven.
    struct Running
    {
        std::vector<RedrivenAnswer> callers;
        bool isDiscarded = false;  ///< deleted meanwhile, so a failure must not write it again
    };
    QHash<QByteArray, Running> m_running;  ///< by dead letter id
};

}  // namespace holdline

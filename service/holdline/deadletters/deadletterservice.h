// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobstore.h"

#include <QHash>

#include <functional>
#include <memory>
#include <set>

namespace holdline {

/// What operators do with dead letters, whoever asks: look at them, drive them again, throw them away. A
/// letter that was driven again is gone when that succeeded, and is marked when it did not.
///
/// Life: the store must outlive it; what is unanswered when it goes is never answered. Thread: the main one.
class DeadLetterService : public QObject
{
    Q_OBJECT

public:
    /// Where a start of a client and a callback of the upstream go.
    struct Handlers
    {
        RequestHandler start;
        RequestHandler callback;
        QByteArray clients;  ///< where clients reach the service, "http://127.0.0.1:3738": before a Location
    };
    /// The most that driveAgainAll() takes on in one go.
    static constexpr int kMaxAtOnce = 100;
    /// The most that list() tells.
    static constexpr int kMaxListed = 1000;

    DeadLetterService(JobStore &store, Handlers handlers, QObject *parent = nullptr);

    void list(std::optional<DeadLetter::Kind> kind, int most, JobStore::FoundDeadLetters found);
    void find(const QByteArray &id, JobStore::FoundDeadLetter found);

    struct Redriven
    {
        enum class Result : std::uint8_t {
            Done,      ///< the letter is gone
            Refused,   ///< `answer` says why; the letter is marked
            NotFound,  ///< there is no such letter
            Cut,       ///< not all of its body was kept
        };
        Result result = Result::NotFound;
        DeadLetter::Kind kind = DeadLetter::Kind::Callback;
        QByteArray id;
        http::Response answer;  ///< with Done and Refused: what a client or the upstream would have got
    };
    using RedrivenAnswer = std::function<void(const Redriven &)>;
    /// A callback is given to the job its token names as if it came now. Of a job's letter a new job is made
    /// with the same request, handed over; it succeeded when that one is taken on. Asked twice at once, it is
    /// done once and both are answered.
    void redrive(const QByteArray &id, RedrivenAnswer answer);
    /// The oldest of this kind, kMaxAtOnce at most, one after the other.
    void redriveAll(DeadLetter::Kind kind, std::function<void(const std::vector<Redriven> &)> answer);

    /// `found` false: there was no such letter. `error`: it is still there, for people.
    void discard(const QByteArray &id, std::function<void(bool found, const QString &error)> answer);

private:
    void drive(const DeadLetter &letter);
    void driven(const DeadLetter &letter, const http::Response &answer);
    void tell(const Redriven &redriven);
    struct Round;
    void driveNext(const std::shared_ptr<Round> &round);

    JobStore &m_store;
    const Handlers m_handlers;
    QHash<QByteArray, std::vector<RedrivenAnswer>> m_running;  ///< by message
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/allowance.h"
#include "service/holdline/jobs/jobcoordinator.h"
#include "service/holdline/ports/jobstore.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <deque>

namespace holdline {

/// Keeps, in one shard, what came to nothing and somebody may still want: callbacks that were not taken, and
/// handed-over jobs whose end leaves a dead letter (EndTrait).
///
/// Who knows no token must not be able to fill the store or to keep its disk busy: of callbacks nobody knows
/// kUnknownAtOnce are kept at once and then one per second, of which the first kMaxUnknownBody bytes; more
/// are counted only. Those with a token that is known have as much room of their own. While nothing can be
/// stored a few letters wait in memory, callbacks giving way to jobs; they are written when it works again.
///
/// Life: the coordinator and the store must outlive it. Thread: the shard's.
class DeadLetters : public QObject
{
    Q_OBJECT

public:
    static constexpr int kUnknownAtOnce = 100;
    static constexpr std::chrono::seconds kOnePer{1};
    static constexpr qsizetype kMaxUnknownBody = 64 * 1024;
    static constexpr qsizetype kMaxBody = 1024 * 1024;
    static constexpr qsizetype kMaxToken = 64;
    /// In memory, while they cannot be stored.
    static constexpr std::size_t kMaxWaiting = 100;
    static constexpr qsizetype kMaxWaitingBytes = 8 * 1024 * 1024;
    /// Before what could not be stored is tried again where the store says it is available.
    static constexpr std::chrono::seconds kTryAgain{5};
    /// What the peer of a request begins with that drives a letter again: what comes of that is not another
    /// letter. No client's address begins like this.
    static constexpr QByteArrayView kRedrivenPeer{"dead letter "};

    struct Counts
    {
        std::array<std::uint64_t, kDeadLetterKinds> kept{};  ///< stored, by DeadLetter::Kind
        std::uint64_t dropped = 0;                           ///< too many, or never stored
    };

    DeadLetters(const JobCoordinator &coordinator, JobStore &store, QObject *parent = nullptr);

    const Counts &counts() const { return m_counts; }
    /// Letters that wait in memory.
    int waiting() const { return static_cast<int>(m_waiting.size()); }

private:
    void onCallbackRefused(QByteArrayView token, const http::Request &request, Reason reason,
                           const QByteArray &job, const QByteArray &account);
    void onHandedOverFailed(const JobRecord &record);
    void keep(DeadLetter letter);
    void wait(DeadLetter letter);
    void dropOne();
    void writeWaiting();

    JobStore &m_store;
    Counts m_counts;
    Allowance m_unknown{kUnknownAtOnce, kOnePer};
    Allowance m_known{kUnknownAtOnce, kOnePer};
    std::deque<DeadLetter> m_waiting;  ///< oldest first
    qsizetype m_waitingBytes = 0;
    QTimer m_tryAgain;
};

/// 32 lower-case hex digits nobody can guess.
QByteArray makeDeadLetterId();

}  // namespace holdline

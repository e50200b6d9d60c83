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

/// Stores the dead letters of one shard: refused callbacks, and handed-over jobs whose end leaves a dead
/// letter (EndTrait).
///
/// A client without a valid token must not be able to fill the store or keep its disk busy. Of callbacks with
/// an unknown token, kUnknownAtOnce are stored at once and then one per second, with the first
/// kMaxUnknownBody bytes of the body. Further callbacks are only counted. Callbacks with a known token have a
/// separate allowance of the same size. While the store fails, a few dead letters wait in memory, and are
/// written when the store works again. When too many wait, callbacks are dropped before jobs.
///
/// The coordinator and the store must outlive the object. For use in the shard's thread.
class DeadLetters : public QObject
{
    Q_OBJECT

public:
    static constexpr int kUnknownAtOnce = 100;
    static constexpr std::chrono::seconds kOnePer{1};
    static constexpr qsizetype kMaxUnknownBody = 64 * 1024;
    static constexpr qsizetype kMaxBody = 1024 * 1024;
    static constexpr qsizetype kMaxToken = 64;
    /// Limits of the dead letters that wait in memory while the store fails.
    static constexpr std::size_t kMaxWaiting = 100;
    static constexpr qsizetype kMaxWaitingBytes = 8 * 1024 * 1024;
    /// The time before the next attempt when the store failed but reports that it is available.
    static constexpr std::chrono::seconds kRetryInterval{5};
    /// Beginning of Request::peer of a redriven request. A redriven request leaves no second dead letter. No
    /// client's address begins like this.
    static constexpr QByteArrayView kRedrivenPeer{"dead letter "};

    struct Counts
    {
        std::array<std::uint64_t, kDeadLetterKinds> stored{};  ///< indexed by DeadLetter::Kind
        std::uint64_t dropped = 0;                             ///< over a limit, or never stored
    };

    DeadLetters(const JobCoordinator &coordinator, JobStore &store, QObject *parent = nullptr);

    const Counts &counts() const { return m_counts; }
    /// The number of dead letters that wait in memory.
    int waiting() const { return static_cast<int>(m_waiting.size()); }

private:
    void onCallbackRefused(QByteArrayView token, const http::Request &request, Reason reason,
                           const QByteArray &job, const QByteArray &account);
    void onHandedOverFailed(const JobRecord &record);
    void store(DeadLetter letter);
    void addWaiting(DeadLetter letter);
    void dropWaiting();
    void writeWaiting();

    JobStore &m_store;
    Counts m_counts;
    Allowance m_unknown{kUnknownAtOnce, kOnePer};
    Allowance m_known{kUnknownAtOnce, kOnePer};
    std::deque<DeadLetter> m_waiting;  ///< oldest first
    qsizetype m_waitingBytes = 0;
    QTimer m_retryTimer;
};

/// Makes 32 random lower-case hex digits, which nobody can guess.
QByteArray makeDeadLetterId();

}  // namespace holdline

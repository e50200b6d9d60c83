// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <QHash>
#include <QObject>

#include <deque>
#include <memory>
#include <unordered_map>

namespace holdline::monitor {

using JobPtr = std::shared_ptr<const JobRow>;
using DeadLetterPtr = std::shared_ptr<const DeadLetterRow>;

/// What one batch of updates changed. Each id is in one of `added`, `changed` and `removed` at most.
struct Changes
{
    std::vector<JobPtr> added;        ///< live jobs that are new
    std::vector<JobPtr> changed;      ///< live jobs that stand differently
    std::vector<QByteArray> removed;  ///< ids no longer live, whether their end is known or not
    std::vector<JobPtr> ended;        ///< new in the history, oldest first
    std::size_t historyDropped = 0;   ///< fell off the history's old end
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;
    std::vector<CallbackRow> callbacks;
    std::size_t callbacksDropped = 0;
    bool letters = false;
    bool sampled = false;
    bool service = false;

    bool isEmpty() const;
};

/// All that is known of the service, kept up from its updates: the one store behind every view. Rows are
/// shared and never change: a job that stands differently is a new row.
///
/// Updates are gathered; changed() tells what they came to, at most ten times a second, and reset() that
/// everything is to be read anew. A snapshot over something that is known is put together aside and takes its
/// place when it is complete, with one reset(), so that views do not go empty meanwhile. The history and the
/// callbacks of before stay in front of the few that it tells, of another run of the service too; a snapshot
/// that is older than what is known (a recording set back) takes away what came after it, samples included.
///
/// Frozen, it goes on applying updates, but shows what was known then, the clock included; what was missed
/// comes as one reset() when it thaws. Thread: the window's.
class LiveData : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t kHistory = 50'000;
    static constexpr std::size_t kCallbacks = 10'000;

    explicit LiveData(QObject *parent = nullptr);
    ~LiveData() override;

    void apply(const Update &update);
    /// The dead letters as the service told them when it was asked; updates do not tell of them.
    void setDeadLetters(const std::vector<DeadLetterRow> &letters, std::uint64_t omitted);
    /// Forgets everything: for another source.
    void clear();
    /// Tells at once what is gathered.
    void flush();

    void setFrozen(bool frozen);
    bool isFrozen() const;
    /// Rows that changed while frozen.
    std::uint64_t hiddenChanges() const;

    const std::optional<ServiceFacts> &service() const;
    const SampleHistory &samples() const;
    /// Live jobs by id, in no order.
    const QHash<QByteArray, JobPtr> &jobs() const;
    const std::deque<JobPtr> &history() const;  ///< oldest first, kHistory at most
    const QHash<QByteArray, LaneRow> &lanes() const;
    const std::deque<CallbackRow> &callbacks() const;   ///< oldest first, kCallbacks at most
    const std::vector<DeadLetterPtr> &letters() const;  ///< newest first
    std::uint64_t deadLettersOmitted() const;           ///< older ones there are
    /// How many came before the first of history() and of callbacks() since this object was made: with it,
    /// each has a number that no other ever has.
    std::uint64_t historyBefore() const;
    std::uint64_t callbacksBefore() const;
    /// Live or in the history; null when neither.
    JobPtr find(const QByteArray &id) const;
    /// Of live jobs in this state; of ended ones in the history for RowState::Ended.
    int count(RowState state) const;
    /// Clients' requests that are held: one for each live job that is not promised, and whoever waits for one
    /// that is.
    int held() const;
    /// Live jobs that were handed over.
    int handedOver() const;
    /// Place in its account's queue, from 1; 0 when it is not queued.
    int queuePosition(const JobRow &row) const;
    /// The oldest live job; null when there is none.
    JobPtr oldest() const;
    /// Ended jobs and callbacks the service counted without telling.
    std::uint64_t omitted() const;

    /// The service's clock now, as far as the last update tells; stands still while `stopped`.
    WallTime now() const;
    /// For when the source is gone (ages stop at the last update) and back.
    void setStopped(bool stopped);

Q_SIGNALS:
    void changed(const holdline::monitor::Changes &changes);
    void reset();
    void frozenChanged();

private:
    void tellSoon();

    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline::monitor

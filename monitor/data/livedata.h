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

/// What one batch of updates changed. An id is in at most one of `added`, `changed` and `removed`.
struct Changes
{
    std::vector<JobPtr> added;        ///< new live jobs
    std::vector<JobPtr> changed;      ///< live jobs with a new row
    std::vector<QByteArray> removed;  ///< jobs no longer live; `ended` has the row if the service sent it
    std::vector<JobPtr> ended;        ///< new rows of the history, oldest first
    std::size_t historyDropped = 0;   ///< number of rows dropped from the history's old end
    std::vector<LaneRow> lanes;
    std::vector<QByteArray> lanesGone;
    std::vector<CallbackRow> callbacks;
    std::size_t callbacksDropped = 0;
    bool deadLetters = false;
    bool sampled = false;
    bool service = false;

    bool isEmpty() const;
};

/// The monitor's copy of the service's state, built from its updates. Every view reads it. Rows are shared
/// and immutable: a changed job gets a new row.
///
/// Signals: changed() reports the merged updates at most ten times a second; reset() asks the views to read
/// everything again.
///
/// Snapshots: while old data is shown, a new snapshot is built aside. It replaces the old data with one
/// reset() when it is complete, so the views never go empty. History and callbacks from before the snapshot
/// stay, even after a restart of the service. A snapshot older than the data (a recording that was set back)
/// removes everything newer than itself, samples included.
///
/// Frozen: updates are still applied, but all getters return the state at the time of freezing, also now().
/// Unfreezing emits one reset(). Thread: the window's.
class LiveData : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t kHistory = 50'000;
    static constexpr std::size_t kCallbacks = 10'000;

    explicit LiveData(QObject *parent = nullptr);
    ~LiveData() override;

    void apply(const Update &update);
    /// Takes the service's reply to a dead letter query. Updates do not contain dead letters.
    void setDeadLetters(const std::vector<DeadLetterRow> &deadLetters, std::uint64_t omitted);
    /// Forgets everything and unfreezes. Call it before updates of another source.
    void clear();
    /// Emits pending changes now, not at the next interval.
    void flush();

    void setFrozen(bool frozen);
    bool isFrozen() const;
    /// The number of rows that changed since freezing.
    std::uint64_t hiddenChanges() const;

    const std::optional<ServiceFacts> &service() const;
    const SampleHistory &samples() const;
    /// Live jobs by id, in no order.
    const QHash<QByteArray, JobPtr> &jobs() const;
    const std::deque<JobPtr> &history() const;  ///< oldest first, kHistory at most
    const QHash<QByteArray, LaneRow> &lanes() const;
    const std::deque<CallbackRow> &callbacks() const;       ///< oldest first, kCallbacks at most
    const std::vector<DeadLetterPtr> &deadLetters() const;  ///< newest first
    std::uint64_t deadLettersOmitted() const;               ///< older dead letters not in the service's reply
    /// The number of rows dropped before the first of history() and of callbacks(), since construction. Added
    /// to an index, it gives each row a number that is never used again.
    std::uint64_t historyBefore() const;
    std::uint64_t callbacksBefore() const;
    /// Finds a job by id among the live jobs and in the history. Null when it is in neither.
    JobPtr find(const QByteArray &id) const;
    /// The number of live jobs in this state; for RowState::Ended the number of jobs in the history.
    int count(RowState state) const;
    /// The number of client requests held open: one per live plain job, and the waiting clients of durable
    /// jobs.
    int held() const;
    /// The number of live jobs that were handed over.
    int handedOver() const;
    /// Position in the account's queue, from 1; 0 when the job is not queued.
    int queuePosition(const JobRow &row) const;
    /// The oldest live job; null without live jobs.
    JobPtr oldest() const;
    /// The number of ended jobs and callbacks that the service counted but did not send.
    std::uint64_t omitted() const;

    /// The service's clock, extrapolated from the last update. Stands still after setStopped(true).
    WallTime now() const;
    /// Stops the clock while the source is disconnected, so that ages do not grow.
    void setStopped(bool stopped);

Q_SIGNALS:
    void changed(const holdline::monitor::Changes &changes);
    void reset();
    void frozenChanged();

private:
    void scheduleFlush();

    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline::monitor

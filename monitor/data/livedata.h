// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/changegatherer.h"
#include "monitor/data/samplehistory.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace holdline::monitor {

/// The monitor's copy of the service's state, built from the service's updates. Every view reads this copy.
/// Rows are shared and immutable: a changed job gets a new row.
///
/// Signals: changed() reports the merged updates at most ten times a second; reset() asks the views to read
/// everything again.
///
/// Snapshots: while old data is shown, a new snapshot is built separately. When the snapshot is complete, it
/// replaces the old data with one reset(), so the views are never empty in between. History and callbacks
/// from before the snapshot stay, even after a restart of the service. A snapshot older than the data (a
/// recording that was set back) removes all data newer than itself, including samples.
///
/// Frozen: updates are still applied, but all getters return the state at the time of freezing, also now().
/// Unfreezing emits one reset(). Thread: the window's.
class LiveData : public QObject
{
    Q_OBJECT

public:
    explicit LiveData(QObject *parent = nullptr);

    void apply(const Update &update);
    /// Replaces the dead letters by the service's reply to a query. Updates do not contain dead letters.
    void setDeadLetters(const std::vector<DeadLetterRow> &deadLetters);
    /// Removes all data and unfreezes the views. Call it before the first update from another source.
    void clear();
    /// Emits pending changes now instead of at the next interval of 100 ms.
    void flush();

    void setFrozen(bool frozen);
    bool isFrozen() const { return m_frozen != nullptr; }
    /// The number of rows that changed since freezing.
    std::uint64_t hiddenChanges() const { return m_hidden; }

    const std::optional<ServiceFacts> &service() const { return shown().service; }
    const SampleHistory &samples() const { return shown().samples; }
    /// Live jobs by id, in no order.
    const QHash<QByteArray, JobPtr> &jobs() const { return shown().rows.jobs; }
    /// Oldest first, LiveState::kHistory at most.
    const std::deque<JobPtr> &history() const { return shown().rows.history; }
    const QHash<QByteArray, LaneRow> &lanes() const { return shown().rows.lanes; }
    /// Oldest first, LiveState::kCallbacks at most.
    const std::deque<CallbackRow> &callbacks() const { return shown().rows.callbacks; }
    /// Newest first.
    const std::vector<DeadLetterPtr> &deadLetters() const { return shown().deadLetters; }
    /// The numbers of rows that history() and callbacks() have dropped at their old end since construction.
    /// This number plus a row's index identifies the row and is never used for another row.
    std::uint64_t historyBefore() const { return shown().rows.historyBefore; }
    std::uint64_t callbacksBefore() const { return shown().rows.callbacksBefore; }
    /// Finds a job by id among the live jobs and in the history. Null when the job is in neither.
    JobPtr find(const QByteArray &id) const;
    /// The number of live jobs in this state; for RowState::Ended the number of jobs in the history.
    int count(RowState state) const { return shown().rows.counts[static_cast<std::size_t>(state)]; }
    /// The number of client requests held open: one per live plain job, and the waiting clients of durable
    /// jobs.
    int held() const;
    /// The number of live jobs that were handed over.
    int handedOver() const { return shown().rows.handedOver; }
    /// Position in the account's queue, from 1; 0 when the job is not queued.
    int queuePosition(const JobRow &row) const { return shown().rows.queuePosition(row); }
    /// The oldest live job; null without live jobs.
    JobPtr oldest() const;
    /// The number of ended jobs and callbacks that the service counted but did not send.
    std::uint64_t omitted() const { return shown().rows.omitted; }

    /// The service's clock, extrapolated from the last update. Stands still after setStopped(true).
    WallTime now() const { return m_frozen ? m_frozenAt : clock(); }
    /// Stops the clock while the source is disconnected, so that ages do not grow.
    void setStopped(bool stopped);

Q_SIGNALS:
    void changed(const holdline::monitor::Changes &changes);
    void reset();
    void frozenChanged();

private:
    /// All data that freezing the views copies.
    struct Known
    {
        std::optional<ServiceFacts> service;
        SampleHistory samples = SampleHistory();
        LiveState rows;
        std::vector<DeadLetterPtr> deadLetters = {};
    };

    const Known &shown() const { return m_frozen ? *m_frozen : m_known; }
    WallTime clock() const;
    void setClock(WallTime time);
    void scheduleFlush();

    Known m_known;
    std::unique_ptr<Known> m_frozen;       ///< copy of m_known at the time of freezing; null when not frozen
    std::unique_ptr<LiveState> m_loading;  ///< an incomplete snapshot that will replace m_known.rows
    std::optional<WallTime> m_setBackTo;  ///< time of the snapshot in m_loading, if it is older than the data
    ChangeGatherer m_gatherer;
    bool m_mustReset = false;
    std::uint64_t m_hidden = 0;
    QTimer m_timer;
    QElapsedTimer m_sinceSignal;
    WallTime m_at{};  ///< the service's clock at the last update
    QElapsedTimer m_sinceAt;
    bool m_isStopped = false;
    WallTime m_frozenAt{};
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace holdline::test {

/// The state of an observer. It applies updates as monitor-protocol.md says, in the simplest way, and stores
/// the first violation of the protocol in `problem`.
struct WatchedState
{
    void apply(const monitor::Update &update)
    {
        if (update.seq != ++seq)
            complain(QStringLiteral("update %1 came as number %2").arg(update.seq).arg(seq));
        if (update.kind == monitor::Update::Kind::Snapshot)
            applyPart(update);
        else if (!complete && snapshots == 0)
            complain(QStringLiteral("a delta before the first snapshot"));
        for (const monitor::JobRow &row : update.jobs) {
            if (row.state == monitor::RowState::Ended)
                complain(QStringLiteral("a live job that has ended"));
            if (endedIds.contains(row.id))
                complain(QStringLiteral("an ended job came to life"));
            live.insert_or_assign(row.id, row);
        }
        for (const monitor::JobRow &row : update.ended) {
            if (!endedIds.insert(row.id).second)
                complain(QStringLiteral("a job that ended twice"));
            live.erase(row.id);
            ended.push_back(row);
        }
        for (const QByteArray &id : update.gone)
            live.erase(id);
        for (const monitor::LaneRow &row : update.lanes)
            lanes.insert_or_assign(row.account, row);
        for (const QByteArray &account : update.lanesGone)
            lanes.erase(account);
        callbacks.insert(callbacks.end(), update.callbacks.begin(), update.callbacks.end());
        endedOmitted += update.endedOmitted;
        callbacksOmitted += update.callbacksOmitted;
        if (update.service)
            service = update.service;
        if (update.sample) {
            sample = update.sample;
            ++samples;
        }
    }

    std::uint64_t seq = 0;
    int snapshots = 0;
    bool complete = false;  ///< no snapshot is being received
    monitor::SnapshotReason reason = monitor::SnapshotReason::Attached;
    std::map<QByteArray, monitor::JobRow> live;
    std::vector<monitor::JobRow> ended;
    std::set<QByteArray> endedIds;
    std::map<QByteArray, monitor::LaneRow> lanes;
    std::vector<monitor::CallbackRow> callbacks;
    std::uint64_t endedOmitted = 0;
    std::uint64_t callbacksOmitted = 0;
    std::optional<monitor::ServiceFacts> service;
    std::optional<monitor::Sample> sample;
    int samples = 0;
    QString problem;

private:
    void complain(const QString &what)
    {
        if (problem.isEmpty())
            problem = what;
    }

    void applyPart(const monitor::Update &update)
    {
        if (update.part == 1) {
            live.clear();
            ended.clear();
            endedIds.clear();
            lanes.clear();
            callbacks.clear();
            endedOmitted = 0;
            callbacksOmitted = 0;
            ++snapshots;
            reason = update.reason;
            m_part = 0;
        }
        if (update.part != ++m_part)
            complain(QStringLiteral("part %1 came as number %2").arg(update.part).arg(m_part));
        complete = update.last;
    }

    int m_part = 0;
};

}  // namespace holdline::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorserver/monitorcommands.h"

#include "core/monitormessages/monitorcodec.h"
#include "core/telemetry/logging.h"
#include "service/holdline/shards/shardgroup.h"

namespace holdline::monitor {

using namespace Qt::StringLiterals;

void MonitorCommands::cancel(const QByteArray &job, const MonitorMirror::Place &place, Answer answer)
{
    m_shards.ask(
        place.shard, [key = place.key](Shard &shard) { return shard.cancel(key); },
        [job, answer = std::move(answer)](bool held) {
            if (held)
                qCInfo(lcService).noquote() << "a monitor cancelled job" << job;
            answer(held, held ? u"cancelled"_s : u"the job has already ended"_s);
        });
}

void MonitorCommands::pauseLane(const QByteArray &account, const Answer &answer)
{
    changeLane(account, &Shard::pauseLane, u"paused"_s,
               u"%1 lanes are already paused, which is the limit"_s.arg(Lanes::kMaxPaused), answer);
}

void MonitorCommands::resumeLane(const QByteArray &account, const Answer &answer)
{
    changeLane(account, &Shard::resumeLane, u"resumed"_s, u"the lane was not paused"_s, answer);
}

void MonitorCommands::changeLane(const QByteArray &account, bool (Shard::*change)(const QByteArray &),
                                 const QString &done, const QString &failed, const Answer &answer)
{
    // An account name has the length and the characters of a row's text.
    if (rowText(account) != account) {
        answer(false, u"this is not a valid account name"_s);
        return;
    }
    m_shards.ask(
        m_shards.shardOf(account), [account, change](Shard &shard) { return (shard.*change)(account); },
        [account, done, failed, answer](bool changed) {
            if (changed)
                qCInfo(lcService).noquote() << "a monitor" << done << "the lane of" << account;
            answer(changed, changed ? done : failed);
        });
}

}  // namespace holdline::monitor

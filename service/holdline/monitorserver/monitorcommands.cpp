// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorserver/monitorcommands.h"

#include "core/monitormessages/monitorcodec.h"
#include "core/telemetry/logging.h"
#include "service/holdline/shards/shardgroup.h"

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

/// True when `text` has the length and the characters of an account name.
bool mayBeAccount(const QByteArray &text)
{
    return rowText(text) == text;
}

QString noSuchAccount()
{
    return u"this is not a valid account name"_s;
}

}  // namespace

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

void MonitorCommands::pauseLane(const QByteArray &account, Answer answer)
{
    if (!mayBeAccount(account)) {
        answer(false, noSuchAccount());
        return;
    }
    m_shards.ask(
        m_shards.shardOf(account), [account](Shard &shard) { return shard.pauseLane(account); },
        [account, answer = std::move(answer)](bool paused) {
            if (paused)
                qCInfo(lcService).noquote() << "a monitor paused the lane of" << account;
            answer(paused, paused
                               ? u"paused"_s
                               : u"%1 lanes are already paused, which is the limit"_s.arg(Lanes::kMaxPaused));
        });
}

void MonitorCommands::resumeLane(const QByteArray &account, Answer answer)
{
    if (!mayBeAccount(account)) {
        answer(false, noSuchAccount());
        return;
    }
    m_shards.ask(
        m_shards.shardOf(account), [account](Shard &shard) { return shard.resumeLane(account); },
        [account, answer = std::move(answer)](bool resumed) {
            if (resumed)
                qCInfo(lcService).noquote() << "a monitor resumed the lane of" << account;
            answer(resumed, resumed ? u"resumed"_s : u"the lane was not paused"_s);
        });
}

}  // namespace holdline::monitor

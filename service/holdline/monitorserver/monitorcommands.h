// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/monitorfeed/monitormirror.h"

#include <functional>

namespace holdline {
class Shard;
class ShardGroup;
}  // namespace holdline

namespace holdline::monitor {

/// Carries out monitor commands that change jobs and lanes, and logs them. Each command runs in the shard of
/// its job or account. `answer` is called exactly once, at once or later. Thread: the main thread.
class MonitorCommands
{
public:
    using Answer = std::function<void(bool ok, const QString &text)>;

    explicit MonitorCommands(ShardGroup &shards) : m_shards(shards) {}

    void cancel(const QByteArray &job, const MonitorMirror::Place &place, Answer answer);
    void pauseLane(const QByteArray &account, const Answer &answer);
    void resumeLane(const QByteArray &account, const Answer &answer);

private:
    /// `done` and `failed` are the texts of the two answers.
    void changeLane(const QByteArray &account, bool (Shard::*change)(const QByteArray &), const QString &done,
                    const QString &failed, const Answer &answer);

    ShardGroup &m_shards;
};

}  // namespace holdline::monitor

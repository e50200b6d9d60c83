// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/job/jobrecord.h"

#include <functional>
#include <optional>
#include <vector>

namespace holdline {

/// What the jobs API asks about durable jobs, wherever they are: held in this shard or another one, or
/// stored. Each call is answered exactly once, at once or later, in the thread it was made in. Plain jobs (no
/// key, not handed over) are not found here.
class JobDirectory
{
public:
    using Found = std::function<void(std::optional<JobRecord>)>;
    using FoundAll = std::function<void(std::vector<JobRecord>)>;

    virtual ~JobDirectory() = default;

    /// False while the store may be unreadable: what is not found may be there all the same. Ask from inside
    /// the answer.
    virtual bool isComplete() const = 0;

    /// Nothing: there never was such a job. See JobRecord::expired.
    virtual void find(const QByteArray &id, Found found) = 0;
    /// An empty account: of all accounts, at most 100, newest first.
    virtual void findByKey(const QByteArray &account, const QByteArray &key, FoundAll found) = 0;
    /// As find(), but later: when the record's revision is above `after`, when the job is settled, or at
    /// `until`, whichever comes first. `until` is at most kMaxWatch away. There is no way to take it back, so
    /// whoever wants to wait longer asks again. A job that nobody can watch now (it is only stored, or there
    /// are too many watches) is answered as it stands, before any of this: ask again after a pause.
    virtual void watch(const QByteArray &id, std::uint64_t after, TimePoint until, Found found) = 0;
    static constexpr std::chrono::seconds kMaxWatch{10};

    enum class Cancelled : std::uint8_t { Done, NotFound, Expired, AlreadyEnded };
    /// The record is as it stands afterwards, where there is one.
    virtual void cancel(const QByteArray &id,
                        std::function<void(Cancelled, std::optional<JobRecord>)> answer) = 0;
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/wire/monitormessages.h"

#include <QFile>

#include <vector>

namespace holdline::monitor {

/// Where the snapshots of a recording are. A value that reads through a file once, piece by piece. Any
/// thread.
class RecordingIndex
{
public:
    struct Snapshot
    {
        std::int64_t offset = 0;  ///< of its first part's line
        int line = 0;             ///< that line's number, from 1
        Milliseconds completeAt{};
    };

    Milliseconds duration() const { return m_duration; }
    WallTime startedAt() const { return m_startedAt; }
    /// The last one that is complete at `position`; else the first. Null when there is none.
    const Snapshot *before(Milliseconds position) const;

private:
    std::vector<Snapshot> m_snapshots;
    Milliseconds m_duration{};
    WallTime m_startedAt{};
};

}  // namespace holdline::monitor

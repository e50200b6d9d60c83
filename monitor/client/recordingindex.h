// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/recordedline.h"

#include <QIODevice>

#include <optional>
#include <vector>

namespace holdline::monitor {

/// Where the snapshots of a recording are. Reads through the file once, piece by piece, and checks that each
/// line is one of a recording. A value.
class RecordingIndex
{
public:
    struct Snapshot
    {
        std::int64_t offset = 0;  ///< of its first part's line
        int line = 0;             ///< that line's number, from 1
        Milliseconds completeAt{};
    };
    enum class Progress { More, Done, Failed };

    /// Reads on, about `bytes` of it. The device stands where the call before left it.
    Progress read(QIODevice &device, std::int64_t bytes);
    /// What is wrong with the file, with the number of the line.
    const QString &error() const { return m_error; }

    const RecordingHead &head() const { return m_head; }
    Milliseconds duration() const { return m_duration; }
    /// Where what can be played ends: a last line that is cut off is left out.
    std::int64_t end() const { return m_offset; }
    /// The last one that is complete at `position`, else the first; there is one when it is done.
    const Snapshot &before(Milliseconds position) const;

private:
    Progress finish();
    bool take(const QByteArray &line);
    bool fail(const QString &text);

    RecordingHead m_head;
    std::vector<Snapshot> m_snapshots;
    std::optional<Snapshot> m_begun;  ///< not complete
    Milliseconds m_duration{};
    std::int64_t m_offset = 0;
    int m_line = 0;
    QString m_error;
};

}  // namespace holdline::monitor

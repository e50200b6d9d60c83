// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/recordedline.h"

#include <QIODevice>

#include <optional>
#include <vector>

namespace holdline::monitor {

/// Finds the snapshots of a recording. Reads the file once, in pieces, and checks the format of each line. A
/// value type.
class RecordingIndex
{
public:
    struct Snapshot
    {
        std::int64_t offset = 0;    ///< byte offset of the line with its first part
        int line = 0;               ///< number of that line, from 1
        Milliseconds completeAt{};  ///< time of its last part, since the start of the recording
    };
    enum class Progress { More, Done, Failed };

    /// Reads about `bytes` more. The device must stand where the previous call left it.
    Progress read(QIODevice &device, std::int64_t bytes);
    /// For the user, after Progress::Failed: the problem and the number of its line.
    const QString &error() const { return m_error; }

    const RecordingHead &head() const { return m_head; }
    Milliseconds duration() const { return m_duration; }
    /// Byte offset of the end of the last complete line.
    std::int64_t end() const { return m_offset; }
    /// The last snapshot that is complete at `position`, or the first one. Only after Progress::Done.
    const Snapshot &before(Milliseconds position) const;

private:
    Progress finish();
    bool take(const QByteArray &line);
    bool fail(const QString &text);

    RecordingHead m_head;
    std::vector<Snapshot> m_snapshots;
    std::optional<Snapshot> m_begun;  ///< a snapshot whose last part is not read yet
    Milliseconds m_duration{};
    std::int64_t m_offset = 0;
    int m_line = 0;
    QString m_error;
};

}  // namespace holdline::monitor

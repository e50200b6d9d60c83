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
        std::int64_t offset = 0;    ///< byte offset of the line with the snapshot's first part
        int line = 0;               ///< number of that line, from 1
        Milliseconds completeAt{};  ///< time of the snapshot's last part, from the beginning of the recording
    };
    enum class Progress { More, Done, Failed };

    /// Reads about `bytes` more bytes. The caller must not change the device's position between two calls.
    Progress read(QIODevice &device, std::int64_t bytes);
    /// The error text for the user after Progress::Failed. It contains the number of the faulty line.
    const QString &error() const { return m_error; }

    const RecordingHead &head() const { return m_head; }
    Milliseconds duration() const { return m_duration; }
    /// Byte offset of the end of the last complete line.
    std::int64_t end() const { return m_offset; }
    /// Returns the last snapshot that is complete at `position`, or the first snapshot when none is. Call it
    /// only after Progress::Done.
    const Snapshot &before(Milliseconds position) const;

private:
    Progress finish();
    bool take(const QByteArray &line);
    bool fail(const QString &text);

    RecordingHead m_head;
    std::vector<Snapshot> m_snapshots;
    std::optional<Snapshot> m_begun;  ///< the snapshot whose first part was read and whose last part was not
    Milliseconds m_duration{};
    std::int64_t m_offset = 0;
    int m_line = 0;
    QString m_error;
};

}  // namespace holdline::monitor

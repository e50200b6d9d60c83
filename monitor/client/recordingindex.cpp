// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/recordingindex.h"

#include <QCoreApplication>

#include <algorithm>

namespace holdline::monitor {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("RecordingIndex", text);
}

}  // namespace

RecordingIndex::Progress RecordingIndex::read(QIODevice &device, std::int64_t bytes)
{
    for (const std::int64_t until = m_offset + bytes; m_offset < until;) {
        // Two bytes more than the limit detect a longer line: Qt 6.4 reads one byte less than its maxSize
        // allows.
        const QByteArray line = device.readLine(kMaxRecordedLine + 2);
        if (line.isEmpty())
            return finish();
        ++m_line;
        if (line.size() > kMaxRecordedLine) {
            fail(tr("The line is too long."));
            return Progress::Failed;
        }
        if (take(line)) {
            m_offset += line.size();
            continue;
        }
        // An incomplete last line means that the writing program or its machine stopped. Ignore the line.
        if (!line.endsWith('\n') && m_line > 1) {
            m_error.clear();
            return finish();
        }
        return Progress::Failed;
    }
    return Progress::More;
}

RecordingIndex::Progress RecordingIndex::finish()
{
    if (!m_snapshots.empty())
        return Progress::Done;
    m_error = m_line == 0 ? tr("The file is empty.")
                          : tr("The recording ends before its first snapshot is complete.");
    return Progress::Failed;
}

bool RecordingIndex::take(const QByteArray &line)
{
    const QByteArrayView text = QByteArrayView(line).chopped(line.endsWith('\n') ? 1 : 0);
    if (m_line == 1) {
        const auto head = decodeHead(text);
        if (const auto *error = std::get_if<QString>(&head))
            return fail(*error);
        m_head = std::get<RecordingHead>(head);
        return true;
    }
    const auto decoded = decodeRecorded(text);
    if (const auto *error = std::get_if<QString>(&decoded))
        return fail(*error);
    const auto &recorded = std::get<RecordedLine>(decoded);
    if (recorded.t < m_duration)
        return fail(tr("The time is before the time of the previous line."));
    m_duration = recorded.t;
    using Mark = RecordedLine::Mark;
    if (recorded.mark == Mark::Begin || recorded.mark == Mark::Whole)
        m_begun = Snapshot{m_offset, m_line, {}};
    if ((recorded.mark == Mark::End || recorded.mark == Mark::Whole) && m_begun) {
        m_begun->completeAt = recorded.t;
        m_snapshots.push_back(*m_begun);
        m_begun.reset();
    }
    return true;
}

bool RecordingIndex::fail(const QString &text)
{
    m_error = tr("Line %1: %2").arg(m_line).arg(text);
    return false;
}

const RecordingIndex::Snapshot &RecordingIndex::before(Milliseconds position) const
{
    const auto after =
        std::upper_bound(m_snapshots.begin(), m_snapshots.end(), position,
                         [](Milliseconds at, const Snapshot &snapshot) { return at < snapshot.completeAt; });
    return after == m_snapshots.begin() ? m_snapshots.front() : *std::prev(after);
}

}  // namespace holdline::monitor

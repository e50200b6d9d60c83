// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QtGlobal>

#include <algorithm>
#include <optional>

namespace holdline::http {

/// Holds the two deadlines of one connection. The phase deadline limits the current phase: head, body, idle
/// or leaving. The write deadline limits how long the client takes to accept bytes that were written. A
/// deadline that moves later sets no new timer. The earlier wake-up finds it. Pure: the caller passes `now`.
class ConnectionDeadlines
{
public:
    void setPhase(TimePoint at) { m_phase = at; }
    void clearPhase() { m_phase.reset(); }

    /// Records that `total` bytes were written so far and `unsent` of them are not sent yet. The deadline
    /// covers the bytes that were unsent when it was set. When those are sent, it starts again for the bytes
    /// written since. A client that reads steadily is therefore never cut off. A client that stops is cut off
    /// after at most twice the limit.
    void setUnsent(qint64 total, qint64 unsent, TimePoint now, Duration limit)
    {
        if (unsent == 0) {
            m_write.reset();
        } else if (!m_write || total - unsent >= m_writeMark) {
            m_writeMark = total;
            m_write = now + limit;
        }
    }

    /// The time of the wake-up to request, once. Empty when an earlier wake-up is already requested.
    std::optional<TimePoint> takeWakeTime()
    {
        const auto next = m_phase && m_write ? std::min(m_phase, m_write) : m_phase ? m_phase : m_write;
        if (!next || (m_wakeAt && *m_wakeAt <= *next))
            return std::nullopt;
        m_wakeAt = next;
        return next;
    }

    enum class Due { Nothing, Phase, Write };
    /// Handles a wake-up. Clears the deadline of a phase that is due.
    Due wake(TimePoint now)
    {
        m_wakeAt.reset();
        if (m_write && *m_write <= now)
            return Due::Write;
        if (m_phase && *m_phase <= now) {
            m_phase.reset();
            return Due::Phase;
        }
        return Due::Nothing;
    }

private:
    std::optional<TimePoint> m_phase;
    std::optional<TimePoint> m_write;
    std::optional<TimePoint> m_wakeAt;  ///< requested, never later than the earlier deadline
    qint64 m_writeMark = 0;             ///< m_write covers the bytes up to this count
};

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QtGlobal>

#include <algorithm>
#include <optional>

namespace holdline::http {

/// Holds the two deadlines of one connection. The phase deadline limits the current phase: reading a head,
/// reading a body, idle, or lingering after the last response. The write deadline limits how long the client
/// takes to accept the bytes written to it. When a deadline moves later, no new timer is set: the earlier
/// wake-up comes first and leads to the next one. Pure: the caller passes `now`.
class ConnectionDeadlines
{
public:
    void setPhase(TimePoint at) { m_phase = at; }
    void clearPhase() { m_phase.reset(); }

    /// Records that `total` bytes were written so far, of which the kernel has not taken `unsent`. The write
    /// deadline covers the bytes that were unsent when it was set. When those bytes are sent, the deadline is
    /// set again for the bytes written since, `limit` after `now`. A client that reads steadily is therefore
    /// never cut off. A client that stops is cut off after at most twice the limit.
    void setUnsent(qint64 total, qint64 unsent, TimePoint now, Duration limit)
    {
        if (unsent == 0) {
            m_write.reset();
        } else if (!m_write || total - unsent >= m_writeMark) {
            m_writeMark = total;
            m_write = now + limit;
        }
    }

    /// Returns the time at which wake() must be called next, only once for each time. Empty when no deadline
    /// is set, or when an earlier wake-up was already requested.
    std::optional<TimePoint> takeWakeTime()
    {
        const auto next = m_phase && m_write ? std::min(m_phase, m_write) : m_phase ? m_phase : m_write;
        if (!next || (m_wakeAt && *m_wakeAt <= *next))
            return std::nullopt;
        m_wakeAt = next;
        return next;
    }

    enum class Due { Nothing, Phase, Write };
    /// Returns which deadline has passed at `now`. Clears the phase deadline when it has passed.
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
    std::optional<TimePoint> m_wakeAt;  ///< the requested wake-up; never later than the earlier deadline
    qint64 m_writeMark = 0;             ///< m_write covers the bytes up to this count of written bytes
};

}  // namespace holdline::http

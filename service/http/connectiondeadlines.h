// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QtGlobal>

#include <algorithm>
#include <optional>
#include <utility>

namespace holdline::http {

/// The two deadlines of one connection: of the phase it is in (reading a head, a body, idle, leaving), and of
/// the bytes its client has yet to take. Says when to be woken; a deadline that moves to later moves no
/// timer, it is found when the earlier wake-up comes. Pure: `now` is passed in.
class ConnectionDeadlines
{
public:
    void setPhase(TimePoint at) { m_phase = at; }
    void clearPhase() { m_phase.reset(); }

    /// `total` bytes have been written so far, `unsent` of them are not taken yet. The deadline is about what
    /// was unsent when it was set; once that is taken it starts anew for what has come since. So a client
    /// that reads steadily is never cut off, and one that stopped is within twice the limit.
    void setUnsent(qint64 total, qint64 unsent, TimePoint now, Duration limit)
    {
        if (unsent == 0) {
            m_write.reset();
        } else if (!m_write || total - unsent >= m_writeMark) {
            m_writeMark = total;
            m_write = now + limit;
        }
    }

    /// A wake-up to ask for, if none is under way that is early enough. Asked for once.
    std::optional<TimePoint> takeWish()
    {
        const auto next = m_phase && m_write ? std::min(m_phase, m_write) : m_phase ? m_phase : m_write;
        if (!next || (m_wakeAt && *m_wakeAt <= *next))
            return std::nullopt;
        m_wakeAt = next;
        return next;
    }

    enum class Due { Nothing, Phase, Write };
    /// The wake-up has come. A phase that is due is over: its deadline is cleared.
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
    std::optional<TimePoint> m_wakeAt;  ///< asked for, never later than the earlier deadline
    qint64 m_writeMark = 0;             ///< m_write is about the bytes up to here
};

}  // namespace holdline::http

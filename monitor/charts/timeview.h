// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <QObject>

#include <array>
#include <chrono>

namespace holdline::monitor {

/// Which part of the history the timeline charts of one panel show, all the same: the newest minutes, moving
/// with the time, or minutes that stand still. Thread: the window's.
class TimeView : public QObject
{
    Q_OBJECT

public:
    static constexpr std::array kSpans{std::chrono::minutes(1), std::chrono::minutes(5),
                                       std::chrono::minutes(15), std::chrono::minutes(60)};

    using QObject::QObject;

    std::chrono::minutes span() const { return m_span; }
    /// True while the right end is the newest sample.
    bool isFollowing() const { return !m_end; }
    /// What is to be shown of this history; nothing while it is empty. While following, no more minutes than
    /// are known: the first minute of a run fills the charts.
    std::optional<TimeRange> range(const SampleHistory &history) const;

    /// The next of kSpans, keeping `around` where it is on the screen as far as that can be; while following,
    /// the right end stays.
    void zoom(bool in, const SampleHistory &history, std::optional<WallTime> around = {});
    /// Later by so much (or earlier), within what is known; following begins again at the right end.
    void pan(Milliseconds by, const SampleHistory &history);

public Q_SLOTS:
    void setSpan(std::chrono::minutes span);
    void follow();

Q_SIGNALS:
    void changed();

private:
    void setEnd(WallTime end, const SampleHistory &history);

    std::chrono::minutes m_span = kSpans[1];
    std::optional<WallTime> m_end;  ///< nothing: follows
};

}  // namespace holdline::monitor

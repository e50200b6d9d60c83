// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/samplehistory.h"

#include <QObject>

#include <array>
#include <chrono>

namespace holdline::monitor {

/// The part of the history that the timeline charts of one panel show. This part either follows the newest
/// sample or stays fixed. Thread: the window's.
class TimeView : public QObject
{
    Q_OBJECT

public:
    static constexpr std::array kSpans{std::chrono::minutes(1), std::chrono::minutes(5),
                                       std::chrono::minutes(15), std::chrono::minutes(60)};

    using QObject::QObject;

    std::chrono::minutes span() const { return m_span; }
    /// True while the right end of the range is the newest sample.
    bool isFollowing() const { return !m_end; }
    /// The visible range, or empty for an empty history. While following, the range has no more whole minutes
    /// than the history, so that the first minute of data fills the charts.
    std::optional<TimeRange> range(const SampleHistory &history) const;

    /// Selects the next shorter or longer of kSpans. Keeps `around` at its position on the screen if
    /// possible; while following, keeps the right end.
    void zoom(bool in, const SampleHistory &history, std::optional<WallTime> around = {});
    /// Moves the range by a time, positive for later, within the history. Follows the newest sample again
    /// when the range reaches the right end.
    void pan(Milliseconds by, const SampleHistory &history);

public Q_SLOTS:
    void setSpan(std::chrono::minutes span);
    void follow();

Q_SIGNALS:
    void changed();

private:
    void setEnd(WallTime end, const SampleHistory &history);

    std::chrono::minutes m_span = kSpans[1];
    std::optional<WallTime> m_end;  ///< empty while following
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/timerange.h"

#include <QObject>

#include <optional>

namespace holdline::monitor {

/// The time range that the user selected, if any. Charts and tables share one object and show only this
/// range. Thread: the window's.
class TimeSelection : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    const std::optional<TimeRange> &range() const { return m_range; }
    /// Sets the selected range. An empty or reversed range clears the selection.
    void setRange(const std::optional<TimeRange> &range);
    void clear() { setRange(std::nullopt); }

Q_SIGNALS:
    void changed();

private:
    std::optional<TimeRange> m_range;
};

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/timerange.h"

#include <QObject>

#include <optional>

namespace holdline::monitor {

/// The span of time that all views are narrowed to, or none: one object that charts and tables share.
/// Thread: the window's.
class TimeSelection : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    const std::optional<TimeRange> &range() const { return m_range; }
    /// A range that is empty or turned round counts as none.
    void setRange(const std::optional<TimeRange> &range);
    void clear() { setRange(std::nullopt); }

Q_SIGNALS:
    void changed();

private:
    std::optional<TimeRange> m_range;
};

}  // namespace holdline::monitor

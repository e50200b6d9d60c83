// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/timerange.h"

#include <QToolBar>

#include <optional>

class QToolButton;

namespace holdline::monitor {

struct Actions;

/// The tool bar of the main window. At its end a button shows the selected time range and clears it.
class MainToolBar : public QToolBar
{
    Q_OBJECT

public:
    MainToolBar(const Actions &actions, QWidget *parent);

    /// Shows the range on the button. An empty range hides the button.
    void showRange(const std::optional<TimeRange> &range);

private:
    void addRangeButton(const Actions &actions);
    void nameButtons();

    QToolButton *m_range;
};

}  // namespace holdline::monitor

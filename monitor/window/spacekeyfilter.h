// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace holdline::monitor {

/// Lets the Space key activate a focused button or combo box, although it is the shortcut of "Freeze".
/// Filters the events of the whole application while it exists.
class SpaceKeyFilter : public QObject
{
    Q_OBJECT

public:
    explicit SpaceKeyFilter(QObject *parent);

    bool eventFilter(QObject *watched, QEvent *event) override;
};

}  // namespace holdline::monitor

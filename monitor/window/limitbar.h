// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace holdline::monitor {

/// How much of a limit is in use: a bar, a mark where the highest value so far was, and hatching above 80 %,
/// so that it is not the colour alone. The owner describes it; it is no stop for the keyboard.
class LimitBar : public QWidget
{
    Q_OBJECT

public:
    explicit LimitBar(QWidget *parent = nullptr);

    static constexpr double kWarnFrom = 0.8;

    /// A limit of 0: none is known, and the bar stays empty.
    void setValues(int current, int peak, int limit);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int m_current = 0;
    int m_peak = 0;
    int m_limit = 0;
};

}  // namespace holdline::monitor

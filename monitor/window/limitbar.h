// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace holdline::monitor {

/// Shows the use of a limit: a bar and a mark at the peak. The bar is hatched above 80 %, so that colour is
/// not the only sign of a high use. The bar takes no focus; the widget that contains it shows the values as
/// text.
class LimitBar : public QWidget
{
    Q_OBJECT

public:
    explicit LimitBar(QWidget *parent = nullptr);

    static constexpr double kWarnFrom = 0.8;

    /// Sets the values. A limit of 0 means that the limit is unknown; then the bar is empty.
    void setValues(int current, int peak, int limit);

    QSize sizeHint() const override { return {40, 6}; }
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int m_current = 0;
    int m_peak = 0;
    int m_limit = 0;
};

}  // namespace holdline::monitor

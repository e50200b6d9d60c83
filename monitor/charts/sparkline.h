// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>
#include <vector>

namespace holdline::monitor {

/// A small line chart of one number for a tile: a line over a faint area with a dot at the end, without axes.
/// The line breaks at missing values.
class Sparkline : public QWidget
{
    Q_OBJECT

public:
    explicit Sparkline(QWidget *parent = nullptr);

    /// Values are oldest first; only the last kValues are shown. `limit` draws a faint line at a configured
    /// maximum, if it is within the scale.
    void setValues(std::vector<std::optional<double>> values, std::optional<double> limit = {});

    static constexpr std::size_t kValues = 120;

    QSize sizeHint() const override { return {120, 36}; }
    QSize minimumSizeHint() const override { return {40, 16}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<std::optional<double>> m_values;
    std::optional<double> m_limit;
};

}  // namespace holdline::monitor

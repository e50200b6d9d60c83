// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>
#include <vector>

namespace holdline::monitor {

/// The course of one number in a corner of a tile: a line with a faint area and a dot at its end, no axes.
/// Values are told oldest first; where one is missing the line breaks.
class Sparkline : public QWidget
{
    Q_OBJECT

public:
    explicit Sparkline(QWidget *parent = nullptr);

    /// At most the last kValues are kept. `limit`: a value to draw as a faint line, such as the most that may
    /// be held; it does not stretch the scale.
    void setValues(std::vector<std::optional<double>> values, std::optional<double> limit = {});
    /// The line in the colour of what is wrong.
    void setAlarming(bool alarming);

    static constexpr std::size_t kValues = 120;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<std::optional<double>> m_values;
    std::optional<double> m_limit;
    bool m_alarming = false;
};

}  // namespace holdline::monitor

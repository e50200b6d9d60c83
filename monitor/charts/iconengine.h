// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/theme.h"

#include <QIconEngine>

#include <optional>

namespace holdline::monitor {

/// Paints one SVG file, in the colours of the moment. Owned by its QIcon; what it painted is kept in
/// QPixmapCache, by file, size and colour.
class IconEngine : public QIconEngine
{
public:
    enum class Colours : std::uint8_t { Own, Palette };

    /// A drawing of lines in that ink, or in the palette's text colour without one.
    IconEngine(QString path, std::optional<Ink> ink);
    IconEngine(QString path, Colours colours);

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override;
    QIconEngine *clone() const override;
    bool isNull() override { return m_path.isEmpty(); }

private:
    QColor colour(QIcon::Mode mode) const;

    QString m_path;
    Colours m_colours = Colours::Palette;
    std::optional<Ink> m_ink;
};

}  // namespace holdline::monitor

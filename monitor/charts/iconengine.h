// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/theme.h"

#include <QIconEngine>

#include <optional>

namespace holdline::monitor {

/// Paints one SVG file in the application's present colours. Caches pixmaps in QPixmapCache by file, size and
/// colour. The QIcon owns the engine.
class IconEngine : public QIconEngine
{
public:
    enum class Colours : std::uint8_t { Own, Palette };

    /// A line drawing in `ink`, or in the palette's text colour when `ink` is empty.
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/iconengine.h"

#include <QGuiApplication>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace holdline::monitor {

IconEngine::IconEngine(QString path, std::optional<Ink> ink) : m_path(std::move(path)), m_ink(ink) {}

IconEngine::IconEngine(QString path, Colours colours) : m_path(std::move(path)), m_colours(colours) {}

QColor IconEngine::colour(QIcon::Mode mode) const
{
    const QPalette palette = QGuiApplication::palette();
    switch (mode) {
        case QIcon::Disabled:
            return palette.color(QPalette::Disabled, QPalette::Text);
        case QIcon::Selected:
            return palette.color(QPalette::Active, QPalette::HighlightedText);
        case QIcon::Normal:
        case QIcon::Active:
            break;
    }
    return m_ink ? Theme(palette)[*m_ink] : palette.color(QPalette::Active, QPalette::WindowText);
}

void IconEngine::paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state)
{
    const qreal ratio = painter->device() ? painter->device()->devicePixelRatio() : 1;
    painter->drawPixmap(rect, pixmap((QSizeF(rect.size()) * ratio).toSize(), mode, state));
}

QPixmap IconEngine::pixmap(const QSize &size, QIcon::Mode mode, QIcon::State /*state*/)
{
    if (size.isEmpty())
        return {};
    const bool own = m_colours == Colours::Own;
    const QColor ink = own ? QColor(mode == QIcon::Disabled ? Qt::gray : Qt::black) : colour(mode);
    const QString key = QStringLiteral("holdline:%1:%2x%3:%4")
                            .arg(m_path, QString::number(size.width()), QString::number(size.height()),
                                 ink.name(QColor::HexArgb));
    QPixmap kept;
    if (QPixmapCache::find(key, &kept))
        return kept;

    QSvgRenderer drawing(m_path);
    drawing.setAspectRatioMode(Qt::KeepAspectRatio);
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    if (own && mode == QIcon::Disabled)
        painter.setOpacity(0.4);
    drawing.render(&painter);
    if (!own) {
        painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
        painter.fillRect(image.rect(), ink);
    }
    painter.end();
    const QPixmap painted = QPixmap::fromImage(image);
    QPixmapCache::insert(key, painted);
    return painted;
}

QIconEngine *IconEngine::clone() const
{
    return new IconEngine(*this);
}

}  // namespace holdline::monitor

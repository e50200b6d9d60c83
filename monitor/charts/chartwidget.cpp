// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/chartwidget.h"

#include "monitor/charts/icons.h"
#include "monitor/charts/picturefile.h"

#include <QAction>
#include <QEvent>
#include <QPainter>

namespace holdline::monitor {

ChartWidget::ChartWidget(const QString &title, QWidget *parent) : QWidget(parent), m_title(title)
{
    setAccessibleName(title);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAttribute(Qt::WA_OpaquePaintEvent);

    auto *save = new QAction(icon(QStringLiteral("picture")), tr("Save this chart as PNG…"), this);
    addAction(save);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(save, &QAction::triggered, this, [this] {
        askWhereToSave(
            this, QStringLiteral("holdline-chart.png"),
            [this](const QString &path) { return savePicture(path); },
            [this](const QString &text) { Q_EMIT statusMessage(text); });
    });
}

QString ChartWidget::savePicture(const QString &path) const
{
    return writePicture(render(size(), kExportRatio), path);
}

QImage ChartWidget::render(QSize size, qreal pixelRatio) const
{
    QImage image((QSizeF(size) * pixelRatio).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(pixelRatio);
    const ChartFrame frame(palette(), font(), size);
    QPainter painter(&image);
    paintPicture(painter, frame);
    paintOver(painter, frame, true);
    return image;
}

void ChartWidget::setStale(const QString &text)
{
    if (text == m_stale)
        return;
    m_stale = text;
    refresh();
}

void ChartWidget::setDeadline(Milliseconds deadline)
{
    if (deadline == m_deadline)
        return;
    m_deadline = deadline;
    refresh();
}

void ChartWidget::setTitle(const QString &title)
{
    m_title = title;
    setAccessibleName(title);
}

void ChartWidget::refresh()
{
    m_picture = {};
    if (!isVisible())
        return;
    setAccessibleDescription(m_stale.isEmpty() ? accessibleText()
                                               : tr("%1. %2").arg(m_stale, accessibleText()));
    update();
}

void ChartWidget::paintEvent(QPaintEvent * /*event*/)
{
    const qreal ratio = devicePixelRatioF();
    const ChartFrame now = frame();
    if (m_picture.deviceIndependentSize() != QSizeF(size()) || m_picture.devicePixelRatio() != ratio) {
        m_picture = QPixmap((QSizeF(size()) * ratio).toSize());
        m_picture.setDevicePixelRatio(ratio);
        QPainter painter(&m_picture);
        paintPicture(painter, now);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    paintOver(painter, now, false);
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(now.theme[Ink::Selection], 1.5));
        painter.drawRoundedRect(now.whole.adjusted(0.75, 0.75, -0.75, -0.75), 5, 5);
    }
}

void ChartWidget::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange)
        refresh();
    QWidget::changeEvent(event);
}

void ChartWidget::showEvent(QShowEvent *event)
{
    refresh();
    QWidget::showEvent(event);
}

void ChartWidget::paintPicture(QPainter &painter, const ChartFrame &frame) const
{
    painter.fillRect(frame.whole, palette().color(QPalette::Window));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(frame.theme[Ink::Grid]);
    painter.setBrush(frame.theme.base());
    painter.drawRoundedRect(frame.whole.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter.setBrush(Qt::NoBrush);
    painter.save();
    paintPlot(painter, frame);
    painter.restore();
    // Paint the header after the plot, because painting the plot can change the legend.
    paintHeader(painter, frame, m_title, legend());
    if (!m_stale.isEmpty()) {
        QColor veil = frame.theme.base();
        veil.setAlphaF(0.6F);
        painter.fillRect(frame.plot, veil);
        paintLabel(painter, frame, frame.plot.topLeft() + QPointF(6, 4), Qt::AlignLeft | Qt::AlignTop,
                   m_stale, Ink::Text);
    }
}

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/tile.h"

#include "monitor/charts/icons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>

#include <array>
#include <utility>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr int kCorner = 6;
constexpr int kWidthInDigits = 16;  ///< width of a tile, enough for most figures and notes
constexpr double kLarge = 1.65;     ///< size of a single number relative to the widget's font
constexpr double kMedium = 1.05;    ///< size of several numbers relative to the widget's font
constexpr double kBorder = 0.14;

/// Indexed by Tile::Tone.
constexpr std::array kInks{Ink::Text, Ink::Warn, Ink::Bad};

Ink inkOf(Tile::Tone tone)
{
    return kInks[static_cast<std::size_t>(tone)];
}

QLabel *plainLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    // The text must not make the tile wider.
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    label->setAttribute(Qt::WA_TransparentForMouseEvents);
    return label;
}

void paintIn(QLabel *label, const QColor &colour)
{
    QPalette palette = label->parentWidget()->palette();
    palette.setColor(QPalette::WindowText, colour);
    label->setPalette(palette);
}

}  // namespace

Tile::Tile(const QString &title, QWidget *parent)
    : QFrame(parent),
      m_title(title),
      m_layout(new QVBoxLayout(this)),
      m_numbers(new QVBoxLayout),
      m_titleLabel(plainLabel(this)),
      m_sign(new QLabel(this)),
      m_noteLabel(plainLabel(this))
{
    m_layout->setContentsMargins(10, 6, 10, 6);
    m_layout->setSpacing(1);
    auto *head = new QHBoxLayout;
    head->addWidget(m_titleLabel, 1);
    head->addWidget(m_sign);
    m_titleLabel->setText(title);
    m_sign->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_sign->setFixedSize(fontMetrics().height(), fontMetrics().height());
    m_layout->addLayout(head);
    m_layout->addLayout(m_numbers);
    m_layout->addWidget(m_noteLabel);
    m_layout->addStretch(1);
    setValueLabels({});
    describe();
}

void Tile::setValueLabels(const QStringList &labels)
{
    m_valueNames = labels;
    while (QLayoutItem *line = m_numbers->takeAt(0))
        delete line;
    qDeleteAll(m_valueLabels);
    qDeleteAll(m_valueNameLabels);
    m_valueLabels.clear();
    m_valueNameLabels.clear();
    for (qsizetype i = 0; i < std::max(labels.size(), qsizetype(1)); ++i) {
        auto *line = new QHBoxLayout;
        if (!labels.isEmpty()) {
            m_valueNameLabels.append(plainLabel(this));
            m_valueNameLabels.last()->setText(labels[i]);
            line->addWidget(m_valueNameLabels.last(), 1);
        }
        m_valueLabels.append(plainLabel(this));
        m_valueLabels.last()->setText(m_values.value(i, u"–"_s));
        m_valueLabels.last()->setAlignment(labels.isEmpty() ? Qt::AlignLeft : Qt::AlignRight);
        line->addWidget(m_valueLabels.last(), 2);
        m_numbers->addLayout(line);
    }
    m_noteLabel->setVisible(labels.isEmpty());
    renew();
}

void Tile::setFigure(const QStringList &values, const QString &note, Tone tone)
{
    if (m_values == values && m_note == note && m_tone == tone)
        return;
    m_values = values;
    m_note = note;
    for (qsizetype i = 0; i < m_valueLabels.size(); ++i)
        m_valueLabels[i]->setText(values.value(i, u"–"_s));
    showNote();
    if (std::exchange(m_tone, tone) != tone)
        renew();
    describe();
}

void Tile::addDrawing(QWidget *drawing)
{
    drawing->setParent(this);
    drawing->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_layout->addWidget(drawing);
    renew();
}

void Tile::setActivatable(bool activatable)
{
    m_activatable = activatable;
    setFocusPolicy(activatable ? Qt::StrongFocus : Qt::NoFocus);
    setCursor(activatable ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void Tile::renew()
{
    const Theme theme(palette());
    const QColor quiet = theme[Ink::AxisText];
    QFont large = tabularFont(font());
    large.setPointSizeF(font().pointSizeF() * (m_valueNames.isEmpty() ? kLarge : kMedium));
    large.setWeight(QFont::DemiBold);
    const QFont small = chartFont(font());
    m_titleLabel->setFont(small);
    m_noteLabel->setFont(tabularFont(small));
    paintIn(m_titleLabel, quiet);
    paintIn(m_noteLabel, quiet);
    const QColor ink = m_tone == Tone::Calm ? theme[Ink::Text] : theme.readable(inkOf(m_tone));
    for (QLabel *label : std::as_const(m_valueLabels)) {
        label->setFont(large);
        paintIn(label, ink);
    }
    for (QLabel *label : std::as_const(m_valueNameLabels)) {
        label->setFont(small);
        paintIn(label, quiet);
    }
    const int size = QFontMetrics(small).height();
    m_sign->setPixmap(m_tone == Tone::Calm
                          ? QPixmap()
                          : icon(u"warning"_s, inkOf(m_tone)).pixmap(QSize(size, size), devicePixelRatioF()));
    setMinimumWidth(fontMetrics().horizontalAdvance(u'0') * kWidthInDigits + 20);
    update();
}

void Tile::showNote()
{
    m_noteLabel->setText(m_noteLabel->fontMetrics().elidedText(m_note, Qt::ElideRight, m_noteLabel->width()));
}

void Tile::describe()
{
    QStringList parts;
    for (qsizetype i = 0; i < m_valueLabels.size(); ++i) {
        const QString value = m_values.value(i, u"–"_s);
        parts.append(m_valueNames.isEmpty() ? value : m_valueNames[i] + u' ' + value);
    }
    if (!m_note.isEmpty())
        parts.append(m_note);
    if (m_tone != Tone::Calm)
        parts.append(tr("needs attention"));
    setAccessibleName(m_title + u": "_s + parts.join(u", "_s));
}

void Tile::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        renew();
}

void Tile::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    m_layout->activate();
    showNote();
}

void Tile::paintEvent(QPaintEvent *)
{
    const Theme theme(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(m_tone == Tone::Calm ? theme.tint(Ink::Text, kBorder) : theme[inkOf(m_tone)]);
    const bool hovered = m_activatable && underMouse();
    painter.setBrush(hovered ? theme.tint(Ink::Selection, kBorder) : theme.base());
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kCorner, kCorner);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), kCorner, kCorner);
    }
}

void Tile::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_activatable && event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        Q_EMIT activated();
}

void Tile::keyPressEvent(QKeyEvent *event)
{
    const int key = event->key();
    if (m_activatable && (key == Qt::Key_Return || key == Qt::Key_Enter))
        Q_EMIT activated();
    else
        QFrame::keyPressEvent(event);
}

}  // namespace holdline::monitor

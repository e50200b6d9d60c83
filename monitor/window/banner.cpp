// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/banner.h"

#include "monitor/charts/icons.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr int kEdge = 4;  ///< width of the coloured edge, in device-independent pixels
constexpr double kTint = 0.13;

/// Indexed by BannerText::Kind.
constexpr std::array kInks{Ink::Starting, Ink::Warn, Ink::Bad};

Ink inkOf(BannerText::Kind kind)
{
    return kInks[static_cast<std::size_t>(kind)];
}

}  // namespace

Banner::Banner(QWidget *parent)
    : QFrame(parent),
      m_icon(new QLabel(this)),
      m_text(new QLabel(this)),
      m_action(new QPushButton(this)),
      m_close(new QToolButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kEdge + 8, 4, 6, 4);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_close);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setTextFormat(Qt::PlainText);
    m_icon->setAccessibleName(tr("Kind of message"));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Dismiss"));
    m_close->setAccessibleName(tr("Dismiss the message"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    connect(m_action, &QPushButton::clicked, this, &Banner::actionClicked);
    connect(m_close, &QToolButton::clicked, this, [this] {
        clear();
        Q_EMIT dismissed();
    });
    renew();
    QFrame::hide();
}

void Banner::show(const BannerText &text)
{
    if (m_shown == text)
        return;
    // Do not announce a text again when only its countdown changed.
    const bool isNews = m_shown.kind != text.kind || m_shown.icon != text.icon || m_shown.text.isEmpty();
    m_shown = text;
    renew();
    setVisible(!text.text.isEmpty());
    if (isNews && isVisible()) {
        QAccessibleEvent event(this, QAccessible::Alert);
        QAccessible::updateAccessibility(&event);
    }
}

void Banner::renew()
{
    const int size = fontMetrics().height();
    if (!m_shown.icon.isEmpty())
        m_icon->setPixmap(
            icon(m_shown.icon, inkOf(m_shown.kind)).pixmap(QSize(size, size), devicePixelRatioF()));
    m_icon->setVisible(!m_shown.icon.isEmpty());
    m_text->setText(m_shown.text);
    m_text->setAccessibleName(m_shown.text);
    m_action->setText(m_shown.action);
    m_action->setAccessibleName(m_shown.action.isEmpty() ? tr("Action") : m_shown.action);
    m_action->setVisible(!m_shown.action.isEmpty());
    m_close->setIcon(icon(u"clear"_s));
    m_close->setVisible(m_shown.dismissable);
    setAccessibleName(m_shown.text);
    update();
}

void Banner::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        renew();
    QFrame::changeEvent(event);
}

void Banner::paintEvent(QPaintEvent *event)
{
    const Theme theme(palette());
    const Ink ink = inkOf(m_shown.kind);
    QPainter painter(this);
    painter.fillRect(event->rect(), theme.tint(ink, kTint));
    painter.fillRect(QRect(0, 0, kEdge, height()), theme[ink]);
}

}  // namespace holdline::monitor

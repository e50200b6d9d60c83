// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/recordingbar.h"

#include "monitor/charts/icons.h"
#include "monitor/data/format.h"

#include <QComboBox>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPaintEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array kSpeeds{0.25, 0.5, 1.0, 2.0, 5.0, 20.0, 100.0};
constexpr int kStep = 1000;        ///< step of an arrow key, in ms
constexpr int kPageStep = 10'000;  ///< step of a page key, in ms
constexpr double kTint = 0.13;

QString speedText(double speed)
{
    return QLocale().toString(speed) + u" ×"_s;
}

}  // namespace

RecordingBar::RecordingBar(RecordingPlayer *player, QWidget *parent)
    : QFrame(parent),
      m_player(player),
      m_icon(new QLabel(this)),
      m_name(new QLabel(this)),
      m_play(new QToolButton(this)),
      m_slider(new QSlider(Qt::Horizontal, this)),
      m_time(new QLabel(this)),
      m_speed(new QComboBox(this)),
      m_close(new QToolButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 6, 4);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_icon, m_name, m_play})
        layout->addWidget(widget);
    layout->addWidget(m_slider, 1);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_time, m_speed, m_close})
        layout->addWidget(widget);
    m_icon->setAccessibleName(tr("Recording"));
    m_play->setAutoRaise(true);
    m_slider->setAccessibleName(tr("Position in the recording"));
    m_slider->setSingleStep(kStep);
    m_slider->setPageStep(kPageStep);
    m_time->setTextFormat(Qt::PlainText);
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("Playback speed"));
    for (const double speed : kSpeeds)
        m_speed->addItem(speedText(speed), speed);
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(tr("Close the recording"));
    m_close->setToolTip(tr("Close the recording and connect to the service"));

    connect(m_play, &QToolButton::clicked, player,
            [player] { player->isPlaying() ? player->pause() : player->play(); });
    connect(m_slider, &QSlider::valueChanged, player, [player](int ms) { player->seek(Milliseconds(ms)); });
    connect(m_speed, &QComboBox::activated, player,
            [this, player](int index) { player->setSpeed(m_speed->itemData(index).toDouble()); });
    connect(m_close, &QToolButton::clicked, this, &RecordingBar::closeRequested);
    connect(player, &RecordingPlayer::positionChanged, this, &RecordingBar::showPosition);
    connect(player, &RecordingPlayer::playingChanged, this, &RecordingBar::showPlaying);
    connect(player, &RecordingPlayer::speedChanged, this, &RecordingBar::showSpeed);
    connect(player, &RecordingPlayer::opened, this, &RecordingBar::renew);
    renew();
}

void RecordingBar::renew()
{
    const int size = fontMetrics().height();
    m_icon->setPixmap(icon(u"record"_s, Ink::Warn).pixmap(QSize(size, size), devicePixelRatioF()));
    m_name->setText(tr("Recording: %1").arg(QFileInfo(m_player->status().where).fileName()));
    m_name->setToolTip(m_player->status().where);
    m_close->setIcon(icon(u"clear"_s));
    m_time->setFont(tabularFont(font()));
    const QSignalBlocker blocker(m_slider);
    m_slider->setRange(0, static_cast<int>(m_player->duration().count()));
    showPosition();
    showPlaying();
    showSpeed();
}

void RecordingBar::showPosition()
{
    const Milliseconds position = m_player->position();
    if (!m_slider->isSliderDown()) {
        const QSignalBlocker blocker(m_slider);
        m_slider->setValue(static_cast<int>(position.count()));
    }
    const WallTime start = m_player->startedAt();
    m_time->setText(
        tr("%1 of %2").arg(formatClock(start + position), formatClock(start + m_player->duration())));
}

void RecordingBar::showPlaying()
{
    const bool playing = m_player->isPlaying();
    m_play->setIcon(icon(playing ? u"pause"_s : u"play"_s));
    m_play->setToolTip(playing ? tr("Pause") : tr("Play"));
    m_play->setAccessibleName(playing ? tr("Pause the recording") : tr("Play the recording"));
}

void RecordingBar::showSpeed()
{
    int index = m_speed->findData(m_player->speed());
    if (index < 0) {
        m_speed->addItem(speedText(m_player->speed()), m_player->speed());
        index = m_speed->count() - 1;
    }
    m_speed->setCurrentIndex(index);
}

void RecordingBar::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        renew();
    QFrame::changeEvent(event);
}

void RecordingBar::paintEvent(QPaintEvent *event)
{
    const Theme theme(palette());
    QPainter(this).fillRect(event->rect(), theme.tint(Ink::Warn, kTint));
}

}  // namespace holdline::monitor

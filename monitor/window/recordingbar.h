// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/recordingplayer.h"

#include <QFrame>

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace holdline::monitor {

/// The controls of the RecordingPlayer: the recording's name, play and pause, position, and speed. The player
/// must outlive the bar.
class RecordingBar : public QFrame
{
    Q_OBJECT

public:
    explicit RecordingBar(RecordingPlayer *player, QWidget *parent = nullptr);

Q_SIGNALS:
    void closeRequested();

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void renew();
    void showPosition();
    void showPlaying();
    void showSpeed();

    RecordingPlayer *m_player;
    QLabel *m_icon;
    QLabel *m_name;
    QToolButton *m_play;
    QSlider *m_slider;
    QLabel *m_time;
    QComboBox *m_speed;
    QToolButton *m_close;
};

}  // namespace holdline::monitor

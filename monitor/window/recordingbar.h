// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/client/recordingplayer.h"

#include <QFrame>

class QAction;
class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace holdline::monitor {

/// The controls of a recording that is played: play and pause, where it stands, how fast it goes, and in
/// words that it is a recording. Hidden while there is none. The player must outlive it.
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

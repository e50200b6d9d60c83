// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/updatesource.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

class QLabel;
class QStatusBar;

namespace holdline::monitor {

class LiveData;

/// The permanent part of a window's status bar: connection state, source, rate of updates, and hidden changes
/// while frozen. The data must outlive this object. Thread: the window's.
class StatusLine : public QObject
{
    Q_OBJECT

public:
    StatusLine(QStatusBar *bar, LiveData *data);

    void setSource(UpdateSource *source);
    /// Shows the length of a running recording. An empty text hides this part.
    void setRecording(const QString &text);

private:
    void renew();
    void showRate();

    LiveData *m_data;
    QPointer<UpdateSource> m_source;
    QLabel *m_sign;
    QLabel *m_state;
    QLabel *m_where;
    QLabel *m_rate;
    QLabel *m_hidden;
    QLabel *m_recording;
    QTimer m_clock;
    int m_turn = 0;
    QElapsedTimer m_since;
    int m_updates = 0;
    int m_rows = 0;
};

}  // namespace holdline::monitor

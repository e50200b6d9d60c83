// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QAction;
class QWidget;

namespace holdline::monitor {

class StatusLine;
class StreamRecorder;

/// Starts and stops recordings by an action, and shows their progress on the action and in the status bar.
/// All arguments of the constructor must outlive this object. Thread: the window's.
class RecordingControl : public QObject
{
    Q_OBJECT

public:
    /// `record` is checkable. Dialogs belong to `window`.
    RecordingControl(StreamRecorder *recorder, QAction *record, StatusLine *statusLine, QWidget *window);

    void showProgress();

Q_SIGNALS:
    void failed(const QString &text);
    /// A text for the status bar.
    void statusMessage(const QString &text);

private:
    void setRecording(bool on);

    StreamRecorder *m_recorder;
    QAction *m_record;
    StatusLine *m_statusLine;
    QWidget *m_window;
};

}  // namespace holdline::monitor

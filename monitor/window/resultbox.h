// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace holdline::monitor {

class BodyView;
class CommandClient;

/// Shows the stored result of an ended durable job. Requests the result from the service when the user
/// presses the button. Hidden for other jobs. CommandClient must outlive the box. Thread: the window's.
class ResultBox : public QWidget
{
    Q_OBJECT

public:
    explicit ResultBox(CommandClient *commands, QWidget *parent = nullptr);

    /// Sets the job. Removes the result of the previous job. `job` may be null.
    void setJob(const JobPtr &job);
    /// Enables or disables the button. Pass false while commands cannot reach the service.
    void setCommands(bool possible);

Q_SIGNALS:
    /// The result became visible, so the box needs more space.
    void shown();
    /// A text for the status bar.
    void statusMessage(const QString &text);

private:
    void requestResult();
    void show(const Reply &reply);

    CommandClient *m_commands;
    QByteArray m_id;
    QPushButton *m_button;
    QLabel *m_note;
    BodyView *m_body;
};

}  // namespace holdline::monitor

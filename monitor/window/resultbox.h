// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace holdline::monitor {

class BodyView;
class CommandClient;

/// The stored result of a durable job that has ended, asked of the service when somebody wants to see it.
/// Hidden for every other job. The desk must outlive it.
class ResultBox : public QWidget
{
    Q_OBJECT

public:
    explicit ResultBox(CommandClient *commands, QWidget *parent = nullptr);

    /// Null: none. What was shown of another one goes.
    void setJob(const JobPtr &job);
    /// Whether commands reach the service.
    void setCommands(bool possible);

Q_SIGNALS:
    /// The result is there now, and takes room.
    void shown();
    /// For the status bar.
    void told(const QString &text);

private:
    void ask();
    void show(const Reply &reply);

    CommandClient *m_commands;
    QByteArray m_id;
    QPushButton *m_button;
    QLabel *m_note;
    BodyView *m_body;
};

}  // namespace holdline::monitor

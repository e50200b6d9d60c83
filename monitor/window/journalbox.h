// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace holdline::monitor {

class CommandClient;

/// Shows the journal of a durable job: what happened to it, and when. Requests it from the service when the
/// user presses the button, each time anew. Hidden for other jobs. CommandClient must outlive the box.
/// Thread: the window's.
class JournalBox : public QWidget
{
    Q_OBJECT

public:
    explicit JournalBox(CommandClient *commands, QWidget *parent = nullptr);

    /// Removes the journal of the previous job. `job` may be null.
    void setJob(const JobPtr &job);
    /// Set to false while commands cannot reach the service.
    void setCommands(bool possible);

Q_SIGNALS:
    /// The journal became visible, so the box needs more space.
    void shown();

private:
    void requestJournal();
    void show(const Reply &reply);

    CommandClient *m_commands;
    QByteArray m_id;
    QPushButton *m_button;
    QLabel *m_text;
};

/// One line per entry, for people.
QString journalText(const StoredJournal &journal);

}  // namespace holdline::monitor

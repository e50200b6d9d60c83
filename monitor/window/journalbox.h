// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace holdline::monitor {

class CommandClient;

/// Shows the journal of a durable job: the list of events with their times. Requests the journal from the
/// service each time the user presses the button. Hidden for plain jobs. CommandClient must outlive the box.
/// Thread: the window's.
class JournalBox : public QWidget
{
    Q_OBJECT

public:
    explicit JournalBox(CommandClient *commands, QWidget *parent = nullptr);

    /// Sets the job and removes the journal of the previous job. `job` may be null.
    void setJob(const JobPtr &job);
    /// Enables or disables the button. Pass false while commands cannot reach the service.
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

/// Returns the journal as text for the user, one line per entry.
QString journalText(const StoredJournal &journal);

}  // namespace holdline::monitor

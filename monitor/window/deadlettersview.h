// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"

#include <QTimer>
#include <QWidget>

class QLabel;

namespace holdline::monitor {

class BodyView;
class CommandClient;
class DeadLettersPanel;

/// The view of dead letters: a list, and the details and the body of the selected one. While visible,
/// requests a new list when the service's samples show a change. The arguments of the constructor must
/// outlive the view. Thread: the window's.
class DeadLettersView : public QWidget
{
    Q_OBJECT

public:
    DeadLettersView(LiveData *live, TimeSelection *selection, CommandClient *commands,
                    QWidget *parent = nullptr);

    DeadLettersPanel &panel() const { return *m_panel; }
    /// Tells the view whether commands can reach the service. While they cannot, the view requests no lists.
    void setCommands(bool possible);
    /// Removes all dead letters. Call it when the source changes.
    void clear();
    /// Asks the user for confirmation, then discards the dead letters.
    void discard(const QList<QByteArray> &deadLetters);

Q_SIGNALS:
    /// A text for the status bar.
    void statusMessage(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    /// The counts of dead letters in a sample. A list is outdated when these counts change.
    struct Counts
    {
        std::array<std::int64_t, kDeadLetterKinds> now{};
        std::uint64_t stored = 0;

        friend bool operator==(const Counts &, const Counts &) = default;
    };

    QWidget *makeDetail();
    Counts currentCounts() const;
    void listIfOutdated();
    void list();
    void showList(const Reply &reply);
    void showDeadLetter();
    void requestBody();
    void renew();

    LiveData *m_data;
    CommandClient *m_commands;
    DeadLettersPanel *m_panel;
    QWidget *m_detail;
    QLabel *m_title;
    QLabel *m_explanation;
    QLabel *m_facts;
    QLabel *m_note;
    BodyView *m_body;
    QLabel *m_omitted;
    QTimer m_pause;  ///< delays the request of a body while the user moves through the list
    std::optional<Counts> m_listed;
    bool m_listing = false;
    bool m_mayCommand = false;
    QByteArray m_id;
    QByteArray m_shown;  ///< id of the dead letter whose body is shown
};

}  // namespace holdline::monitor

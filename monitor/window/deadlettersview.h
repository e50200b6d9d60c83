// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QScrollArea;

namespace holdline::monitor {

class BodyView;
class CommandClient;
class DeadLettersPanel;

/// Dead letters: the list, and the one that is selected with its body. Lists them anew when the service's
/// samples say that there are others, as long as somebody looks. Data, selection and desk must outlive it.
/// Thread: the window's.
class DeadLettersView : public QWidget
{
    Q_OBJECT

public:
    DeadLettersView(LiveData *live, TimeSelection *selection, CommandClient *commands,
                    QWidget *parent = nullptr);

    DeadLettersPanel &panel() const { return *m_panel; }
    /// Whether commands reach the service; without there is nothing to be listed.
    void setCommands(bool possible);
    /// Another source: what is listed is not its.
    void forget();
    /// Asks first.
    void discard(const QList<QByteArray> &letters);

Q_SIGNALS:
    /// For the status bar.
    void told(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    /// What a sample says of letters: another one, and the list is old.
    struct Mark
    {
        std::array<std::int64_t, kDeadLetterKinds> now{};
        std::uint64_t kept = 0;

        friend bool operator==(const Mark &, const Mark &) = default;
    };

    QWidget *makeDetail();
    Mark markNow() const;
    void listIfOld();
    void list();
    void showList(const Reply &reply);
    void showDeadLetter();
    void askDeadLetter();
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
    QTimer m_pause;  ///< so that who runs through the list with the keys asks for the last one only
    std::optional<Mark> m_listed;
    bool m_listing = false;
    bool m_mayCommand = false;
    QByteArray m_id;
    QByteArray m_shown;  ///< whose body is there
};

}  // namespace holdline::monitor

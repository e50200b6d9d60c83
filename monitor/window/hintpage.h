// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace holdline::monitor {

/// The content of a HintPage.
struct Hint
{
    QString icon = {};  ///< a name for icon()
    QString title = {};
    QString text = {};
    QString command = {};  ///< a shell command to copy; empty for none

    friend bool operator==(const Hint &, const Hint &) = default;
};

/// A page that replaces the views while there is no data. It says why there is no data and what the user can
/// do. Follows the palette.
class HintPage : public QWidget
{
    Q_OBJECT

public:
    explicit HintPage(QWidget *parent = nullptr);

    void setHint(const Hint &hint);
    const Hint &hint() const { return m_hint; }
    /// Shows one button for each action.
    void setActions(const QList<QAction *> &actions);

protected:
    void changeEvent(QEvent *event) override;

private:
    void renew();

    Hint m_hint;
    QLabel *m_icon;
    QLabel *m_title;
    QLabel *m_text;
    QWidget *m_commandLine;
    QLineEdit *m_command;
    QToolButton *m_copy;
    QHBoxLayout *m_buttons;
    QList<QAction *> m_actions;
};

}  // namespace holdline::monitor

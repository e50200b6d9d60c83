// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace holdline::monitor {

/// What a HintPage says. Plain data.
struct Hint
{
    QString icon;  ///< name of one of ours
    QString title;
    QString text;
    QString command;  ///< for a shell, to be copied; empty: none

    friend bool operator==(const Hint &, const Hint &) = default;
};

/// A page in the place of a view that has nothing to show: why, and what to do about it. Follows the palette.
class HintPage : public QWidget
{
    Q_OBJECT

public:
    explicit HintPage(QWidget *parent = nullptr);

    void setHint(const Hint &hint);
    const Hint &hint() const { return m_hint; }
    /// One button for each.
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

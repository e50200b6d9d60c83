// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMessageBox>

#include <functional>

namespace holdline::monitor {

/// A question to the user before an action that cannot be undone.
struct Confirmation
{
    QString title;
    QString text;
    QString yes;  ///< the text of the button that confirms
    QString no;
    QMessageBox::ButtonRole role = QMessageBox::AcceptRole;  ///< of the button that confirms
    QString objectName;                                      ///< object name of the dialog
};

/// Opens a dialog of `parent` with the question, and returns at once. Calls `confirmed` after a click on
/// `yes`. The Enter and Escape keys mean `no`.
void askConfirmation(QWidget *parent, const Confirmation &confirmation, std::function<void()> confirmed);

}  // namespace holdline::monitor

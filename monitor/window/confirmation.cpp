// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/confirmation.h"

#include <QPushButton>

namespace holdline::monitor {

void askConfirmation(QWidget *parent, const Confirmation &confirmation, std::function<void()> confirmed)
{
    auto *question = new QMessageBox(QMessageBox::Warning, confirmation.title, confirmation.text,
                                     QMessageBox::Cancel, parent);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setObjectName(confirmation.objectName);
    QPushButton *yes = question->addButton(confirmation.yes, confirmation.role);
    question->setDefaultButton(QMessageBox::Cancel);
    question->button(QMessageBox::Cancel)->setText(confirmation.no);
    QObject::connect(yes, &QPushButton::clicked, parent, std::move(confirmed));
    question->open();
}

}  // namespace holdline::monitor

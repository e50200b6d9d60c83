// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/wrappedlabel.h"

#include <QLabel>

namespace holdline::monitor {

QLabel *wrappedLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    // No keyboard interaction, because it would show a caret in the label. A user without a mouse copies the
    // text with the button beside the label.
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace holdline::monitor

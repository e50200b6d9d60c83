// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/wrappedlabel.h"

#include <QLabel>

namespace holdline::monitor {

QLabel *wrappedLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    // Keyboard interaction would show a caret in the label. Buttons beside it copy the text by key.
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace holdline::monitor

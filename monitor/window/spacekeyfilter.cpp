// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/spacekeyfilter.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>

namespace holdline::monitor {

SpaceKeyFilter::SpaceKeyFilter(QObject *parent) : QObject(parent)
{
    qApp->installEventFilter(this);
}

bool SpaceKeyFilter::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Space && key->modifiers() == Qt::NoModifier &&
            (qobject_cast<QAbstractButton *>(watched) || qobject_cast<QComboBox *>(watched))) {
            event->accept();
            return true;
        }
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace holdline::monitor

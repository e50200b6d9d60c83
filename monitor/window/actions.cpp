// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/actions.h"

#include "monitor/charts/icons.h"

#include <QCoreApplication>
#include <QWidget>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(Actions)
};

/// `name` is the object name. `iconName` is a name for icon(), or empty.
QAction *make(QWidget *window, const QString &name, const QString &iconName, const QString &text,
              const QKeySequence &keys, const QString &tip)
{
    auto *action = new QAction(text, window);
    action->setObjectName(name);
    if (!iconName.isEmpty())
        action->setIcon(icon(iconName));
    action->setShortcut(keys);
    action->setToolTip(keys.isEmpty() ? tip : u"%1 (%2)"_s.arg(tip, keys.toString(QKeySequence::NativeText)));
    action->setStatusTip(tip);
    window->addAction(action);
    return action;
}

}  // namespace

Actions::Actions(QWidget *window)
    : newWindow(make(window, u"newWindow"_s, {}, Texts::tr("&New window"), QKeySequence::New,
                     Texts::tr("Open another window for the same service"))),
      connectTo(make(window, u"connectTo"_s, u"connected"_s, Texts::tr("&Connect to…"),
                     QKeySequence(Qt::CTRL | Qt::Key_K), Texts::tr("Choose the local socket of a service"))),
      openRecording(make(window, u"openRecording"_s, u"open"_s, Texts::tr("&Open recording…"),
                         QKeySequence::Open, Texts::tr("Play a recording from a file"))),
      record(make(window, u"record"_s, u"record"_s, Texts::tr("&Record"),
                  QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R),
                  Texts::tr("Record the service's updates to a file"))),
      closeWindow(make(window, u"closeWindow"_s, {}, Texts::tr("&Close window"),
                       QKeySequence(Qt::CTRL | Qt::Key_W), Texts::tr("Close this window"))),
      quit(make(window, u"quit"_s, {}, Texts::tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q),
                Texts::tr("Close all windows"))),
      freeze(make(window, u"freeze"_s, u"freeze"_s, Texts::tr("&Freeze"), Qt::Key_Space,
                  Texts::tr("Freeze all views. Changes are shown after you unfreeze them."))),
      filter(make(window, u"filter"_s, u"filter"_s, Texts::tr("&Filter"), QKeySequence::Find,
                  Texts::tr("Go to the filter of the visible table"))),
      clearRange(make(window, u"clearRange"_s, u"clear"_s, Texts::tr("Show &all times"), Qt::Key_Escape,
                      Texts::tr("Clear the selected time range"))),
      resetLayout(make(window, u"resetLayout"_s, {}, Texts::tr("&Reset layout"), {},
                       Texts::tr("Restore the default layout of the views"))),
      retry(make(window, u"retry"_s, u"retrying"_s, Texts::tr("&Try now"), QKeySequence::Refresh,
                 Texts::tr("Connect now"))),
      drain(make(window, u"drain"_s, u"drain"_s, Texts::tr("&Drain…"),
                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D),
                 Texts::tr("Let the service finish its requests and refuse new ones"))),
      shortcuts(make(window, u"shortcuts"_s, {}, Texts::tr("&Shortcuts"), QKeySequence::HelpContents,
                     Texts::tr("Show all shortcuts"))),
      about(make(window, u"about"_s, {}, Texts::tr("&About"), {}, Texts::tr("Versions and licence")))
{
    record->setCheckable(true);
    freeze->setCheckable(true);
    quit->setMenuRole(QAction::QuitRole);
    about->setMenuRole(QAction::AboutRole);
}

}  // namespace holdline::monitor

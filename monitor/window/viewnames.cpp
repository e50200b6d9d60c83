// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/viewnames.h"

#include <QCoreApplication>

namespace holdline::monitor {

namespace {

struct Names
{
    const char *name;
    const char *title;
};

constexpr std::array<Names, kViewCount> kNames{{
    {"overview", QT_TRANSLATE_NOOP("View", "Overview")},
    {"jobs", QT_TRANSLATE_NOOP("View", "Live jobs")},
    {"lanes", QT_TRANSLATE_NOOP("View", "Lanes")},
    {"latency", QT_TRANSLATE_NOOP("View", "Latency")},
    {"callbacks", QT_TRANSLATE_NOOP("View", "Callbacks")},
    {"history", QT_TRANSLATE_NOOP("View", "History")},
    {"letters", QT_TRANSLATE_NOOP("View", "Dead letters")},
    {"detail", QT_TRANSLATE_NOOP("View", "Job detail")},
}};

}  // namespace

QString name(View view)
{
    return QLatin1StringView(kNames[static_cast<std::size_t>(view)].name);
}

QString title(View view)
{
    return QCoreApplication::translate("View", kNames[static_cast<std::size_t>(view)].title);
}

QStringList viewNames()
{
    QStringList all;
    for (const Names &names : kNames)
        all.append(QLatin1StringView(names.name));
    return all;
}

std::optional<View> viewNamed(const QString &name)
{
    const qsizetype at = viewNames().indexOf(name);
    if (at < 0)
        return {};
    return static_cast<View>(at);
}

}  // namespace holdline::monitor

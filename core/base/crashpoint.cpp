// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/crashpoint.h"

#ifdef HOLDLINE_CRASH_POINTS

#include <QByteArray>
#include <QList>

#include <atomic>
#include <csignal>

namespace holdline {

namespace {

struct Plan
{
    explicit Plan(const QByteArray &text)
        : name(text.split(':').first()), left(text.contains(':') ? text.split(':').last().toInt() : 1)
    {
    }
    const QByteArray name;
    std::atomic<int> left;
};

Plan &plan()
{
    static Plan plan(qgetenv("HOLDLINE_CRASH_AT"));
    return plan;
}

}  // namespace

void crashPoint(const char *name)
{
    Plan &planned = plan();
    if (planned.name == name && planned.left.fetch_sub(1) == 1)
        ::raise(SIGKILL);
}

}  // namespace holdline

#endif

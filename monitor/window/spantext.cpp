// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/spantext.h"

#include "monitor/charts/texts.h"

#include <QCoreApplication>
#include <QLocale>

namespace holdline::monitor {

using namespace std::chrono_literals;

QString spanText(Milliseconds span)
{
    if (span < 1s || span >= 1min)
        return durationText(span);
    const double seconds = std::chrono::duration<double>(span).count();
    return QCoreApplication::translate("Spans", "%1 s")
        .arg(QLocale().toString(seconds, 'f', span % 1s == 0ms ? 0 : 1));
}

}  // namespace holdline::monitor

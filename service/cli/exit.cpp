// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/cli/exit.h"

#include <cstdio>

namespace holdline::cli {

using namespace Qt::StringLiterals;

int finish(const QString &program, const Exit &exit)
{
    QString text = exit.text;
    if (exit.code != kExitOk)
        text = program + u": "_s + text;
    if (!text.endsWith(u'\n'))
        text += u'\n';
    if (exit.code == kExitUsage)
        text += u"Try '%1 --help'.\n"_s.arg(program);
    std::fputs(text.toUtf8().constData(), exit.code == kExitOk ? stdout : stderr);
    return exit.code;
}

QString versionText(const QString &program)
{
    return program + QStringLiteral(" " HOLDLINE_VERSION "\n");
}

}  // namespace holdline::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/exit.h"

#include <cstdio>

namespace holdline {

using namespace Qt::StringLiterals;

int finish(const QString &program, const Exit &exit)
{
    for (const QString &warning : exit.warnings) {
        const QByteArray line = u"%1: warning: %2\n"_s.arg(program, warning).toUtf8();
        std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stderr);
    }
    QString text = exit.text;
    if (exit.code != kExitOk) {
        const QString prefix = program + u": "_s;
        text = prefix + text.replace(u'\n', u'\n' + prefix);
    }
    if (!text.endsWith(u'\n'))
        text += u'\n';
    if (exit.code == kExitUsage)
        text += u"Try '%1 --help'.\n"_s.arg(program);
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()),
                exit.code == kExitOk ? stdout : stderr);
    return exit.code;
}

QString versionText(const QString &program)
{
    return program + QStringLiteral(" " HOLDLINE_VERSION "\n");
}

}  // namespace holdline

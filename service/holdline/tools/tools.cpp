// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/tools.h"

#include "core/config/commandline.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

struct Tool
{
    QLatin1StringView name;
    Exit (*run)(const QStringList &arguments);
    QLatin1StringView help;
};

constexpr std::array kTools{
    Tool{"profiles"_L1, profiles, "List the profiles that ship, or print one: holdline profiles NAME."_L1},
    Tool{"explain"_L1, explain, "Print what would leave for a request, without sending it."_L1},
    Tool{"check-callback"_L1, checkCallback,
         "Judge saved callbacks, or ask whether the callback address arrives here."_L1},
};

}  // namespace

std::optional<int> runTool(int argc, char **argv)
{
    const QStringList arguments = argumentsOf(argc, argv);
    const auto tool = std::find_if(kTools.begin(), kTools.end(), [&arguments](const Tool &one) {
        return arguments.size() > 1 && arguments[1] == one.name;
    });
    if (tool == kTools.end())
        return std::nullopt;
    QCoreApplication application(argc, argv);
    Exit exit = tool->run(arguments.sliced(2));
    const int code = exit.code;
    // A refused request or callback is a result of the tool, not an error.
    if (code == kExitFailed)
        exit.code = kExitOk;
    finish(u"holdline "_s + tool->name, exit);
    return code;
}

QString toolsText()
{
    QString text;
    for (const Tool &tool : kTools)
        text += u"  holdline %1\n      %2\n"_s.arg(tool.name, tool.help);
    return text + u"      (each has a --help of its own)\n"_s;
}

}  // namespace holdline::tools

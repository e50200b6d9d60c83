// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/cli/eventloopoption.h"

#include "service/cli/optionreader.h"

#include <QCommandLineParser>

namespace holdline::cli {

using namespace Qt::StringLiterals;

namespace {

const QString kName = u"event-loop"_s;

}  // namespace

QStringList readArguments(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    return arguments;
}

QCommandLineOption eventLoopOption()
{
    return {
        kName,
        u"Our event loop, whose cost follows what happens, or Qt's own, to compare with (default epoll)."_s,
        u"epoll|qt"_s};
}

EventLoop eventLoopIn(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOption(eventLoopOption());
    parser.parse(arguments);  // fails at every other option
    return parser.value(kName) == "qt"_L1 ? EventLoop::Qt : EventLoop::Epoll;
}

void checkEventLoop(OptionReader &reader)
{
    if (!reader.isSet(kName))
        return;
    const QString text = reader.text(kName);
    if (text != "epoll"_L1 && text != "qt"_L1)
        reader.fail(kName, u"epoll or qt"_s);
}

}  // namespace holdline::cli

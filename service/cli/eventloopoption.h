// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QCommandLineOption>
#include <QStringList>

namespace holdline::cli {

class OptionReader;

/// What main() was given, the program's name first; QCoreApplication::arguments() before there is one.
QStringList readArguments(int argc, char **argv);

/// `--event-loop epoll|qt`
QCommandLineOption eventLoopOption();

/// What the command line names, epoll unless it is qt. The loop has to be chosen before QCoreApplication
/// exists, which the rest of the command line needs; whatever is wrong with it is found there, by
/// checkEventLoop().
EventLoop eventLoopIn(const QStringList &arguments);
void checkEventLoop(OptionReader &reader);

}  // namespace holdline::cli

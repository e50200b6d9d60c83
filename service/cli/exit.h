// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace holdline::cli {

/// Exit codes, after sysexits.h.
enum ExitCode {
    kExitOk = 0,
    kExitFailed = 1,        ///< the work was done and its result is bad
    kExitUsage = 64,        ///< the command line is wrong
    kExitNoInput = 66,      ///< a file cannot be read
    kExitUnavailable = 69,  ///< something is not to be had: an address to listen on, descriptors
};

/// How a program ends before it has begun: after --help, or because its command line is wrong.
struct Exit
{
    int code = kExitOk;
    QString text;
};

/// Writes the text to stdout when the code is 0, else to stderr as "program: text" and, for usage errors,
/// where to find help. Returns the code.
int finish(const QString &program, const Exit &exit);

/// "jobclient 0.1.0"
QString versionText(const QString &program);

}  // namespace holdline::cli

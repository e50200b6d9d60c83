// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline {

/// Exit codes of every program, after sysexits.h.
enum ExitCode {
    kExitOk = 0,
    kExitFailed = 1,          ///< the work was done and its result is bad
    kExitUsage = 64,          ///< the command line is wrong
    kExitNoInput = 66,        ///< a file cannot be read
    kExitUnavailable = 69,    ///< a resource is missing: an address to listen on, descriptors, a display
    kExitCannotCreate = 73,   ///< a file cannot be written
    kExitConfiguration = 78,  ///< the configuration is wrong
};

/// How a program ends early: after --help, or with errors.
struct Exit
{
    int code = kExitOk;
    QString text;  ///< with an error code: one error per line
    QStringList warnings = {};
};

/// Writes the text to stdout when the code is 0. Otherwise writes each line to stderr as "program: line", and
/// after a usage error where to find help. Warnings go to stderr before, as "program: warning: line". Returns
/// the code.
int finish(const QString &program, const Exit &exit);

/// "jobclient 0.1.0" and a line break.
QString versionText(const QString &program);

}  // namespace holdline

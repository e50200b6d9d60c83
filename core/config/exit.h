// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline {

/// Exit codes of all programs of this project. Those from 64 have the numbers of sysexits.h.
enum ExitCode {
    kExitOk = 0,
    kExitFailed = 1,          ///< the work was done and its result is bad
    kExitUsage = 64,          ///< the command line is wrong
    kExitNoInput = 66,        ///< a file cannot be read
    kExitUnavailable = 69,    ///< a resource is missing: an address to listen on, descriptors, a display
    kExitCannotCreate = 73,   ///< a file cannot be written
    kExitConfiguration = 78,  ///< the configuration is wrong
};

/// The result of a program that ends early: after --help, or with errors.
struct Exit
{
    int code = kExitOk;
    QString text;  ///< with an error code: one error per line
    QStringList warnings = {};
};

/// Writes the messages of `exit` and returns its code, for main() to return. First the warnings, to stderr,
/// as "program: warning: line". Then the text: with code 0 to stdout, otherwise each line to stderr as
/// "program: line". A usage error also gets a line that recommends --help.
int finish(const QString &program, const Exit &exit);

/// Returns the program's name, the version and a line break: "jobclient 0.1.0\n".
QString versionText(const QString &program);

}  // namespace holdline

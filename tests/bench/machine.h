// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline::bench {

/// The machine and the build of a measurement. Figures mean nothing without them.
struct Machine
{
    QString cpu;
    int cores = 0;
    QString kernel;
    QString qt;
    QString compiler;
    QString build;        ///< build type and the relevant flags
    double load = 0;      ///< load average of the last minute, before the bench started
    int descriptors = 0;  ///< RLIMIT_NOFILE of each process

    static Machine thisOne();
    /// One line of text.
    QString text() const;
    /// Reasons why the figures are not reliable. Empty when there are none.
    QStringList warnings() const;
};

}  // namespace holdline::bench

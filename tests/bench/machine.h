// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline::bench {

/// Describes the machine and the build. Measured figures mean nothing without them.
struct Machine
{
    QString cpu;
    int cores = 0;
    QString kernel;
    QString qt;
    QString compiler;
    QString build;        ///< build type and the relevant compiler flags
    double load = 0;      ///< load average of the last minute, before the measurements
    int descriptors = 0;  ///< RLIMIT_NOFILE of each process

    static Machine thisOne();
    /// Returns the description on one line.
    QString text() const;
    /// Returns reasons why the figures are not reliable; empty when there are none.
    QStringList warnings() const;
};

}  // namespace holdline::bench

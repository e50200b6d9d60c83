// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline::bench {

/// Where and with what was measured: figures without it mean nothing.
struct Machine
{
    QString cpu;
    int cores = 0;
    QString kernel;
    QString qt;
    QString compiler;
    QString build;        ///< type and flags that matter
    double load = 0;      ///< over the last minute, before anything was measured
    int descriptors = 0;  ///< RLIMIT_NOFILE of each process

    static Machine thisOne();
    /// One line.
    QString text() const;
    /// Why the figures should not be believed; empty where they may be.
    QStringList warnings() const;
};

}  // namespace holdline::bench

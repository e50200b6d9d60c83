// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// Summary of the callbacks of a job that came before the one with its result. A value.
struct JobProgress
{
    static constexpr qsizetype kStateBytes = 64;

    int reports = 0;   ///< number of callbacks whose state was not known to be final
    QByteArray state;  ///< state in the last of these callbacks: printable ASCII, at most kStateBytes

    /// Adds a callback with the state `reported`. Cuts the state, and replaces bytes that are not printable
    /// ASCII by '?'.
    void add(QByteArrayView reported);

    friend bool operator==(const JobProgress &, const JobProgress &) = default;
};

}  // namespace holdline

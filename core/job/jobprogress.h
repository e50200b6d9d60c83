// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// What the callbacks of a job said before the one with its result. A value.
struct JobProgress
{
    static constexpr qsizetype kStateBytes = 64;

    int reports = 0;   ///< callbacks whose state was not known to be final
    QByteArray state;  ///< of the last of them: printable ASCII, at most kStateBytes

    /// Counts one report. Cuts the state, and replaces bytes that are not printable ASCII by '?'.
    void add(QByteArrayView reported);

    friend bool operator==(const JobProgress &, const JobProgress &) = default;
};

}  // namespace holdline

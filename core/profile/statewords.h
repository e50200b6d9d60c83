// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jobreport.h"

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <vector>

namespace holdline::profile {

/// The words for a job's state at one API. Case does not matter. A word may end in `*`: `2*` is each word
/// that begins with 2, and `*` is each word. The longest match counts.
struct StateWords
{
    std::vector<QByteArray> completed;
    std::vector<QByteArray> failed;
    /// Words that are known to mean progress. A word in no list means progress, too, but is logged.
    std::vector<QByteArray> progress;

    bool isEmpty() const { return completed.empty() && failed.empty(); }
};

struct StateMeaning
{
    JobReport report = JobReport::Progress;
    bool isKnown = false;  ///< false when no list has the word
};

/// Finds a state in the lists of words. A state in no list is Progress.
StateMeaning meaningOf(const StateWords &words, QByteArrayView state);

}  // namespace holdline::profile

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <vector>

namespace holdline::profile {

/// What a message says about a job.
enum class JobOutcome : std::uint8_t {
    Progress,   ///< the job goes on, or the profile does not know the word
    Completed,  ///< the result is there
    Failed,     ///< the job has ended without a result
};

/// The words for a job's state at one API. Case does not matter. A word may end in `*`: `2*` is each word
/// that begins with 2, and `*` is each word. The longest match counts.
struct StateWords
{
    std::vector<QByteArray> completed;
    std::vector<QByteArray> failed;
    /// Words that are known to mean progress. They change nothing, except that they are no surprise.
    std::vector<QByteArray> progress;

    bool isEmpty() const { return completed.empty() && failed.empty(); }
};

struct StateMeaning
{
    JobOutcome outcome = JobOutcome::Progress;
    bool isKnown = false;  ///< false when no list has the word
};

/// Only a word that the profile calls completed or failed is final.
StateMeaning meaningOf(const StateWords &words, QByteArrayView state);

/// "progress", "completed" or "failed".
QByteArrayView name(JobOutcome outcome);

}  // namespace holdline::profile

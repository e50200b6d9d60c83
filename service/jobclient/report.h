// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>

#include <chrono>
#include <map>
#include <vector>

namespace holdline {

/// What became of a run. Plain data, filled in by LoadGenerator.
struct Report
{
    int jobs = 0;         ///< asked for
    int concurrency = 0;  ///< most connections at once that were allowed
    int accounts = 1;
    std::chrono::milliseconds limit{5000};  ///< the whole run may take

    int succeeded = 0;
    int failed = 0;
    int connections = 0;                              ///< opened in all
    std::chrono::nanoseconds total{0};                ///< first request to last answer
    std::chrono::nanoseconds summed{0};               ///< the durations of the succeeded jobs
    std::vector<std::chrono::nanoseconds> durations;  ///< of the succeeded jobs, in the order of their ends
    ProofEntries proofs;                              ///< the same
    std::map<int, int> statuses;                      ///< answers by HTTP status
    std::map<QByteArray, int> failures;               ///< failed jobs by failureName()

    int done() const { return succeeded + failed; }
    std::chrono::nanoseconds average() const;
    /// The duration that `share` (0 to 1) of the succeeded jobs did not exceed (nearest rank); 0 without any.
    std::chrono::nanoseconds percentile(double share) const;
    /// All jobs succeeded, and within the limit.
    bool passed() const;

    /// What the original client prints below its progress bar, to the letter.
    QByteArray toText() const;
    QByteArray toJson() const;
    /// "2 of 50 jobs failed: 1 timeout, 1 status_503"; empty when none did.
    QByteArray failureText() const;
};

/// Seconds as Go prints a float64: "1.384823579", "23.49453871", "2", "5e-07".
QByteArray goSeconds(std::chrono::nanoseconds duration);

}  // namespace holdline

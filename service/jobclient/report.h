// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>

#include <chrono>
#include <map>
#include <vector>

namespace holdline {

/// The results of a run. Plain data, filled by LoadGenerator.
struct Report
{
    int jobs = 0;         ///< requested jobs
    int concurrency = 0;  ///< allowed connections at once
    int accounts = 1;
    std::chrono::milliseconds limit{5000};  ///< for the whole run

    int succeeded = 0;
    int failed = 0;
    int connections = 0;                              ///< opened connections
    std::chrono::nanoseconds total{0};                ///< from the first request to the last answer
    std::chrono::nanoseconds summed{0};               ///< sum of the durations of the succeeded jobs
    std::vector<std::chrono::nanoseconds> durations;  ///< of the succeeded jobs, in the order of their ends
    ProofEntries proofs;                              ///< of the succeeded jobs, in the order of their ends
    std::map<int, int> statuses;                      ///< answers by HTTP status
    std::map<QByteArray, int> failures;               ///< failed jobs by failureName()

    int done() const { return succeeded + failed; }
    std::chrono::nanoseconds average() const;
    /// Returns the duration that `share` (0 to 1) of the succeeded jobs did not exceed (nearest rank). 0
    /// without succeeded jobs.
    std::chrono::nanoseconds percentile(double share) const;
    /// True when all jobs succeeded within the limit.
    bool passed() const { return succeeded == jobs && total <= limit; }

    /// Returns exactly the text that the original client prints below its progress bar.
    QByteArray toText() const;
    QByteArray toJson() const;
    /// Returns a text such as "2 of 50 jobs failed: 1 timeout, 1 status_503". Empty without failures.
    QByteArray failureText() const;
};

/// Returns seconds as Go prints a float64: "1.384823579", "23.49453871", "2", "5e-07".
QByteArray goSeconds(std::chrono::nanoseconds duration);

}  // namespace holdline

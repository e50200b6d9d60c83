// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline {

/// What a callback or an answer of the upstream says about a job. Only a state that is known to be final ends
/// a job.
enum class JobReport : std::uint8_t {
    Progress,   ///< the job still runs, or the word for its state is unknown
    Completed,  ///< the job has ended with a result
    Failed,     ///< the job has ended without a result
};

}  // namespace holdline

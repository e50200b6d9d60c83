// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace holdline {

/// What a message of the upstream says about its job. Only a state that is known to be final ends a job.
enum class JobReport : std::uint8_t {
    Progress,   ///< the job goes on, or nobody knows the word
    Completed,  ///< the result is there
    Failed,     ///< the job has ended without a result
};

}  // namespace holdline

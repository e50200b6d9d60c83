// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/job.h"

namespace holdline {

JobPhases Job::phases(TimePoint now) const
{
    JobPhases phases;
    const TimePoint end = times.settled.value_or(now);
    phases.total = end - times.created;
    phases.queue = times.started.value_or(end) - times.created;
    if (!times.started)
        return phases;
    // The answer to the start request can come after the job's end, for example after an early callback. Then
    // it was not part of the time that the client waited.
    const bool answered = times.answered && *times.answered <= end;
    phases.start = (answered ? *times.answered : end) - *times.started;
    if (times.callback && *times.callback <= end)
        phases.job = *times.callback - (answered ? *times.answered : *times.started);
    return phases;
}

}  // namespace holdline

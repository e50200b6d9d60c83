// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/job.h"

namespace holdline {

JobPhases Job::phases(TimePoint now) const
{
    JobPhases phases;
    const TimePoint end = times.settled.value_or(now);
    phases.total = end - times.created;
    phases.queue = times.started.value_or(end) - times.created;
    if (times.started)
        phases.start = times.answered.value_or(end) - *times.started;
    if (times.callback && times.started)
        phases.job = *times.callback - times.answered.value_or(*times.started);
    return phases;
}

}  // namespace holdline

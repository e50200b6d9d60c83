// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/jobreport.h"

#include "core/base/enumtable.h"

namespace holdline {

QByteArrayView name(JobReport report)
{
    static constexpr EnumTable<JobReport, QByteArrayView, 3> kNames({
        {JobReport::Progress, "progress"},
        {JobReport::Completed, "completed"},
        {JobReport::Failed, "failed"},
    });
    return kNames[report];
}

}  // namespace holdline

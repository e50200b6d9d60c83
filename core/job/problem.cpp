// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/problem.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

QByteArray Problem::toJson() const
{
    const ReasonInfo &info = reasonInfo(reason);
    QJsonObject object{
        {u"type"_s, QString(u"urn:holdline:problem:"_s + info.name)},
        {u"title"_s, QString(info.title)},
        {u"status"_s, info.status},
        {u"code"_s, QString(info.name)},
    };
    if (!detail.isEmpty())
        object.insert(u"detail"_s, detail);
    if (!job.isEmpty())
        object.insert(u"job"_s, QString::fromLatin1(job));
    if (startInDoubt)
        object.insert(u"start_in_doubt"_s, true);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Problem aboutJob(Problem problem, const JobStatus &status)
{
    problem.startInDoubt = isStartInDoubt(status);
    if (problem.startInDoubt && status.state != JobState::Settled)
        problem.detail = (problem.detail +
                          u" Nobody knows whether the job was started. DELETE its address to give it up "
                          "and to free its Idempotency-Key."_s)
                             .trimmed();
    return problem;
}

QByteArray retryAfterSeconds(std::chrono::milliseconds delay)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(delay).count();
    return QByteArray::number(std::max<qlonglong>(1, seconds));
}

}  // namespace holdline

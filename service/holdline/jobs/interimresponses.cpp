// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/interimresponses.h"

#include "service/holdline/answers/apianswers.h"
#include "service/holdline/answers/jobjson.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;

http::Response handedOverResponse(const JobRecord &record, const QByteArray &preference,
                                  const QByteArray &links)
{
    http::Response response = statusAnswer(record, links, 202);
    response.headers.append(QByteArrayLiteral("Location"), jobPath(record.id));
    response.headers.append(QByteArrayLiteral("Preference-Applied"), preference);
    return response;
}

http::Response goesOnResponse(const Job &job, Reason reason)
{
    const QString detail = isStartInDoubt(job.status)
                               ? u"Its callback is awaited. A result that comes will be at its address."_s
                               : u"The job goes on. Its result will be at its address."_s;
    Problem problem = aboutJob({reason, detail, job.id, {}}, job.status);
    if (job.status.state == JobState::Queued && job.status.attempted)
        problem.detail += u" Its last start failed, and it is tried again: %1."_s.arg(
            QString::fromLatin1(job.startTrouble));
    if (problem.status() == 503)
        problem.retryAfter = std::chrono::seconds(1);
    http::Response response = http::problemResponse(problem);
    response.headers.append(QByteArrayLiteral("Location"), jobPath(job.id));
    response.headers.append(QByteArrayLiteral("Holdline-Job"), job.id);
    return response;
}

Reason awaitedReason(const JobStatus &status)
{
    if (status.state == JobState::Queued)
        return Reason::QueueTimeout;
    return status.startUnknown ? Reason::StartUnknown : Reason::CallbackTimeout;
}

QByteArray appliedPreference(const Preferences &preferences)
{
    if (!preferences.respondAsync)
        return {};
    QByteArray text = QByteArrayLiteral("respond-async");
    if (preferences.repeatable)
        text += ", repeatable";
    if (preferences.wait)
        text += ", wait=" + QByteArray::number(static_cast<qint64>(preferences.wait->count()));
    return text;
}

}  // namespace holdline

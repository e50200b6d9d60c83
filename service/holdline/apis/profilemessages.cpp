// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/apis/profilemessages.h"

#include "core/profile/messageanswers.h"
#include "core/profile/messagereading.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Sets the result that clients get, which the profile makes from the answer that ended the job.
void takeResult(const profile::Profile &profile, JobReport report, const profile::MessageView &answer,
                StartResult &result)
{
    const profile::ProfileAnswer given = clientAnswer(profile, report, answer);
    result.fate = StartFate::Accepted;
    result.report = report;
    result.resultStatus = given.status;
    result.contentType = given.contentType;
    result.body = given.body;
}

}  // namespace

SplitTarget splitTarget(QByteArrayView target)
{
    const qsizetype mark = target.indexOf('?');
    if (mark < 0)
        return {target, {}};
    return {target.first(mark), target.sliced(mark + 1)};
}

StartAnswerReader statusReader(std::shared_ptr<const profile::Profile> profile)
{
    return [profile = std::move(profile)](const profile::MessageView &answer, StartResult &result) {
        const auto read = readStatus(*profile, answer);
        if (const auto *error = std::get_if<QString>(&read)) {
            result.fate = StartFate::Unknown;
            result.detail = *error;
            return;
        }
        const auto &reading = std::get<profile::StateReading>(read);
        result.fate = StartFate::Accepted;
        result.state = reading.state;
        result.isKnownState = reading.isKnown;
        if (reading.report != JobReport::Progress)
            takeResult(*profile, reading.report, answer, result);
    };
}

StartAnswerReader resultReader(std::shared_ptr<const profile::Profile> profile)
{
    return [profile = std::move(profile)](const profile::MessageView &answer, StartResult &result) {
        if (answer.status / 100 == 2)
            takeResult(*profile, JobReport::Completed, answer, result);
        else
            result.fate = StartFate::Unknown;
    };
}

StartAnswerReader answerReader(std::shared_ptr<const profile::Profile> profile, const QByteArray &upstream,
                               const QByteArray &uuid)
{
    return [profile = std::move(profile), upstream, uuid](const profile::MessageView &answer,
                                                          StartResult &result) {
        profile::TemplateValues values;
        values.upstream = upstream;
        values.uuid = uuid;
        const profile::StartReading reading = readStart(*profile, answer, values);
        result.upstreamId = reading.job;
        result.upstreamLocation = reading.location;
        using Verdict = profile::StartReading::Verdict;
        switch (reading.verdict) {
            case Verdict::Refused:
                result.fate = StartFate::Rejected;
                break;
            case Verdict::Accepted:
                result.fate = StartFate::Accepted;
                break;
            case Verdict::Completed:
                takeResult(*profile, JobReport::Completed, answer, result);
                break;
            case Verdict::Failed:
                takeResult(*profile, JobReport::Failed, answer, result);
                break;
            case Verdict::Unreadable:
                result.proxyStatus = "http_protocol_error";
                result.detail = u"The upstream's answer to the start is invalid: %1"_s.arg(reading.error);
                break;
        }
    };
}

}  // namespace holdline

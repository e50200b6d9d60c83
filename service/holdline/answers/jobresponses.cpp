// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/answers/jobresponses.h"

#include "core/base/appendall.h"
#include "core/job/problem.h"
#include "core/telemetry/decimal.h"
#include "service/http/problemresponse.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

void appendPhase(QByteArray &timing, const char *name, const std::optional<Duration> &duration)
{
    if (!duration)
        return;
    if (!timing.isEmpty())
        timing += ", ";
    appendAll(timing, name, ";dur=");
    appendMilliseconds(timing, *duration);
}

QString outcomeDetail(const Job &job, const UpstreamAnswer &upstream)
{
    const QString attempts = job.attempts == 1 ? u"1 attempt"_s : u"%1 attempts"_s.arg(job.attempts);
    switch (job.status.outcome) {
        case Reason::UpstreamUnreachable:
        case Reason::UpstreamError:
            return u"The start failed after %1: %2"_s.arg(attempts, upstream.detail);
        case Reason::StartUnknown:
            return u"The start was sent, but no usable answer came. The job may or may not have run. %1%2"_s
                .arg(job.attempts > 1 ? QString() : u"It was not sent again. "_s, upstream.detail)
                .trimmed();
        case Reason::CallbackTimeout:
            return u"The job was started, but its callback did not come in time. "_s +
                   (job.status.durable ? u"A result that still comes takes the place of this answer."_s
                                       : u"No request can get a result that still comes."_s);
        case Reason::QueueTimeout:
            return (upstream.heldBack
                        ? u"The upstream failed too often, so starts were held back until the deadline."_s
                        : u"The account's earlier starts took until the deadline."_s) +
                   u" This job was not started."_s;
        case Reason::DrainTimeout:
            return u"The service is shutting down and cannot wait longer for the callback. The job may have "
                   u"run, and no request can get its result."_s;
        case Reason::Draining:
            return u"The service is shutting down. The job was not started."_s;
        case Reason::Interrupted:
            return u"The service ended while the start was under way, and no callback has come since. The "
                   u"job may or may not have run."_s;
        case Reason::Cancelled:
            return isStartInDoubt(job.status)
                       ? u"The job was cancelled while nobody knew whether it was started. It may have run."_s
                       : u"The job was cancelled."_s;
        default:
            return {};
    }
}

http::Response passOn(int status, const UpstreamAnswer &upstream)
{
    http::Response response;
    response.status = status;
    if (!upstream.contentType.isEmpty())
        response.headers.append(QByteArrayLiteral("Content-Type"), upstream.contentType);
    response.body = upstream.body;
    return response;
}

http::Response bareJobResponse(const Job &job, const UpstreamAnswer &upstream)
{
    switch (job.status.outcome) {
        case Reason::Completed:
        case Reason::JobFailed:
            return passOn(upstream.resultStatus, upstream);
        case Reason::PassedThrough:
        case Reason::StartRejected: {
            http::Response response = passOn(upstream.status, upstream);
            for (const auto &[name, value] : upstream.fields)
                response.headers.append(name, value);
            if (upstream.retryAfter)
                response.headers.append("Retry-After", retryAfterSeconds(*upstream.retryAfter));
            return response;
        }
        default:
            break;
    }
    Problem problem = aboutJob({job.status.outcome, outcomeDetail(job, upstream), job.id, {}}, job.status);
    // Only a job that certainly never ran gets Retry-After. Clients then repeat the request, and any other
    // job could run twice.
    if (problem.status() == 503 && certainlyNeverRan(job.status))
        problem.retryAfter = std::chrono::seconds(1);
    http::Response response = http::problemResponse(problem);
    if (!upstream.proxyStatus.isEmpty())
        response.headers.append(QByteArrayLiteral("Proxy-Status"), "holdline; error=" + upstream.proxyStatus);
    return response;
}

}  // namespace

QByteArray serverTiming(const JobPhases &phases)
{
    QByteArray timing;
    timing.reserve(96);
    appendPhase(timing, "queue", phases.queue);
    appendPhase(timing, "start", phases.start);
    appendPhase(timing, "job", phases.job);
    appendPhase(timing, "total", phases.total);
    return timing;
}

http::Response jobResponse(const Job &job, const UpstreamAnswer &upstream)
{
    http::Response response = bareJobResponse(job, upstream);
    response.headers.append(QByteArrayLiteral("Holdline-Job"), job.id);
    response.headers.append(QByteArrayLiteral("Server-Timing"),
                            serverTiming(job.phases(job.times.settled.value_or(job.deadline))));
    return response;
}

RecordedAnswer recordedAnswer(const Job &job, const UpstreamAnswer &upstream, const http::Response &response)
{
    RecordedAnswer answer{response.status, response.headers.value("Content-Type"), response.body,
                          response.headers.value("Proxy-Status")};
    const Reason outcome = job.status.outcome;
    if (outcome != Reason::PassedThrough && outcome != Reason::StartRejected)
        return answer;
    answer.fields = upstream.fields;
    if (upstream.retryAfter)
        answer.fields.emplace_back("Retry-After", retryAfterSeconds(*upstream.retryAfter));
    return answer;
}

http::Response callbackTaken(CallbackOutcome callback)
{
    http::Response response;
    response.headers.append(QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/json"));
    response.body = "{\"callback\":\"" + QByteArray(name(callback).data(), name(callback).size()) + "\"}";
    return response;
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstarter.h"

#include <functional>
#include <map>

namespace holdline::test {

/// A fake upstream. The test decides the result of each start request.
class FakeJobStarter : public JobStarter
{
    Q_OBJECT

public:
    void start(Ticket ticket, const StartCall &call) override
    {
        calls.insert_or_assign(ticket, call);
        order.push_back(ticket);
        if (onStart)
            onStart(ticket, call);
    }

    void finish(Ticket ticket, const StartResult &result)
    {
        calls.erase(ticket);
        Q_EMIT finished(ticket, result);
    }
    void accept(Ticket ticket, const QByteArray &id, JobReport report = JobReport::Progress)
    {
        StartResult result;
        result.fate = StartResult::Fate::Accepted;
        result.status = 200;
        result.contentType = "application/json";
        result.body = "{\"state\":\"running\",\"id\":\"" + id + "\"}";
        result.upstreamId = id;
        result.report = report;
        finish(ticket, result);
    }
    void answer(Ticket ticket, StartResult::Fate fate, int status, bool retryable = false)
    {
        StartResult result;
        result.fate = fate;
        result.status = status;
        result.retryable = retryable;
        result.unreachable = status == 0 && fate == StartResult::Fate::NotStarted;
        result.contentType = "text/plain";
        result.body = "upstream says " + QByteArray::number(status);
        result.detail = QStringLiteral("scripted");
        finish(ticket, result);
    }

    std::map<Ticket, StartCall> calls;  ///< start requests without a result
    std::vector<Ticket> order;          ///< all start requests, oldest first
    std::function<void(Ticket, const StartCall &)> onStart;
};

}  // namespace holdline::test

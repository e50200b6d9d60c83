// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/accesslog.h"
#include "core/telemetry/logsink.h"

#include <QByteArray>
#include <QList>

#include <chrono>

/// Helpers for the tests of logging.
namespace holdline::test {

using namespace std::chrono_literals;

/// Stores the written lines, or returns the configured result.
class FakeSink : public LogSink
{
public:
    LogWrite write(QByteArrayView lines) override
    {
        ++calls;
        wellFormed = wellFormed && !lines.isEmpty() && lines.size() <= kMaxBytes && lines.endsWith("\n");
        if (result == LogWrite::Done)
            text += lines;
        return result;
    }
    QList<QByteArray> lines() const
    {
        return text.isEmpty() ? QList<QByteArray>() : text.chopped(1).split('\n');
    }

    LogWrite result = LogWrite::Done;
    QByteArray text;
    int calls = 0;
    bool wellFormed = true;
};

inline constexpr std::chrono::system_clock::time_point kWall{1'700'000'000'123ms};
inline constexpr TimePoint kNow{1000s};

/// Returns the access record of a completed job.
inline AccessRecord sample()
{
    AccessRecord record;
    record.at = kWall;
    record.id = "j1";
    record.outcome = Reason::Completed;
    record.status = 200;
    record.account = "acme";
    record.queue = 210us;
    record.start = 6512us;
    record.job = 501'377us;
    record.total = 508'099us;
    record.attempts = 1;
    record.requestId = "r-1";
    record.client = "127.0.0.1";
    record.upstreamId = "4499a6e0c2ef4b98";
    return record;
}

}  // namespace holdline::test

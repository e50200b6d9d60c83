// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/telemetry/logsink.h"

#include <QLoggingCategory>

#include <cstdint>

namespace holdline {

Q_DECLARE_LOGGING_CATEGORY(lcHttp)      // holdline.http
Q_DECLARE_LOGGING_CATEGORY(lcJobs)      // holdline.coordinator
Q_DECLARE_LOGGING_CATEGORY(lcUpstream)  // holdline.upstream
Q_DECLARE_LOGGING_CATEGORY(lcConfig)    // holdline.config
Q_DECLARE_LOGGING_CATEGORY(lcService)   // holdline.service

/// Sends all of Qt's messages (qWarning(), qCInfo(lcHttp)…) to a sink as log lines: time, level, category,
/// message. One at a time in a process; when destroyed, the handler before it is back. `sink` must outlive
/// it. Messages may come from any thread; constructing, destroying and configure() belong to the main thread.
class LogHandler
{
public:
    LogHandler(LogSink &sink, LogFormat format, LogLevel level);
    ~LogHandler();
    LogHandler(const LogHandler &) = delete;
    LogHandler &operator=(const LogHandler &) = delete;

    /// For reloads. QT_LOGGING_RULES, where it is set, has the last word on levels.
    void configure(LogFormat format, LogLevel level);
    /// Messages that the sink did not take.
    static std::uint64_t lost();
};

}  // namespace holdline

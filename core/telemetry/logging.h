// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "core/telemetry/logsink.h"

#include <QLoggingCategory>

#include <cstdint>

namespace holdline {

Q_DECLARE_LOGGING_CATEGORY(lcUpstream)  // holdline.upstream
Q_DECLARE_LOGGING_CATEGORY(lcConfig)    // holdline.config
Q_DECLARE_LOGGING_CATEGORY(lcService)   // holdline.service

/// Sends all messages of Qt (qWarning(), qCInfo(lcService)…) to a sink as log lines with time, level,
/// category and message. A process has one at a time, and the destructor restores the previous handler.
/// `sink` must outlive it. Messages may come from any thread. Constructor, destructor and configure()
/// belong to the main thread.
class LogHandler
{
public:
    LogHandler(LogSink &sink, LogFormat format, LogLevel level);
    ~LogHandler();
    LogHandler(const LogHandler &) = delete;
    LogHandler &operator=(const LogHandler &) = delete;

    /// For reloads. The environment variable QT_LOGGING_RULES overrides the levels.
    void configure(LogFormat format, LogLevel level);
    /// Messages that the sink did not accept.
    static std::uint64_t lost();
};

}  // namespace holdline

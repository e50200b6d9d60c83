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

/// Installs a message handler that writes all messages of Qt's logging functions (qWarning(),
/// qCInfo(lcService), …) to a sink, as log lines with time, level, category and message. A process has at
/// most one LogHandler at a time. The destructor restores the previous message handler. `sink` must outlive
/// the LogHandler. Messages may be logged in any thread. Constructor, destructor and configure() must be
/// called in the main thread.
class LogHandler
{
public:
    LogHandler(LogSink &sink, LogFormat format, LogLevel level);
    ~LogHandler();
    LogHandler(const LogHandler &) = delete;
    LogHandler &operator=(const LogHandler &) = delete;

    /// Changes the settings, for a reload. The environment variable QT_LOGGING_RULES overrides the level.
    void configure(LogFormat format, LogLevel level);
    /// Number of messages that the sink did not accept. Thread: any.
    static std::uint64_t lost();
};

}  // namespace holdline

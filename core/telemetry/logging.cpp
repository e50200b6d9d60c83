// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/logging.h"

#include "core/base/enumtable.h"
#include "core/telemetry/logline.h"

#include <atomic>
#include <mutex>

namespace holdline {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcUpstream, "holdline.upstream")
Q_LOGGING_CATEGORY(lcConfig, "holdline.config")
Q_LOGGING_CATEGORY(lcService, "holdline.service")

namespace {

/// The longest message in bytes. A line with such a message and all other fields is shorter than
/// LogSink::kMaxBytes.
constexpr qsizetype kMaxMessageBytes = 3500;

// Qt has one message handler per process, so the data of the handler is global too.
struct State
{
    std::mutex mutex;
    LogSink *sink = nullptr;
    QtMessageHandler previous = nullptr;
};
State &state()
{
    static State instance;
    return instance;
}
std::atomic<LogFormat> currentFormat = LogFormat::Logfmt;
std::atomic<std::uint64_t> lostLines = 0;

QLatin1StringView levelWord(QtMsgType type)
{
    switch (type) {
        case QtDebugMsg:
            return "debug"_L1;
        case QtInfoMsg:
            return "info"_L1;
        case QtWarningMsg:
            return "warning"_L1;
        default:
            return "error"_L1;  // critical and fatal
    }
}

void handle(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    LogLine line(currentFormat.load(std::memory_order_relaxed));
    line.add("time", std::chrono::system_clock::now());
    line.add("level", levelWord(type));
    line.add("category", QByteArrayView(context.category ? context.category : "default"));
    line.add("message", QStringView(message), kMaxMessageBytes);
    const QByteArray text = line.finish();
    const std::lock_guard lock(state().mutex);
    if (!state().sink || state().sink->write(text) != LogWrite::Done)
        lostLines.fetch_add(1, std::memory_order_relaxed);
}

QString filterRules(LogLevel level)
{
    static constexpr EnumTexts<LogLevel, 4> kTexts({
        {LogLevel::Debug, "holdline.*.debug=true"_L1},
        {LogLevel::Info, "holdline.*.debug=false\ndefault.debug=false"_L1},
        {LogLevel::Warning, "*.debug=false\n*.info=false"_L1},
        {LogLevel::Error, "*.debug=false\n*.info=false\n*.warning=false"_L1},
    });
    return kTexts[level];
}

}  // namespace

LogHandler::LogHandler(LogSink &sink, LogFormat format, LogLevel level)
{
    configure(format, level);
    const std::lock_guard lock(state().mutex);
    state().sink = &sink;
    state().previous = qInstallMessageHandler(handle);
}

LogHandler::~LogHandler()
{
    qInstallMessageHandler(state().previous);
    QLoggingCategory::setFilterRules(QString());
    const std::lock_guard lock(state().mutex);
    state().sink = nullptr;
}

void LogHandler::configure(LogFormat format, LogLevel level)
{
    currentFormat = format;
    QLoggingCategory::setFilterRules(filterRules(level));
}

std::uint64_t LogHandler::lost()
{
    return lostLines.load(std::memory_order_relaxed);
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <mutex>

namespace holdline {

enum class LogWrite {
    Done,
    Busy,    ///< the reader is slow: nothing was taken, try again later
    Failed,  ///< nobody reads (EPIPE), disk full (ENOSPC) and the like: the lines are lost
};

/// Where log lines go. Implemented by DescriptorSink and by a fake in tests.
class LogSink
{
public:
    /// At most this many bytes at once: what a pipe takes in one piece (PIPE_BUF).
    static constexpr qsizetype kMaxBytes = 4096;

    virtual ~LogSink() = default;
    /// Takes whole lines, all or none. Never waits.
    virtual LogWrite write(QByteArrayView lines) = 0;
};

/// Writes to a file descriptor it does not own, e.g. standard error. SIGPIPE must be ignored (see
/// UnixSignals). A pipe whose reader stands still is reported as busy instead of stopping the service. May be
/// used by several threads at once; lines are not mixed.
class DescriptorSink : public LogSink
{
public:
    explicit DescriptorSink(int descriptor) : m_descriptor(descriptor) {}
    LogWrite write(QByteArrayView lines) override;

private:
    qsizetype writeAll(QByteArrayView bytes);

    const int m_descriptor;
    /// Between asking a pipe whether it takes a write and writing, nobody else may fill it up. Held only
    /// while neither can wait.
    std::mutex m_mutex;
    /// The last line was cut, so the next one starts with a line end.
    bool m_cut = false;
};

}  // namespace holdline

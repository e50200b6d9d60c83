// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <mutex>

namespace holdline {

enum class LogWrite {
    Done,
    Busy,    ///< the reader is slow and nothing was written; try again later
    Failed,  ///< nobody reads (EPIPE), the disk is full (ENOSPC), …; the lines are lost
};

/// The destination of log lines. DescriptorSink implements it, and a fake in tests.
class LogSink
{
public:
    /// The most bytes per call: what a pipe accepts in one piece (PIPE_BUF).
    static constexpr qsizetype kMaxBytes = 4096;

    virtual ~LogSink() = default;
    /// Writes whole lines, all or none. Never waits.
    virtual LogWrite write(QByteArrayView lines) = 0;
};

/// Writes to a file descriptor that it does not own, for example standard error. SIGPIPE must be ignored
/// (see UnixSignals). When the reader of a pipe stands still, it reports Busy instead of stopping the
/// service. Several threads may use it at once, and their lines do not mix.
class DescriptorSink : public LogSink
{
public:
    explicit DescriptorSink(int descriptor) : m_descriptor(descriptor) {}
    LogWrite write(QByteArrayView lines) override;

private:
    qsizetype writeAll(QByteArrayView bytes);

    const int m_descriptor;
    /// Held from asking a pipe for room until writing, so that no other thread fills the pipe in
    /// between. Neither call waits.
    std::mutex m_mutex;
    /// True when the last line was cut, so that the next one must begin with a line end.
    bool m_cut = false;
};

}  // namespace holdline

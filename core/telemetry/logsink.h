// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <mutex>

namespace holdline {

enum class LogWrite {
    Done,    ///< all lines were written
    Busy,    ///< nothing was written, because the reader is slow; try again later
    Failed,  ///< the pipe has no reader (EPIPE), the disk is full (ENOSPC), …; the lines are lost
};

/// Interface for the destination of log lines. Implemented by DescriptorSink, and by a fake in tests.
class LogSink
{
public:
    /// The largest number of bytes per call: what a pipe accepts in one piece (PIPE_BUF).
    static constexpr qsizetype kMaxBytes = 4096;

    virtual ~LogSink() = default;
    /// Writes whole lines, all of them or none. Never waits.
    virtual LogWrite write(QByteArrayView lines) = 0;
};

/// Writes to a file descriptor, for example standard error. Does not own the descriptor. SIGPIPE must be
/// ignored (see UnixSignals). When the reader of a pipe does not read, write() returns Busy and does not
/// block the service. Thread-safe; the lines of several threads do not mix.
class DescriptorSink : public LogSink
{
public:
    explicit DescriptorSink(int descriptor) : m_descriptor(descriptor) {}
    LogWrite write(QByteArrayView lines) override;

private:
    qsizetype writeAll(QByteArrayView bytes);

    const int m_descriptor;
    /// Locked during poll(2) and write(2), so that no other thread fills the pipe in between. Neither call
    /// waits.
    std::mutex m_mutex;
    /// True when the last line was written only partly, so that a line end must be written before the next
    /// line.
    bool m_cut = false;
};

}  // namespace holdline

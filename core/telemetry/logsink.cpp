// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/logsink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace holdline {

LogWrite DescriptorSink::write(QByteArrayView lines)
{
    const std::lock_guard lock(m_mutex);
    // poll(2) reports a pipe as writable when it accepts PIPE_BUF bytes at once. So write() does not wait.
    pollfd ready{m_descriptor, POLLOUT, 0};
    if (::poll(&ready, 1, 0) == 0)
        return LogWrite::Busy;
    if (m_cut && writeAll("\n") == 1)
        m_cut = false;
    const qsizetype taken = writeAll(lines);
    if (taken == lines.size())
        return LogWrite::Done;
    if (taken == 0)
        return errno == EAGAIN ? LogWrite::Busy : LogWrite::Failed;
    // A partial write means that the disk is full. The rest of the lines is lost.
    m_cut = true;
    return LogWrite::Failed;
}

/// Returns the number of bytes written. If fewer than bytes.size(), errno has the reason.
qsizetype DescriptorSink::writeAll(QByteArrayView bytes)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const auto rest = static_cast<std::size_t>(bytes.size() - done);
        const ssize_t taken = ::write(m_descriptor, bytes.data() + done, rest);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0)
            break;
        done += taken;
    }
    return done;
}

}  // namespace holdline

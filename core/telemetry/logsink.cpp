// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/logsink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace holdline {

LogWrite DescriptorSink::write(QByteArrayView lines)
{
    const std::lock_guard lock(m_mutex);
    // A pipe is writable when it accepts PIPE_BUF bytes at once. Asking first keeps write() from
    // waiting.
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
    // A partial write means that the disk is full. The rest is lost.
    m_cut = true;
    return LogWrite::Failed;
}

/// The number of bytes written. When it is not all, errno has the reason.
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

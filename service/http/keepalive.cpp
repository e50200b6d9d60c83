// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/keepalive.h"

#include <algorithm>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace holdline::http {

namespace {

/// Unanswered probes after which the peer counts as gone.
constexpr int kProbes = 3;

void set(int descriptor, int level, int option, int value)
{
    ::setsockopt(descriptor, level, option, &value, sizeof value);
}

}  // namespace

void setKeepAlive(int descriptor, std::chrono::seconds silence)
{
    const auto seconds = static_cast<int>(silence.count());
    if (seconds > 0) {
        set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
        set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, std::max(seconds / kProbes, 1));
        set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
    }
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, seconds > 0 ? 1 : 0);
}

}  // namespace holdline::http

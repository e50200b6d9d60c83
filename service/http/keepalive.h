// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace holdline::http {

/// Lets the system probe this TCP connection after `silence` without traffic (RFC 1122, 4.2.3.6). The probes
/// keep the entry of a NAT or balancer on the way alive. A peer that answers no probe counts as reset after
/// about twice that time. 0 switches the probes off. Connections that a listening socket accepts later
/// inherit its setting. `silence` is at most 32767 s, the limit of Linux.
void setKeepAlive(int descriptor, std::chrono::seconds silence);

}  // namespace holdline::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace holdline::http {

/// Switches on TCP keep-alive: the system probes the connection after `silence` without traffic (RFC 1122,
/// 4.2.3.6). The probes stop a NAT or load balancer on the way from dropping the connection. A peer that
/// answers no probe counts as gone after about twice `silence`. 0 switches the probes off. For a listening
/// socket, connections accepted later inherit its setting. `silence` is at most 32767 s, the limit of Linux.
void setKeepAlive(int descriptor, std::chrono::seconds silence);

}  // namespace holdline::http

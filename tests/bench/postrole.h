// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

namespace holdline::bench {

/// The scenario "start" runs this program as two child processes, one for each side:
///
///     bench --role upstream                        answers every request; prints its port
///     bench --role post MANAGER LOOP PORT POSTS AT_ONCE
///                                                  posts; prints CPU microseconds per POST and errors
///
/// MANAGER is "pooled" or "stock", LOOP is "epoll" (holdline's event loop) or "qt". Returns the exit code of
/// the role, or nullopt when the arguments name no role.
std::optional<int> playRole(int argc, char **argv);

}  // namespace holdline::bench

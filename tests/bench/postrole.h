// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

namespace holdline::bench {

/// The bench runs itself for the two sides of the scenario "start", so that each has a process of its own:
///
///     bench --role upstream                        answers every request; prints its port
///     bench --role post MANAGER LOOP PORT POSTS AT_ONCE
///                                                  posts; prints CPU microseconds per POST and errors
///
/// MANAGER is "pooled" or "stock", LOOP is "epoll" (ours) or "qt". Returns the exit code of the role, or
/// nullopt when the arguments name no role.
std::optional<int> playRole(int argc, char **argv);

}  // namespace holdline::bench

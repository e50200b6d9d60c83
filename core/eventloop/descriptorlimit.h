// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Raises the soft limit of open file descriptors (RLIMIT_NOFILE) to the hard limit. Returns the soft limit
/// that applies after the call. main() calls this function first, because each held request needs one
/// descriptor and the usual soft limit of 1,024 is too low.
int raiseDescriptorLimit();

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Raises the soft limit of open descriptors to the hard one, and returns it. Call it first in main(),
/// because each held request is one descriptor, and the usual soft limit of 1,024 is too low.
int raiseDescriptorLimit();

}  // namespace holdline

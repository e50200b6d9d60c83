// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Raises the soft limit on open descriptors to the hard one and returns what it is then. Call it first thing
/// in main(): each held request is one descriptor, and the usual soft limit of 1,024 is too few.
int raiseDescriptorLimit();

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed. Otherwise the next file or socket of
/// the program would get that number, and messages would be written into it. Every main() calls it first.
void openStandardStreams();

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace holdline {

/// Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed. Otherwise the next file or socket
/// that the program opens would get that number, and log messages would be written into that file or socket.
/// Every main() calls this function first.
void openStandardStreams();

}  // namespace holdline

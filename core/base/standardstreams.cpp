// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"

#include <fcntl.h>
#include <unistd.h>

namespace holdline {

void openStandardStreams()
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
        if (::fcntl(stream, F_GETFD) >= 0)
            continue;
        // open() returns the lowest free number, which is `stream`. If /dev/null cannot be opened, an O_PATH
        // descriptor, which can neither be read nor written, occupies the number.
        const int mode = stream == STDIN_FILENO ? O_RDONLY : O_WRONLY;
        if (::open("/dev/null", mode) < 0)
            static_cast<void>(::open("/", O_PATH));
    }
}

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
// Part of the library for LD_PRELOAD. WRONG_CLOCK names a file that contains a number of seconds. The library
// adds them to the wall clock; all other clocks stay right. Without the file, or without WRONG_CLOCK, the
// wall clock is right.
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

// No allocation and no C++ library, because the program may call a replaced function before either is ready.
const char *fileName = nullptr;

__attribute__((constructor)) void readName()
{
    fileName = ::getenv("WRONG_CLOCK");
}

long long secondsWrong()
{
    if (!fileName)
        return 0;
    const int file = ::open(fileName, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    char text[32] = {};
    const ssize_t size = ::read(file, text, sizeof text - 1);
    ::close(file);
    return size > 0 ? std::atoll(text) : 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec *at) noexcept
{
    using Function = int (*)(clockid_t, timespec *);
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "clock_gettime"));
    const int result = next(clock, at);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        at->tv_sec += secondsWrong();
    return result;
}

int gettimeofday(timeval *at, void *zone) noexcept
{
    using Function = int (*)(timeval *, void *);
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "gettimeofday"));
    const int result = next(at, zone);
    if (result == 0 && at)
        at->tv_sec += secondsWrong();
    return result;
}

time_t time(time_t *at) noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}

}  // extern "C"

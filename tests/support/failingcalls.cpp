// SPDX-License-Identifier: GPL-3.0-or-later
// A library for LD_PRELOAD that makes system calls fail. FAILING_CALLS contains rules of the form
// CALL=ERRNO[@N][?FILE], separated by blanks. With @N only the N-th call fails, otherwise every call fails.
// With ?FILE the rule counts calls and makes them fail only while FILE exists. With `hang` for ERRNO the call
// blocks while FILE exists, and then succeeds. Without FAILING_CALLS no call fails. FAILING_CALLS_MARK names
// a folder. The library creates this folder when a call fails, so that a test knows whether an N-th call
// happened.
//
//   FAILING_CALLS="grow=28?/tmp/x/full accept4=24@3"
//
// "grow" stands for a write beyond the end of a file, and for an extension of a file. On a full file system
// these calls fail, but programs can still overwrite existing bytes.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

// Defined in unsyncedwrites.cpp.
void unsyncedWrite(int descriptor, off64_t offset, size_t size);
void unsyncedTruncate(int descriptor, off64_t size);
void unsyncedSync(int descriptor);

namespace {

struct Rule
{
    char call[16];
    int error;
    int which;  ///< the number of the call that fails, from 1; 0 for all calls
    char file[256];
    std::atomic<int> seen;
};

constexpr int kMaxRules = 8;
constexpr int kHang = -1;
Rule rules[kMaxRules];
int ruleCount = 0;

// No allocation and no C++ library, because the program may call a replaced function before either is ready.
__attribute__((constructor)) void readRules()
{
    const char *text = ::getenv("FAILING_CALLS");
    while (text && *text && ruleCount < kMaxRules) {
        const std::size_t size = std::strcspn(text, " ");
        char one[300] = {};
        std::memcpy(one, text, size < sizeof one ? size : sizeof one - 1);
        Rule &rule = rules[ruleCount];
        if (char *file = std::strchr(one, '?')) {
            *file = 0;
            std::strncpy(rule.file, file + 1, sizeof rule.file - 1);
        }
        if (char *which = std::strchr(one, '@')) {
            *which = 0;
            rule.which = std::atoi(which + 1);
        }
        if (char *error = std::strchr(one, '=')) {
            *error = 0;
            rule.error = std::strcmp(error + 1, "hang") == 0 ? kHang : std::atoi(error + 1);
            std::strncpy(rule.call, one, sizeof rule.call - 1);
            ++ruleCount;
        }
        text += size + (text[size] == ' ');
    }
}

void mark()
{
    if (const char *file = ::getenv("FAILING_CALLS_MARK"))
        ::mkdir(file, S_IRWXU);
}

/// Returns true when the call must fail, and sets errno.
bool fails(const char *call)
{
    for (int i = 0; i < ruleCount; ++i) {
        Rule &rule = rules[i];
        if (std::strcmp(rule.call, call) != 0 || (rule.file[0] && ::access(rule.file, F_OK) != 0))
            continue;
        if (rule.which == 0 || ++rule.seen == rule.which) {
            mark();
            if (rule.error == kHang) {
                while (rule.file[0] && ::access(rule.file, F_OK) == 0)
                    ::usleep(10'000);
                return false;
            }
            errno = rule.error;
            return true;
        }
    }
    return false;
}

bool growsAndFails(int descriptor, off64_t end)
{
    struct stat now;
    return ruleCount > 0 && ::fstat(descriptor, &now) == 0 && S_ISREG(now.st_mode) && end > now.st_size &&
           fails("grow");
}

int synced(int result, int descriptor)
{
    if (result == 0)
        unsyncedSync(descriptor);
    return result;
}

template <typename Function>
Function *real(Function *, const char *name)
{
    return reinterpret_cast<Function *>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define REAL(function) static auto *const next = real(&::function, #function);

extern "C" {

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset)
{
    REAL(pwrite64)
    if (growsAndFails(descriptor, offset + static_cast<off64_t>(size)) || fails("pwrite"))
        return -1;
    unsyncedWrite(descriptor, offset, size);
    return next(descriptor, data, size, offset);
}

ssize_t pread64(int descriptor, void *data, size_t size, off64_t offset)
{
    REAL(pread64)
    return fails("pread") ? -1 : next(descriptor, data, size, offset);
}

int ftruncate64(int descriptor, off64_t size) noexcept
{
    REAL(ftruncate64)
    if (growsAndFails(descriptor, size) || fails("ftruncate"))
        return -1;
    unsyncedTruncate(descriptor, size);
    return next(descriptor, size);
}

int fdatasync(int descriptor)
{
    REAL(fdatasync)
    return fails("fdatasync") ? -1 : synced(next(descriptor), descriptor);
}

int fsync(int descriptor)
{
    REAL(fsync)
    return fails("fsync") ? -1 : synced(next(descriptor), descriptor);
}

void *mmap64(void *address, size_t size, int protection, int flags, int descriptor, off64_t offset) noexcept
{
    REAL(mmap64)
    // A mapping without a file is plain memory. Every program needs such memory, so the rule does not apply.
    return descriptor >= 0 && fails("mmap") ? MAP_FAILED
                                            : next(address, size, protection, flags, descriptor, offset);
}

int socket(int family, int type, int protocol) noexcept
{
    REAL(socket)
    return fails("socket") ? -1 : next(family, type, protocol);
}

int connect(int descriptor, const sockaddr *address, socklen_t size)
{
    REAL(connect)
    return fails("connect") ? -1 : next(descriptor, address, size);
}

int bind(int descriptor, const sockaddr *address, socklen_t size) noexcept
{
    REAL(bind)
    return fails("bind") ? -1 : next(descriptor, address, size);
}

int listen(int descriptor, int backlog) noexcept
{
    REAL(listen)
    return fails("listen") ? -1 : next(descriptor, backlog);
}

int accept4(int descriptor, sockaddr *address, socklen_t *size, int flags)
{
    REAL(accept4)
    return fails("accept4") ? -1 : next(descriptor, address, size, flags);
}

int epoll_ctl(int epoll, int operation, int descriptor, epoll_event *event) noexcept
{
    REAL(epoll_ctl)
    // Only EPOLL_CTL_ADD allocates kernel memory, so only EPOLL_CTL_ADD can fail in a correct program.
    return operation == EPOLL_CTL_ADD && fails("epoll_ctl") ? -1 : next(epoll, operation, descriptor, event);
}

int epoll_create1(int flags) noexcept
{
    using Function = int (*)(int);
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "epoll_create1"));
    return fails("epoll_create1") ? -1 : next(flags);
}

int eventfd(unsigned int value, int flags) noexcept
{
    using Function = int (*)(unsigned int, int);
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "eventfd"));
    return fails("eventfd") ? -1 : next(value, flags);
}

}  // extern "C"

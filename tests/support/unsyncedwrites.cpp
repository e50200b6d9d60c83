// SPDX-License-Identifier: GPL-3.0-or-later
// Part of the library for LD_PRELOAD. UNSYNCED names a folder. Before a program overwrites bytes of a
// database or its WAL, the library saves the old bytes in this folder, in a file with the same name (the
// note). A sync of the database or the WAL deletes its note. So after a kill the notes contain what a power
// cut would have undone; see unsyncedwrites.h. Without UNSYNCED nothing is saved.
#include "tests/support/unsyncedwrites.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using holdline::test::UnsyncedRecord;

const char *folder = nullptr;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) void readFolder()
{
    folder = ::getenv("UNSYNCED");
}

bool endsWith(const char *text, const char *end)
{
    const std::size_t size = std::strlen(text);
    const std::size_t length = std::strlen(end);
    return size >= length && std::strcmp(text + size - length, end) == 0;
}

/// Writes the path of the note for a database or a WAL into `note`. Returns false for all other files.
bool noteOf(int descriptor, char (&note)[512])
{
    if (!folder)
        return false;
    char link[64];
    char path[512];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = ::readlink(link, path, sizeof path - 1);
    if (size <= 0)
        return false;
    path[size] = 0;
    if (!endsWith(path, ".db") && !endsWith(path, ".db-wal"))
        return false;
    std::snprintf(note, sizeof note, "%s/%s", folder, std::strrchr(path, '/') + 1);
    return true;
}

/// Saves at most `size` bytes from `offset` on, and the size of the file.
void remember(int descriptor, off64_t offset, size_t size)
{
    char note[512];
    struct stat now;
    if (!noteOf(descriptor, note) || ::fstat(descriptor, &now) != 0)
        return;
    using Read = ssize_t (*)(int, void *, size_t, off64_t);
    static const auto read = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, "pread64"));
    ::pthread_mutex_lock(&mutex);
    const int file = ::open(note, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    void *bytes = std::malloc(size);
    const ssize_t kept = size > 0 && offset < now.st_size ? read(descriptor, bytes, size, offset) : 0;
    const UnsyncedRecord record{offset, kept > 0 ? kept : 0, now.st_size};
    if (file < 0 || ::write(file, &record, sizeof record) != sizeof record ||
        ::write(file, bytes, static_cast<std::size_t>(record.size)) != record.size)
        std::abort();
    std::free(bytes);
    ::close(file);
    ::pthread_mutex_unlock(&mutex);
}

}  // namespace

/// failingcalls.cpp calls these functions before a write, and after a successful sync.
void unsyncedWrite(int descriptor, off64_t offset, size_t size)
{
    if (folder)
        remember(descriptor, offset, size);
}

void unsyncedTruncate(int descriptor, off64_t size)
{
    struct stat now;
    if (folder && ::fstat(descriptor, &now) == 0 && size < now.st_size)
        remember(descriptor, size, static_cast<std::size_t>(now.st_size - size));
}

/// Deletes the note of a removed WAL: a new file with this name has no unsynced writes.
extern "C" int unlink(const char *path) noexcept
{
    using Function = int (*)(const char *);
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "unlink"));
    const int result = next(path);
    if (folder && result == 0 && endsWith(path, ".db-wal")) {
        char note[512];
        std::snprintf(note, sizeof note, "%s/%s", folder, std::strrchr(path, '/') + 1);
        ::pthread_mutex_lock(&mutex);
        ::unlinkat(AT_FDCWD, note, 0);
        ::pthread_mutex_unlock(&mutex);
    }
    return result;
}

void unsyncedSync(int descriptor)
{
    char note[512];
    if (!noteOf(descriptor, note))
        return;
    ::pthread_mutex_lock(&mutex);
    ::unlinkat(AT_FDCWD, note, 0);  // not unlink(), which this file replaces
    ::pthread_mutex_unlock(&mutex);
}

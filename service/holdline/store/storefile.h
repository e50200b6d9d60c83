// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include <sys/types.h>

namespace holdline {

// The store's file as the file system sees it. Only SQLite may open the file: when a process closes any
// descriptor of a file, it loses all its POSIX locks on that file (fcntl(2)). Then another program could
// remove the write-ahead log while the store uses it.

/// The file behind a path. Another file at the same path has another identity.
struct FileIdentity
{
    dev_t device = 0;
    ino_t inode = 0;

    friend bool operator==(const FileIdentity &, const FileIdentity &) = default;
};

/// Returns the identity of the file at this path. Returns nothing when there is no such file.
std::optional<FileIdentity> identityOf(const QString &path);

/// Makes the folder (mode 0700) and the file (mode 0600) when they are missing. Removes the rights of other
/// users from an existing file. Does not open the file. Returns an empty text, or the error for people.
QString makeStoreFile(const QString &path);

}  // namespace holdline

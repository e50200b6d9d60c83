// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace holdline {

/// Keeps a second process off a store: a lock of the system's on `<path>.lock`, which ends with the process
/// however that ends, so that the file that stays behind means nothing. It holds the owner's process id for
/// people. Owns its descriptor; one thread.
class StoreLock
{
public:
    StoreLock() = default;
    ~StoreLock() { release(); }
    StoreLock(const StoreLock &) = delete;
    StoreLock &operator=(const StoreLock &) = delete;

    /// Empty: it is ours, if it was not before. Otherwise why not, for people.
    QString take(const QString &storePath);
    void release();

private:
    int m_descriptor = -1;
};

}  // namespace holdline

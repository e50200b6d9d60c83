// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace holdline {

/// Lets only one process at a time use a resource: it takes an exclusive flock(2) on a lock file beside the
/// resource. The system releases the lock when the process ends, even after a crash, so a lock file that is
/// left over blocks nobody. The file contains the process id of the owner, for people, and has mode 0600.
/// The object owns the file descriptor. Not thread-safe.
class FileLock
{
public:
    enum class Outcome {
        Taken,
        Busy,        ///< another process has the lock; owner() returns its process id
        CannotOpen,  ///< open(2) failed; errorString() has the reason
        CannotLock,  ///< flock(2) failed; errorString() has the reason
    };

    FileLock() = default;
    ~FileLock() { release(); }
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

    /// Takes the lock on the file `path` without waiting. Creates the file if it is missing. Returns `Taken`
    /// also when this object already holds a lock; `path` is ignored then.
    Outcome take(const QString &path);
    /// Releases the lock. The lock file stays on disk.
    void release();
    /// Deletes the lock file and releases the lock. Does nothing when this object does not hold the lock.
    void remove();

    QString path() const;
    /// Returns the process id that the owner wrote into the file, as text. Empty when it is not known.
    QString owner() const { return m_owner; }
    /// Returns the system's text for the error of the last take().
    QString errorString() const;

private:
    Outcome fail(Outcome outcome);

    QByteArray m_path;
    QString m_owner;
    int m_error = 0;  ///< errno of the last failed take()
    int m_descriptor = -1;
};

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace holdline {

/// Keeps a second process off a resource by an exclusive flock(2) on a file beside it. The lock ends with
/// the process, however it ends, so a left-over file means nothing. The file holds the process id of the
/// owner for people, and only the owner may read it. Owns its descriptor. Thread: one.
class FileLock
{
public:
    enum class Outcome {
        Taken,
        Busy,        ///< another process has the lock; owner() names it
        CannotOpen,  ///< errorString() has the reason
        CannotLock,  ///< errorString() has the reason
    };

    FileLock() = default;
    ~FileLock() { release(); }
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

    /// Creates the file if it is missing. Returns `Taken` also when this object already holds the lock.
    Outcome take(const QString &path);
    /// Releases the lock. The file stays.
    void release();
    /// Removes the file and releases the lock. Does nothing without the lock.
    void remove();

    QString path() const;
    /// The process id that the owner wrote, or an empty text.
    QString owner() const { return m_owner; }
    /// The error of the system.
    QString errorString() const;

private:
    Outcome fail(Outcome outcome);

    QByteArray m_path;
    QString m_owner;
    int m_error = 0;  ///< an errno
    int m_descriptor = -1;
};

}  // namespace holdline

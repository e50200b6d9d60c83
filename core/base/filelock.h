// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace holdline {

/// Keeps a second process off a resource: an exclusive flock(2) on a file beside it. The lock ends with the
/// process, however that ends, so a file that stays behind means nothing. The file holds the owner's process
/// id for people, and only the owner may read it. Owns its descriptor. Thread: one.
class FileLock
{
public:
    enum class Outcome {
        Taken,
        Busy,        ///< another process has it; owner() says which
        CannotOpen,  ///< errorString() says why
        CannotLock,  ///< errorString() says why
    };

    FileLock() = default;
    ~FileLock() { release(); }
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

    /// Creates the file if it is missing. Returns `Taken` also when this object already holds the lock.
    Outcome take(const QString &path);
    /// The file stays.
    void release();
    /// The same, but removes the file before. Does nothing without the lock.
    void remove();

    QString path() const;
    /// The process id that the owner wrote, or an empty text.
    QString owner() const { return m_owner; }
    /// The system's reason.
    QString errorString() const;

private:
    Outcome fail(Outcome outcome);

    QByteArray m_path;
    QString m_owner;
    int m_error = 0;  ///< an errno
    int m_descriptor = -1;
};

}  // namespace holdline

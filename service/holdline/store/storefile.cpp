// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storefile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Removes the rights of other users from the file. Returns an error number (errno) when this user cannot
/// read or write the file, otherwise 0.
int makePrivate(const QByteArray &name)
{
    struct stat status
    {
    };
    if (::stat(name.constData(), &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        ::chmod(name.constData(), S_IRUSR | S_IWUSR);
    return ::faccessat(AT_FDCWD, name.constData(), R_OK | W_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

std::optional<FileIdentity> identityOf(const QString &path)
{
    struct stat status
    {
    };
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
}

QString makeStoreFile(const QString &path)
{
    const QString folder = QFileInfo(path).absolutePath();
    if (!QDir(folder).exists()) {
        // Parents get the default rights. The last folder holds secrets and is private.
        const QString parent = QFileInfo(folder).absolutePath();
        const bool hasParent = QDir().mkpath(parent);
        if (!hasParent || (::mkdir(QFile::encodeName(folder).constData(), S_IRWXU) != 0 && errno != EEXIST))
            return u"cannot create the folder %1: %2. Create it, or set another path (store.path)"_s.arg(
                folder, qt_error_string(errno));
    }
    const QByteArray name = QFile::encodeName(path);
    const bool isThere = ::mknod(name.constData(), S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST;
    const int error = isThere ? makePrivate(name) : errno;
    if (error == 0)
        return {};
    return u"cannot open %1: %2. Allow this user to write the file and its folder, or set another path "
           "(store.path)"_s.arg(path, qt_error_string(error));
}

}  // namespace holdline

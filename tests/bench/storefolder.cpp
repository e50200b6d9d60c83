// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/storefolder.h"

#include <QDir>
#include <QStorageInfo>

namespace holdline::bench {

using namespace Qt::StringLiterals;

StoreFolder::StoreFolder(const Options &options)
    : m_directory(QDir(options.folder).absoluteFilePath(u"bench-store-XXXXXX"_s))
{
    if (!m_directory.isValid())
        giveUp(u"cannot make a folder in %1: %2"_s.arg(options.folder, m_directory.errorString()));
}

QString StoreFolder::warning() const
{
    const QByteArray type = QStorageInfo(m_directory.path()).fileSystemType();
    return type == "tmpfs" || type == "ramfs"
               ? u"The store was in memory (%1), not on a disk."_s.arg(QString::fromLatin1(type))
               : QString();
}

}  // namespace holdline::bench

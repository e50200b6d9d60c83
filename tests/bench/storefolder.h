// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"
#include "tests/bench/result.h"

#include <QTemporaryDir>

namespace holdline::bench {

/// A folder for a store, on the disk that the options mean; goes with this object. Gives up when it cannot be
/// made.
class StoreFolder
{
public:
    explicit StoreFolder(const Options &options);

    QString file() const { return m_directory.filePath(QStringLiteral("holdline.db")); }
    /// A sentence where the figures say nothing about a disk; empty on a disk.
    QString warning() const;

private:
    QTemporaryDir m_directory;
};

}  // namespace holdline::bench

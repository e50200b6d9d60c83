// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"
#include "tests/bench/result.h"

#include <QTemporaryDir>

namespace holdline::bench {

/// A temporary folder for a store, on the disk that the options name. The destructor removes the folder. Ends
/// the benchmark when the folder cannot be created.
class StoreFolder
{
public:
    explicit StoreFolder(const Options &options);

    QString file() const { return m_directory.filePath(QStringLiteral("holdline.db")); }
    /// Returns a warning when the folder is not on a disk; empty otherwise.
    QString warning() const;

private:
    QTemporaryDir m_directory;
};

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"

namespace holdline::bench {

/// The variants to compare.
struct Variants
{
    std::vector<Variant> compared;  ///< the default holdline first, then with parts of Qt instead of ours
    std::vector<Variant> threads;   ///< with one thread and with two
    bool knowsMonitor = false;
    bool knowsStore = false;
    QStringList leftOut;  ///< sentences about flags that this holdline does not know
};

inline const QString kAsItIs = QStringLiteral("holdline");
inline const QString kQtLoop = QStringLiteral("qt-loop");
inline const QString kStockManager = QStringLiteral("stock-manager");

inline QStringList variantNames()
{
    return {kAsItIs, kQtLoop, kStockManager};
}

/// Reads the flags from holdline's --help and keeps the variants that the options select.
Variants findVariants(const Options &options);

}  // namespace holdline::bench

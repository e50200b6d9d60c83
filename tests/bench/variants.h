// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"

namespace holdline::bench {

/// The variants of holdline to compare.
struct Variants
{
    std::vector<Variant>
        compared;  ///< the default holdline first, then variants with a part of Qt instead of holdline's own
    std::vector<Variant> threads;  ///< variants with one thread and with two threads
    bool knowsMonitor = false;
    bool knowsStore = false;
    QStringList leftOut;  ///< texts about flags that this holdline does not know
};

inline const QString kAsItIs = QStringLiteral("holdline");
inline const QString kQtLoop = QStringLiteral("qt-loop");
inline const QString kStockManager = QStringLiteral("stock-manager");

inline QStringList variantNames()
{
    return {kAsItIs, kQtLoop, kStockManager};
}

/// Reads the flags from holdline's --help and returns the variants that the options select.
Variants findVariants(const Options &options);

}  // namespace holdline::bench

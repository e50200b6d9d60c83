// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"

namespace holdline::bench {

/// Which variants there are to compare.
struct Variants
{
    std::vector<Variant> compared;  ///< holdline as it is first, then with parts of Qt in place of ours
    std::vector<Variant> threads;   ///< with one thread and with two
    bool knowsMonitor = false;
    bool knowsStore = false;
    QStringList leftOut;  ///< sentences: what this holdline does not know
};

inline const QString kAsItIs = QStringLiteral("holdline");
inline const QString kQtLoop = QStringLiteral("qt-loop");
inline const QString kStockManager = QStringLiteral("stock-manager");

inline QStringList variantNames()
{
    return {kAsItIs, kQtLoop, kStockManager};
}

/// Asks holdline's --help for the flags, and keeps what the options want.
Variants findVariants(const Options &options);

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/machine.h"
#include "tests/bench/result.h"

#include <QByteArray>
#include <QDateTime>
#include <QStringList>

#include <vector>

namespace holdline::bench {

/// All of one run of the bench.
struct BenchReport
{
    Machine machine;
    QStringList command;  ///< as it was given
    QDateTime at;
    QStringList leftOut;  ///< variants that the programs do not know
    std::vector<ScenarioResult> scenarios;
};

/// Markdown that is also fit for a terminal: a table per scenario, its ratios, its notes.
QByteArray toMarkdown(const BenchReport &report);
QByteArray toJson(const BenchReport &report);

/// The table of one scenario, columns padded to their widest cell.
QByteArray toTable(const ScenarioResult &scenario);

}  // namespace holdline::bench

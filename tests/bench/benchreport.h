// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/machine.h"
#include "tests/bench/result.h"

#include <QByteArray>
#include <QDateTime>
#include <QStringList>

#include <vector>

namespace holdline::bench {

/// The results of one run of the benchmark program.
struct BenchReport
{
    Machine machine;
    QStringList command;  ///< command line of the run
    QDateTime at;
    QStringList leftOut;  ///< variants that the programs do not support
    std::vector<ScenarioResult> scenarios;
};

/// Returns Markdown that is readable in a terminal: one table per scenario, with its ratios and notes.
QByteArray toMarkdown(const BenchReport &report);
QByteArray toJson(const BenchReport &report);

/// Returns the table of one scenario. Columns are padded to their widest cell.
QByteArray toTable(const ScenarioResult &scenario);

}  // namespace holdline::bench

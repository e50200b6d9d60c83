// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "tests/bench/programs.h"

#include <QStringList>

#include <variant>
#include <vector>

namespace holdline::bench {

/// The options of the bench. Plain data.
struct Options
{
    ProgramPaths paths;
    QStringList only;                       ///< names of scenarios; empty for all
    QStringList variants;                   ///< names of variants; empty for all that the programs know
    std::vector<int> held;                  ///< numbers of held requests in the scenario "held"
    int runs = 3;                           ///< runs of each variant, which take turns; the median counts
    int jobs = 20'000;                      ///< jobs in each run of the scenario "whole"
    double seconds = 5;                     ///< seconds of load in each run of the scenario "throughput"
    int posts = 10'000;                     ///< POSTs in each run of the scenario "start"
    std::chrono::milliseconds idle{5'000};  ///< time over which the scenario "held" measures idle CPU
    int singles = 100;  ///< jobs sent one at a time while others are held; the bench sends them three times
    int stored = 100'000;                  ///< stored results in the scenario "restart"
    QString folder = QStringLiteral(".");  ///< folder for stores
    QString json;                          ///< JSON file to write; empty for none
    QString markdown;                      ///< Markdown file to write; empty for none
};

/// Names of the scenarios, in the order in which they run.
QStringList scenarioNames();

/// Expects the program's name first in `arguments`. Returns an Exit for --help and for errors.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::bench

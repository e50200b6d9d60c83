// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "tests/bench/programs.h"

#include <QStringList>

#include <variant>
#include <vector>

namespace holdline::bench {

/// The options of the benchmark program.
struct Options
{
    ProgramPaths paths;
    QStringList only;       ///< names of the scenarios to run; empty for all
    QStringList variants;   ///< names of the variants; empty for all that the programs support
    std::vector<int> held;  ///< numbers of held requests to measure in the scenario "held"
    int runs = 3;           ///< runs of each variant; the variants alternate, and the median is reported
    int jobs = 20'000;      ///< jobs in each run of the scenario "whole"
    double seconds = 5;     ///< seconds of load in each run of the scenario "throughput"
    int posts = 10'000;     ///< POSTs in each run of the scenario "start"
    std::chrono::milliseconds idle{
        5'000};            ///< duration over which the scenario "held" measures idle CPU time
    int singles = 100;     ///< number of jobs sent one at a time while others are held; sent three times
    int stored = 100'000;  ///< stored results in the scenario "restart"
    QString folder = QStringLiteral(".");  ///< folder for stores
    QString json;                          ///< JSON file to write; empty for none
    QString markdown;                      ///< Markdown file to write; empty for none
};

/// Returns the names of the scenarios, in the order in which they run.
QStringList scenarioNames();

/// Parses the command line. `arguments` begin with the program's name. Returns an Exit for --help and for
/// errors.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::bench

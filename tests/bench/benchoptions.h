// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "tests/bench/programs.h"

#include <QStringList>

#include <variant>
#include <vector>

namespace holdline::bench {

/// What to measure, and how long. Plain data.
struct Options
{
    ProgramPaths paths;
    QStringList only;                       ///< names of scenarios; empty: all
    QStringList variants;                   ///< names of variants; empty: all that the programs know
    std::vector<int> held;                  ///< numbers of requests held in the scenario "held"
    int runs = 3;                           ///< of each variant, taking turns; the median counts
    int jobs = 20'000;                      ///< of the scenario "whole", each run
    double seconds = 5;                     ///< of load in the scenario "throughput", each run
    int posts = 10'000;                     ///< of the scenario "start", each run
    std::chrono::milliseconds idle{5'000};  ///< how long the idle CPU is watched in the scenario "held"
    int singles = 100;                      ///< jobs one at a time while others are held, each of three times
    int stored = 100'000;                   ///< results in the scenario "restart"
    QString folder = QStringLiteral(".");   ///< for stores
    QString json;                           ///< file to write; empty: none
    QString markdown;                       ///< the same
};

/// The scenarios by name, in the order in which they run.
QStringList scenarioNames();

/// `arguments` with the program's name first. An Exit for --help and whatever is wrong.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"
#include "tests/bench/result.h"
#include "tests/bench/variants.h"

namespace holdline::bench {

/// Writes progress to standard error.
void say(const QString &text);

/// 500 concurrent short jobs over 1,000 accounts. Measures CPU per job of each of the three programs.
ScenarioResult measureWhole(const Options &options, const std::vector<Variant> &variants);

/// The highest rate of jobs with all three programs on the machine. Then the latency that each job had beyond
/// its own duration, at half of that rate.
ScenarioResult measureThroughput(const Options &options, const std::vector<Variant> &variants);

/// With N held requests: idle CPU, memory, and the cost of other requests.
ScenarioResult measureHeld(const Options &options, const std::vector<Variant> &variants);

/// One POST through the pooled manager and through Qt's stock one, each in a process of its own.
ScenarioResult measureStart(const Options &options);

/// The cost of observers of the local socket.
ScenarioResult measureMonitor(const Options &options);

/// The cost of an Idempotency-Key, at a fixed rate of jobs and with the store on a disk.
ScenarioResult measureKeyed(const Options &options);

/// A restart with many stored results, a look-up of one of them, and the latency of jobs while results
/// expire.
ScenarioResult measureRestart(const Options &options);

}  // namespace holdline::bench

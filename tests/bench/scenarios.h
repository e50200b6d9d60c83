// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"
#include "tests/bench/result.h"
#include "tests/bench/variants.h"

namespace holdline::bench {

/// Writes progress to standard error.
void say(const QString &text);

/// Runs 500 short jobs at a time over 1,000 accounts. Measures the CPU time per job of each of the three
/// programs.
ScenarioResult measureWhole(const Options &options, const std::vector<Variant> &variants);

/// Measures the highest rate of jobs when all three programs run on this machine. Then measures the latency
/// of jobs beyond their own duration, at half of that rate.
ScenarioResult measureThroughput(const Options &options, const std::vector<Variant> &variants);

/// Measures idle CPU time, memory, and the cost of other requests, while N requests are held.
ScenarioResult measureHeld(const Options &options, const std::vector<Variant> &variants);

/// Measures one POST with the pooled manager and with Qt's stock manager, each in its own process.
ScenarioResult measureStart(const Options &options);

/// Measures the cost of observers of the monitor socket.
ScenarioResult measureMonitor(const Options &options);

/// Measures the cost of an Idempotency-Key, at a fixed rate of jobs and with the store on a disk.
ScenarioResult measureKeyed(const Options &options);

/// Measures a restart with many stored results, a look-up of one result, and the latency of jobs while
/// results expire.
ScenarioResult measureRestart(const Options &options);

}  // namespace holdline::bench

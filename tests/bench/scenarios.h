// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/benchoptions.h"
#include "tests/bench/result.h"
#include "tests/bench/variants.h"

namespace holdline::bench {

/// What is going on, on standard error.
void say(const QString &text);

/// 500 short jobs at a time over 1,000 accounts: CPU per job of each of the three programs.
ScenarioResult measureWhole(const Options &options, const std::vector<Variant> &variants);

/// As many jobs per second as the machine does with all three programs on it, then half of that, with the
/// latency each job had over its own duration.
ScenarioResult measureThroughput(const Options &options, const std::vector<Variant> &variants);

/// While N requests are held: CPU when nothing happens, memory, and what other requests cost.
ScenarioResult measureHeld(const Options &options, const std::vector<Variant> &variants);

/// One POST through the pooled manager and through Qt's stock one, each in a process that does nothing else.
ScenarioResult measureStart(const Options &options);

/// What those who watch over the local socket cost.
ScenarioResult measureMonitor(const Options &options);

/// What an Idempotency-Key costs, at a fixed rate of jobs and with the store on a disk.
ScenarioResult measureKeyed(const Options &options);

/// A restart with many stored results, finding one of them, and what clients notice while they are thrown
/// away.
ScenarioResult measureRestart(const Options &options);

}  // namespace holdline::bench

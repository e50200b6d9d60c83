// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/plan.h"
#include "tests/harness/servicechild.h"

namespace holdline::crash {

/// Settings that are the same in every run of the service process.
struct ServicePlace
{
    QString program;
    QString store;  ///< path of the store's file
    quint16 port = 0;
    quint16 adminPort = 0;
    quint16 upstreamPort = 0;
    bool ambiguousAlways = false;
    std::chrono::milliseconds jobDeadline{0};

    /// Returns the command for one run of the service process. `surroundings` are added to its environment.
    harness::ServiceCommand command(const LifePlan &life, const QProcessEnvironment &surroundings) const;
};

}  // namespace holdline::crash

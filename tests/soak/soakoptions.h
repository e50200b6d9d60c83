// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"

#include "tests/soak/attacker.h"

#include <QStringList>

#include <chrono>
#include <cstdint>
#include <variant>
#include <vector>

namespace holdline::soak {

using namespace std::chrono_literals;

/// What soakrun does; see the classes of the same names.
enum class Course {
    Soak,
    Outages,
    Hostile,
    Attack  ///< the part of hostile that has a process of its own
};

/// The options of soakrun. Plain data.
struct Options
{
    Course course = Course::Soak;
    std::chrono::milliseconds duration{0};  ///< of the load
    int rate = 300;                         ///< jobs a second
    int accounts = 40;
    int faultPercent = 5;                     ///< of starts with a fault of the upstream
    std::chrono::milliseconds deaths = 150s;  ///< mean time between two ends of the service; 0 for none
    std::chrono::milliseconds reloads = 40s;  ///< mean time between two reloads; 0 for none
    int calmPercent = 50;  ///< the last part of the duration, without deaths, so that a leak can be seen
    bool ambiguousAlways = false;  ///< retry.ambiguous = always, with an upstream that honours the key
    int threads = 0;               ///< of holdline; 0 for its own choice
    std::uint64_t seed = 0;
    QString folder;               ///< for the store, the configuration and the log; empty for a temporary one
    QString holdline;             ///< path of the program
    std::vector<Attack> attacks;  ///< empty for all, one after the other and then at once
    int port = 0;                 ///< of the service that is attacked
};

/// Expects the program's name first in `arguments`. Returns an Exit for --help and for errors. Picks a random
/// seed when none is given.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::soak

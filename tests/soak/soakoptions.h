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

/// The scenarios of soakrun; see the classes of the same names.
enum class Course {
    Soak,
    Outages,
    Hostile,
    Attack  ///< the attacking process of the scenario hostile
};

/// The options of soakrun.
struct Options
{
    Course course = Course::Soak;
    std::chrono::milliseconds duration{0};  ///< duration of the load
    int rate = 300;                         ///< jobs per second
    int accounts = 40;
    int faultPercent = 5;  ///< percentage of start requests with a fault of the upstream
    std::chrono::milliseconds deaths =
        150s;  ///< mean time between two ends of the service process; 0 for none
    std::chrono::milliseconds reloads = 40s;  ///< mean time between two reloads; 0 for none
    int calmPercent = 50;  ///< percentage of the duration, at its end, in which the service is not killed, so
                           ///< that a leak can be seen
    bool ambiguousAlways = false;  ///< retry.ambiguous = always; the upstream honours Idempotency-Key
    int threads = 0;               ///< threads of holdline; 0 for its default
    std::uint64_t seed = 0;
    QString folder;    ///< folder for the store, the configuration and the log; empty for a temporary one
    QString holdline;  ///< path of the program holdline
    std::vector<Attack> attacks;  ///< empty for all, one after the other and then at once
    int port = 0;                 ///< port of the attacked service
};

/// Parses the command line. `arguments` begin with the program's name. Returns an Exit for --help and for
/// errors. Picks a random seed when none is given.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::soak

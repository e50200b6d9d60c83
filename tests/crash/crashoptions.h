// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"

#include <QByteArrayList>
#include <QFlags>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <variant>

namespace holdline::crash {

using namespace std::chrono_literals;

/// What happens around the service in a round; see Surroundings.
enum class Disturbance : std::uint8_t {
    Reader = 1 << 0,  ///< another program reads the database
    Clock = 1 << 1,   ///< the wall clock is set by an hour or a day
    Disk = 1 << 2,    ///< the disk is full, fails or hangs
    Power = 1 << 3,   ///< a kill takes what was not synced
};
Q_DECLARE_FLAGS(Disturbances, Disturbance)
Q_DECLARE_OPERATORS_FOR_FLAGS(Disturbances)

/// The options of a run. Plain data.
struct Options
{
    int rounds = 10;
    /// Round 0 uses this seed, round 1 the next number, and so on. `--rounds 1 --seed` with a round's seed
    /// repeats that round.
    std::uint64_t seed = 0;
    int jobs = 40;  ///< number of keys in a round
    int accounts = 4;
    /// Parent of the rounds' store folders. Folders of rounds with violations stay.
    QString storeDir;  ///< empty for a folder of its own below the system's temporary folder
    QString holdline;  ///< path of the program
    QByteArray point;  ///< crash point of holdline (core/base/crashpoint.h); empty for a kill from outside
    int passing = 0;   ///< passing of that point at which the first lives end; 0 for a random one
    int kills = 3;  ///< most kills within a round; a further kill follows when all clients have their answers
    bool ambiguousAlways = false;  ///< retry.ambiguous = always, with an upstream that honours the key
    int threads = 0;               ///< threads of holdline; 0 for a random number from 1 to 3 at each start
    Disturbances disturbances;
    int faultPercent = 4;  ///< percentage of each upstream fault that must not matter
    std::chrono::milliseconds jobDeadline = 6s;
    std::chrono::milliseconds patience = 90s;  ///< time limit of one round
    bool json = false;
};

/// The names in core/base/crashpoint.h, in the order of the writes.
const QByteArrayList &pointNames();
inline const QByteArray kRandomPoint = QByteArrayLiteral("random");

/// Expects the program's name first in `arguments`. Returns an Exit for --help and for errors. Picks a random
/// seed when none is given.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::crash

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

/// What disturbs the service during a round; see Surroundings.
enum class Disturbance : std::uint8_t {
    Reader = 1 << 0,  ///< another program reads the database
    Clock = 1 << 1,   ///< the wall clock is set forward or back by an hour or a day
    Disk = 1 << 2,    ///< the disk is full, fails or hangs
    Power = 1 << 3,   ///< a kill also undoes the writes that were not synced
};
Q_DECLARE_FLAGS(Disturbances, Disturbance)
Q_DECLARE_OPERATORS_FOR_FLAGS(Disturbances)

/// The options of a run.
struct Options
{
    int rounds = 10;
    /// The seed of round 0. Round 1 uses the next number, and so on. `--rounds 1 --seed` with a round's seed
    /// repeats that round.
    std::uint64_t seed = 0;
    int jobs = 40;  ///< number of idempotency keys in a round
    int accounts = 4;
    /// Parent folder of the rounds' store folders. Folders of rounds with violations are kept.
    QString storeDir;  ///< empty for a new folder in the system's temporary folder
    QString holdline;  ///< path of the program holdline
    QByteArray point;  ///< crash point of holdline (core/base/crashpoint.h); empty for a kill from outside
    int passing = 0;   ///< the kill comes when the process reaches the point this many times; 0: random
    int kills = 3;     ///< most kills within a round; one more follows when all clients have their responses
    bool ambiguousAlways = false;  ///< retry.ambiguous = always; the upstream honours Idempotency-Key
    int threads = 0;               ///< threads of holdline; 0 for a random number from 1 to 3 at each start
    Disturbances disturbances;
    int faultPercent = 4;  ///< percentage of starts with each upstream fault that must not cause a violation
    std::chrono::milliseconds jobDeadline = 6s;
    std::chrono::milliseconds patience = 90s;  ///< time limit of one round
    bool json = false;
};

/// Returns the names in core/base/crashpoint.h, in the order in which a job's writes reach them.
const QByteArrayList &pointNames();
inline const QByteArray kRandomPoint = QByteArrayLiteral("random");

/// Parses the command line. `arguments` begin with the program's name. Returns an Exit for --help and for
/// errors. Picks a random seed when none is given.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::crash

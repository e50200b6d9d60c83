// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"

#include <QByteArrayList>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <variant>

namespace holdline::crash {

using namespace std::chrono_literals;

/// How a run goes. Plain data.
struct Options
{
    int rounds = 10;
    /// Round 0 is made from it, round 1 from the next number, and so on: `--rounds 1 --seed` with a round's
    /// own seed makes that one again.
    std::uint64_t seed = 0;
    int jobs = 40;  ///< keys in a round
    int accounts = 4;
    /// Where the rounds' folders with the store's files are made; those of rounds with violations are kept.
    QString storeDir;  ///< empty: a folder of its own below the system's for temporary files
    QString holdline;  ///< the program
    QByteArray point;  ///< where it kills itself (core/crashpoint.h); empty: it is killed from outside
    int passing = 0;   ///< of that point, at each of the first starts; 0: by chance
    int kills = 3;     ///< at most, within a round; another one follows when all have their answers
    bool ambiguousAlways = false;  ///< retry.ambiguous = always, with an upstream that honours the key
    int threads = 0;               ///< of holdline; 0: 1 to 3, at each start others
    int faultPercent = 4;          ///< of each of the upstream's faults that must not matter
    std::chrono::milliseconds jobDeadline = 6s;
    std::chrono::milliseconds patience = 90s;  ///< with one round
    bool json = false;
};

/// The names of core/crashpoint.h, in the order of the writes.
const QByteArrayList &pointNames();
inline const QByteArray kRandomPoint = QByteArrayLiteral("random");

/// `arguments` with the program's name first. An Exit for --help and whatever is wrong. The seed is made at
/// random when it is not given.
std::variant<Options, Exit> parseOptions(const QStringList &arguments);

}  // namespace holdline::crash

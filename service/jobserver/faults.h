// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringView>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace holdline {

/// What the job server does wrong. One start may meet one fault of its answer and several of its callback.
enum class Fault {
    // Of the start's answer; the first that hits wins.
    Start500,  ///< 500, no job is started
    Start503,  ///< 503 with Retry-After: 1, no job is started
    Reset,  ///< the job is started, then the connection is reset without an answer; the callback still comes
    Garbage,  ///< the job is started, its answer is unreadable or cut off; the callback still comes
    // Of the callback (wait:false only), in any combination.
    NoCallback,  ///< the job runs and ends in silence; wins over the others
    Duplicate,   ///< it is posted twice at the same moment
    Early,       ///< it is posted at once, and the start is answered only after the callback was
    Late,        ///< it is posted later by FaultOptions::lateBy than the job's end
    WrongId,     ///< one with an id that is nobody's is posted first, the right one shortly after it
    // Of the job, in both modes.
    Failed,  ///< its state is "failed", and there is no proof
};
inline constexpr std::size_t kFaultCount = 10;

/// The fault's word in statistics and, with hyphens, in flags: "start_500", "no_callback".
QByteArray faultName(Fault fault);

/// The bytes of Fault::Garbage in place of an answer with that body: no HTTP, no JSON, or cut off in the
/// middle, one after the other.
QByteArray spoiledAnswer(const QByteArray &json, std::uint64_t which);

/// How often each fault happens.
struct FaultOptions
{
    std::array<double, kFaultCount> percent{};  ///< 0 to 100, by Fault
    std::chrono::milliseconds lateBy{0};

    double &operator[](Fault fault) { return percent[static_cast<std::size_t>(fault)]; }
    double operator[](Fault fault) const { return percent[static_cast<std::size_t>(fault)]; }
};

/// The faults one start meets.
class FaultPlan
{
public:
    bool has(Fault fault) const { return m_faults[static_cast<std::size_t>(fault)]; }
    void set(Fault fault, bool on = true) { m_faults[static_cast<std::size_t>(fault)] = on; }

private:
    std::array<bool, kFaultCount> m_faults{};
};

/// Rolls the faults, one plan per start. The same seed gives the same plans in the same order, and the share
/// of one fault does not move the rolls of another.
class FaultDice
{
public:
    FaultDice(const FaultOptions &options, std::uint64_t seed) : m_options(options), m_random(seed) {}

    FaultPlan roll();

private:
    FaultOptions m_options;
    std::mt19937_64 m_random;
};

/// "20", "20%", "0.5": 0 to 100. Nothing for any other text.
std::optional<double> parsePercent(QStringView text);

/// The value of --fault-late: "1500" and "1500ms" make every callback that much later, "20%:1500ms" every
/// fifth.
struct LateFault
{
    double percent = 100;
    std::chrono::milliseconds by{0};
};
std::optional<LateFault> parseLateFault(QStringView text);

}  // namespace holdline

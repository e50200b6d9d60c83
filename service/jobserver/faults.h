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

/// The faults that the job server can inject. One start request may get one fault of its answer and several
/// of its callback.
enum class Fault {
    // Faults of the answer to the start request. Of several drawn faults, the first one counts.
    Start500,  ///< 500; no job is started
    Start503,  ///< 503 with Retry-After: 1; no job is started
    Reset,  ///< the job is started, then the connection is reset without an answer; the callback still comes
    Garbage,  ///< the job is started, its answer is unreadable or cut off; the callback still comes
    // Faults of the callback (only with wait:false), in any combination.
    NoCallback,  ///< the job ends without a callback; overrides the other faults of the callback
    Duplicate,   ///< the callback is posted twice at the same moment
    Early,       ///< the callback is posted at once, and the start request is answered afterwards
    Late,        ///< the callback is posted FaultOptions::lateBy after the job's end
    WrongId,     ///< a callback with an unknown id is posted first, the right one shortly after it
    // Faults of the job, with both values of wait.
    Failed,  ///< the job's state is "failed" and it has no proof
};
inline constexpr std::size_t kFaultCount = 10;

/// The fault's name in statistics: "start_500", "no_callback". Option names have hyphens instead.
QByteArray faultName(Fault fault);

/// Returns the bytes that Fault::Garbage sends instead of an answer with this body. By `which` modulo 3, they
/// are not HTTP, not JSON, or cut off in the middle.
QByteArray spoiledAnswer(const QByteArray &json, std::uint64_t which);

/// The frequency of each fault.
struct FaultOptions
{
    std::array<double, kFaultCount> percent{};  ///< 0 to 100, indexed by Fault
    std::chrono::milliseconds lateBy{0};

    double &operator[](Fault fault) { return percent[static_cast<std::size_t>(fault)]; }
    double operator[](Fault fault) const { return percent[static_cast<std::size_t>(fault)]; }
};

/// The faults of one start request.
class FaultPlan
{
public:
    bool has(Fault fault) const { return m_faults[static_cast<std::size_t>(fault)]; }
    void set(Fault fault, bool on = true) { m_faults[static_cast<std::size_t>(fault)] = on; }

private:
    std::array<bool, kFaultCount> m_faults{};
};

/// Draws the faults, one plan per start request. The same seed gives the same plans in the same order.
/// Changing the share of one fault does not change the draws of another fault.
class FaultDice
{
public:
    FaultDice(const FaultOptions &options, std::uint64_t seed) : m_options(options), m_random(seed) {}

    FaultPlan roll();

private:
    FaultOptions m_options;
    std::mt19937_64 m_random;
};

/// Reads a share such as "20", "20%" or "0.5", from 0 to 100. Empty for any other text.
std::optional<double> parsePercent(QStringView text);

/// The value of --fault-late. "1500" and "1500ms" delay every callback, "20%:1500ms" delays every fifth.
struct LateFault
{
    double percent = 100;
    std::chrono::milliseconds by{0};
};
std::optional<LateFault> parseLateFault(QStringView text);

}  // namespace holdline

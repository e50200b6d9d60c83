// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/coordinatorworld.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

namespace holdline::test {

/// One event that concerns the clients of a key, the key's job or the store.
enum class Step {
    Arrives,       ///< a client with the key arrives
    ArrivesAgain,  ///< a client with the key and the same request in another spelling arrives
    ArrivesOther,  ///< a client with the key and another request arrives
    ArrivesHasty,  ///< a client that waits only for kHasty arrives
    ArrivesHandsOver,
    Leaves,       ///< the oldest waiting client leaves
    Writes,       ///< the store completes its oldest delayed write
    WriteFails,   ///< the next write will fail
    Turn,         ///< the event loop runs: look-ups are answered, and lanes grant starts
    Accepted,     ///< the upstream accepts the start request
    Unreachable,  ///< the start request fails without a connection
    Unknown,      ///< the response to the start request is lost
    Callback,     ///< the callback with the result arrives
    Deadline      ///< the deadline of the hasty clients passes
};

inline const char *nameOf(Step step)
{
    static constexpr std::array<const char *, 14> kNames{
        "arrives", "arrives again", "arrives other", "arrives hasty", "hands over", "leaves",   "writes",
        "fails",   "turn",          "accepted",      "unreachable",   "unknown",    "callback", "deadline"};
    return kNames[static_cast<std::size_t>(step)];
}

using Steps = std::vector<Step>;

inline QByteArray textOf(const Steps &steps)
{
    QByteArray text;
    for (const Step step : steps)
        text += (text.isEmpty() ? "" : ", ") + QByteArray(nameOf(step));
    return text;
}

inline bool has(const Steps &steps, std::initializer_list<Step> any)
{
    return std::any_of(steps.begin(), steps.end(),
                       [any](Step step) { return std::find(any.begin(), any.end(), step) != any.end(); });
}

inline constexpr auto kHasty = std::chrono::milliseconds(5);

inline Config configFor(bool rejects)
{
    Config config = quickConfig();
    config.hold.deadline = kHasty;
    config.hold.keyInFlight = rejects ? KeyInFlight::Reject : KeyInFlight::Join;
    return config;
}

}  // namespace holdline::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/coordinatorworld.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

namespace holdline::test {

/// What can happen to the clients of a key, its job and the store.
enum class Step {
    Arrives,       ///< a client with the key arrives
    ArrivesAgain,  ///< one with the key and the same request in another spelling
    ArrivesOther,  ///< one with the key and another request
    ArrivesHasty,  ///< one that waits only for a moment
    ArrivesHandsOver,
    Leaves,       ///< the oldest waiting client leaves
    Writes,       ///< the store completes its oldest held write
    WriteFails,   ///< the next write will fail
    Turn,         ///< the event loop turns: look-ups are answered, lanes go on
    Accepted,     ///< the start is answered
    Unreachable,  ///< the start certainly did not leave
    Unknown,      ///< the start's answer is lost
    Callback,     ///< the result arrives
    Deadline      ///< the time of the hasty clients is over
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

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/crashoptions.h"

#include <QByteArray>

#include <optional>
#include <vector>

namespace holdline::crash {

/// What one client does about its order.
struct ClientPlan
{
    enum class Habit {
        Waits,      ///< asks and waits
        HandsOver,  ///< asks with Prefer: respond-async and polls the job
        ComesBack   ///< asks, hangs up after a while, and asks again
    };
    Habit habit = Habit::Waits;
    std::optional<int> wait;  ///< seconds in its Prefer: wait=N
    std::chrono::milliseconds startAfter{0};
    std::chrono::milliseconds leaveAfter{0};  ///< who comes back
};

/// One key of one account, and all that ask with it. The same keys are used in every account.
struct OrderPlan
{
    QByteArray name;  ///< of this order alone; travels to the upstream in the body
    QByteArray account;
    QByteArray key;
    std::vector<ClientPlan> clients;

    QByteArray body() const;
};

/// One life of the service within the round, and how it ends.
struct LifePlan
{
    int threads = 1;
    QByteArray point;  ///< it kills itself there; empty: it is killed from outside
    int passing = 1;
    int events = 0;                      ///< killed after so many starts and answers of the round …
    std::chrono::milliseconds delay{0};  ///< … and this time
};

/// All that is left to chance in a round, made from its seed: the same seed makes the same plan.
struct RoundPlan
{
    std::uint64_t seed = 0;
    std::vector<OrderPlan> orders;
    std::vector<LifePlan> lives;  ///< those that end by a kill within the round
    int threadsAfter = 1;         ///< of the lives after them

    static RoundPlan make(const Options &options, std::uint64_t seed);
};

}  // namespace holdline::crash

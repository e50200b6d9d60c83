// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/crashoptions.h"

#include <QByteArray>

#include <optional>
#include <vector>

namespace holdline::crash {

/// The behaviour of one client of an order.
struct ClientPlan
{
    enum class Habit {
        Waits,      ///< sends its request and waits
        HandsOver,  ///< sends Prefer: respond-async and polls the job
        ComesBack   ///< sends its request, hangs up after a while, and sends it again
    };
    Habit habit = Habit::Waits;
    std::optional<int> wait;  ///< seconds in its Prefer: wait=N
    std::chrono::milliseconds startAfter{0};
    std::chrono::milliseconds leaveAfter{0};  ///< for ComesBack: time until it closes the connection
};

/// One idempotency key of one account, and all clients that use it. Every account uses the same keys.
struct OrderPlan
{
    QByteArray name;  ///< unique name; sent to the upstream in the body
    QByteArray account;
    QByteArray key;
    std::vector<ClientPlan> clients;

    QByteArray body() const;
};

/// One run of the service process within a round (a life), and how it ends.
struct LifePlan
{
    int threads = 1;
    QByteArray point;  ///< crash point; empty for a kill from outside
    int passing = 1;   ///< the kill comes when the process reaches the point this many times
    int events = 0;    ///< kill after this number of starts and responses in the round, …
    std::chrono::milliseconds delay{0};  ///< … and after this delay
};

/// All random decisions of a round. The same seed makes the same plan.
struct RoundPlan
{
    std::uint64_t seed = 0;
    std::vector<OrderPlan> orders;
    std::vector<LifePlan> lives;  ///< runs of the process that end with a kill within the round
    int threadsAfter = 1;         ///< threads of later runs of the process

    static RoundPlan make(const Options &options, std::uint64_t seed);
};

}  // namespace holdline::crash

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/plan.h"

#include <algorithm>
#include <random>

namespace holdline::crash {

namespace {

/// All clients of a round begin within this time, in milliseconds.
constexpr int kBeginMs = 250;

class Chance
{
public:
    explicit Chance(std::uint64_t seed) : m_random(seed) {}

    /// Returns a random number from `least` to `most`, both included.
    int from(int least, int most)
    {
        const auto span = static_cast<std::uint64_t>(most - least + 1);
        return least + static_cast<int>(m_random() % span);
    }
    bool percent(int share) { return from(1, 100) <= share; }
    std::chrono::milliseconds ms(int most) { return std::chrono::milliseconds(from(0, most)); }

private:
    std::mt19937_64 m_random;
};

ClientPlan makeClient(Chance &chance)
{
    ClientPlan client;
    const int kind = chance.from(1, 10);
    client.habit = kind <= 5   ? ClientPlan::Habit::Waits
                   : kind <= 7 ? ClientPlan::Habit::HandsOver
                               : ClientPlan::Habit::ComesBack;
    if (chance.percent(50))
        client.wait = chance.from(1, 3);
    client.startAfter = chance.ms(kBeginMs);
    if (client.habit == ClientPlan::Habit::ComesBack)
        client.leaveAfter = chance.ms(150);
    return client;
}

OrderPlan makeOrder(Chance &chance, int number, int accounts)
{
    OrderPlan order;
    order.account = "account-" + QByteArray::number(number % accounts);
    order.key = "key-" + QByteArray::number(number / accounts);
    order.name = order.account + '/' + order.key;
    order.clients.push_back(makeClient(chance));
    // Some orders have more clients with the same key, at the same moment or somewhat later.
    while (chance.percent(30) && order.clients.size() < 4) {
        ClientPlan twin = makeClient(chance);
        if (chance.percent(50))
            twin.startAfter = order.clients.front().startAfter;
        order.clients.push_back(twin);
    }
    return order;
}

}  // namespace

QByteArray OrderPlan::body() const
{
    return R"({"account":")" + account + R"(","order":")" + name + R"(","wait":true})";
}

RoundPlan RoundPlan::make(const Options &options, std::uint64_t seed)
{
    Chance chance(seed);
    RoundPlan plan;
    plan.seed = seed;
    for (int i = 0; i < options.jobs; ++i)
        plan.orders.push_back(makeOrder(chance, i, options.accounts));

    const auto threads = [&] { return options.threads > 0 ? options.threads : chance.from(1, 3); };
    const int kills = options.kills > 0 ? chance.from(1, options.kills) : 0;
    for (int i = 0; i < kills; ++i) {
        LifePlan life;
        life.threads = threads();
        life.point = options.point;
        if (life.point == kRandomPoint)
            life.point = pointNames().at(chance.from(0, static_cast<int>(pointNames().size()) - 1));
        life.passing = options.passing > 0 ? options.passing : chance.from(1, std::max(options.jobs / 2, 1));
        // There is about one start and one response for each order.
        life.events = chance.from(0, 2 * options.jobs);
        life.delay = chance.ms(chance.percent(50) ? 0 : 15);
        plan.lives.push_back(life);
    }
    std::sort(plan.lives.begin(), plan.lives.end(),
              [](const LifePlan &a, const LifePlan &b) { return a.events < b.events; });
    plan.threadsAfter = threads();
    return plan;
}

}  // namespace holdline::crash

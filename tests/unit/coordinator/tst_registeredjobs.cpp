// SPDX-License-Identifier: GPL-3.0-or-later
// Callbacks to a registered URL contain no token, only the job's upstream id. Tests which job a callback
// belongs to, and how long it waits for responses to start requests.
#include "service/holdline/jobs/registeredjobs.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using Answer = RegisteredJobs::Answer;
using Place = RegisteredJobs::Place;

namespace {

struct World
{
    World() : listener(jobs.join([this] { ++woken; })) {}

    Answer find(const QByteArray &id, RegisteredJobs::Number callback)
    {
        return jobs.find("api", id, callback, place);
    }
    Answer wait(const QByteArray &id, RegisteredJobs::Number callback)
    {
        return jobs.findOrWait("api", id, callback, listener, place);
    }

    RegisteredJobs jobs;
    int woken = 0;
    const int listener;
    Place place;
};

using Numbers = std::vector<RegisteredJobs::Number>;

}  // namespace

class TestRegisteredJobs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anIdFindsItsJob()
    {
        World world;
        QCOMPARE(world.find("x", world.jobs.arrive()), Answer::Unknown);
        world.jobs.add("api", "x", {2, 7});
        QCOMPARE(world.find("x", world.jobs.arrive()), Answer::Known);
        QCOMPARE(world.place, (Place{2, 7}));
        // The ids of each route are separate.
        QCOMPARE(world.jobs.find("other", "x", world.jobs.arrive(), world.place), Answer::Unknown);
        world.jobs.remove("api", "x", {2, 7});
        QCOMPARE(world.find("x", world.jobs.arrive()), Answer::Unknown);
        world.jobs.remove("unknown", "x", {2, 7});
    }

    void theLaterJobCounts()
    {
        World world;
        world.jobs.add("api", "x", {0, 1});
        world.jobs.add("api", "x", {1, 1});
        world.jobs.remove("api", "x", {0, 1});
        QCOMPARE(world.find("x", world.jobs.arrive()), Answer::Known);
        QCOMPARE(world.place, (Place{1, 1}));
    }

    void onlyAnEarlierStartCanNameIt()
    {
        World world;
        const auto before = world.jobs.arrive();
        const auto start = world.jobs.beginStart("api");
        QCOMPARE(world.find("x", before), Answer::Unknown);
        const auto after = world.jobs.arrive();
        QCOMPARE(world.find("x", after), Answer::MayCome);
        QCOMPARE(world.jobs.find("other", "x", after, world.place), Answer::Unknown);
        world.jobs.endStart("api", start);
        QCOMPARE(world.find("x", after), Answer::Unknown);
    }

    void theIdEndsTheWait()
    {
        World world;
        const auto start = world.jobs.beginStart("api");
        const auto mine = world.jobs.arrive();
        const auto other = world.jobs.arrive();
        QCOMPARE(world.wait("x", mine), Answer::MayCome);
        QCOMPARE(world.wait("y", other), Answer::MayCome);
        QCOMPARE(world.jobs.take(world.listener), Numbers());
        world.jobs.add("api", "x", {0, 1});
        QCOMPARE(world.woken, 1);
        QCOMPARE(world.jobs.take(world.listener), Numbers{mine});
        QCOMPARE(world.find("x", mine), Answer::Known);
        // No other job gets the id y, so its callback is unknown.
        world.jobs.endStart("api", start);
        QCOMPARE(world.woken, 2);
        QCOMPARE(world.jobs.take(world.listener), Numbers{other});
        QCOMPARE(world.find("y", other), Answer::Unknown);
        QCOMPARE(world.jobs.take(world.listener), Numbers());
    }

    /// Start requests that are sent after a callback do not prolong its wait.
    void theWaitEndsWithTheStartsBeforeIt()
    {
        World world;
        const auto first = world.jobs.beginStart("api");
        const auto second = world.jobs.beginStart("api");
        const auto callback = world.jobs.arrive();
        const auto third = world.jobs.beginStart("api");
        const auto late = world.jobs.arrive();
        QCOMPARE(world.wait("x", callback), Answer::MayCome);
        QCOMPARE(world.wait("x", late), Answer::MayCome);
        world.jobs.endStart("api", second);
        QCOMPARE(world.jobs.take(world.listener), Numbers());
        world.jobs.endStart("api", first);
        QCOMPARE(world.jobs.take(world.listener), Numbers{callback});
        world.jobs.endStart("api", third);
        QCOMPARE(world.jobs.take(world.listener), Numbers{late});
    }

    void oneWakeForAll()
    {
        World world;
        const auto start = world.jobs.beginStart("api");
        for (int i = 0; i < 10; ++i)
            world.wait("x", world.jobs.arrive());
        world.jobs.endStart("api", start);
        QCOMPARE(world.woken, 1);
        QCOMPARE(world.jobs.take(world.listener).size(), std::size_t(10));
    }

    void whatIsGivenUpIsNotDue()
    {
        World world;
        const auto start = world.jobs.beginStart("api");
        const auto callback = world.jobs.arrive();
        world.wait("x", callback);
        world.jobs.giveUp("api", callback);
        world.jobs.endStart("api", start);
        QCOMPARE(world.woken, 0);
        QCOMPARE(world.jobs.take(world.listener), Numbers());
    }

    void eachListenerGetsItsOwn()
    {
        World world;
        int others = 0;
        const int other = world.jobs.join([&others] { ++others; });
        const auto start = world.jobs.beginStart("api");
        const auto mine = world.jobs.arrive();
        const auto its = world.jobs.arrive();
        world.wait("x", mine);
        QCOMPARE(world.jobs.findOrWait("api", "x", its, other, world.place), Answer::MayCome);
        world.jobs.add("api", "x", {0, 1});
        QCOMPARE(world.jobs.take(other), Numbers{its});
        QCOMPARE(world.jobs.take(world.listener), Numbers{mine});
        QCOMPARE(others, 1);
        // Callbacks that wait for a listener are dropped when the listener leaves.
        const auto last = world.jobs.arrive();
        QCOMPARE(world.jobs.findOrWait("api", "z", last, other, world.place), Answer::MayCome);
        world.jobs.leave(other);
        world.jobs.endStart("api", start);
        QCOMPARE(others, 1);
    }
};

HOLDLINE_TEST(TestRegisteredJobs)
#include "tst_registeredjobs.moc"

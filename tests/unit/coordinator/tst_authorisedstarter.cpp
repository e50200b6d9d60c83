// SPDX-License-Identifier: GPL-3.0-or-later
// Start requests that need an access token: which of them wait, what is sent, and how they end without a
// token.
#include "service/holdline/credentials/authorisedstarter.h"
#include "tests/support/fakejobstarter.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

struct World
{
    World()
        : credentials([this](const Credentials::Spec &, std::uint64_t seen) { wanted.push_back(seen); }),
          starter(inner, credentials)
    {
        spec->kind = CredentialSpec::Kind::Token;
        spec->name = "token";
        QObject::connect(&starter, &JobStarter::finished, &starter,
                         [this](JobStarter::Ticket ticket, const StartResult &result) {
                             results.insert_or_assign(ticket, result);
                         });
    }

    StartCall call(std::chrono::milliseconds timeout = 10s) const
    {
        StartCall call;
        call.timeout = timeout;
        call.headers = {{"authorization", "Bearer of the client"}, {"X-Other", "1"}};
        call.token = spec;
        return call;
    }
    void give(std::uint64_t number, Duration life = 1h)
    {
        auto credential = std::make_shared<Credential>();
        credential->values = {"Bearer t" + QByteArray::number(number)};
        credential->number = number;
        credential->fetchedAt = Clock::now();
        credential->freshUntil = Clock::now() + life;
        state = {};
        state.credential = std::move(credential);
        credentials.take("token", state);
    }
    void fail(Duration pause, bool isRefused = false)
    {
        state.isFailing = true;
        state.error = u"scripted"_s;
        state.isRefused = isRefused;
        state.nextTry = Clock::now() + pause;
        credentials.take("token", state);
    }
    QByteArray sentToken(JobStarter::Ticket ticket) const
    {
        return profile::headerValue(inner.calls.at(ticket).headers, "Authorization")
            .value_or(QByteArrayView())
            .toByteArray();
    }

    std::shared_ptr<CredentialSpec> spec = std::make_shared<CredentialSpec>();
    CredentialState state;
    std::vector<std::uint64_t> wanted;
    FakeJobStarter inner;
    Credentials credentials;
    AuthorisedStarter starter;
    std::map<JobStarter::Ticket, StartResult> results;
};

}  // namespace

class TestAuthorisedStarter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void otherCallsGoStraight()
    {
        World world;
        StartCall call;
        call.timeout = 1s;
        world.starter.start(1, call);
        QCOMPARE(world.inner.calls.size(), 1U);
        world.inner.answer(1, Fate::Rejected, 401);
        // The request was sent without a token of Holdline, so a 401 is passed on to the client.
        QCOMPARE(world.results.at(1).status, 401);
        QVERIFY(world.wanted.empty());
    }

    void waitForTheToken()
    {
        World world;
        world.starter.start(1, world.call());
        world.starter.start(2, world.call());
        QCOMPARE(world.starter.waiting(), 2);
        QVERIFY(world.inner.calls.empty());
        world.give(1);
        QCOMPARE(world.starter.waiting(), 0);
        QCOMPARE(world.sentToken(1), "Bearer t1");
        QCOMPARE(world.sentToken(2), "Bearer t1");
        QCOMPARE(world.inner.calls.at(1).headers.size(), 2U);
        QVERIFY(world.inner.calls.at(1).timeout <= 10s);
        world.inner.accept(1, "a");
        QCOMPARE(world.results.at(1).upstreamId, "a");
        // The next start request uses the same token.
        world.starter.start(3, world.call());
        QCOMPARE(world.sentToken(3), "Bearer t1");
    }

    void expiredToken()
    {
        World world;
        world.give(1, 0s);
        world.starter.start(1, world.call());
        QVERIFY(world.inner.calls.empty());
        QCOMPARE(world.wanted, std::vector<std::uint64_t>{0});
        world.give(2);
        QCOMPARE(world.sentToken(1), "Bearer t2");
    }

    void refusedTokenOnce()
    {
        World world;
        world.give(4);
        world.starter.start(1, world.call());
        world.inner.answer(1, Fate::Rejected, 401);
        QVERIFY(world.results.empty());
        QCOMPARE(world.wanted, std::vector<std::uint64_t>{4});
        QCOMPARE(world.starter.refusedTotal(), 1U);
        world.give(5);
        QCOMPARE(world.sentToken(1), "Bearer t5");
        world.inner.accept(1, "a");
        QCOMPARE(world.results.at(1).fate, Fate::Accepted);
    }

    void refusedTokenTwice()
    {
        World world;
        world.give(4);
        world.starter.start(1, world.call());
        world.inner.answer(1, Fate::Rejected, 401);
        world.give(5);
        world.inner.answer(1, Fate::Rejected, 401);
        QCOMPARE(world.results.at(1).status, 401);
        QCOMPARE(world.inner.order.size(), 2U);
    }

    /// The credential fetcher has no newer token, so the 401 is passed on.
    void refusedAndNoNewOne()
    {
        World world;
        world.give(4);
        world.starter.start(1, world.call());
        world.inner.answer(1, Fate::Rejected, 401);
        world.give(4);
        QTRY_COMPARE(world.results.size(), 1U);
        QCOMPARE(world.results.at(1).status, 401);
        QCOMPARE(world.inner.order.size(), 1U);
    }

    void noToken()
    {
        World world;
        world.starter.start(1, world.call());
        world.fail(5s);
        QTRY_COMPARE(world.results.size(), 1U);
        const StartResult result = world.results.at(1);
        QCOMPARE(result.fate, Fate::NotStarted);
        QVERIFY(result.lacksToken && result.retryable && result.unreachable);
        QVERIFY(*result.retryAfter > 4s && *result.retryAfter <= 5s);
        QVERIFY(result.detail.contains("scripted"_L1));
        // During the pause after a failure, no further token is requested.
        const std::size_t asked = world.wanted.size();
        world.starter.start(2, world.call());
        // The result never arrives inside start().
        QCOMPARE(world.results.size(), 1U);
        QTRY_COMPARE(world.results.size(), 2U);
        QCOMPARE(world.wanted.size(), asked);
    }

    void afterThePause()
    {
        World world;
        world.fail(0s);
        world.starter.start(1, world.call());
        QCOMPARE(world.wanted.size(), 1U);
        QVERIFY(world.results.empty());
    }

    void refusedClient()
    {
        World world;
        world.starter.start(1, world.call());
        world.fail(5s, true);
        QTRY_COMPARE(world.results.size(), 1U);
        QVERIFY(!world.results.at(1).retryable);
    }

    void timeOut()
    {
        World world;
        world.starter.start(1, world.call(20ms));
        QTRY_COMPARE(world.results.size(), 1U);
        QVERIFY(world.results.at(1).timedOut && world.results.at(1).lacksToken);
        QCOMPARE(world.results.at(1).fate, Fate::NotStarted);
        world.give(1);
        QVERIFY(world.inner.calls.empty());
    }

    void otherTokens()
    {
        World world;
        world.starter.start(1, world.call());
        world.credentials.take("another", {});
        QCOMPARE(world.starter.waiting(), 1);
    }
};

HOLDLINE_TEST(TestAuthorisedStarter)
#include "tst_authorisedstarter.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// When keys and access tokens are fetched, how long they are used, and what happens after failed fetches.
#include "core/profile/signing.h"
#include "service/holdline/credentials/credentialfetcher.h"
#include "tests/support/fakejobstarter.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

CredentialFetcher::Limits quickLimits()
{
    CredentialFetcher::Limits limits;
    limits.leastLife = 40ms;
    limits.usualLife = 1h;
    limits.mostLife = 24h;
    limits.firstPause = 20ms;
    limits.longestPause = 80ms;
    return limits;
}

Credentials::Spec keys(const QByteArray &url = "https://keys.example/jwks?x=secret")
{
    auto spec = std::make_shared<CredentialSpec>();
    spec->url = url;
    spec->name = "keys " + url;
    return spec;
}

Credentials::Spec token(const QByteArray &secret = "s3cret")
{
    auto spec = std::make_shared<CredentialSpec>();
    spec->kind = CredentialSpec::Kind::Token;
    spec->url = "https://auth.example/token";
    spec->name = "token";
    spec->client = {spec->url, "me", "own"};
    spec->secrets = std::make_shared<const profile::Secrets>(profile::Secrets{{"own", secret}});
    return spec;
}

QByteArray keySet(char fill = 'k')
{
    return profile::formatKeySet({QByteArray(32, fill)});
}

struct World
{
    explicit World(const CredentialFetcher::Limits &limits = quickLimits())
        : fetcher(
              caller,
              [this](const QByteArray &name, const CredentialState &state) {
                  told[name] = state;
                  ++tells;
              },
              limits)
    {
    }

    /// Sends this response to the oldest request.
    void answer(int status, const QByteArray &body, profile::HeaderFields headers = {})
    {
        const auto [ticket, call] = *caller.calls.begin();
        StartResult result;
        result.status = status;
        profile::MessageView view;
        view.status = status;
        view.headers = headers;
        view.body = body;
        call.readAnswer(view, result);
        caller.finish(ticket, result);
    }
    void breakOff()
    {
        StartResult result;
        result.unreachable = true;
        result.proxyStatus = "connection_refused";
        caller.finish(caller.calls.begin()->first, result);
    }
    int sent() const { return static_cast<int>(caller.order.size()); }
    int underWay() const { return static_cast<int>(caller.calls.size()); }
    /// Returns the state that CredentialFetcher::want() reports at once; nullopt when a fetch is in progress.
    std::optional<CredentialState> want(const Credentials::Spec &spec, std::uint64_t seen = 0)
    {
        std::optional<CredentialState> answered;
        fetcher.want(spec, seen, [&](const QByteArray &, const CredentialState &state) { answered = state; });
        return answered;
    }
    CredentialState &state(const Credentials::Spec &spec) { return told[spec->name]; }

    FakeJobStarter caller;
    std::map<QByteArray, CredentialState> told;
    int tells = 0;
    CredentialFetcher fetcher;
};

}  // namespace

class TestCredentialFetcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysAreFetchedAtOnce()
    {
        World world;
        world.fetcher.reload({keys(), keys(), keys("https://other/jwks")});
        // Two routes with the same URL share one fetch.
        QCOMPARE(world.sent(), 2);
        QCOMPARE(world.fetcher.missingKeySets(), 2);
        const StartCall &call = world.caller.calls.begin()->second;
        QCOMPARE(call.method, "GET");
        QCOMPARE(call.timeout, 10s);
        world.answer(200, keySet());
        QCOMPARE(world.fetcher.missingKeySets(), 1);
        const auto &credential = world.state(keys()).credential;
        QVERIFY(credential);
        QCOMPARE(credential->values, profile::PublicKeys{QByteArray(32, 'k')});
        QCOMPARE(world.fetcher.counts(CredentialSpec::Kind::KeySet).fetched, 1U);
    }

    void lifetimes_data()
    {
        QTest::addColumn<QByteArray>("cacheControl");
        QTest::addColumn<qint64>("milliseconds");
        QTest::newRow("says nothing") << QByteArray() << qint64(3'600'000);
        QTest::newRow("within bounds") << QByteArray("max-age=600") << qint64(600'000);
        QTest::newRow("too short") << QByteArray("no-store") << qint64(40);
        QTest::newRow("too long") << QByteArray("max-age=999999999") << qint64(24 * 3'600'000);
    }

    void lifetimes()
    {
        QFETCH(QByteArray, cacheControl);
        QFETCH(qint64, milliseconds);
        World world;
        world.fetcher.reload({keys()});
        world.answer(200, keySet(), {{"cache-control", cacheControl}});
        const auto &credential = *world.state(keys()).credential;
        QCOMPARE(credential.freshUntil - credential.fetchedAt,
                 Duration(std::chrono::milliseconds(milliseconds)));
    }

    void refreshedBeforeTheyExpire()
    {
        World world;
        world.fetcher.reload({keys()});
        world.answer(200, keySet('a'), {{"Cache-Control", "max-age=0"}});
        QTRY_COMPARE(world.sent(), 2);
        QVERIFY(Clock::now() < world.state(keys()).credential->fetchedAt + 30s);
        world.answer(200, keySet('b'));
        QCOMPARE(world.state(keys()).credential->values.front(), QByteArray(32, 'b'));
        QCOMPARE(world.state(keys()).number(), 2U);
    }

    /// After failed fetches the old keys stay in use, and each pause is longer than the one before.
    void failuresKeepTheKeys()
    {
        QTest::ignoreMessage(
            QtWarningMsg,
            QRegularExpression(u"cannot be fetched: url=https://keys.example/jwks: .*stay in use"_s));
        World world;
        world.fetcher.reload({keys()});
        world.answer(200, keySet());
        world.fetcher.reload({keys()});
        world.breakOff();
        QVERIFY(world.state(keys()).isFailing);
        QCOMPARE(world.state(keys()).number(), 1U);
        QTRY_COMPARE(world.sent(), 3);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the key set is not JSON"_s));
        world.answer(200, "<html>");
        QCOMPARE(world.state(keys()).number(), 1U);
        QTRY_COMPARE(world.sent(), 4);
        world.answer(200, keySet('n'));
        QVERIFY(!world.state(keys()).isFailing);
        QCOMPARE(world.state(keys()).credential->values.front(), QByteArray(32, 'n'));
        QCOMPARE(world.fetcher.counts(CredentialSpec::Kind::KeySet).failed, 2U);
    }

    void failures_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("not found") << 404 << keySet();
        QTest::newRow("a redirect") << 302 << QByteArray();
        QTest::newRow("busy") << 503 << QByteArray();
        QTest::newRow("no keys") << 200 << QByteArray("{\"keys\":[]}");
        QTest::newRow("too large") << 200 << QByteArray(70'000, ' ') + keySet();
        QTest::newRow("nothing") << 200 << QByteArray();
    }

    void failures()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        World world;
        world.fetcher.reload({keys()});
        world.answer(status, body);
        QVERIFY(world.state(keys()).isFailing);
        QVERIFY(!world.state(keys()).credential);
        QCOMPARE(world.fetcher.missingKeySets(), 1);
    }

    /// Forged callbacks must not cause many fetches.
    void renewalsAreLimited()
    {
        World world;
        world.fetcher.reload({keys()});
        world.answer(200, keySet());
        for (int i = 0; i < CredentialFetcher::kRenewals; ++i) {
            QVERIFY(!world.want(keys(), world.state(keys()).number()));
            // A second caller shares the fetch in progress.
            QVERIFY(!world.want(keys(), world.state(keys()).number()));
            QCOMPARE(world.underWay(), 1);
            world.answer(200, keySet());
        }
        const int sent = world.sent();
        const auto answered = world.want(keys(), world.state(keys()).number());
        QVERIFY(answered);
        QCOMPARE(answered->number(), world.state(keys()).number());
        QCOMPARE(world.sent(), sent);
        // A caller that has seen only older keys gets the current keys.
        QVERIFY(world.want(keys(), 1));
    }

    void keysOfNoRoute()
    {
        World world;
        world.fetcher.reload({keys()});
        world.answer(200, keySet(), {{"Cache-Control", "max-age=0"}});
        world.fetcher.reload({});
        QTest::qWait(100);
        QCOMPARE(world.sent(), 1);
        QCOMPARE(world.fetcher.oldestKeySet(Clock::now()), Duration::zero());
        // Earlier jobs of the removed route may still need its keys.
        QVERIFY(world.want(keys()));
    }

    void oneTokenForAll()
    {
        World world;
        world.fetcher.reload({token()});
        QCOMPARE(world.sent(), 0);
        for (int i = 0; i < 50; ++i)
            QVERIFY(!world.want(token()));
        QCOMPARE(world.sent(), 1);
        QCOMPARE(world.caller.calls.begin()->second.body, "grant_type=client_credentials");
        world.answer(200, R"({"access_token":"t1","expires_in":3600})");
        const auto &credential = *world.state(token()).credential;
        QCOMPARE(credential.values.front(), "Bearer t1");
        QCOMPARE(credential.freshUntil - credential.fetchedAt, Duration(3540s));
        QVERIFY(world.want(token()));
        QCOMPARE(world.sent(), 1);
    }

    void expiredTokens()
    {
        World world;
        QVERIFY(!world.want(token()));
        world.answer(200, R"({"access_token":"t1","expires_in":0})");
        QTRY_VERIFY(Clock::now() > world.state(token()).credential->freshUntil);
        QVERIFY(!world.want(token()));
        QCOMPARE(world.sent(), 2);
    }

    void failedTokens()
    {
        World world;
        QVERIFY(!world.want(token()));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no access token .*invalid_client"_s));
        world.answer(401, R"({"error":"invalid_client","error_description":"s3cret"})");
        QVERIFY(world.state(token()).isRefused);
        // No new fetch before the pause is over.
        QVERIFY(world.want(token())->isFailing);
        QCOMPARE(world.sent(), 1);
        QTRY_VERIFY(!world.want(token()));
        QCOMPARE(world.sent(), 2);
        world.breakOff();
        QVERIFY(!world.state(token()).isRefused);
        // A new configuration may have another secret, so it is tried at once.
        world.fetcher.reload({token("new")});
        QVERIFY(!world.want(token("new")));
        QCOMPARE(world.sent(), 3);
        const QByteArray field =
            profile::headerValue(world.caller.calls.begin()->second.headers, "Authorization")->toByteArray();
        QCOMPARE(QByteArray::fromBase64(field.sliced(6)), "me:new");
    }

    void missingSecret()
    {
        auto spec = std::make_shared<CredentialSpec>(*token());
        spec->secrets = std::make_shared<const profile::Secrets>();
        World world;
        world.want(spec);
        QCOMPARE(world.sent(), 0);
        QVERIFY(world.state(spec).isRefused);
    }
};

HOLDLINE_TEST(TestCredentialFetcher)
#include "tst_credentialfetcher.moc"

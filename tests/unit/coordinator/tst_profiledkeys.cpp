// SPDX-License-Identifier: GPL-3.0-or-later Idempotency keys on a route with a profile. There, requests may
// have any body and any query.
#include "core/profile/profilereader.h"
#include "core/routing/routeset.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kProfile =
    "name = \"api\"\n[start]\ncallback = \"header:X-Callback\"\nfrom_query = { "
    "\"body:/n\" = \"{query:n}\" }\n[callback]\ncompleted = \"*\"\n";

Config config()
{
    auto read = profile::readProfile(kProfile, u"api.toml"_s);
    if (const auto *errors = std::get_if<QStringList>(&read))
        qFatal("%s", qPrintable(errors->join(u'\n')));
    auto set = std::make_shared<RouteSet>();
    RouteConfig route;
    route.name = "api";
    route.path = "/f";
    route.profile = std::make_shared<const profile::Profile>(std::get<profile::Profile>(std::move(read)));
    route.upstream = QUrl(u"http://up.example/f"_s);
    set->routes.push_back(route);
    Config config = quickConfig();
    config.routes = std::move(set);
    return config;
}

struct World : CoordinatorWorld
{
    World() : CoordinatorWorld(config()) {}

    Client ask(const QByteArray &method, const QByteArray &target, const QByteArray &body)
    {
        http::Request request = post(body, http::HeaderFields{{"Idempotency-Key", "\"k\""}});
        request.method = method;
        request.target = target;
        Client client;
        auto exchange = std::make_unique<FakeExchange>(client.log);
        client.exchange = exchange.get();
        coordinator.hold(request, coordinator.routes().find("/f")->readRequest(request), std::move(exchange));
        return client;
    }
};

}  // namespace

class TestProfiledKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aKeyStandsForAnyBody_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("otherTarget");
        QTest::addColumn<QByteArray>("otherBody");
        const auto row = [](const char *name, const char *method, const char *target, const char *body,
                            const char *otherTarget, const char *otherBody) {
            QTest::newRow(name) << QByteArray(method) << QByteArray(target) << QByteArray(body)
                                << QByteArray(otherTarget) << QByteArray(otherBody);
        };
        row("no body", "POST", "/f", "", "/f", "x");
        row("text", "POST", "/f", "hello you", "/f", "hello me");
        row("a form", "POST", "/f", "a=1,2", "/f", "a=1,3");
        row("broken JSON", "POST", "/f", "{\"a\":1,", "/f", "{\"a\":1,,");
        row("a query", "POST", "/f?a=1", "x", "/f?a=2", "x");
        row("GET", "GET", "/f?n=1", "", "/f?n=2", "");
    }
    void aKeyStandsForAnyBody()
    {
        QFETCH(const QByteArray, method);
        QFETCH(const QByteArray, target);
        QFETCH(const QByteArray, body);
        QFETCH(const QByteArray, otherTarget);
        QFETCH(const QByteArray, otherBody);
        World world;
        const Client first = world.ask(method, target, body);
        QTRY_COMPARE(world.starter.order.size(), 1u);
        const Client same = world.ask(method, target, body);
        const Client other = world.ask(method, otherTarget, otherBody);
        QTRY_COMPARE(other.log->answers.size(), 1u);
        QCOMPARE(code(other.log->answers.front()), "idempotency_key_reused");
        QVERIFY(same.log->answers.empty());
        QCOMPARE(world.starter.order.size(), 1u);
    }
};

HOLDLINE_TEST(TestProfiledKeys)
#include "tst_profiledkeys.moc"

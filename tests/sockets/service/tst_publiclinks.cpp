// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service behind a proxy that strips a path prefix: all links contain the prefix.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

QJsonObject json(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

/// Returns the links in the JSON of a job, separated by spaces.
QByteArray linksIn(const QJsonObject &job)
{
    const QJsonObject links = job.value("links"_L1).toObject();
    return (links.value("self"_L1).toString() + u' ' + links.value("result"_L1).toString() + u' ' +
            links.value("events"_L1).toString())
        .toUtf8();
}

QByteArray linksOf(const QByteArray &base, const QByteArray &id)
{
    const QByteArray self = base + "/v1/jobs/" + id;
    return self + ' ' + self + "/result " + self + "/events";
}

}  // namespace

class TestPublicLinks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allLinksFollow_data()
    {
        QTest::addColumn<QString>("publicUrl");
        QTest::addColumn<QString>("trusted");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("base");
        const QByteArray prefix = "X-Forwarded-Prefix: /holdline/\r\n";
        QTest::newRow("none") << QString() << QString() << ""_ba
                              << ""_ba;
        QTest::newRow("public URL") << u"https://p.example/holdline/"_s << QString() << ""_ba
                                    << "https://p.example/holdline"_ba;
        QTest::newRow("trusted prefix") << QString() << u"127.0.0.0/8"_s << prefix << "/holdline"_ba;
        QTest::newRow("untrusted prefix") << QString() << u"10.0.0.0/8"_s << prefix << ""_ba;
        QTest::newRow("nobody is trusted") << QString() << QString() << prefix << ""_ba;
        QTest::newRow("public URL and prefix")
            << u"https://p.example"_s << u"127.0.0.0/8"_s << prefix << "https://p.example"_ba;
    }
    void allLinksFollow()
    {
        QFETCH(QString, publicUrl);
        QFETCH(QString, trusted);
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, base);
        ScriptedServer upstream;
        Config config = WholeService::quietConfig();
        config.server.publicUrl = QUrl(publicUrl);
        config.server.trustedProxies = parseAddressRanges(trusted).value();
        WholeService service(upstream.url(), config);
        const auto get = [&](const QByteArray &target) {
            return ask(service.port(), RawHttpClient::get(target, field));
        };

        // A hand-over, and a client whose wait ends without a result.
        const RawAnswer accepted =
            ask(service.port(), startRequest("acme", "Prefer: respond-async\r\n" + field));
        QCOMPARE(accepted.status, 202);
        const QByteArray id = accepted.headers.value("Holdline-Job");
        QCOMPARE(accepted.headers.value("Location"), base + "/v1/jobs/" + id);
        QCOMPARE(linksIn(json(accepted.body)), linksOf(base, id));
        const QByteArray keyed = "Idempotency-Key: \"k\"\r\n" + field;
        const RawAnswer late = ask(service.port(), startRequest("keyed", "Prefer: wait=1\r\n" + keyed));
        QCOMPARE(late.status, 504);
        QCOMPARE(late.headers.value("Location"), base + "/v1/jobs/" + late.headers.value("Holdline-Job"));

        // The jobs API.
        QCOMPARE(linksIn(json(get("/v1/jobs/" + id).body)), linksOf(base, id));
        const RawAnswer running = get("/v1/jobs/" + id + "/result");
        QCOMPARE(running.status, 202);
        QCOMPARE(running.headers.value("Location"), base + "/v1/jobs/" + id);
        QCOMPARE(linksIn(json(running.body)), linksOf(base, id));
        const QJsonArray found = json(get("/v1/jobs?idempotency_key=k").body).value("jobs"_L1).toArray();
        QCOMPARE(linksIn(found.first().toObject()), linksOf(base, late.headers.value("Holdline-Job")));
        RawHttpClient events(service.port());
        events.send(RawHttpClient::get("/v1/jobs/" + id + "/events", field));
        QTRY_VERIFY(events.received().contains("\"self\":\"" + base + "/v1/jobs/" + id + '"'));

        // The OpenAPI document.
        const QJsonObject described = json(get("/openapi.json").body);
        const QJsonArray servers = described.value("servers"_L1).toArray();
        QCOMPARE(servers.size(), 1);
        QCOMPARE(servers.first().toObject().value("url"_L1).toString().toLatin1(),
                 base.isEmpty() ? "/"_ba : base);

        // The end of the job.
        RawHttpClient waiting(service.port());
        waiting.send(startRequest("keyed", keyed));
        QTRY_COMPARE(service.metric("holdline_jobs_joined_total"), 1);
        for (const ScriptedServer::Arrival &start : upstream.arrivals())
            QCOMPARE(postCallback(start).status, 200);
        QTRY_COMPARE(waiting.status(), 200);
        QCOMPARE(waiting.answers().front().headers.value("Location"),
                 base + "/v1/jobs/" + late.headers.value("Holdline-Job"));
        QCOMPARE(waiting.answers().front().body, result());
    }

    /// Clients of one job send their requests through different proxies, and each gets links for its own
    /// proxy.
    void eachClientGetsItsOwn()
    {
        ScriptedServer upstream;
        Config config = WholeService::quietConfig();
        config.server.trustedProxies = parseAddressRanges(u"127.0.0.1"_s).value();
        WholeService service(upstream.url(), config);
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (const char *prefix : {"/a", "/b", ""}) {
            clients.push_back(std::make_unique<RawHttpClient>(service.port()));
            clients.back()->send(startRequest(
                "acme", QByteArray("Idempotency-Key: \"k\"\r\nX-Forwarded-Prefix: ") + prefix + "\r\n"));
        }
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        QTRY_COMPARE(service.metric("holdline_jobs_joined_total"), 2);
        QCOMPARE(postCallback(upstream.arrivals().first()).status, 200);
        const QByteArrayList bases{"/a", "/b", ""};
        for (std::size_t i = 0; i < clients.size(); ++i) {
            QTRY_COMPARE(clients[i]->status(), 200);
            const RawAnswer answer = clients[i]->answers().front();
            QCOMPARE(answer.headers.value("Location"),
                     bases[static_cast<qsizetype>(i)] + "/v1/jobs/" + answer.headers.value("Holdline-Job"));
        }
    }

    /// Both options can be changed by a reload.
    void reload()
    {
        ScriptedServer upstream;
        Config config = WholeService::quietConfig();
        WholeService service(upstream.url(), config);
        const auto location = [&] {
            return ask(service.port(), startRequest("acme", "Prefer: respond-async\r\n"))
                .headers.value("Location");
        };
        QVERIFY(location().startsWith("/v1/jobs/"));
        config.server.publicUrl = QUrl(u"https://p.example"_s);
        config.upstream.url = upstream.url();
        service.service().reload(config);
        QTRY_VERIFY(location().startsWith("https://p.example/v1/jobs/"));
    }
};

HOLDLINE_TEST(TestPublicLinks)
#include "tst_publiclinks.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// holdline in front of `jobserver --profile`: the simulated API of each shipped profile, with its faults.
#include "core/profile/shippedprofiles.h"
#include "core/routing/routeset.h"
#include "service/jobserver/apimessages.h"
#include "tests/support/rawhttpclient.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"
#include "tests/unit/profile/exchange.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A simulated API, and the service in front of it.
class Rehearsal
{
public:
    explicit Rehearsal(const QString &name, const FaultOptions &faults = {}, bool asksSoon = false,
                       std::chrono::milliseconds duration = 20ms, int progress = 0)
        : m_exchange(name)
    {
        auto profile = std::make_shared<profile::Profile>(*profile::shippedProfile(name));
        if (asksSoon && profile->status)
            profile->status->first = profile->status->every = profile->status->longest = 20ms;
        const auto &verify = profile->callback ? profile->callback->verify : std::nullopt;
        JobServerOptions options = WholeService::quickJobs();
        options.duration = duration;
        options.profile = profile;
        options.faults = faults;
        options.progress = progress;
        options.callbackBackoff = 5ms;
        if (verify && !verify->secrets.empty())
            options.secret = m_exchange.secrets.at(verify->secrets.front()).split('\n').front();
        m_api = std::make_unique<JobServer>(options);
        if (!m_api->listen(QHostAddress::LocalHost, 0))
            qFatal("cannot listen");
        const QUrl upstream(u"http://127.0.0.1:%1"_s.arg(m_api->port()));
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = name.toLatin1();
        route.takesRest = true;
        route.profile = profile;
        route.upstream = upstream;
        if (verify && !verify->jwks.isEmpty())
            route.jwks =
                upstream.toEncoded() + QUrl::fromEncoded(verify->jwks).path(QUrl::FullyEncoded).toLatin1();
        if (name == "mpesa"_L1)
            route.oauth2 = OAuth2Client{upstream.toEncoded() + "/oauth/v1/generate",
                                        {},
                                        "consumer",
                                        {},
                                        {},
                                        OAuth2Client::Style::Get};
        set->routes.push_back(route);
        set->secrets = m_exchange.secrets;
        set->secrets["consumer"] = "key:secret";
        Config config = WholeService::quietConfig();
        config.routes = set;
        m_service = std::make_unique<WholeService>(upstream, config);
    }

    std::unique_ptr<RawHttpClient> request(const QByteArray &fields = {})
    {
        const QJsonObject recorded = m_exchange.json["client"_L1].toObject();
        const RecordedMessage client(recorded);
        QByteArray all = fields;
        for (const auto &[name, value] : client.headers) {
            // Skips recorded fields for which the caller gave another value.
            if (!fields.contains(name))
                all += name + ": " + value + "\r\n";
        }
        auto raw = std::make_unique<RawHttpClient>(m_service->port());
        raw->send(RawHttpClient::post(recorded["target"_L1].toString().toUtf8(), client.body, all));
        return raw;
    }

    double metric(const QByteArray &name) { return m_service->metric("holdline_" + name); }
    quint16 port() const { return m_service->port(); }
    JobServer &api() { return *m_api; }

private:
    Exchange m_exchange;
    std::unique_ptr<JobServer> m_api;
    std::unique_ptr<WholeService> m_service;
};

bool isRegistered(const QString &name)
{
    return profile::shippedProfile(name)->start.callbackMode == profile::StartRule::CallbackMode::Registered;
}

void addProfiles(bool onlyAsked = false)
{
    QTest::addColumn<QString>("name");
    for (const QString &name : profile::shippedProfiles()) {
        if (!isRegistered(name) && (!onlyAsked || profile::shippedProfile(name)->status))
            QTest::newRow(qPrintable(name)) << name;
    }
}

FaultOptions faultsOf(Fault fault, double percent = 100)
{
    FaultOptions faults;
    faults[fault] = percent;
    return faults;
}

}  // namespace

class TestRehearsal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void completed_data() { addProfiles(); }
    void completed()
    {
        QFETCH(QString, name);
        Rehearsal world(name, {}, !profile::shippedProfile(name)->callback);
        const auto client = world.request();
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(world.metric("route_jobs_total{route=\"" + name.toLatin1() + "\",outcome=\"completed\"}"),
                 1);
        QCOMPARE(world.metric("callbacks_total{result=\"unauthorised\"}"), 0);
        QCOMPARE(world.metric("callbacks_total{result=\"malformed\"}"), 0);
        QVERIFY2(!client->answers().front().body.isEmpty(), client->received().constData());
    }

    void failed_data() { addProfiles(); }
    void failed()
    {
        QFETCH(QString, name);
        const auto &profile = *profile::shippedProfile(name);
        Rehearsal world(name, faultsOf(Fault::Failed), !profile.callback);
        const auto client = world.request();
        QTRY_VERIFY(client->status() != 0);
        // deepgram's callbacks cannot report a failure.
        const bool canFail = !profile.callback || !profile.callback->state.empty();
        const QByteArray outcome = canFail ? "job_failed" : "completed";
        QCOMPARE(
            world.metric("route_jobs_total{route=\"" + name.toLatin1() + "\",outcome=\"" + outcome + "\"}"),
            1);
    }

    void progress_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString &name : profile::shippedProfiles()) {
            if (!isRegistered(name) && canTellProgress(*profile::shippedProfile(name)))
                QTest::newRow(qPrintable(name)) << name;
        }
    }

    /// The job still runs after each progress callback, and then completes.
    void progress()
    {
        QFETCH(QString, name);
        Rehearsal world(name, {}, false, 90ms, 2);
        const auto client = world.request();
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(world.api().stats().finished, 1U);
        // A callback that reports the end without a result is also counted as `progress`.
        QTRY_VERIFY(world.metric("callbacks_total{result=\"progress\"}") >= 2);
        QCOMPARE(world.metric("callbacks_total{result=\"duplicate\"}"), 0);
        QCOMPARE(world.metric("callbacks_total{result=\"unauthorised\"}"), 0);
    }

    void asked_data() { addProfiles(true); }
    /// The callback does not arrive, and a status query finds the end of the job.
    void asked()
    {
        QFETCH(QString, name);
        Rehearsal world(name, faultsOf(Fault::NoCallback), true);
        const auto client = world.request();
        QTRY_COMPARE(client->status(), 200);
        QVERIFY(world.metric("upstream_status_requests_total") >= 1);
    }

    void faults_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("fault");
        for (const QString &name : profile::shippedProfiles()) {
            if (isRegistered(name) || !profile::shippedProfile(name)->callback)
                continue;
            for (const auto &[word, fault] : {std::pair{"duplicate", Fault::Duplicate},
                                              {"early", Fault::Early},
                                              {"wrong id", Fault::WrongId},
                                              {"reset", Fault::Reset},
                                              {"garbage", Fault::Garbage}})
                QTest::addRow("%s %s", qPrintable(name), word) << name << static_cast<int>(fault);
        }
    }

    /// The job succeeds in spite of the fault.
    void faults()
    {
        QFETCH(QString, name);
        QFETCH(int, fault);
        const auto &profile = *profile::shippedProfile(name);
        Rehearsal world(name, faultsOf(static_cast<Fault>(fault)));
        const auto client = world.request();
        if (static_cast<Fault>(fault) == Fault::WrongId && profile.callback->job.empty()) {
            QTRY_COMPARE(client->status(), 200);
            return;  // the job is found by its token alone
        }
        // Without the response to the start request, the upstream id is unknown, and the result cannot be
        // queried.
        const bool isLost =
            static_cast<Fault>(fault) == Fault::Reset || static_cast<Fault>(fault) == Fault::Garbage;
        if (isLost && profile.status && profile.status->afterCallback) {
            QTRY_VERIFY(world.api().stats().callbacksDelivered + world.api().stats().callbacksGivenUp >= 1);
            return;
        }
        QTRY_COMPARE(client->status(), 200);
        if (static_cast<Fault>(fault) == Fault::Duplicate)
            QTRY_VERIFY(world.metric("callbacks_total{result=\"duplicate\"}") +
                            world.metric("callbacks_total{result=\"progress\"}") >=
                        1);
    }

    void refusedStarts()
    {
        Rehearsal world(u"replicate"_s, faultsOf(Fault::Start503, 60));
        const auto client = world.request();
        QTRY_COMPARE_WITH_TIMEOUT(client->status(), 200, 20'000);
    }

    void cancelled_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString &name : profile::shippedProfiles()) {
            if (!isRegistered(name) && profile::shippedProfile(name)->cancel)
                QTest::newRow(qPrintable(name)) << name;
        }
    }

    void cancelled()
    {
        QFETCH(QString, name);
        Rehearsal world(name, {}, false, 1h);
        const auto client = world.request("Prefer: respond-async\r\n");
        QTRY_COMPARE(client->status(), 202);
        const QByteArray address = client->answers().front().headers.value("Location");
        QTRY_COMPARE(world.api().stats().starts, 1U);
        QTRY_COMPARE(world.metric("upstream_starts_total{fate=\"accepted\"}"), 1);
        RawHttpClient canceller(world.port());
        canceller.send("DELETE " + address + " HTTP/1.1\r\nHost: a\r\n\r\n");
        QTRY_VERIFY(canceller.status() != 0);
        QTRY_COMPARE(world.metric("upstream_cancels_total{result=\"done\"}"), 1);
        QTRY_COMPARE(world.api().stats().running, 0U);
    }
};

HOLDLINE_TEST(TestRehearsal)
#include "tst_rehearsal.moc"

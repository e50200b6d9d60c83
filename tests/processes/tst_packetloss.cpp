// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service when one packet in twenty is lost in each direction: to and from clients, to and from the
// upstream, and of callbacks.
#include "tests/support/asking.h"
#include "tests/support/lossylink.h"
#include "tests/support/lossyrelay.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <random>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr double kLoss = 0.05;
constexpr int kJobs = 300;
constexpr int kAccounts = 60;

unsigned freshSeed()
{
    const QByteArray replay = qgetenv("HOLDLINE_SEED");
    const unsigned seed = replay.isEmpty() ? std::random_device()() : replay.toUInt();
    qInfo("seed %u", seed);
    return seed;
}

}  // namespace

class TestPacketLoss : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void packetLoss_data();
    void packetLoss();

private:
    void overALossyLink();
    void overLossyRelays();
};

/// Real packets are lost where the system allows this (root, network namespaces). Elsewhere only the relays
/// are used.
void TestPacketLoss::packetLoss_data()
{
    QTest::addColumn<bool>("real");
    QTest::newRow("segments held back by relays") << false;
    if (LossyLink::isPossible())
        QTest::newRow("packets lost between two network namespaces") << true;
}

void TestPacketLoss::packetLoss()
{
    QFETCH(bool, real);
    if (real)
        overALossyLink();
    else
        overLossyRelays();
}

/// holdline runs on side A; clients and the job server run on side B.
void TestPacketLoss::overALossyLink()
{
    LossyLink link(kLoss, freshSeed());
    QVERIFY(link.isOpen());
    Program jobserver(link.prefix(LossyLink::B) +
                      QStringList{QStringLiteral(JOBSERVER_PROGRAM), u"--listen"_s, u"0.0.0.0:0"_s});
    jobserver.start();
    QTRY_VERIFY2(jobserver.out().contains("/start"), jobserver.err().constData());
    const QString text = QString::fromLatin1(jobserver.out());
    const quint16 upstreamPort = text.mid(text.indexOf(u"0.0.0.0:"_s) + 8).section(u'/', 0, 0).toUShort();

    HoldlineProgram holdline(
        {u"--upstream"_s, u"http://%1:%2/start"_s.arg(LossyLink::address(LossyLink::B)).arg(upstreamPort),
         u"--deadline"_s, u"4m"_s, u"--start-timeout"_s, u"2m"_s, u"--retry-attempts"_s, u"20"_s,
         u"--circuit-failures"_s, u"0"_s},
        link.prefix(LossyLink::A), LossyLink::address(LossyLink::A));
    QVERIFY2(holdline.startListening(), holdline.err().constData());

    Program jobclient(
        link.prefix(LossyLink::B) +
        QStringList{QStringLiteral(JOBCLIENT_PROGRAM), u"--url"_s,
                    u"http://%1:%2/start"_s.arg(LossyLink::address(LossyLink::A)).arg(holdline.port()),
                    u"--jobs"_s, QString::number(kJobs), u"--accounts"_s, QString::number(kAccounts),
                    u"--limit"_s, u"5m"_s, u"--timeout"_s, u"5m"_s, u"--json"_s});
    jobclient.start();
    QTRY_VERIFY_WITH_TIMEOUT(!jobclient.out().isEmpty() && !jobclient.isRunning(), 300'000);
    QVERIFY2(jobclient.exitCode() == 0, (jobclient.out() + jobclient.err()).constData());

    QJsonObject stats;
    link.on(LossyLink::B, [&] {
        stats = QJsonDocument::fromJson(ask(upstreamPort, RawHttpClient::get("/stats")).body).object();
    });
    double completed = 0;
    link.on(LossyLink::A,
            [&] { completed = holdline.metric("holdline_requests_total{outcome=\"completed\"}"); });
    qInfo("%d packets carried, %d lost", link.carried(), link.lost());
    QVERIFY(link.lost() > 0);
    QCOMPARE(completed, double(kJobs));
    QCOMPARE(stats[u"starts"_s].toInt(), kJobs);
    QCOMPARE(stats[u"duplicate_starts"_s].toInt(-1), 0);
}

void TestPacketLoss::overLossyRelays()
{
    const unsigned seed = freshSeed();
    JobServer jobServer(WholeService::quickJobs());
    QVERIFY(jobServer.listen(QHostAddress::LocalHost, 0));
    LossyRelay starts(kLoss, seed);
    LossyRelay callbacks(kLoss, seed + 1);
    LossyRelay clients(kLoss, seed + 2);
    starts.setTarget(jobServer.port());

    Config config = WholeService::quietConfig();
    config.hold.deadline = 4min;
    config.upstream.startTimeout = 2min;
    config.circuit.failures = 0;
    config.server.callbackUrl = QUrl(u"http://127.0.0.1:%1/callback"_s.arg(callbacks.port()));
    WholeService world(QUrl(u"http://127.0.0.1:%1/start"_s.arg(starts.port())), config);
    callbacks.setTarget(world.port());
    clients.setTarget(world.port());

    LoadOptions options;
    options.jobs = kJobs;
    options.accounts = kAccounts;
    options.timeout = 5min;
    options.limit = 5min;
    options.url = QUrl(u"http://127.0.0.1:%1/start"_s.arg(clients.port()));
    LoadGenerator generator(options);
    generator.start();
    QTRY_COMPARE_WITH_TIMEOUT(generator.report().done(), kJobs, 240'000);
    qInfo("%d segments carried, %d held back", starts.carried() + callbacks.carried() + clients.carried(),
          starts.lost() + callbacks.lost() + clients.lost());
    QVERIFY2(generator.report().succeeded == kJobs, generator.report().toJson().constData());
    QCOMPARE(jobServer.stats().starts, std::uint64_t(kJobs));
    QCOMPARE(jobServer.stats().duplicateStarts, std::uint64_t(0));
}

HOLDLINE_TEST(TestPacketLoss)
#include "tst_packetloss.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The benchmark program runs and prints its report. Its figures are not checked.
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline::test;
using namespace Qt::StringLiterals;

class TestBench : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reports_data();
    void reports();
};

void TestBench::reports_data()
{
    QTest::addColumn<QString>("scenario");
    QTest::addColumn<QStringList>("members");
    QTest::newRow("whole") << u"whole"_s
                           << QStringList{u"holdline_us_per_job"_s, u"jobserver_us_per_job"_s,
                                          u"jobclient_us_per_job"_s, u"jobs_per_second"_s};
    QTest::newRow("held") << u"held"_s
                          << QStringList{u"bytes_per_held"_s, u"bare_us_per_request"_s,
                                         u"single_us_per_job"_s, u"us_per_job"_s, u"jobs_per_second"_s};
    QTest::newRow("monitor") << u"monitor"_s
                             << QStringList{u"holdline_us_per_job"_s, u"jobs_per_second"_s, u"rss_mib"_s};
    QTest::newRow("keyed") << u"keyed"_s
                           << QStringList{u"holdline_us_per_job"_s, u"p50_over_ms"_s, u"p99_over_ms"_s};
    QTest::newRow("restart") << u"restart"_s
                             << QStringList{u"ready_ms"_s, u"find_p50_ms"_s, u"replay_p50_ms"_s,
                                            u"longest_ms"_s, u"longest_expiring_ms"_s};
    QTest::newRow("start") << u"start"_s << QStringList{u"single_us_per_post"_s, u"us_per_post"_s};
}

void TestBench::reports()
{
    QFETCH(const QString, scenario);
    QFETCH(const QStringList, members);
    Program bench({QStringLiteral(BENCH_PROGRAM), u"--quick"_s, u"--only"_s, scenario, u"--variant"_s,
                   u"holdline"_s, u"--jobs"_s, u"500"_s, u"--posts"_s, u"100"_s, u"--held"_s, u"40"_s,
                   u"--stored"_s, u"300"_s, u"--json"_s, u"/dev/stderr"_s});
    QVERIFY2(bench.run() == 0, bench.err().constData());
    QVERIFY(bench.out().contains("| variant "));

    const QByteArray json = bench.err().mid(bench.err().indexOf("\n{\n"));
    const QJsonObject report = QJsonDocument::fromJson(json).object();
    QVERIFY(!report.value(u"machine"_s).toObject().value(u"qt"_s).toString().isEmpty());
    const QJsonArray scenarios = report.value(u"scenarios"_s).toArray();
    QCOMPARE(scenarios.size(), 1);
    QCOMPARE(scenarios.first().toObject().value(u"name"_s).toString(), scenario);
    const QJsonArray results = scenarios.first().toObject().value(u"results"_s).toArray();
    QVERIFY(!results.isEmpty());
    for (const QJsonValue &result : results) {
        QCOMPARE(result.toObject().value(u"errors"_s).toInt(-1), 0);
        for (const QString &member : members)
            QVERIFY2(result.toObject().value(member).toDouble() > 0, qPrintable(member));
    }
}

HOLDLINE_TEST(TestBench)
#include "tst_bench.moc"

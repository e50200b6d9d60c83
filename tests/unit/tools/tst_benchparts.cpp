// SPDX-License-Identifier: GPL-3.0-or-later
// The testable parts of the benchmark: parsing options, summarising and printing.
#include "tests/bench/benchoptions.h"
#include "tests/bench/benchreport.h"
#include "tests/bench/procfs.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <unistd.h>

using namespace holdline;
using namespace holdline::bench;
using namespace Qt::StringLiterals;

namespace {

ScenarioResult twoVariants()
{
    ScenarioResult result;
    result.name = "held";
    result.about = u"What was done."_s;
    result.metrics = {{"us", u"µs/job"_s, 1}, {"errors", u"errors"_s, 0, Metric::Summary::Sum}};
    result.seriesOf(u"ours"_s, 0).samples = {
        {{"us", 30}, {"errors", 1}}, {{"us", 10}, {"errors", 0}}, {{"us", 20}, {"errors", 2}}};
    result.seriesOf(u"ours"_s, 10'000).samples = {{{"us", 1234.56}}};
    return result;
}

}  // namespace

class TestBenchParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsProc();
    void ownCpuGrows();
    void medians();
    void summaries();
    void ratios();
    void table();
    void json();
    void markdown();
    void commandLine_data();
    void commandLine();
};

void TestBenchParts::readsProc()
{
    const QByteArray status = "Name:\tVmRSS: x\nVmPeak:\t  20 kB\nVmRSS:\t   12345 kB\nVmRSSx:\t1 kB\n"_ba;
    QCOMPARE(statusKib(status, "VmRSS"), std::optional<qint64>(12'345));
    QCOMPARE(statusKib(status, "VmPeak"), std::optional<qint64>(20));
    QCOMPARE(statusKib(status, "VmHWM"), std::optional<qint64>());
    QCOMPARE(statusKib(status, "Name"), std::optional<qint64>());
    const QByteArray cpus = "processor\t: 0\nmodel name\t: A: B\nprocessor\t: 1\nmodel name\t: C\n\n"_ba;
    QCOMPARE(cpuInfo(cpus, "model name"), "A: B"_ba);
    QCOMPARE(cpuInfo(cpus, "model"), QByteArray());
}

void TestBenchParts::ownCpuGrows()
{
    const auto before = processCpu(::getpid());
    QVERIFY(before.count() > 0);
    QTRY_VERIFY(processCpu(::getpid()) > before);
}

void TestBenchParts::medians()
{
    QCOMPARE(median({7}), 7.0);
    QCOMPARE(median({3, 1, 2}), 2.0);
    QCOMPARE(median({4, 1, 3, 2}), 2.5);
}

void TestBenchParts::summaries()
{
    const ScenarioResult result = twoVariants();
    QCOMPARE(result.value(u"ours"_s, 0, "us"), std::optional(20.0));
    QCOMPARE(result.value(u"ours"_s, 0, "errors"), std::optional(3.0));
    QCOMPARE(result.value(u"ours"_s, 10'000, "errors"), std::optional<double>());
    QCOMPARE(result.value(u"ours"_s, 5, "us"), std::optional<double>());
    QCOMPARE(result.value(u"ours"_s, 0, "other"), std::optional<double>());
}

void TestBenchParts::ratios()
{
    ScenarioResult result = twoVariants();
    result.addRatio(u"a"_s, 6.0, 4.0);
    result.addRatio(u"b"_s, std::nullopt, 4.0);
    result.addRatio(u"c"_s, 6.0, std::nullopt);
    result.addRatio(u"d"_s, 6.0, 0.0);
    QCOMPARE(result.ratios.size(), std::size_t(1));
    QCOMPARE(result.ratios.front().value, 1.5);
}

void TestBenchParts::table()
{
    QCOMPARE(QString::fromUtf8(toTable(twoVariants())),
             u"| variant |   held |  µs/job | errors |\n"
             "|---------|-------:|--------:|-------:|\n"
             "| ours    |      0 |    20.0 |      3 |\n"
             "| ours    | 10,000 | 1,234.6 |      – |\n"_s);
}

void TestBenchParts::json()
{
    BenchReport report;
    report.machine.cpu = u"some cpu"_s;
    report.leftOut = QStringList{u"this"_s};
    report.scenarios = {twoVariants()};
    report.scenarios.front().addRatio(u"a"_s, 6.0, 4.0);
    const QJsonObject object = QJsonDocument::fromJson(toJson(report)).object();
    QCOMPARE(object.value(u"machine"_s).toObject().value(u"cpu"_s).toString(), u"some cpu"_s);
    QCOMPARE(object.value(u"left_out"_s).toArray(), QJsonArray{u"this"_s});
    const QJsonObject scenario = object.value(u"scenarios"_s).toArray().first().toObject();
    QCOMPARE(scenario.value(u"name"_s).toString(), u"held"_s);
    QCOMPARE(scenario.value(u"ratios"_s).toArray().first().toObject().value(u"value"_s).toDouble(), 1.5);
    const QJsonArray results = scenario.value(u"results"_s).toArray();
    QCOMPARE(results.size(), 2);
    QCOMPARE(
        results[0].toObject(),
        (QJsonObject{
            {u"variant"_s, u"ours"_s}, {u"held"_s, 0}, {u"runs"_s, 3}, {u"us"_s, 20}, {u"errors"_s, 3}}));
    QVERIFY(results[1].toObject().value(u"errors"_s).isNull());
}

void TestBenchParts::markdown()
{
    BenchReport report;
    report.scenarios = {twoVariants()};
    report.scenarios.front().addRatio(u"how much"_s, 6000.0, 4.0);
    report.scenarios.front().notes += u"a note"_s;
    const QByteArray text = toMarkdown(report);
    for (const QByteArray &part :
         {toTable(twoVariants()), "**held**: What was done.\n"_ba, "* how much: 1,500\n"_ba, "* a note\n"_ba})
        QVERIFY2(text.contains(part), part.constData());
}

void TestBenchParts::commandLine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");
    QTest::newRow("help") << u"--help"_s << 0;
    for (const auto &wrong :
         {u"--only nothing"_s, u"--variant nothing"_s, u"--runs 0"_s, u"--jobs x"_s, u"--held 1,x"_s,
          u"--held -1"_s, u"--posts 1"_s, u"--nonsense"_s, u"whole"_s, u"--bin /nowhere"_s})
        QTest::newRow(qPrintable(wrong)) << wrong << 64;
}

void TestBenchParts::commandLine()
{
    QFETCH(const QString, line);
    QFETCH(const int, code);
    const auto parsed = parseOptions((u"bench "_s + line).split(u' '));
    QVERIFY(std::holds_alternative<Exit>(parsed));
    QCOMPARE(std::get<Exit>(parsed).code, code);
    // The message names the wrong option.
    if (code != 0)
        QVERIFY2(std::get<Exit>(parsed).text.contains(line.split(u' ').first().remove(u'-')),
                 qPrintable(std::get<Exit>(parsed).text));
}

HOLDLINE_TEST(TestBenchParts)
#include "tst_benchparts.moc"

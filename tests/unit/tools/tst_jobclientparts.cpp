// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/proof/proofblock.h"
#include "service/jobclient/jobreply.h"
#include "service/jobclient/progressbar.h"
#include "service/jobclient/proofcheck.h"
#include "service/jobclient/report.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>

using namespace holdline;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

QByteArray testData(const QString &name)
{
    QFile file(QStringLiteral(HOLDLINE_TEST_DATA "/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

ProofEntry entryAt(int milliseconds, int id)
{
    const JobTime time(std::chrono::milliseconds(1504895255749 + milliseconds));
    return {"f2ab274a795e" + QByteArray::number(1000 + id, 16), formatStartedAt(time), QByteArray(40, 'A')};
}

Report passedReport()
{
    Report report;
    report.jobs = 2;
    report.concurrency = 2;
    report.succeeded = 2;
    report.durations = {1s, 2s};
    report.summed = 3s;
    report.total = 2s;
    report.proofs = {entryAt(0, 1), entryAt(1, 2)};
    report.statuses[200] = 2;
    return report;
}

}  // namespace

class TestJobClientParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void secondsAsGoPrintsThem_data();
    void secondsAsGoPrintsThem();
    void progressAsInTheTranscripts_data();
    void progressAsInTheTranscripts();
    void progressOnTheWay();
    void textAsInTheTranscripts_data();
    void textAsInTheTranscripts();
    void passedOnlyWhenAllSucceedInTime();
    void proofOfAPassedRun();
    void percentiles();
    void jsonReport();
    void failures();
    void judge_data();
    void judge();
    void requestBody();
    void verifiesTheRealBlock();
    void verifyFindsProblems_data();
    void verifyFindsProblems();
    void verifyCountsWhatRanAtOnce();
};

void TestJobClientParts::secondsAsGoPrintsThem_data()
{
    QTest::addColumn<qint64>("nanoseconds");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("direct average") << qint64(11'368'634'862) << "11.368634862"_ba;
    QTest::newRow("direct total") << qint64(23'494'538'710) << "23.49453871"_ba;
    QTest::newRow("proxied average") << qint64(1'384'823'579) << "1.384823579"_ba;
    QTest::newRow("proxied total") << qint64(1'636'669'279) << "1.636669279"_ba;
    QTest::newRow("whole") << qint64(2'000'000'000) << "2"_ba;
    QTest::newRow("zero") << qint64(0) << "0"_ba;
    QTest::newRow("half") << qint64(500'000'000) << "0.5"_ba;
    QTest::newRow("small") << qint64(100'000) << "0.0001"_ba;
    QTest::newRow("exponent") << qint64(99'999) << "9.9999e-05"_ba;
    QTest::newRow("nanosecond") << qint64(1) << "1e-09"_ba;
    QTest::newRow("an hour") << qint64(3'600'000'000'001) << "3600.000000001"_ba;
}

void TestJobClientParts::secondsAsGoPrintsThem()
{
    QFETCH(qint64, nanoseconds);
    QTEST(goSeconds(std::chrono::nanoseconds(nanoseconds)), "text");
}

void TestJobClientParts::progressAsInTheTranscripts_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<qint64>("nanoseconds");
    QTest::newRow("direct") << u"transcript-direct.txt"_s << qint64(23'494'538'710);
    QTest::newRow("proxied") << u"transcript-proxied.txt"_s << qint64(1'636'669'279);
}

void TestJobClientParts::progressAsInTheTranscripts()
{
    QFETCH(QString, file);
    QFETCH(qint64, nanoseconds);
    const QByteArray line = testData(file).split('\n').value(1);
    QVERIFY(line.startsWith("50 / 50 ["));
    QCOMPARE(progressLine(50, 50, std::chrono::nanoseconds(nanoseconds), 80), line);
}

void TestJobClientParts::progressOnTheWay()
{
    QCOMPARE(progressLine(0, 4, 0s, 31), "0 / 4 [>------------] 0.00 % 0s"_ba);
    QCOMPARE(progressLine(1, 3, 65s, 36), "1 / 3 [=====>---------] 33.33 % 1m5s"_ba);
    QCOMPARE(progressLine(3, 3, 3605s, 36), "3 / 3 [============] 100.00 % 1h0m5s"_ba);
    // The line is too narrow for a bar, so only the figures are shown.
    QCOMPARE(progressLine(1, 2, 1s, 10), "1 / 2 [] 50.00 % 1s"_ba);
    for (int done = 0; done <= 50; ++done)
        QCOMPARE(progressLine(done, 50, 3s, 80).size(), qsizetype(80));
}

void TestJobClientParts::textAsInTheTranscripts_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<qint64>("average");
    QTest::addColumn<qint64>("total");
    QTest::newRow("direct") << u"transcript-direct.txt"_s << qint64(11'368'634'862) << qint64(23'494'538'710);
    QTest::newRow("proxied") << u"transcript-proxied.txt"_s << qint64(1'384'823'579) << qint64(1'636'669'279);
}

// Compares the text below the progress bar exactly, but only the beginning of the proof block.
void TestJobClientParts::textAsInTheTranscripts()
{
    QFETCH(QString, file);
    QFETCH(qint64, average);
    QFETCH(qint64, total);
    QByteArray transcript = testData(file);
    transcript = transcript.sliced(transcript.indexOf("Succeeded"));
    if (const auto proof = transcript.indexOf("H4sI"); proof >= 0)
        transcript.truncate(proof + 4);

    Report report;
    report.jobs = 50;
    report.succeeded = 50;
    report.summed = std::chrono::nanoseconds(average * 50);
    report.total = std::chrono::nanoseconds(total);
    const QByteArray text = report.toText();
    QCOMPARE(text.first(transcript.size()), transcript);
    QCOMPARE(text.contains("Proof :"), report.passed());
}

void TestJobClientParts::passedOnlyWhenAllSucceedInTime()
{
    Report report = passedReport();
    QVERIFY(report.passed());
    report.total = 5s;
    QVERIFY(report.passed());
    report.total += 1ns;
    QVERIFY(!report.passed());
    QVERIFY(!report.toText().contains("Proof"));
    report = passedReport();
    report.jobs = 3;
    report.failed = 1;
    QVERIFY(!report.passed());
}

void TestJobClientParts::proofOfAPassedRun()
{
    const Report report = passedReport();
    const QByteArray text = report.toText();
    QVERIFY(text.endsWith('\n'));
    const auto decoded = decodeProofBlock(findProofBlock(text));
    QVERIFY(std::holds_alternative<ProofEntries>(decoded));
    QVERIFY(std::get<ProofEntries>(decoded) == report.proofs);
}

void TestJobClientParts::percentiles()
{
    Report report;
    QCOMPARE(report.percentile(0.5), 0ns);
    QCOMPARE(report.average(), 0ns);
    for (int i = 100; i >= 1; --i)
        report.durations.push_back(std::chrono::milliseconds(i));
    QCOMPARE(report.percentile(0), std::chrono::nanoseconds(1ms));
    QCOMPARE(report.percentile(0.5), std::chrono::nanoseconds(50ms));
    QCOMPARE(report.percentile(0.9), std::chrono::nanoseconds(90ms));
    QCOMPARE(report.percentile(0.99), std::chrono::nanoseconds(99ms));
    QCOMPARE(report.percentile(1), std::chrono::nanoseconds(100ms));
    QCOMPARE(report.durations.front(), std::chrono::nanoseconds(100ms));
}

void TestJobClientParts::jsonReport()
{
    const QJsonObject json = QJsonDocument::fromJson(passedReport().toJson()).object();
    QVERIFY(json.value("passed"_L1).toBool());
    QCOMPARE(json.value("average_seconds"_L1).toDouble(), 1.5);
    QCOMPARE(json.value("jobs_per_second"_L1).toDouble(), 1.0);
    QCOMPARE(json.value("statuses"_L1).toObject().value("200"_L1).toInt(), 2);
    QCOMPARE(json.value("duration_seconds"_L1).toObject().value("max"_L1).toDouble(), 2.0);
    QVERIFY(
        std::holds_alternative<ProofEntries>(decodeProofBlock(json.value("proof"_L1).toString().toLatin1())));

    Report failed = passedReport();
    failed.total = 6s;
    QVERIFY(!QJsonDocument::fromJson(failed.toJson()).object().contains("proof"_L1));
}

void TestJobClientParts::failures()
{
    Report report = passedReport();
    QVERIFY(report.failureText().isEmpty());
    report.jobs = 5;
    report.failed = 3;
    report.failures = {{"timeout", 1}, {"status_503", 2}};
    QCOMPARE(report.failureText(), "3 of 5 jobs failed: 2 status_503, 1 timeout"_ba);
}

void TestJobClientParts::judge_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("word");
    const QByteArray id = "\"id\":\"4499a6e0c2ef4b98\"";
    const QByteArray rest = ",\"state\":\"completed\",\"startedAt\":\"2015-06-29T15:34:16.850Z\"";
    const QByteArray proof = ",\"proof\":\"" + QByteArray(40, 'A') + '"';
    QTest::newRow("good") << 200 << '{' + id + rest + proof + '}' << "none"_ba;
    QTest::newRow("more members") << 200 << '{' + id + rest + proof + ",\"x\":[1e400]}"
                                  << "none"_ba;
    QTest::newRow("500") << 500 << '{' + id + rest + proof + '}' << "status_500"_ba;
    QTest::newRow("202") << 202 << QByteArray() << "status_202"_ba;
    QTest::newRow("empty") << 200 << QByteArray() << "bad_json"_ba;
    QTest::newRow("HTML") << 200 << "<html>"_ba
                          << "bad_json"_ba;
    QTest::newRow("cut") << 200 << '{' + id + rest + proof << "bad_json"_ba;
    QTest::newRow("array") << 200 << "[]"_ba
                           << "bad_json"_ba;
    QTest::newRow("no state") << 200 << '{' + id + '}' << "bad_json"_ba;
    QTest::newRow("running") << 200 << '{' + id + ",\"state\":\"running\"}"
                             << "not_completed"_ba;
    QTest::newRow("failed") << 200 << '{' + id + ",\"state\":\"failed\"}"
                            << "not_completed"_ba;
    QTest::newRow("no proof") << 200 << '{' + id + rest + '}' << "bad_proof"_ba;
    QTest::newRow("short proof") << 200 << '{' + id + rest + ",\"proof\":\"AB\"}"
                                 << "bad_proof"_ba;
    QTest::newRow("no id") << 200 << '{' + rest.sliced(1) + proof + '}' << "bad_proof"_ba;
    QTest::newRow("id with a quote") << 200 << "{\"id\":\"a\\\"b\"" + rest + proof + '}' << "bad_proof"_ba;
}

void TestJobClientParts::judge()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const JobReply reply = judgeAnswer(status, body);
    QTEST(failureName(reply), "word");
    QCOMPARE(reply.status, status);
    QCOMPARE(reply.entry.id.isEmpty(), reply.failure != Failure::None);
}

void TestJobClientParts::requestBody()
{
    QCOMPARE(blockingRequest("example"), "{\"account\":\"example\",\"wait\":true}"_ba);
    const QByteArray odd = blockingRequest("a\"\\\n\u00e4");
    QCOMPARE(QJsonDocument::fromJson(odd).object().value("account"_L1).toString(), u"a\"\\\n\u00e4"_s);
}

void TestJobClientParts::verifiesTheRealBlock()
{
    const auto decoded = decodeProofBlock(findProofBlock(testData(u"proof-2017.txt"_s)));
    const ProofCheck check = checkProofs(std::get<ProofEntries>(decoded), 5s);
    QVERIFY(check.ok());
    QCOMPARE(check.count, std::size_t(50));
    QCOMPARE(check.first, "2017-09-08T18:27:35.743Z"_ba);
    QCOMPARE(check.last, "2017-09-08T18:27:36.067Z"_ba);
    QCOMPARE(check.span, 324ms);
    QCOMPARE(check.mostAtOnce, std::size_t(50));
    QVERIFY(check.toText().endsWith("PROOF BLOCK: OK\n"));
    QVERIFY(QJsonDocument::fromJson(check.toJson()).object().value("ok"_L1).toBool());
}

void TestJobClientParts::verifyFindsProblems_data()
{
    QTest::addColumn<ProofEntry>("spoiled");
    QTest::addColumn<QString>("problem");
    ProofEntry entry = entryAt(0, 9);
    entry.id = "xyz";
    QTest::newRow("id") << entry << u"entry 3: malformed id"_s;
    entry = entryAt(0, 9);
    entry.startedAt = "yesterday";
    entry.proof = "1";
    QTest::newRow("time and proof") << entry << u"entry 3: malformed startedAt and proof"_s;
    QTest::newRow("repeated") << entryAt(7, 1) << u"entry 3 repeats the id of an earlier entry"_s;
    QTest::newRow("too long") << entryAt(5001, 9) << u"the jobs started within 5.001 seconds, more than 5"_s;
}

void TestJobClientParts::verifyFindsProblems()
{
    QFETCH(ProofEntry, spoiled);
    QFETCH(QString, problem);
    const ProofCheck check = checkProofs({entryAt(0, 1), entryAt(1, 2), spoiled}, 5s);
    QCOMPARE(check.problems, QStringList{problem});
    QVERIFY(!check.ok());
    QVERIFY(check.toText().contains("Problem: " + problem.toUtf8() + '\n'));
    QVERIFY(check.toText().endsWith("PROOF BLOCK: NOT OK\n"));
    QVERIFY(!checkProofs({}, 5s).ok());
    // The list of problems stays short, however bad the block is.
    QCOMPARE(checkProofs(ProofEntries(1000, spoiled), 5s).problems.size(), qsizetype(10));
}

void TestJobClientParts::verifyCountsWhatRanAtOnce()
{
    // In a direct run the jobs run one after the other.
    ProofEntries entries;
    for (int i = 0; i < 10; ++i)
        entries.push_back(entryAt(i * 500, i));
    QCOMPARE(checkProofs(entries, 5s).mostAtOnce, std::size_t(1));
    entries.push_back(entryAt(1100, 50));
    std::reverse(entries.begin(), entries.end());
    QCOMPARE(checkProofs(entries, 5s).mostAtOnce, std::size_t(2));
}

HOLDLINE_TEST(TestJobClientParts)
#include "tst_jobclientparts.moc"

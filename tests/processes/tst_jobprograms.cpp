// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/proof/proofblock.h"
#include "tests/support/loadrun.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

struct Finished
{
    int code = -1;
    QByteArray out;
    QByteArray err;
};

Finished runProgram(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    QSignalSpy finished(&process, &QProcess::finished);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (finished.isEmpty() && !finished.wait(60'000))
        return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

Finished jobclient(const QStringList &arguments, const QByteArray &input = {})
{
    return runProgram(QStringLiteral(JOBCLIENT_PROGRAM), arguments, input);
}

}  // namespace

class TestJobPrograms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void programPasses();
    void programFails();
    void programPrintsJson();
    void programVerifies();
    void programExitCodes_data();
    void programExitCodes();
    void serverProgram();
    void serverProgramExitCodes_data();
    void serverProgramExitCodes();
};

void TestJobPrograms::programPasses()
{
    JobServer server(quick());
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    const Finished it = jobclient({u"--url"_s, startUrl(server).toString(), u"--account"_s, u"me"_s});
    QCOMPARE(it.code, 0);
    QVERIFY2(it.err.isEmpty(), it.err.constData());
    // Standard output is not a terminal, so there is no progress bar.
    static const QRegularExpression shape(
        u"\\ASucceeded: 50\nAverage Duration: [0-9.]+ seconds\nTotal Duration: [0-9.]+ seconds\n\n"
        "WORK SAMPLE RESULT: PASSED\n\nProof :\n[A-Za-z0-9+/]+=*\n\\z"_s);
    QVERIFY2(shape.match(QString::fromUtf8(it.out)).hasMatch(), it.out.constData());
    const auto decoded = decodeProofBlock(findProofBlock(it.out));
    QVERIFY(std::holds_alternative<ProofEntries>(decoded));
    const auto verdicts = server.judge("me", std::get<ProofEntries>(decoded));
    QCOMPARE(std::count(verdicts.begin(), verdicts.end(), ProofVerdict::Valid), 50);
}

void TestJobPrograms::programFails()
{
    ScriptedServer server;
    server.enqueue({ScriptedServer::write(ScriptedServer::answer(200, kGoodBody))});
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(503, "{}"))});
    const Finished it = jobclient({u"--url"_s, server.url().toString(), u"--jobs"_s, u"3"_s});
    QCOMPARE(it.code, 1);
    QCOMPARE(it.err, "jobclient: 2 of 3 jobs failed: 2 status_503\n"_ba);
    QVERIFY(it.out.startsWith("Succeeded: 1\n"));
    QVERIFY(it.out.endsWith("\n\nWORK SAMPLE RESULT: FAILED\n"));
}

void TestJobPrograms::programPrintsJson()
{
    JobServer server(quick());
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    const Finished it =
        jobclient({u"--url"_s, startUrl(server).toString(), u"--json"_s, u"--jobs"_s, u"5"_s});
    QCOMPARE(it.code, 0);
    const QJsonObject json = QJsonDocument::fromJson(it.out).object();
    QVERIFY(json.value("passed"_L1).toBool());
    QCOMPARE(json.value("succeeded"_L1).toInt(), 5);
}

void TestJobPrograms::programVerifies()
{
    const QString real = QStringLiteral(HOLDLINE_TEST_DATA "/proof-2017.txt");
    const Finished fromFile = jobclient({u"verify"_s, real});
    QCOMPARE(fromFile.code, 0);
    QVERIFY(fromFile.out.startsWith("Jobs: 50\n"));
    QVERIFY(fromFile.out.endsWith("PROOF BLOCK: OK\n"));

    QFile file(real);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray block = file.readAll();
    const Finished fromStdin = jobclient({u"verify"_s, u"-"_s}, block);
    QCOMPARE(fromStdin.code, 0);
    QCOMPARE(fromStdin.out, fromFile.out);

    QCOMPARE(jobclient({u"verify"_s, u"-"_s}, block.first(1000)).code, 1);
    QCOMPARE(jobclient({u"verify"_s, u"-"_s}, {}).code, 1);
    const Finished tooLong = jobclient({u"verify"_s, real, u"--limit"_s, u"300ms"_s});
    QCOMPARE(tooLong.code, 1);
    QVERIFY(tooLong.out.endsWith("PROOF BLOCK: NOT OK\n"));
}

void TestJobPrograms::programExitCodes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0;
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s} << 64;
    QTest::newRow("wrong value") << QStringList{u"--jobs"_s, u"many"_s} << 64;
    QTest::newRow("no such file") << QStringList{u"verify"_s, u"/nonexistent"_s} << 66;
    QTest::newRow("too many connections") << QStringList{u"--jobs"_s, u"1000000"_s} << 69;
}

void TestJobPrograms::programExitCodes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    const Finished it = jobclient(arguments);
    QCOMPARE(it.code, code);
    QCOMPARE(it.out.isEmpty(), code != 0);
    QCOMPARE(it.err.isEmpty(), code == 0);
}

void TestJobPrograms::serverProgram()
{
    QProcess process;
    process.start(QStringLiteral(JOBSERVER_PROGRAM),
                  {u"--listen"_s, u"127.0.0.1:0"_s, u"--duration"_s, u"10ms"_s, u"--seed"_s, u"3"_s,
                   u"--fault-start-500"_s, u"100"_s});
    QTRY_VERIFY(process.canReadLine());
    static const QRegularExpression line(
        u"^jobserver: listening on (http://127\\.0\\.0\\.1:[0-9]+/start) \\(seed 3\\)\n$"_s);
    const auto match = line.match(QString::fromUtf8(process.readLine()));
    QVERIFY(match.hasMatch());
    const Report report = run(load(QUrl(match.captured(1)), 5));
    QCOMPARE(report.failures, (std::map<QByteArray, int>{{"status_500", 5}}));
    process.terminate();
    QTRY_COMPARE(process.state(), QProcess::NotRunning);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void TestJobPrograms::serverProgramExitCodes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0;
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s} << 64;
    QTest::newRow("wrong value") << QStringList{u"--slot"_s, u"account"_s} << 64;
    QTest::newRow("not our address") << QStringList{u"--listen"_s, u"192.0.2.1:3740"_s} << 69;
}

void TestJobPrograms::serverProgramExitCodes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    const Finished it = runProgram(QStringLiteral(JOBSERVER_PROGRAM), arguments);
    QCOMPARE(it.code, code);
    QCOMPARE(it.out.isEmpty(), code != 0);
    QCOMPARE(it.err.isEmpty(), code == 0);
}

HOLDLINE_TEST(TestJobPrograms)
#include "tst_jobprograms.moc"

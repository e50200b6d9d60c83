// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/crashoptions.h"
#include "tests/crash/ledger.h"
#include "tests/crash/plan.h"
#include "tests/support/suite.h"

#include <QTest>

#include <set>

using namespace holdline;
using namespace holdline::crash;
using namespace Qt::StringLiterals;

namespace {

QByteArray result(const QByteArray &id)
{
    return R"({"id":")" + id + R"(","state":"completed","startedAt":"2026-11-21T15:34:16.850Z","proof":")" +
           QByteArray(40, 'A') + "\"}";
}

FinalAnswer answer(int status, const QByteArray &body, const QByteArray &code = {})
{
    return {"client", status, code, body, false, false};
}

FinalAnswer again(const FinalAnswer &first, bool replayed)
{
    FinalAnswer second = first;
    second.again = true;
    second.replayed = replayed;
    return second;
}

bool anyProof(const QByteArray &, const ProofEntry &)
{
    return true;
}

}  // namespace

/// Tests that the crash harness itself detects each kind of fault.
class TestCrashParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgement_data();
    void judgement();
    void proofsAreJudgedByAccount();
    void anAnswerThatWasNotStored();
    void aJobNobodyAskedFor();
    void theSameSeedMakesTheSamePlan();
    void killsAreInOrderAndWithinLimits();
    void commandLine_data();
    void commandLine();
};

void TestCrashParts::judgement_data()
{
    QTest::addColumn<QByteArrayList>("jobs");
    QTest::addColumn<std::vector<FinalAnswer>>("answers");
    QTest::addColumn<QByteArrayList>("unanswered");
    QTest::addColumn<bool>("mayBeUnknown");
    QTest::addColumn<int>("completed");
    QTest::addColumn<int>("interrupted");
    QTest::addColumn<int>("lost");
    QTest::addColumn<int>("runTwice");
    QTest::addColumn<int>("wrong");
    using Answers = std::vector<FinalAnswer>;
    const QByteArray one = "1111111111111111";
    const QByteArray two = "2222222222222222";
    const FinalAnswer good = answer(200, result(one));
    const FinalAnswer unknown = answer(504, "interrupted", "interrupted");

    QTest::newRow("good") << QByteArrayList{one} << Answers{good} << QByteArrayList() << true << 1 << 0 << 0
                          << 0 << 0;
    QTest::newRow("two clients, and again") << QByteArrayList{one} << Answers{good, good, again(good, true)}
                                            << QByteArrayList() << true << 1 << 0 << 0 << 0 << 0;
    QTest::newRow("again, but anew") << QByteArrayList{one} << Answers{good, again(good, false)}
                                     << QByteArrayList() << true << 1 << 0 << 0 << 0 << 1;
    QTest::newRow("ran twice") << QByteArrayList{one, two} << Answers{good} << QByteArrayList() << true << 1
                               << 0 << 0 << 1 << 0;
    QTest::newRow("another's result")
        << QByteArrayList{two} << Answers{good} << QByteArrayList() << true << 0 << 0 << 0 << 0 << 1;
    QTest::newRow("result of no job")
        << QByteArrayList{} << Answers{good} << QByteArrayList() << true << 0 << 0 << 0 << 0 << 1;
    QTest::newRow("different bytes") << QByteArrayList{one} << Answers{good, answer(200, result(one) + "\n")}
                                     << QByteArrayList() << true << 1 << 0 << 0 << 0 << 1;
    QTest::newRow("never answered") << QByteArrayList{one} << Answers{} << QByteArrayList{"c"} << true << 0
                                    << 0 << 1 << 0 << 0;
    QTest::newRow("one of two never answered")
        << QByteArrayList{one} << Answers{good} << QByteArrayList{"c"} << true << 1 << 0 << 1 << 0 << 0;
    QTest::newRow("told so") << QByteArrayList{} << Answers{unknown, again(unknown, true)} << QByteArrayList()
                             << true << 0 << 1 << 0 << 0 << 0;
    QTest::newRow("told so, where it need not be")
        << QByteArrayList{} << Answers{unknown} << QByteArrayList() << false << 0 << 0 << 1 << 0 << 0;
    QTest::newRow("told so, but it ran")
        << QByteArrayList{one} << Answers{unknown} << QByteArrayList() << true << 0 << 0 << 1 << 0 << 0;
    QTest::newRow("another error") << QByteArrayList{} << Answers{answer(502, "x", "upstream_error")}
                                   << QByteArrayList() << true << 0 << 0 << 1 << 0 << 0;
    QTest::newRow("forgotten") << QByteArrayList{one} << Answers{answer(404, "x", "not_found")}
                               << QByteArrayList() << true << 0 << 0 << 1 << 0 << 0;
}

void TestCrashParts::judgement()
{
    QFETCH(QByteArrayList, jobs);
    QFETCH(std::vector<FinalAnswer>, answers);
    QFETCH(QByteArrayList, unanswered);
    QFETCH(bool, mayBeUnknown);
    Ledger ledger;
    ledger.add("order", "account");
    for (const QByteArray &job : jobs)
        ledger.started("order", job);
    for (const FinalAnswer &one : answers)
        ledger.answered("order", one);
    for (const QByteArray &client : unanswered)
        ledger.unanswered("order", client);
    const Ledger::Verdict verdict = ledger.judge(anyProof, {.unknownFate = mayBeUnknown});
    QCOMPARE(verdict.counts.orders, 1);
    QTEST(verdict.counts.completed, "completed");
    QTEST(verdict.counts.interrupted, "interrupted");
    QTEST(verdict.counts.lost, "lost");
    QTEST(verdict.counts.runTwice, "runTwice");
    QTEST(verdict.counts.wrong, "wrong");
    QCOMPARE(static_cast<int>(verdict.violations.size()),
             verdict.counts.lost + verdict.counts.runTwice + verdict.counts.wrong);
    QCOMPARE(verdict.counts.isClean(), verdict.violations.isEmpty());
}

void TestCrashParts::proofsAreJudgedByAccount()
{
    const QByteArray id = "1111111111111111";
    Ledger ledger;
    for (const QByteArray &name : {"a"_ba, "b"_ba}) {
        ledger.add(name, "account of " + name);
        ledger.started(name, id);
        ledger.answered(name, answer(200, result(id)));
    }
    const Ledger::Verdict verdict = ledger.judge(
        [](const QByteArray &account, const ProofEntry &) { return account == "account of a"; }, {});
    QCOMPARE(verdict.counts.completed, 1);
    QCOMPARE(verdict.counts.wrong, 1);
    QVERIFY(verdict.violations.front().startsWith("b: "_L1));
}

void TestCrashParts::anAnswerThatWasNotStored()
{
    const QByteArray id = "1111111111111111";
    Ledger ledger;
    ledger.add("order", "account");
    ledger.started("order", id);
    ledger.answered("order", answer(200, result(id)));
    FinalAnswer again = answer(200, result(id));
    again.again = true;
    ledger.answered("order", again);
    QCOMPARE(ledger.judge(anyProof, {}).counts.wrong, 1);
    QCOMPARE(ledger.judge(anyProof, {.unstoredAnswers = true}).counts.wrong, 0);
}

void TestCrashParts::aJobNobodyAskedFor()
{
    Ledger ledger;
    ledger.started("who?", "1111111111111111");
    QCOMPARE(ledger.judge(anyProof, {}).counts.wrong, 1);
}

void TestCrashParts::theSameSeedMakesTheSamePlan()
{
    const auto textOf = [](const RoundPlan &plan) {
        QByteArray text;
        for (const OrderPlan &order : plan.orders) {
            text += order.body() + order.key;
            for (const ClientPlan &client : order.clients)
                text += QByteArray::number(static_cast<int>(client.habit)) + ',' +
                        QByteArray::number(client.wait.value_or(0)) + ',' +
                        QByteArray::number(client.startAfter.count()) + ',' +
                        QByteArray::number(client.leaveAfter.count()) + ';';
        }
        for (const LifePlan &life : plan.lives)
            text += life.point + QByteArray::number(life.passing) + ',' + QByteArray::number(life.events) +
                    ',' + QByteArray::number(life.delay.count()) + ',' + QByteArray::number(life.threads) +
                    ';';
        return text + QByteArray::number(plan.threadsAfter);
    };
    Options options;
    options.point = kRandomPoint;
    QCOMPARE(textOf(RoundPlan::make(options, 7)), textOf(RoundPlan::make(options, 7)));
    QVERIFY(textOf(RoundPlan::make(options, 7)) != textOf(RoundPlan::make(options, 8)));
}

void TestCrashParts::killsAreInOrderAndWithinLimits()
{
    Options options;
    std::set<QByteArray> points;
    std::set<QByteArray> names;
    bool hasTwins = false;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        options.point = seed % 2 == 0 ? QByteArray() : kRandomPoint;
        const RoundPlan plan = RoundPlan::make(options, seed);
        QVERIFY(!plan.lives.empty() && plan.lives.size() <= 3);
        for (std::size_t i = 0; i < plan.lives.size(); ++i) {
            const LifePlan &life = plan.lives[i];
            QVERIFY(i == 0 || life.events >= plan.lives[i - 1].events);
            QVERIFY(life.events >= 0 && life.events <= 2 * options.jobs);
            QVERIFY(life.passing >= 1 && life.threads >= 1 && life.threads <= 3);
            QCOMPARE(life.point.isEmpty(), options.point.isEmpty());
            points.insert(life.point);
        }
        for (const OrderPlan &order : plan.orders) {
            hasTwins = hasTwins || order.clients.size() > 1;
            names.insert(order.name);
        }
    }
    QCOMPARE(static_cast<qsizetype>(points.size()), pointNames().size() + 1);
    QCOMPARE(static_cast<int>(names.size()), options.jobs);
    QVERIFY(hasTwins);
}

void TestCrashParts::commandLine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");  // -1 when the options are valid
    QTest::newRow("everything")
        << u"--rounds 2 --seed 18446744073709551615 --jobs 5 --accounts 2 --kills 0 --store-dir x --point "
           "result_stored --passing 2 --ambiguous always --threads 2 --faults 0 --job-deadline 2s --json"_s
        << -1;
    QTest::newRow("random point") << u"--point random"_s << -1;
    QTest::newRow("help") << u"--help"_s << 0;
    for (const QString &wrong : {u"--rounds 0"_s, u"--seed x"_s, u"--point nowhere"_s, u"--ambiguous maybe"_s,
                                 u"--holdline /nowhere"_s, u"--holdline /"_s, u"more"_s, u"--nonsense"_s})
        QTest::newRow(qPrintable(wrong)) << wrong << 64;
}

void TestCrashParts::commandLine()
{
    QFETCH(QString, line);
    QFETCH(int, code);
    // Any executable file works here. A later --holdline overrides the first one.
    const QStringList first{u"crashharness"_s, u"--holdline"_s, QCoreApplication::applicationFilePath()};
    const auto parsed = parseOptions(first + line.split(u' '));
    const auto *exit = std::get_if<Exit>(&parsed);
    QCOMPARE(exit ? exit->code : -1, code);
    if (line.startsWith("--rounds 2"_L1)) {
        const auto &options = std::get<Options>(parsed);
        QCOMPARE(options.rounds, 2);
        QCOMPARE(options.seed, ~std::uint64_t(0));
        QCOMPARE(options.jobs, 5);
        QCOMPARE(options.accounts, 2);
        QCOMPARE(options.kills, 0);
        QCOMPARE(options.storeDir, u"x"_s);
        QCOMPARE(options.point, "result_stored"_ba);
        QCOMPARE(options.passing, 2);
        QVERIFY(options.ambiguousAlways);
        QCOMPARE(options.threads, 2);
        QCOMPARE(options.faultPercent, 0);
        QCOMPARE(options.jobDeadline, std::chrono::milliseconds(2s));
        QVERIFY(options.json);
    }
}

HOLDLINE_TEST(TestCrashParts)
#include "tst_crashparts.moc"

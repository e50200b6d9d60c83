// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/ledger.h"
#include "tests/soak/soakoptions.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::soak;
using namespace Qt::StringLiterals;

namespace {

using Fate = Answer::Fate;
using Role = Client::Role;

const QByteArray kOne = "1111111111111111";
const QByteArray kTwo = "2222222222222222";

QByteArray result(const QByteArray &id, const QByteArray &state = "completed")
{
    return R"({"id":")" + id + R"(","state":")" + state +
           R"(","startedAt":"2026-11-21T15:34:16.850Z","proof":")" + QByteArray(40, 'A') + "\"}";
}

Answer answer(int status, const QByteArray &body, const QByteArray &code = {})
{
    Answer answer;
    answer.status = status;
    answer.body = body;
    answer.code = code;
    return answer;
}

Answer problem(int status, const QByteArray &code)
{
    return answer(status, code, code);
}

Answer end(Fate fate)
{
    Answer answer;
    answer.fate = fate;
    return answer;
}

Answer replayed(Answer answer)
{
    answer.replayed = true;
    return answer;
}

Answer afterDelete(Answer answer)
{
    answer.wasCancelled = true;
    return answer;
}

struct Case
{
    Kind kind = Kind::Keyed;
    QByteArrayList jobs;
    bool silenced = false;
    /// The first response is for the client with Role::First, the others are for clients that repeat its
    /// request.
    std::vector<Answer> answers;
};

}  // namespace

/// Tests that soakrun detects each kind of fault, and reports none when there is none.
class TestSoakParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgement_data();
    void judgement();
    void aSecondRunAfterTheLastAnswer();
    void aJobNobodyAskedFor();
    void aForgottenOrderIsJudgedByItsAnswer();
    void numbersInOrders();
    void commandLine_data();
    void commandLine();
};

Q_DECLARE_METATYPE(Case)

void TestSoakParts::judgement_data()
{
    QTest::addColumn<Case>("one");
    QTest::addColumn<int>("lost");
    QTest::addColumn<int>("twice");
    QTest::addColumn<int>("contradictory");
    QTest::addColumn<int>("inDoubt");
    QTest::addColumn<int>("failed");
    const auto row = [](const char *name, const Case &one, int lost, int twice, int contradictory,
                        int inDoubt = 0, int failed = 0) {
        QTest::newRow(name) << one << lost << twice << contradictory << inDoubt << failed;
    };
    const Answer good = answer(200, result(kOne));
    const Answer doubt = problem(504, "interrupted");
    using K = Kind;

    row("good", {K::Plain, {kOne}, false, {good}}, 0, 0, 0);
    row("replayed", {K::Keyed, {kOne}, false, {good, replayed(good)}}, 0, 0, 0);
    row("asked again, but not replayed", {K::Keyed, {kOne}, false, {good, good}}, 0, 0, 1);
    row("told differently", {K::Keyed, {kOne}, false, {good, replayed(answer(200, result(kOne) + "\n"))}}, 0,
        0, 1);
    row("ran twice", {K::Keyed, {kOne, kTwo}, false, {good}}, 0, 1, 0);
    row("plain and ran twice", {K::Plain, {kOne, kTwo}, false, {good}}, 0, 1, 0);
    row("another's result", {K::Plain, {kTwo}, false, {good}}, 0, 0, 1);
    row("result of no job", {K::Plain, {}, false, {good}}, 0, 0, 1);
    row("the job failed", {K::Polls, {kOne}, false, {answer(200, result(kOne, "failed"))}}, 0, 0, 0);
    row("never answered", {K::Plain, {kOne}, false, {end(Fate::Silent)}}, 1, 0, 0);
    row("left", {K::Leaves, {kOne}, false, {end(Fate::Left)}}, 0, 0, 0);
    row("broken", {K::Plain, {kOne}, false, {end(Fate::Broken)}}, 0, 0, 0, 0, 1);
    row("in doubt", {K::Keyed, {}, false, {doubt}}, 0, 0, 0, 1);
    row("in doubt, then a late result", {K::Keyed, {kOne}, true, {doubt, replayed(good)}}, 0, 0, 0, 0, 1);
    row("in doubt, but its result came", {K::Keyed, {kOne}, false, {doubt}}, 1, 0, 0);
    row("plain in doubt, but its result came", {K::Plain, {kOne}, false, {problem(504, "start_unknown")}}, 1,
        0, 0);
    row("no callback", {K::Polls, {kOne}, true, {problem(504, "callback_timeout")}}, 0, 0, 0, 0, 1);
    row("never started", {K::Keyed, {}, false, {problem(502, "upstream_error")}}, 0, 0, 0, 0, 1);
    row("never started, then its free key ran", {K::Keyed, {}, false, {problem(504, "queue_timeout")}}, 0, 0,
        0, 0, 1);
    row("failed, but it ran", {K::Polls, {kOne}, false, {problem(502, "upstream_error")}}, 1, 0, 0);
    row("forgotten", {K::Polls, {}, false, {problem(404, "not_found")}}, 1, 0, 0);
    row("cancelled", {K::Cancels, {kOne}, false, {afterDelete(problem(503, "cancelled"))}}, 0, 0, 0);
    row("cancelled, but answered", {K::Cancels, {kOne}, false, {afterDelete(good)}}, 0, 0, 1);
    row("cancelled by nobody", {K::Keyed, {kOne}, false, {problem(503, "cancelled")}}, 0, 0, 1);
    Answer events = problem(504, "callback_timeout");
    events.lastState = "completed";
    row("its events say otherwise", {K::Streams, {kOne}, true, {events}}, 0, 0, 1, 0, 1);
}

void TestSoakParts::judgement()
{
    QFETCH(Case, one);
    QStringList violations;
    Ledger ledger([](const QByteArray &, const ProofEntry &) { return true; },
                  [&](const QString &text) { violations.append(text); });
    Order order;
    order.kind = one.kind;
    order.account = "account";
    order.key = one.kind == Kind::Keyed ? "key" : "";
    for (std::size_t i = 0; i < one.answers.size(); ++i)
        ledger.expect(order);
    for (const QByteArray &job : one.jobs)
        ledger.started(order.number, job);
    if (one.silenced)
        ledger.silenced(order.number);
    for (std::size_t i = 0; i < one.answers.size(); ++i)
        ledger.answered(order, i == 0 ? Role::First : Role::Repeats, one.answers[i]);
    const Figures &figures = ledger.figures();
    QTEST(static_cast<int>(figures.lost), "lost");
    QTEST(static_cast<int>(figures.twice), "twice");
    QTEST(static_cast<int>(figures.contradictory), "contradictory");
    QTEST(static_cast<int>(figures.inDoubt), "inDoubt");
    QTEST(static_cast<int>(figures.durableFailed + figures.plainFailed), "failed");
    QCOMPARE(static_cast<std::uint64_t>(violations.size()),
             figures.lost + figures.twice + figures.contradictory);
    QCOMPARE(ledger.open(), 0U);
}

void TestSoakParts::aSecondRunAfterTheLastAnswer()
{
    Ledger ledger([](const QByteArray &, const ProofEntry &) { return true; }, [](const QString &) {});
    const Order order;
    ledger.expect(order);
    ledger.started(0, kOne);
    ledger.answered(order, Role::First, answer(200, result(kOne)));
    QVERIFY(ledger.figures().isClean());
    ledger.started(0, kTwo);
    QCOMPARE(ledger.figures().twice, 1U);
}

void TestSoakParts::aJobNobodyAskedFor()
{
    Ledger ledger([](const QByteArray &, const ProofEntry &) { return true; }, [](const QString &) {});
    ledger.started(7, kOne);
    QCOMPARE(ledger.figures().contradictory, 1U);
}

void TestSoakParts::aForgottenOrderIsJudgedByItsAnswer()
{
    Ledger ledger([](const QByteArray &, const ProofEntry &) { return true; }, [](const QString &) {});
    Order order;
    order.key = "key";
    const Answer good = answer(200, result(kOne));
    ledger.expect(order);
    ledger.started(0, kOne);
    ledger.answered(order, Role::First, good);
    ledger.expectAgain(order, good);
    ledger.answered(order, Role::Repeats, replayed(good));
    QVERIFY(ledger.figures().isClean());
    ledger.expectAgain(order, good);
    ledger.answered(order, Role::Repeats, answer(200, result(kTwo)));
    QCOMPARE(ledger.figures().contradictory, 1U);
}

void TestSoakParts::numbersInOrders()
{
    QCOMPARE(Order::numberOf("o12"), std::optional<std::uint32_t>(12));
    for (const char *other : {"", "o", "12", "x12", "o-1", "account/key"})
        QVERIFY(!Order::numberOf(other));
    Order order;
    order.number = 12;
    order.account = "acme";
    QCOMPARE(order.body(), R"({"account":"acme","order":"o12","wait":true})"_ba);
}

void TestSoakParts::commandLine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");  // -1 when the options are valid
    QTest::newRow("everything")
        << u"soak --duration 2m --rate 10 --accounts 3 --faults 0 --deaths 0s --reloads 1s --calm 10 "
           "--ambiguous always --threads 2 --seed 18446744073709551615 --folder x"_s
        << -1;
    for (const QString &right :
         {u"soak"_s, u"outages"_s, u"hostile"_s, u"hostile --attack keys --attack watches"_s})
        QTest::newRow(qPrintable(right)) << right << -1;
    QTest::newRow("help") << u"--help"_s << 0;
    for (const QString &wrong : {u"--rate 1"_s, u"soak outages"_s, u"peace"_s, u"soak --rate 0"_s,
                                 u"soak --duration 1"_s, u"hostile --attack love"_s, u"soak --holdline /"_s})
        QTest::newRow(qPrintable(wrong)) << wrong << 64;
}

void TestSoakParts::commandLine()
{
    QFETCH(QString, line);
    QFETCH(int, code);
    // Any executable file works here. A later --holdline overrides the first one.
    const QStringList first{u"soakrun"_s, u"--holdline"_s, QCoreApplication::applicationFilePath()};
    const auto parsed = parseOptions(first + line.split(u' '));
    const auto *exit = std::get_if<Exit>(&parsed);
    QCOMPARE(exit ? exit->code : -1, code);
    if (exit)
        return;
    const auto &options = std::get<Options>(parsed);
    if (line.startsWith("soak --duration"_L1)) {
        QCOMPARE(options.course, Course::Soak);
        QCOMPARE(options.duration, std::chrono::milliseconds(2min));
        QCOMPARE(options.rate, 10);
        QCOMPARE(options.accounts, 3);
        QCOMPARE(options.faultPercent, 0);
        QCOMPARE(options.deaths, 0ms);
        QCOMPARE(options.reloads, std::chrono::milliseconds(1s));
        QCOMPARE(options.calmPercent, 10);
        QVERIFY(options.ambiguousAlways);
        QCOMPARE(options.threads, 2);
        QCOMPARE(options.seed, ~std::uint64_t(0));
        QCOMPARE(options.folder, u"x"_s);
    } else if (line.contains("--attack"_L1)) {
        QCOMPARE(options.attacks, (std::vector<Attack>{Attack::Keys, Attack::Watches}));
    } else {
        QCOMPARE(options.duration, options.course == Course::Hostile ? std::chrono::milliseconds(2min) : 1h);
    }
}

HOLDLINE_TEST(TestSoakParts)
#include "tst_soakparts.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/proof/proofformat.h"
#include "service/jobserver/faults.h"
#include "service/jobserver/jobrequest.h"
#include "service/jobserver/jobserverstats.h"
#include "service/jobserver/proofmaker.h"
#include "service/jobserver/recentmap.h"
#include "tests/support/suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <set>

using namespace holdline;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestJobServerParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recentMapForgetsTheOldest();

    void percent_data();
    void percent();
    void lateFault_data();
    void lateFault();
    void diceRepeat();
    void diceKeepTheirShares();
    void oneAnswerFaultAtATime();
    void noCallbackWins();

    void idsAreFaithful();
    void proofIsHmac();
    void judgesProofs();

    void jobRequest_data();
    void jobRequest();
    void validateRequest_data();
    void validateRequest();
    void statsAreJson();
    void statsOfManyAccountsStaySmall();
};

void TestJobServerParts::recentMapForgetsTheOldest()
{
    RecentMap<int, char> map(3);
    QVERIFY(map.insert(1, 'a'));
    QVERIFY(map.insert(2, 'b'));
    QVERIFY(map.insert(3, 'c'));
    QVERIFY(!map.insert(1, 'x'));
    QVERIFY(map.find(1));
    QCOMPARE(*map.find(1), 'a');
    QVERIFY(map.insert(4, 'd'));
    QVERIFY(!map.find(1));
    QVERIFY(map.contains(2) && map.contains(3) && map.contains(4));
    QVERIFY(map.insert(1, 'e'));
    QCOMPARE(*map.find(1), 'e');
    QCOMPARE(map.size(), std::size_t(3));
}

void TestJobServerParts::percent_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("percent");  // -1 when refused
    QTest::newRow("0") << u"0"_s << 0.0;
    QTest::newRow("20") << u"20"_s << 20.0;
    QTest::newRow("20%") << u"20%"_s << 20.0;
    QTest::newRow("0.5") << u"0.5"_s << 0.5;
    QTest::newRow("100") << u"100"_s << 100.0;
    QTest::newRow("101") << u"101"_s << -1.0;
    QTest::newRow("100.01") << u"100.01"_s << -1.0;
    QTest::newRow("negative") << u"-1"_s << -1.0;
    QTest::newRow("plus") << u"+1"_s << -1.0;
    QTest::newRow("exponent") << u"1e1"_s << -1.0;
    QTest::newRow("inf") << u"inf"_s << -1.0;
    QTest::newRow("nan") << u"nan"_s << -1.0;
    QTest::newRow("word") << u"often"_s << -1.0;
    QTest::newRow("two points") << u"1.2.3"_s << -1.0;
    QTest::newRow("only %") << u"%"_s << -1.0;
    QTest::newRow("empty") << QString() << -1.0;
}

void TestJobServerParts::percent()
{
    QFETCH(QString, text);
    QTEST(parsePercent(text).value_or(-1), "percent");
}

void TestJobServerParts::lateFault_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("percent");  // -1 when refused
    QTest::addColumn<qint64>("ms");
    QTest::newRow("bare") << u"1500"_s << 100.0 << qint64(1500);
    QTest::newRow("unit") << u"1500ms"_s << 100.0 << qint64(1500);
    QTest::newRow("seconds") << u"2s"_s << 100.0 << qint64(2000);
    QTest::newRow("share") << u"20%:1500"_s << 20.0 << qint64(1500);
    QTest::newRow("share, unit") << u"20:1.5s"_s << 20.0 << qint64(1500);
    QTest::newRow("no time") << u"20%:"_s << -1.0 << qint64(0);
    QTest::newRow("no share") << u":1500"_s << -1.0 << qint64(0);
    QTest::newRow("only share") << u"20%"_s << -1.0 << qint64(0);
    QTest::newRow("negative") << u"-5"_s << -1.0 << qint64(0);
    QTest::newRow("empty") << QString() << -1.0 << qint64(0);
}

void TestJobServerParts::lateFault()
{
    QFETCH(QString, text);
    const auto late = parseLateFault(text);
    QTEST(late ? late->percent : -1, "percent");
    if (late)
        QTEST(qint64(late->by.count()), "ms");
}

void TestJobServerParts::diceRepeat()
{
    FaultOptions options;
    options.percent.fill(30);
    FaultDice one(options, 7);
    FaultDice two(options, 7);
    FaultDice other(options, 8);
    int different = 0;
    for (int i = 0; i < 1000; ++i) {
        const FaultPlan a = one.roll();
        const FaultPlan b = two.roll();
        const FaultPlan c = other.roll();
        for (std::size_t fault = 0; fault < kFaultCount; ++fault) {
            QCOMPARE(a.has(static_cast<Fault>(fault)), b.has(static_cast<Fault>(fault)));
            different += a.has(static_cast<Fault>(fault)) != c.has(static_cast<Fault>(fault)) ? 1 : 0;
        }
    }
    QVERIFY(different > 100);
}

void TestJobServerParts::diceKeepTheirShares()
{
    for (std::size_t fault = 0; fault < kFaultCount; ++fault) {
        for (const double percent : {0.0, 20.0, 100.0}) {
            FaultOptions options;
            options[static_cast<Fault>(fault)] = percent;
            FaultDice dice(options, 42);
            int hits = 0;
            for (int i = 0; i < 5000; ++i)
                hits += dice.roll().has(static_cast<Fault>(fault)) ? 1 : 0;
            // With 5000 rolls at 20 %, the standard deviation is 28.
            QVERIFY2(std::abs(hits - percent * 50) < 150, faultName(static_cast<Fault>(fault)).constData());
            if (percent == 0.0 || percent == 100.0)
                QCOMPARE(hits, static_cast<int>(percent * 50));
        }
    }
}

void TestJobServerParts::oneAnswerFaultAtATime()
{
    FaultOptions options;
    options.percent.fill(50);
    FaultDice dice(options, 1);
    for (int i = 0; i < 2000; ++i) {
        const FaultPlan plan = dice.roll();
        int faults = 0;
        for (const Fault fault : {Fault::Start500, Fault::Start503, Fault::Reset, Fault::Garbage})
            faults += plan.has(fault) ? 1 : 0;
        QVERIFY(faults <= 1);
        QVERIFY(!(plan.has(Fault::Early) && plan.has(Fault::Late)));
    }
}

void TestJobServerParts::noCallbackWins()
{
    FaultOptions options;
    options.percent.fill(100);
    const FaultPlan plan = FaultDice(options, 1).roll();
    QVERIFY(plan.has(Fault::Start500));
    QVERIFY(plan.has(Fault::NoCallback));
    for (const Fault fault : {Fault::Start503, Fault::Reset, Fault::Garbage, Fault::Duplicate, Fault::Early,
                              Fault::Late, Fault::WrongId})
        QVERIFY2(!plan.has(fault), faultName(fault).constData());
}

void TestJobServerParts::idsAreFaithful()
{
    ProofMaker maker("secret", 5);
    ProofMaker same("secret", 5);
    std::set<QByteArray> ids;
    std::map<qsizetype, int> lengths;
    for (int i = 0; i < 20'000; ++i) {
        const QByteArray id = maker.nextId();
        QVERIFY2(isJobIdText(id), id.constData());
        QCOMPARE(id, same.nextId());
        ids.insert(id);
        ++lengths[id.size()];
    }
    QCOMPARE(ids.size(), std::size_t(20'000));
    for (qsizetype length = 13; length <= 16; ++length)
        QVERIFY(lengths[length] > 0);
}

// `openssl dgst -sha1 -hmac key` computes the same proof.
void TestJobServerParts::proofIsHmac()
{
    const ProofMaker maker("key", 1);
    const QByteArray proof = maker.proof("example", "4499a6e0c2ef4b98", "2015-06-29T15:34:16.850Z");
    QVERIFY(isProofText(proof));
    QCOMPARE(proof, "F1F6E4AFAF727C0809A88BCE797C6BC7820E03B4"_ba);
}

void TestJobServerParts::judgesProofs()
{
    ProofMaker maker("secret", 1);
    const QByteArray time = "2015-06-29T15:34:16.850Z";
    const auto entry = [&](const QByteArray &id) { return ProofEntry{id, time, maker.proof("a", id, time)}; };
    const ProofEntry one = entry(maker.nextId());
    const ProofEntry two = entry(maker.nextId());
    ProofEntry otherTime = two;
    otherTime.startedAt = "2015-06-29T15:34:16.851Z";
    ProofEntry otherProof = two;
    otherProof.proof = one.proof;
    const ProofEntry stranger = entry(maker.strangeId());

    using enum ProofVerdict;
    const auto verdicts = maker.judge("a", {one, otherTime, two, one, otherProof, stranger, stranger});
    QCOMPARE(verdicts,
             (std::vector<ProofVerdict>{Valid, Forged, Valid, Repeated, Forged, Unknown, Repeated}));
    QCOMPARE(maker.judge("b", {one, two}), (std::vector<ProofVerdict>{Forged, Forged}));
    QCOMPARE(ProofMaker("other secret", 1).judge("a", {one}), (std::vector<ProofVerdict>{Forged}));
    // A restarted server with the same secret accepts its signatures but does not know its earlier jobs.
    QCOMPARE(ProofMaker("secret", 2).judge("a", {one}), (std::vector<ProofVerdict>{Unknown}));
    QVERIFY(maker.judge("a", {}).empty());
}

void TestJobServerParts::jobRequest_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");  // 0 when accepted
    QTest::newRow("blocking") << "{\"account\":\"a\",\"wait\":true}"_ba << 0;
    QTest::newRow("wait missing") << "{\"account\":\"a\"}"_ba << 0;
    QTest::newRow("async") << "{\"account\":\"a\",\"wait\":false,\"callback\":\"http://127.0.0.1:1/x\"}"_ba
                           << 0;
    QTest::newRow("async https") << "{\"account\":\"a\",\"wait\":false,\"callback\":\"https://h/x\"}"_ba << 0;
    QTest::newRow("other members") << "{\"account\":\"a\",\"wait\":true,\"x\":[1e400]}"_ba << 0;
    QTest::newRow("order") << R"({"account":"a","wait":true,"order":"x\u0078x"})"_ba << 0;
    QTest::newRow("order long") << "{\"account\":\"a\",\"order\":\"" + QByteArray(300, 'x') + "\"}" << 0;
    QTest::newRow("empty") << ""_ba << 400;
    QTest::newRow("not JSON") << "account=a"_ba << 400;
    QTest::newRow("array") << "[]"_ba << 400;
    QTest::newRow("no account") << "{\"wait\":true}"_ba << 422;
    QTest::newRow("account empty") << "{\"account\":\"\"}"_ba << 422;
    QTest::newRow("account a number") << "{\"account\":1}"_ba << 422;
    QTest::newRow("account long") << "{\"account\":\"" + QByteArray(257, 'a') + "\"}" << 422;
    QTest::newRow("wait a string") << "{\"account\":\"a\",\"wait\":\"no\"}"_ba << 422;
    QTest::newRow("no callback") << "{\"account\":\"a\",\"wait\":false}"_ba << 422;
    QTest::newRow("callback a number") << "{\"account\":\"a\",\"wait\":false,\"callback\":1}"_ba << 422;
    QTest::newRow("callback relative") << "{\"account\":\"a\",\"wait\":false,\"callback\":\"/x\"}"_ba << 422;
    QTest::newRow("callback a file")
        << "{\"account\":\"a\",\"wait\":false,\"callback\":\"file:///etc/passwd\"}"_ba << 422;
    QTest::newRow("callback without host")
        << "{\"account\":\"a\",\"wait\":false,\"callback\":\"http:///x\"}"_ba << 422;
    QTest::newRow("callback with a space")
        << "{\"account\":\"a\",\"wait\":false,\"callback\":\"http://h/ x\"}"_ba << 422;
}

void TestJobServerParts::jobRequest()
{
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    const auto parsed = parseJobRequest(body);
    const auto *error = std::get_if<RequestError>(&parsed);
    QCOMPARE(error ? error->status : 0, status);
    if (error) {
        QVERIFY(!error->text.isEmpty());
        return;
    }
    const auto &request = std::get<JobRequest>(parsed);
    QCOMPARE(request.account, "a"_ba);
    QCOMPARE(request.wait, !body.contains("false"));
    QCOMPARE(request.callback.isEmpty(), request.wait);
    QCOMPARE(request.order, body.contains("order") ? QByteArray(body.contains("xxx") ? 256 : 3, 'x') : ""_ba);
}

void TestJobServerParts::validateRequest_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::newRow("JSON") << "/validate"_ba
                          << "{\"account\":\"ä b\",\"proof\":\"H4sI\"}"_ba << 0;
    QTest::newRow("plain") << "/validate?account=%C3%A4%20b"_ba
                           << "H4sI"_ba << 0;
    QTest::newRow("JSON without account") << "/validate?account=a"_ba
                                          << "{\"proof\":\"H4sI\"}"_ba << 422;
    QTest::newRow("plain without account") << "/validate"_ba
                                           << "H4sI"_ba << 422;
    QTest::newRow("cut JSON") << "/validate"_ba
                              << "{\"account\":"_ba << 400;
}

void TestJobServerParts::validateRequest()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    const auto parsed = parseValidateRequest(target, body);
    const auto *error = std::get_if<RequestError>(&parsed);
    QTEST(error ? error->status : 0, "status");
    if (!error) {
        QCOMPARE(std::get<ValidateRequest>(parsed).account, "ä b"_ba);
        QCOMPARE(std::get<ValidateRequest>(parsed).block, "H4sI"_ba);
    }
}

void TestJobServerParts::statsAreJson()
{
    JobServerStats stats;
    stats.starts = 7;
    stats.accounts.emplace("a\"b", 7);
    stats.callbackAnswers["200 matched"] = 6;
    const QJsonObject brief = QJsonDocument::fromJson(stats.toJson(false)).object();
    QCOMPARE(brief.value("starts"_L1).toInt(), 7);
    QVERIFY(!brief.contains("accounts"_L1));
    QCOMPARE(
        brief.value("callbacks"_L1).toObject().value("answers"_L1).toObject().value("200 matched"_L1).toInt(),
        6);
    const QJsonObject full = QJsonDocument::fromJson(stats.toJson(true)).object();
    QCOMPARE(full.value("accounts"_L1).toObject().value("a\"b"_L1).toInt(), 7);
}

void TestJobServerParts::statsOfManyAccountsStaySmall()
{
    JobServerStats stats;
    for (int i = 0; i < 10'500; ++i)
        stats.countAccount(QByteArray::number(i));
    stats.countAccount("7");
    QCOMPARE(stats.accounts.size(), std::size_t(10'000));
    QCOMPARE(stats.accounts.at("7"), 2U);
    QCOMPARE(stats.otherAccounts, 500U);
}

HOLDLINE_TEST(TestJobServerParts)
#include "tst_jobserverparts.moc"

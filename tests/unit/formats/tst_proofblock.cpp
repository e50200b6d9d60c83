// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/proof/proofblock.h"
#include "core/proof/proofformat.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QTest>

#include <zlib.h>

#include <algorithm>
#include <set>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

QByteArray testData(const QString &name)
{
    QFile file(QStringLiteral(HOLDLINE_TEST_DATA "/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray gzipped(const QByteArray &plain)
{
    QByteArray input = plain;
    QByteArray out(static_cast<qsizetype>(compressBound(static_cast<uLong>(plain.size()))) + 64, '\0');
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef *>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray blockOf(const QByteArray &json)
{
    return gzipped(json).toBase64();
}

QString errorOf(const QByteArray &block, const ProofBlockLimits &limits = {})
{
    const auto decoded = decodeProofBlock(block, limits);
    const auto *error = std::get_if<QString>(&decoded);
    return error ? *error : QString();
}

ProofEntries sample(int count)
{
    ProofEntries entries;
    for (int i = 0; i < count; ++i) {
        entries.push_back({"f2ab274a795e" + QByteArray::number(1000 + i, 16), "2017-09-08T18:27:35.749Z",
                           QByteArray(40, static_cast<char>('A' + i % 6))});
    }
    return entries;
}

}  // namespace

class TestProofBlock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_data();
    void roundTrip();
    void wrappedLines();
    void realBlock();
    void findsTheBlockInWhatPeopleSave();
    void refusesDamage_data();
    void refusesDamage();
    void refusesEveryCut();
    void refusesEveryFlippedByte();
    void boundsTheBomb();
    void boundsTheEntries();
    void jobIdText_data();
    void jobIdText();
    void proofText_data();
    void proofText();
    void startedAt_data();
    void startedAt();
    void startedAtRoundTrip();
};

void TestProofBlock::roundTrip_data()
{
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 2, 50, 1000})
        QTest::addRow("%d entries", count) << count;
}

void TestProofBlock::roundTrip()
{
    QFETCH(int, count);
    const ProofEntries entries = sample(count);
    const QByteArray block = encodeProofBlock(entries);
    QVERIFY(!block.contains('\n'));
    const auto decoded = decodeProofBlock(block);
    QVERIFY(std::holds_alternative<ProofEntries>(decoded));
    QVERIFY(std::get<ProofEntries>(decoded) == entries);
}

void TestProofBlock::wrappedLines()
{
    const ProofEntries entries = sample(50);
    const QByteArray block = encodeProofBlock(entries);
    QByteArray wrapped = "  \t";
    for (qsizetype at = 0; at < block.size(); at += 76)
        wrapped += block.mid(at, 76) + "\r\n";
    const auto decoded = decodeProofBlock(wrapped);
    QVERIFY(std::holds_alternative<ProofEntries>(decoded));
    QVERIFY(std::get<ProofEntries>(decoded) == entries);
}

// A block from a run of a real job server and a real client in 2017, with its Markdown fence.
void TestProofBlock::realBlock()
{
    const QByteArray file = testData(u"proof-2017.txt"_s);
    QVERIFY(!file.isEmpty());
    const auto decoded = decodeProofBlock(findProofBlock(file));
    QVERIFY2(std::holds_alternative<ProofEntries>(decoded), qPrintable(errorOf(findProofBlock(file))));
    const auto &entries = std::get<ProofEntries>(decoded);
    QCOMPARE(entries.size(), std::size_t(50));
    QCOMPARE(entries.front().id, "f2ab274a795e6778"_ba);
    QCOMPARE(entries.front().startedAt, "2017-09-08T18:27:35.749Z"_ba);
    QCOMPARE(entries.front().proof, "B72FC9929DC544D8BE841BF00B62983FE162E78C"_ba);
    std::set<QByteArray> ids;
    for (const ProofEntry &entry : entries) {
        QVERIFY(isJobIdText(entry.id));
        QVERIFY(parseStartedAt(entry.startedAt));
        QVERIFY(isProofText(entry.proof));
        ids.insert(entry.id);
    }
    QCOMPARE(ids.size(), std::size_t(50));
}

void TestProofBlock::findsTheBlockInWhatPeopleSave()
{
    QCOMPARE(findProofBlock("QUJD\n"_ba).simplified(), "QUJD"_ba);
    QCOMPARE(findProofBlock("QUJD"_ba).simplified(), "QUJD"_ba);
    QCOMPARE(findProofBlock("```text\r\nQUJD\r\nREVG\r\n```\r\n"_ba).simplified(), "QUJD REVG"_ba);
    QCOMPARE(findProofBlock("Succeeded: 1\n\nWORK SAMPLE RESULT: PASSED\n\nProof :\nQUJD\n"_ba).simplified(),
             "QUJD"_ba);
    QVERIFY(findProofBlock({}).simplified().isEmpty());
}

void TestProofBlock::refusesDamage_data()
{
    QTest::addColumn<QByteArray>("block");
    QTest::addColumn<QString>("error");

    const QByteArray good = gzipped("[]");
    QTest::newRow("empty") << QByteArray() << u"no proof block"_s;
    QTest::newRow("blank") << " \n\n"_ba << u"no proof block"_s;
    QTest::newRow("not base64") << "*not base64*"_ba << u"not base64"_s;
    QTest::newRow("base64url") << "H4sI-_8="_ba << u"not base64"_s;
    QTest::newRow("not gzip") << "hello hello"_ba.toBase64() << u"damaged"_s;
    QTest::newRow("zlib, not gzip") << qCompress("[]").mid(4).toBase64() << u"damaged"_s;
    QTest::newRow("behind the member") << (good + "x").toBase64() << u"follows"_s;
    QTest::newRow("second member") << (good + good).toBase64() << u"follows"_s;
    QTest::newRow("no JSON") << blockOf({}) << u"JSON is not valid"_s;
    QTest::newRow("cut JSON") << blockOf("[[\"a\",\"b\",\"c\"]"_ba) << u"JSON is not valid"_s;
    QTest::newRow("deep JSON") << blockOf(QByteArray(100'000, '[') + QByteArray(100'000, ']'))
                               << u"JSON is not valid"_s;
    QTest::newRow("invalid UTF-8") << blockOf("[[\"\xff\",\"b\",\"c\"]]"_ba) << u"JSON is not valid"_s;
    QTest::newRow("object") << blockOf("{}"_ba) << u"not an array"_s;
    QTest::newRow("numbers") << blockOf("[1,2]"_ba) << u"entry 1"_s;
    QTest::newRow("two members") << blockOf("[[\"a\",\"b\"]]"_ba) << u"entry 1"_s;
    QTest::newRow("four members") << blockOf("[[\"a\",\"b\",\"c\",\"d\"]]"_ba) << u"entry 1"_s;
    QTest::newRow("number in second") << blockOf("[[\"a\",\"b\",\"c\"],[\"a\",1,\"c\"]]"_ba) << u"entry 2"_s;
    QTest::newRow("null proof") << blockOf("[[\"a\",\"b\",null]]"_ba) << u"entry 1"_s;
}

void TestProofBlock::refusesDamage()
{
    QFETCH(QByteArray, block);
    QFETCH(QString, error);
    const QString said = errorOf(block);
    QVERIFY2(said.contains(error), qPrintable(said));
}

void TestProofBlock::refusesEveryCut()
{
    const QByteArray packed = gzipped("[[\"f2ab274a795e6778\",\"2017-09-08T18:27:35.749Z\",\"B72F\"]]"_ba);
    QVERIFY(errorOf(packed.toBase64()).isEmpty());
    for (qsizetype size = 0; size < packed.size(); ++size)
        QVERIFY2(!errorOf(packed.first(size).toBase64()).isEmpty(), qPrintable(QString::number(size)));
}

void TestProofBlock::refusesEveryFlippedByte()
{
    const QByteArray packed = gzipped("[[\"f2ab274a795e6778\",\"2017-09-08T18:27:35.749Z\",\"B72F\"]]"_ba);
    // Bytes 4 to 9 of a gzip header (time, compressor flags, operating system) do not depend on the data.
    for (qsizetype at = 0; at < packed.size(); ++at) {
        if (at >= 4 && at <= 9)
            continue;
        QByteArray damaged = packed;
        damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
        QVERIFY2(!errorOf(damaged.toBase64()).isEmpty(), qPrintable(QString::number(at)));
    }
}

void TestProofBlock::boundsTheBomb()
{
    const QByteArray bomb = blockOf(QByteArray(40 * 1024 * 1024, ' '));
    QVERIFY(bomb.size() < 128 * 1024);
    QVERIFY(errorOf(bomb).contains(u"more than 16777216 bytes"_s));
    // As many bytes as the limit are allowed, and one byte more is an error.
    const QByteArray json = "[]        "_ba;
    QVERIFY(errorOf(blockOf(json), {json.size(), 1}).isEmpty());
    QVERIFY(errorOf(blockOf(json), {json.size() - 1, 1}).contains(u"more than 9 bytes"_s));
}

void TestProofBlock::boundsTheEntries()
{
    const QByteArray block = encodeProofBlock(sample(11));
    QVERIFY(errorOf(block, {1 << 20, 11}).isEmpty());
    QVERIFY(errorOf(block, {1 << 20, 10}).contains(u"more than 10 entries"_s));
}

void TestProofBlock::jobIdText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("ok");
    QTest::newRow("13") << "18de8c174be1c"_ba << true;
    QTest::newRow("16") << "4499a6e0c2ef4b98"_ba << true;
    QTest::newRow("12") << "18de8c174be1"_ba << false;
    QTest::newRow("17") << "4499a6e0c2ef4b981"_ba << false;
    QTest::newRow("padded") << "0499a6e0c2ef4b98"_ba << false;
    QTest::newRow("upper case") << "4499A6E0C2EF4B98"_ba << false;
    QTest::newRow("not hex") << "4499g6e0c2ef4b98"_ba << false;
    QTest::newRow("empty") << QByteArray() << false;
}

void TestProofBlock::jobIdText()
{
    QFETCH(QByteArray, text);
    QTEST(isJobIdText(text), "ok");
}

void TestProofBlock::proofText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("ok");
    QTest::newRow("right") << "B72FC9929DC544D8BE841BF00B62983FE162E78C"_ba << true;
    QTest::newRow("lower case") << "b72fc9929dc544d8be841bf00b62983fe162e78c"_ba << false;
    QTest::newRow("39") << "B72FC9929DC544D8BE841BF00B62983FE162E78"_ba << false;
    QTest::newRow("41") << "B72FC9929DC544D8BE841BF00B62983FE162E78C1"_ba << false;
    QTest::newRow("not hex") << "G72FC9929DC544D8BE841BF00B62983FE162E78C"_ba << false;
    QTest::newRow("empty") << QByteArray() << false;
}

void TestProofBlock::proofText()
{
    QFETCH(QByteArray, text);
    QTEST(isProofText(text), "ok");
}

void TestProofBlock::startedAt_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("ok");
    QTest::newRow("right") << "2017-09-08T18:27:35.749Z"_ba << true;
    QTest::newRow("leap day") << "2016-02-29T00:00:00.000Z"_ba << true;
    QTest::newRow("no leap day") << "2017-02-29T00:00:00.000Z"_ba << false;
    QTest::newRow("month 13") << "2017-13-01T00:00:00.000Z"_ba << false;
    QTest::newRow("month 0") << "2017-00-01T00:00:00.000Z"_ba << false;
    QTest::newRow("hour 24") << "2017-09-08T24:00:00.000Z"_ba << false;
    QTest::newRow("minute 60") << "2017-09-08T18:60:00.000Z"_ba << false;
    QTest::newRow("second 60") << "2017-09-08T18:27:60.000Z"_ba << false;
    QTest::newRow("no milliseconds") << "2017-09-08T18:27:35Z"_ba << false;
    QTest::newRow("offset") << "2017-09-08T18:27:35.749+00:00"_ba << false;
    QTest::newRow("lower case") << "2017-09-08t18:27:35.749z"_ba << false;
    QTest::newRow("sign") << "2017-09-08T18:27:35.+49Z"_ba << false;
    QTest::newRow("cut") << "2017-09-08T18:27:35.749"_ba << false;
    QTest::newRow("longer") << "2017-09-08T18:27:35.749ZZ"_ba << false;
    QTest::newRow("empty") << QByteArray() << false;
}

void TestProofBlock::startedAt()
{
    QFETCH(QByteArray, text);
    QTEST(parseStartedAt(text).has_value(), "ok");
}

void TestProofBlock::startedAtRoundTrip()
{
    QCOMPARE(formatStartedAt(JobTime{}), "1970-01-01T00:00:00.000Z"_ba);
    QCOMPARE(formatStartedAt(JobTime(std::chrono::milliseconds(1504895255749))),
             "2017-09-08T18:27:35.749Z"_ba);
    // These steps reach every month, leap years, and times with milliseconds.
    for (qint64 ms = 0; ms < 4'000'000'000'000; ms += 86'400'001 * 13) {
        const JobTime time{std::chrono::milliseconds(ms)};
        const auto parsed = parseStartedAt(formatStartedAt(time));
        QVERIFY(parsed && *parsed == time);
    }
}

HOLDLINE_TEST(TestProofBlock)
#include "tst_proofblock.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/securerandom.h"
#include "core/job/jobid.h"
#include "tests/support/suite.h"

#include <QSet>
#include <QTest>

#include <array>
#include <span>
#include <thread>
#include <vector>

using namespace holdline;

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool same(const CallbackToken &a, const CallbackToken &b)
{
    return a.node == b.node && a.shard == b.shard && a.lookup == b.lookup && a.secret == b.secret;
}

}  // namespace

class TestJobId : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void idsAreUniqueHex();
    void idsNameTheirShard();
    void tokensAreUnique();
    void tokensMakeTheRoundTrip();
    void textIsUrlSafe();
    void onlyOneSpellingIsValid();
    void everyChangeOfOneCharacterIsAnotherToken();
    void otherLengthsAreRefused();
    void hostileTextsAreRefused_data();
    void hostileTextsAreRefused();
    void constantTimeComparison();
    void randomBytesNeverRepeat();
};

void TestJobId::idsAreUniqueHex()
{
    QSet<QByteArray> seen;
    for (int i = 0; i < 10'000; ++i) {
        const QByteArray id = makeJobId();
        QCOMPARE(id.size(), 32);
        for (const char c : id)
            QVERIFY((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        seen.insert(id);
    }
    QCOMPARE(seen.size(), 10'000);
}

void TestJobId::idsNameTheirShard()
{
    for (const int shard : {0, 1, 63, 255}) {
        const auto byte = static_cast<std::uint8_t>(shard);
        QCOMPARE(shardOfJobId(makeJobId(byte)), std::optional(byte));
    }
    for (const char *text : {"", "00", "0000000000000000000000000000000g", "0000000000000000000000000000000A",
                             "000000000000000000000000000000000", "0000000000000000000000000000000"})
        QCOMPARE(shardOfJobId(text), std::optional<std::uint8_t>());
}

void TestJobId::tokensAreUnique()
{
    QSet<QByteArray> texts;
    QSet<quint64> lookups;
    QSet<QByteArray> secrets;
    for (int i = 0; i < 10'000; ++i) {
        const CallbackToken token = CallbackToken::make(0, 0);
        texts.insert(token.toText());
        lookups.insert(token.lookup);
        secrets.insert(token.secret);
    }
    QCOMPARE(texts.size(), 10'000);
    QCOMPARE(lookups.size(), 10'000);
    QCOMPARE(secrets.size(), 10'000);
}

void TestJobId::tokensMakeTheRoundTrip()
{
    for (int node = 0; node < 256; node += 5) {
        for (int shard = 0; shard < 256; shard += 3) {
            const auto token = CallbackToken::make(static_cast<quint8>(node), static_cast<quint8>(shard));
            QCOMPARE(token.node, node);
            QCOMPARE(token.shard, shard);
            QCOMPARE(token.secret.size(), CallbackToken::kSecretBytes);
            const auto back = CallbackToken::fromText(token.toText());
            QVERIFY(back);
            QVERIFY(same(*back, token));
        }
    }
    // The text must not depend on the machine's byte order.
    const CallbackToken fixed{1, 2, 0x0304050607080910, QByteArray("abcdefghijklmnop")};
    QCOMPARE(fixed.toText(), QByteArray("AQIDBAUGBwgJEGFiY2RlZmdoaWprbG1ub3A"));
}

void TestJobId::textIsUrlSafe()
{
    for (int i = 0; i < 1000; ++i) {
        const QByteArray text = CallbackToken::make(255, 255).toText();
        QCOMPARE(text.size(), CallbackToken::kTextLength);
        for (const char c : text)
            QVERIFY(QByteArrayView(kAlphabet).contains(c));
    }
}

/// The last character of the text has two unused bits. Each token still has only one valid text.
void TestJobId::onlyOneSpellingIsValid()
{
    for (int i = 0; i < 100; ++i) {
        const CallbackToken token = CallbackToken::make(7, 9);
        QByteArray text = token.toText();
        int valid = 0;
        for (const char c : QByteArrayView(kAlphabet)) {
            text.back() = c;
            const auto other = CallbackToken::fromText(text);
            valid += other ? 1 : 0;
            QVERIFY(!other || other->toText() == text);
        }
        QCOMPARE(valid, 16);
    }
}

void TestJobId::everyChangeOfOneCharacterIsAnotherToken()
{
    const CallbackToken token = CallbackToken::make(3, 4);
    const QByteArray text = token.toText();
    for (qsizetype at = 0; at < text.size(); ++at) {
        for (int c = 0; c < 256; ++c) {
            QByteArray changed = text;
            changed[at] = static_cast<char>(c);
            const auto other = CallbackToken::fromText(changed);
            if (changed == text) {
                QVERIFY(other && same(*other, token));
                continue;
            }
            QVERIFY(!other || !same(*other, token));
            QVERIFY2(!other || QByteArrayView(kAlphabet).contains(static_cast<char>(c)),
                     changed.toHex().constData());
        }
    }
}

void TestJobId::otherLengthsAreRefused()
{
    const QByteArray text = CallbackToken::make(0, 0).toText();
    for (qsizetype length = 0; length < text.size(); ++length)
        QVERIFY(!CallbackToken::fromText(text.first(length)));
    QVERIFY(!CallbackToken::fromText(text + 'A'));
    QVERIFY(!CallbackToken::fromText(text + '='));
    QVERIFY(!CallbackToken::fromText('A' + text));
    QVERIFY(!CallbackToken::fromText({}));
}

void TestJobId::hostileTextsAreRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto length = CallbackToken::kTextLength;
    QTest::newRow("10 KB") << QByteArray(10'240, 'A');
    QTest::newRow("padding") << QByteArray(length - 1, 'A') + '=';
    QTest::newRow("plain base64") << QByteArray(length - 1, '+') + 'A';
    QTest::newRow("slash") << QByteArray(length, '/');
    QTest::newRow("blanks") << QByteArray(length, ' ');
    QTest::newRow("NULs") << QByteArray(length, '\0');
    QTest::newRow("line end inside") << QByteArray(length - 2, 'A') + "\r\n";
    QTest::newRow("percent escape") << QByteArray(length - 3, 'A') + "%41";
    QTest::newRow("high bytes") << QByteArray(length, '\xff');
    QTest::newRow("log injection")
        << QByteArray("\" outcome=completed job=1 \x1b[31m").leftJustified(length, 'A');
}

void TestJobId::hostileTextsAreRefused()
{
    QFETCH(const QByteArray, text);
    QVERIFY(!CallbackToken::fromText(text));
}

void TestJobId::constantTimeComparison()
{
    QVERIFY(equalsInConstantTime({}, {}));
    QVERIFY(equalsInConstantTime("abc", "abc"));
    QVERIFY(!equalsInConstantTime("abc", "abd"));
    QVERIFY(!equalsInConstantTime("abc", "xbc"));
    QVERIFY(!equalsInConstantTime("abc", "ab"));
    QVERIFY(!equalsInConstantTime("", "a"));
    QVERIFY(!equalsInConstantTime(QByteArray("a\0b", 3), QByteArray("a\0c", 3)));
    for (int bit = 0; bit < 8; ++bit)
        QVERIFY(!equalsInConstantTime(QByteArray(1, '\0'), QByteArray(1, static_cast<char>(1 << bit))));
}

/// Reads random bytes in pieces of every size, across the ends of the buffer, in several threads.
void TestJobId::randomBytesNeverRepeat()
{
    constexpr std::size_t kThreads = 4;
    std::array<std::vector<QByteArray>, kThreads> pieces;
    {
        std::vector<std::jthread> threads;
        for (std::vector<QByteArray> &mine : pieces) {
            threads.emplace_back([&mine] {
                for (qsizetype size = 8; size < 300; ++size) {
                    QByteArray piece(size, '\0');
                    fillSecurely(
                        std::as_writable_bytes(std::span(piece.data(), static_cast<std::size_t>(size))));
                    mine.push_back(piece);
                }
            });
        }
    }
    QSet<QByteArray> beginnings;
    QSet<QByteArray> ends;
    qsizetype count = 0;
    for (const std::vector<QByteArray> &of : pieces) {
        for (const QByteArray &piece : of) {
            beginnings.insert(piece.first(8));
            ends.insert(piece.last(8));
            ++count;
        }
    }
    QCOMPARE(beginnings.size(), count);
    QCOMPARE(ends.size(), count);

    QByteArray large(20'000, '\0');
    fillSecurely(std::as_writable_bytes(std::span(large.data(), static_cast<std::size_t>(large.size()))));
    for (int value = 0; value < 256; ++value)
        QVERIFY(large.contains(static_cast<char>(value)));
}

HOLDLINE_TEST(TestJobId)
#include "tst_jobid.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/bodytext.h"
#include "core/json/jsontext.h"
#include "core/profile/startcodec.h"
#include "tests/support/suite.h"
#include "tests/unit/formats/jsontexts.h"

#include <QRandomGenerator>
#include <QTest>

#include <simdjson.h>

#include <optional>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kUrl = "http://127.0.0.1:3738/callback/t0ken"_ba;
const QByteArray kTail = R"(,"wait":false,"callback":"http://127.0.0.1:3738/callback/t0ken"})"_ba;

QByteArray withExtra(const QByteArray &value)
{
    return R"({"account":"acme","extra":)"_ba + value + '}';
}

/// The reason of a refusal, or nullopt when the body was accepted.
std::optional<Reason> refusal(const QByteArray &body)
{
    const auto parsed = parseStart(body);
    if (const auto *error = std::get_if<StartError>(&parsed))
        return error->reason;
    return std::nullopt;
}

QByteArray rendered(const QByteArray &body)
{
    const auto parsed = parseStart(body);
    if (const auto *error = std::get_if<StartError>(&parsed))
        return "refused: "_ba + error->detail.toUtf8();
    return renderStart(std::get<StartRequest>(parsed), kUrl);
}

bool simdjsonTakes(const QByteArray &text)
{
    simdjson::dom::parser parser;
    return parser.parse(text.constData(), static_cast<size_t>(text.size())).error() == simdjson::SUCCESS;
}

bool taken(const QByteArray &text)
{
    return std::holds_alternative<JsonType>(scanJson(text));
}

}  // namespace

class TestJsonText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void invalid_data();
    void invalid();
    void valid_data();
    void valid();
    void refused_data();
    void refused();
    void untouched_data();
    void untouched();
    void agreesWithSimdjson();
    void quoteAndUnescapeAreInverse();
    void charactersStayWhole();
};

void TestJsonText::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
}

void TestJsonText::invalid_data()
{
    QTest::addColumn<QByteArray>("body");
    int names = 0;
    for (const auto &row : test::invalidJsonValues()) {
        QTest::addRow("%s", row.name) << row.text;
        QTest::addRow("%s, as a member", row.name) << withExtra(row.text);
        ++names;
    }
    for (const auto &row : test::invalidJsonTexts()) {
        QTest::addRow("%s", row.name) << row.text;
        ++names;
    }
    QCOMPARE(names, 188);
}

void TestJsonText::invalid()
{
    QFETCH(QByteArray, body);
    QCOMPARE(refusal(body), Reason::InvalidJson);
}

void TestJsonText::valid_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto rows = test::validJsonTexts();
    QCOMPARE(rows.size(), std::size_t(95));
    for (const auto &row : rows)
        QTest::addRow("%s", row.name) << row.text;
}

void TestJsonText::valid()
{
    QFETCH(QByteArray, text);
    // As a body, the text is valid but has no account.
    QCOMPARE(refusal(text), Reason::MissingAccount);
    // As the value of a member, the text is accepted and stays unchanged.
    QCOMPARE(rendered(withExtra(text)), withExtra(text).chopped(1) + kTail);
}

void TestJsonText::refused_data()
{
    QTest::addColumn<QByteArray>("body");
    const auto deep = [](int levels) { return QByteArray(levels, '[') + '7' + QByteArray(levels, ']'); };
    QTest::newRow("duplicate account") << R"({"account":"a","account":"a"})"_ba;
    QTest::newRow("duplicate account, escaped") << R"({"account":"a","\u0061ccoun\u0074":"b"})"_ba;
    QTest::newRow("duplicate wait") << R"({"wait":true,"account":"a","wait":true})"_ba;
    QTest::newRow("duplicate callback") << R"({"callback":1,"account":"a","c\u0061llback":1})"_ba;
    QTest::newRow("account thrice") << R"({"account":"a","account":"a","account":"a"})"_ba;
    QTest::newRow("100,000 levels") << withExtra(deep(100'000));
    QTest::newRow("100,000 levels of objects")
        << withExtra(R"({"k":)"_ba.repeated(100'000) + '7' + QByteArray(100'000, '}'));
    QTest::newRow("512 levels and the object's own") << withExtra(deep(512));
    QTest::newRow("lone high surrogate") << withExtra(R"("\uD83D")"_ba);
    QTest::newRow("lone low surrogate") << withExtra(R"("\uDE00")"_ba);
    QTest::newRow("reversed surrogates") << withExtra(R"("\uDE00\uD83D")"_ba);
    QTest::newRow("two high surrogates") << withExtra(R"("\uD83D\uD83D")"_ba);
    QTest::newRow("lone surrogate in a key") << R"({"account":"a","\uD83D":1})"_ba;
    QTest::newRow("UTF-8: continuation byte") << withExtra("\"\x80\""_ba);
    QTest::newRow("UTF-8: cut") << withExtra("\"\xe2\x82\""_ba);
    QTest::newRow("UTF-8: overlong slash") << withExtra("\"\xc0\xaf\""_ba);
    QTest::newRow("UTF-8: overlong, three bytes") << withExtra("\"\xe0\x9f\xbf\""_ba);
    QTest::newRow("UTF-8: overlong, four bytes") << withExtra("\"\xf0\x8f\xbf\xbf\""_ba);
    QTest::newRow("UTF-8: surrogate") << withExtra("\"\xed\xa0\x80\""_ba);
    QTest::newRow("UTF-8: above U+10FFFF") << withExtra("\"\xf4\x90\x80\x80\""_ba);
    QTest::newRow("UTF-8: byte FF") << withExtra("\"\xff\""_ba);
    QTest::newRow("byte order mark") << "\xef\xbb\xbf{\"account\":\"a\"}"_ba;
    QTest::newRow("UTF-16") << "{\0\"\0a\0\"\0:\0"
                               "1\0}\0"_ba;
    QTest::newRow("NaN") << withExtra("NaN"_ba);
    QTest::newRow("Infinity") << withExtra("Infinity"_ba);
    QTest::newRow("-Infinity") << withExtra("-Infinity"_ba);
}

void TestJsonText::refused()
{
    QFETCH(QByteArray, body);
    QCOMPARE(refusal(body), Reason::InvalidJson);
}

void TestJsonText::untouched_data()
{
    QTest::addColumn<QByteArray>("value");
    for (const char *value : {"1e400", "-1E+400", "1e-400", "9007199254740993", "18446744073709551616",
                              "123456789012345678901234567890123456789", "-9223372036854775809", "1.0", "-0",
                              "-0.0", "0e0", "1.10", "0.1000000000000000055511151231257827"})
        QTest::addRow("%s", value) << QByteArray(value);
    QTest::newRow("511 levels") << QByteArray(511, '[') + QByteArray(511, ']');
    QTest::newRow("10,000 digits") << QByteArray(10'000, '7');
}

void TestJsonText::untouched()
{
    QFETCH(QByteArray, value);
    QCOMPARE(rendered(withExtra(value)), withExtra(value).chopped(1) + kTail);
}

void TestJsonText::agreesWithSimdjson()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    const QList<QByteArray> pieces = {"{",
                                      "}",
                                      "[",
                                      "]",
                                      ",",
                                      ":",
                                      "\"k\"",
                                      "\"\\n\"",
                                      "\"",
                                      "\\",
                                      "0",
                                      "1",
                                      "-",
                                      ".",
                                      "2e1",
                                      "E",
                                      "+",
                                      "true",
                                      "false",
                                      "null",
                                      " ",
                                      "\n",
                                      "\t",
                                      "\xc3\xa9",
                                      "\xc3",
                                      "\x80",
                                      "\x01",
                                      "/",
                                      "\"\\u0041\"",
                                      "nul",
                                      "\"\xe2\x82\xac\""};
    const QByteArray valid[] = {"{\"a\":[1,2,{\"b\":null}],\"c\":\"d\\n\",\"e\":-1.5e2}",
                                "[[],{},\"\",0,true]",
                                "{\"account\":\"x\",\"wait\":true,\"callback\":\"http://h/\"}"};
    const QRegularExpression outOfRange(u"[0-9]{18}|[eE][+-]?[0-9]{3}"_s);
    int validCount = 0;
    for (int round = 0; round < 60'000; ++round) {
        QByteArray text;
        if (round % 2 == 0) {
            for (int i = random.bounded(1, 9); i > 0; --i)
                text += pieces[random.bounded(pieces.size())];
        } else {
            text = valid[random.bounded(3)];
            for (int i = random.bounded(1, 3); i > 0; --i) {
                const qsizetype at = random.bounded(text.size());
                text.replace(at, random.bounded(2), pieces[random.bounded(pieces.size())]);
            }
        }
        // The two parsers differ on purpose for numbers outside the range of double.
        if (outOfRange.match(QString::fromLatin1(text)).hasMatch())
            continue;
        QVERIFY2(taken(text) == simdjsonTakes(text), text.toPercentEncoding().constData());
        validCount += taken(text);
    }
    QVERIFY(validCount > 100);
}

void TestJsonText::quoteAndUnescapeAreInverse()
{
    QByteArray all;
    for (int c = 0; c < 0x80; ++c)
        all.append(static_cast<char>(c));
    all += "\u00e9\u20ac\U0001F600";
    QVERIFY(taken(quoteJson(all)));
    QCOMPARE(unescapeJson(quoteJson(all)), all);
}

void TestJsonText::charactersStayWhole()
{
    const QByteArray text = "a\u00e9\u20ac\U0001F600z";
    // Bytes of whole characters within each limit.
    const int whole[]{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (int limit = 0; limit < std::ssize(whole); ++limit)
        QCOMPARE(wholeCharacters(text, limit).size(), whole[limit]);
    QCOMPARE(wholeCharacters("\u00e9", 1).size(), 0);
    // What is not UTF-8 is cut anywhere.
    QCOMPARE(wholeCharacters(QByteArray(10, '\x80'), 7).size(), 7);
    QCOMPARE(wholeCharacters(QByteArray(10, '\x80'), 1).size(), 1);
}

HOLDLINE_TEST(TestJsonText)
#include "tst_jsontext.moc"

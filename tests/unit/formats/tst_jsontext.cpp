// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/bodytext.h"
#include "core/json/jsontext.h"
#include "core/profile/startcodec.h"
#include "tests/support/suite.h"
#include "tests/unit/formats/jsontexts.h"
#include "tests/unit/formats/startbodies.h"

#include <QRandomGenerator>
#include <QTest>

#include <simdjson.h>

#include <optional>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray withExtra(const QByteArray &value)
{
    return R"({"account":"acme","extra":)"_ba + value + '}';
}

bool simdjsonTakes(const QByteArray &text)
{
    simdjson::dom::parser parser;
    return parser.parse(text.constData(), static_cast<size_t>(text.size())).error() == simdjson::SUCCESS;
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
    void saysWhatIsWrongAndWhere_data();
    void saysWhatIsWrongAndWhere();
    void untouched_data();
    void untouched();
    void agreesWithSimdjson();
    void quoteAndUnescapeAreInverse();
    void charactersStayWhole();
    void everyByteOfAStringCounts();
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
    // As a whole body, the text is valid JSON but contains no account.
    QCOMPARE(refusal(text), Reason::MissingAccount);
    // As the value of a member, the text is accepted and passed on unchanged.
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
    QTest::newRow("two byte order marks") << "\xef\xbb\xbf\xef\xbb\xbf{\"account\":\"a\"}"_ba;
    QTest::newRow("byte order mark inside") << "{\xef\xbb\xbf\"account\":\"a\"}"_ba;
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

void TestJsonText::saysWhatIsWrongAndWhere_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("at");
    QTest::addColumn<QString>("what");
    const auto add = [](const QByteArray &text, int at, const char *what) {
        QTest::addRow("%s", text.toPercentEncoding().constData()) << text << at << QString::fromLatin1(what);
    };
    const char *aValue = "a value is wanted (object, array, string, number, true, false or null)";
    add("x", 0, aValue);
    add("[1,]", 3, aValue);
    add("nulx", 3, "not one of the words true, false and null");
    add("-x", 1, "a digit is wanted");
    add("1.x", 2, "a digit is wanted");
    add("1ex", 2, "a digit is wanted");
    add("-01", 2, "a number must not have leading zeros");
    add("\"\x01\"", 1, "a control character in a string must be escaped");
    add(R"("\x")", 2, "no such escape in a string");
    add(R"("\udc00")", 7, "a low surrogate without its high one before this place");
    add(R"("\ud800x")", 7, "the low surrogate is missing");
    add(R"("\ud800\n")", 7, "the low surrogate is missing");
    add(R"("\ud800\u0041")", 13, "a high surrogate without its low one before this place");
    add(R"("\u00g0")", 5, "four hexadecimal digits are wanted after \\u");
    add("\"\xff\"", 1, "not UTF-8");
    add("\"\xc3x\"", 2, "not UTF-8");
    add("[1 2]", 3, "a comma or ] is wanted after an element");
    add("{\"a\":1 2}", 7, "a comma or } is wanted after a member");
    add("{a:1}", 1, "a member's name in double quotes is wanted");
    add("{\"a\" 1}", 5, "a colon is wanted after a member's name");
    add("1 2", 2, "the value is complete here, nothing may follow it");
    add(QByteArray("[").repeated(513), 512, "more than 512 levels");
    add(QByteArray("{\"a\":").repeated(513), 5 * 512, "more than 512 levels");
    for (const char *early : {"", " ", "[", "[1", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "\"", "\"\\",
                              "\"\\u00", "-", "1.", "nul", "\"\\ud800", "\"\xc3"})
        add(early, static_cast<int>(qstrlen(early)), "the text ends too early");
}

void TestJsonText::saysWhatIsWrongAndWhere()
{
    QFETCH(const QByteArray, text);
    QFETCH(int, at);
    QFETCH(const QString, what);
    const auto result = scanJson(text);
    const auto *error = std::get_if<JsonError>(&result);
    QVERIFY(error);
    QCOMPARE(error->text, what);
    QCOMPARE(error->offset, at);
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
        QVERIFY2(isJson(text) == simdjsonTakes(text), text.toPercentEncoding().constData());
        validCount += isJson(text);
    }
    QVERIFY(validCount > 100);
}

void TestJsonText::quoteAndUnescapeAreInverse()
{
    QByteArray all;
    for (int c = 0; c < 0x80; ++c)
        all.append(static_cast<char>(c));
    all += "\u00e9\u20ac\U0001F600";
    QVERIFY(isJson(quoteJson(all)));
    QCOMPARE(unescapeJson(quoteJson(all)), all);
}

void TestJsonText::charactersStayWhole()
{
    const QByteArray text = "a\u00e9\u20ac\U0001F600z";
    // The number of bytes in whole characters, for each limit in bytes.
    const int whole[]{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (int limit = 0; limit < std::ssize(whole); ++limit)
        QCOMPARE(wholeCharacters(text, limit).size(), whole[limit]);
    QCOMPARE(wholeCharacters("\u00e9", 1).size(), 0);
    // Text that is not UTF-8 is cut at any byte.
    QCOMPARE(wholeCharacters(QByteArray(10, '\x80'), 7).size(), 7);
    QCOMPARE(wholeCharacters(QByteArray(10, '\x80'), 1).size(), 1);
}

/// Long strings are scanned several bytes at a time, so every position is tested.
void TestJsonText::everyByteOfAStringCounts()
{
    constexpr qsizetype kLength = 41;
    for (qsizetype at = 0; at < kLength; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            QByteArray text = '"' + QByteArray(kLength, 'x') + '"';
            text[at + 1] = static_cast<char>(byte);
            const bool isPlain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            const auto scanned = scanJson(text, {});
            QCOMPARE(std::holds_alternative<JsonType>(scanned), isPlain);
        }
    }
}

HOLDLINE_TEST(TestJsonText)
#include "tst_jsontext.moc"

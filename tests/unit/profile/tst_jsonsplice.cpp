// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/formfields.h"
#include "core/profile/jsonsplice.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::profile;
using namespace Qt::StringLiterals;

namespace {

JsonEdit set(const char *pointer, const QByteArray &value)
{
    return {*parseJsonPointer(pointer), value};
}

JsonEdit removal(const char *pointer)
{
    return {*parseJsonPointer(pointer), std::nullopt};
}

}  // namespace

Q_DECLARE_METATYPE(std::vector<JsonEdit>)

class TestJsonSplice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void splices_data();
    void splices();
    void refuses_data();
    void refuses();
    void editsForms();
    void sortsForms();
};

void TestJsonSplice::splices_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<std::vector<JsonEdit>>("edits");
    QTest::addColumn<QByteArray>("out");
    const auto row = [](const char *name, const QByteArray &text, const std::vector<JsonEdit> &edits,
                        const QByteArray &out) { QTest::newRow(name) << text << edits << out; };
    row("nothing", " {\"a\" : 1e400} ", {}, " {\"a\" : 1e400} ");
    row("into empty", "{}", {set("/a", "1")}, R"({"a":1})");
    row("into empty with space", "\t{ } \n", {set("/a", "1")}, "\t{\"a\":1} \n");
    row("behind the last", "{\n  \"a\": 1e400\n}\n", {set("/b", "\"x\"")},
        "{\n  \"a\": 1e400,\"b\":\"x\"\n}\n");
    row("in its place", R"({"x":[1, 2], "a" : "old" ,"y":{}})", {set("/a", "true")},
        R"({"x":[1, 2], "a" : true ,"y":{}})");
    row("an escaped name", R"({"\u0061":1})", {set("/a", "2")}, R"({"\u0061":2})");
    row("a name with quotes", "{}", {set("/a\"\\", "1")}, R"({"a\"\\":1})");
    row("several", R"({"a":1,"b":2})", {set("/c", "3"), removal("/a"), set("/b", "4")}, R"({"b":4,"c":3})");
    row("remove the first", R"({"a":1, "b":2})", {removal("/a")}, R"({ "b":2})");
    row("remove the last", R"({"a":1, "b":2})", {removal("/b")}, R"({"a":1})");
    row("remove all", R"({ "a":1 , "b":2 })", {removal("/a"), removal("/b")}, "{}");
    row("remove what is not there", R"({"a":1})", {removal("/b"), removal("/c/d")}, R"({"a":1})");
    row("remove below a text", R"({"a":"x","b":[1]})", {removal("/a/c"), removal("/b/c"), removal("/b/0/d")},
        R"({"a":"x","b":[1]})");
    row("remove inside", R"({"a":{"b":1,"c":2}})", {removal("/a/b")}, R"({"a":{"c":2}})");
    row("nested", R"({"s":{"x":1}})", {set("/s/u", "2"), set("/s/v", "3")}, R"({"s":{"x":1,"u":2,"v":3}})");
    row("missing parents", R"({"a":1})", {set("/s/t/u", "2"), set("/s/v", "3")},
        R"({"a":1,"s":{"t":{"u":2},"v":3}})");
    row("null counts as missing", R"({"s":null})", {set("/s/u", "2")}, R"({"s":{"u":2}})");
    row("null stays", R"({"s":null})", {removal("/s/u")}, R"({"s":null})");
    row("an element", R"({"a":[{"b":1}, {"b":2}]})", {set("/a/1/b", "9")}, R"({"a":[{"b":1}, {"b":9}]})");
    row("behind the elements", R"({"a":[1 ]})", {set("/a/-", "2"), set("/a/-", "3")}, R"({"a":[1,2,3 ]})");
    row("into an empty array", R"({"a":[]})", {set("/a/-", "2")}, R"({"a":[2]})");
    row("a new array", "{}", {set("/a/-", "1"), set("/a/-", "2")}, R"({"a":[1,2]})");
    row("remove an element", R"([1, 2, 3])", {removal("/1")}, R"([1, 3])");
    row("the later edit counts", "{}", {set("/a", "1"), set("/a", "2")}, R"({"a":2})");
    row("the whole over its part", R"({"a":{"b":1}})", {set("/a/b", "2"), set("/a", "3")}, R"({"a":3})");
    row("duplicates that are not edited", R"({"x":1,"x":2})", {set("/a", "1")}, R"({"x":1,"x":2,"a":1})");
}

void TestJsonSplice::splices()
{
    QFETCH(const QByteArray, text);
    QFETCH(const std::vector<JsonEdit>, edits);
    QFETCH(const QByteArray, out);
    const auto spliced = spliceJson(text, edits);
    if (const auto *error = std::get_if<QString>(&spliced))
        QFAIL(qPrintable(*error));
    QCOMPARE(std::get<QByteArray>(spliced), out);
    QVERIFY(std::holds_alternative<JsonType>(scanJson(out)));
}

void TestJsonSplice::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<std::vector<JsonEdit>>("edits");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const QByteArray &text, const std::vector<JsonEdit> &edits,
                        const QString &says) { QTest::newRow(name) << text << edits << says; };
    row("a scalar", "1", {set("/a", "1")}, u"the body is a number"_s);
    row("null", "null", {set("/a", "1")}, u"the body is null"_s);
    row("through a string", R"({"s":"x"})", {set("/s/u", "1")}, u"\"s\" is a string"_s);
    row("twice", R"({"a":1,"a":2})", {set("/a", "1")}, u"\"a\" is there more than once"_s);
    row("twice, removed", R"({"a":1,"\u0061":2})", {removal("/a")}, u"\"a\" is there more than once"_s);
    row("twice on the way", R"({"a":{},"a":{}})", {set("/a/b", "1")}, u"\"a\" is there more than once"_s);
    row("beyond the array", R"({"a":[1]})", {set("/a/5", "1")}, u"no element \"5\""_s);
    row("a name in an array", R"([1])", {set("/a", "1")}, u"no element \"a\""_s);
}

void TestJsonSplice::refuses()
{
    QFETCH(const QByteArray, text);
    QFETCH(const std::vector<JsonEdit>, edits);
    QFETCH(const QString, says);
    const auto spliced = spliceJson(text, edits);
    QVERIFY(std::holds_alternative<QString>(spliced));
    QVERIFY2(std::get<QString>(spliced).contains(says), qPrintable(std::get<QString>(spliced)));
}

void TestJsonSplice::editsForms()
{
    QCOMPARE(editForm("a=%7e&b=1&&c", {}), "a=%7e&b=1&&c");
    QCOMPARE(editForm("a=%7e&b=1&%62=2&c", {{"b", {"x y&"}}}), "a=%7e&c&b=x%20y%26");
    QCOMPARE(editForm("", {{"b", {"1", "2"}}}), "b=1&b=2");
    QCOMPARE(editForm("b=1", {{"b", {}}}), "");
    QCOMPARE(percentDecode(percentEncode("\xC3\xA4 %+&=/?#"), false), "\xC3\xA4 %+&=/?#");
    QCOMPARE(percentDecode("a+b", false), "a+b");
}

void TestJsonSplice::sortsForms()
{
    QCOMPARE(sortedForm("b=2&a=%20x&B=1&a=1").value_or("none"), "B1a xa1b2");
    QCOMPARE(sortedForm("a=1&a=1").value_or("none"), "a1");
    QCOMPARE(sortedForm("").value_or("none"), "");
    QCOMPARE(sortedForm(QByteArray("a=1&").repeated(10'000)).value_or("none"), "none");
}

HOLDLINE_TEST(TestJsonSplice)
#include "tst_jsonsplice.moc"

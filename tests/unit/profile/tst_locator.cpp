// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/locator.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::profile;
using namespace Qt::StringLiterals;

namespace {

Locator locator(const QString &text)
{
    const auto parsed = parseLocator(text);
    if (const auto *error = std::get_if<QString>(&parsed))
        QTest::qFail(qPrintable(text + u": "_s + *error), __FILE__, __LINE__);
    const auto *found = std::get_if<Locator>(&parsed);
    return found ? *found : Locator();
}

const HeaderFields kMultipart{{"Content-Type", "multipart/form-data; charset=x; boundary=\"b b\""}};

QByteArray part(const QByteArray &disposition, const QByteArray &content)
{
    return "--b b\r\ncontent-disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

}  // namespace

class TestLocator : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parses_data();
    void parses();
    void refuses_data();
    void refuses();
    void readsBodies_data();
    void readsBodies();
    void readsTheRest();
    void readsForms_data();
    void readsForms();
    void readsParts_data();
    void readsParts();
    void takesTheFirstThatIsThere();
    void readsDeepAndLargeBodies();
};

void TestLocator::parses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text :
         {"body:", "body:/a", "body:/a~1b/~0/0", "body:/", "form:a:b", "query:q", "header:X-Id",
          "multipart:json", "multipart:json/event/id", "path:1", "path:-2", "suffix", "status"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestLocator::parses()
{
    QFETCH(const QString, text);
    QCOMPARE(formatLocator(locator(text)), text);
}

void TestLocator::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const QString &text, const char *says) {
        QTest::newRow(qPrintable(text.left(40))) << text << QString::fromLatin1(says);
    };
    row(u""_s, "a locator is wanted");
    row(u"body"_s, "a locator is wanted");
    row(u"Body:/a"_s, "a locator is wanted");
    row(u"cookie:a"_s, "a locator is wanted");
    row(u"suffix:a"_s, "a locator is wanted");
    row(u"body:a"_s, "slash");
    row(u"body:/a~2"_s, "tilde");
    row(u"body:/a~"_s, "tilde");
    row(u"body:"_s + u"/a"_s.repeated(33), "32");
    row(u"header:"_s, "header field");
    row(u"header:a b"_s, "header field");
    row(u"form:"_s, "form:id");
    row(u"query:"_s, "query:id");
    row(u"multipart:/a"_s, "name of a field");
    row(u"path:0"_s, "number");
    row(u"path:x"_s, "number");
    row(u"path:65"_s, "number");
    row(u"form:"_s + u"x"_s.repeated(600), "512");
}

void TestLocator::refuses()
{
    QFETCH(const QString, text);
    QFETCH(const QString, says);
    const auto parsed = parseLocator(text);
    QVERIFY(std::holds_alternative<QString>(parsed));
    QVERIFY2(std::get<QString>(parsed).contains(says), qPrintable(std::get<QString>(parsed)));
}

void TestLocator::readsBodies_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("at");
    QTest::addColumn<QByteArray>("text");  // "-": missing, "!": malformed
    const auto row = [](const char *name, const QByteArray &body, const char *at, const QByteArray &text) {
        QTest::newRow(name) << body << QString::fromLatin1(at) << text;
    };
    row("string", R"({"id":"a"})", "body:/id", "a");
    row("number", R"({"id":12345678901234567890123.50})", "body:/id", "12345678901234567890123.50");
    row("truth", R"({"done": true })", "body:/done", "true");
    row("null is missing", R"({"id":null})", "body:/id", "-");
    row("missing", R"({"id":1})", "body:/ID", "-");
    row("nested", R"({"a":{"x":[1,{"b":"c"}]}})", "body:/a/x/1/b", "c");
    row("behind brackets in strings", R"({"s":"}]\"{","a":[[],{},"[",{"b":2}]})", "body:/a/3/b", "2");
    row("index beyond", R"({"a":[1]})", "body:/a/1", "-");
    row("index with a zero before", R"({"a":[1,2]})", "body:/a/01", "-");
    row("index of an object", R"({"a":{"0":"x"}})", "body:/a/0", "x");
    row("through a scalar", R"({"a":"x"})", "body:/a/b", "-");
    row("escapes in names", R"({"a\u002fb":{"~":1}})", "body:/a~1b/~0", "1");
    row("escapes in values", R"({"a":"\u00e4\ud83d\ude00\n"})", "body:/a", "\xC3\xA4\xF0\x9F\x98\x80\n");
    row("empty name", R"({"":{"":7}})", "body://", "7");
    row("object", R"({"a": {"b" : 1} })", "body:/a", R"({"b" : 1})");
    row("whole", " [1, 2] ", "body:", "[1, 2]");
    row("whole scalar", "\"x\"", "body:", "x");
    row("byte order mark", "\xEF\xBB\xBF{\"id\":\"a\"}", "body:/id", "a");
    row("two marks", "\xEF\xBB\xBF\xEF\xBB\xBF{\"id\":\"a\"}", "body:/id", "!");
    row("duplicate", R"({"id":"a","id":"b"})", "body:/id", "!");
    row("duplicate in another spelling", R"({"id":"a","\u0069d":"b"})", "body:/id", "!");
    row("duplicate on the way", R"({"a":{"b":1},"a":{"b":1}})", "body:/a/b", "!");
    row("duplicate elsewhere", R"({"id":"a","x":1,"x":2})", "body:/id", "a");
    row("not JSON", "id=a", "body:/id", "!");
    row("empty", "", "body:/id", "!");
    row("cut", R"({"id":"a")", "body:/id", "!");
    row("wrong behind the value", R"({"id":"a"} x)", "body:/id", "!");
    row("wrong elsewhere", R"({"id":"a","b":tru})", "body:/id", "!");
    row("invalid UTF-8", "{\"id\":\"\xFF\"}", "body:/id", "!");
    row("lone surrogate", R"({"id":"\ud800"})", "body:/id", "!");
    row("too deep", QByteArray(600, '[') + QByteArray(600, ']'), "body:/0", "!");
}

void TestLocator::readsBodies()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QString, at);
    QFETCH(const QByteArray, text);
    MessageView message;
    message.body = body;
    MessageReader reader(message);
    const Located located = reader.find(locator(at));
    QCOMPARE(located.isMalformed() ? "!"_ba : located.isFound() ? located.text : "-"_ba, text);
    QCOMPARE(located.error.isEmpty(), !located.isMalformed());
}

void TestLocator::readsTheRest()
{
    const HeaderFields headers{{"x-id", "1"}, {"X-Two", "2"}, {"x-two", "2"}, {"Empty", ""}};
    MessageView message;
    message.headers = headers;
    message.path = "/a/b%20c/d/";
    message.suffix = "sub/%65rror";
    message.status = 202;
    MessageReader reader(message);
    QCOMPARE(reader.find(locator(u"header:X-Id"_s)).text, "1");
    QVERIFY(reader.find(locator(u"header:x-two"_s)).isMalformed());
    QVERIFY(reader.find(locator(u"header:empty"_s)).isFound());
    QVERIFY(!reader.find(locator(u"header:other"_s)).isFound());
    QCOMPARE(reader.find(locator(u"path:1"_s)).text, "a");
    QCOMPARE(reader.find(locator(u"path:2"_s)).text, "b c");
    QCOMPARE(reader.find(locator(u"path:-1"_s)).text, "d");  // ignores the slash at the end
    QCOMPARE(reader.find(locator(u"path:-2"_s)).text, "b c");
    QVERIFY(!reader.find(locator(u"path:4"_s)).isFound());
    QVERIFY(!reader.find(locator(u"path:9"_s)).isFound());
    QVERIFY(!reader.find(locator(u"path:-9"_s)).isFound());
    QCOMPARE(reader.find(locator(u"suffix"_s)).text, "sub/error");
    QCOMPARE(reader.find(locator(u"status"_s)).text, "202");
    MessageReader empty{MessageView()};
    QVERIFY(!empty.find(locator(u"suffix"_s)).isFound());
    QVERIFY(!empty.find(locator(u"status"_s)).isFound());
    QVERIFY(!empty.find(locator(u"path:1"_s)).isFound());
}

void TestLocator::readsForms_data()
{
    QTest::addColumn<QByteArray>("form");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("plain") << "a=1&id=x+y%2bz&b"_ba
                           << "x y+z"_ba;
    QTest::newRow("escaped name") << "%69d=1"_ba
                                  << "1"_ba;
    QTest::newRow("no value") << "id"_ba
                              << ""_ba;
    QTest::newRow("wrong escapes stay") << "id=%zz%4"_ba
                                        << "%zz%4"_ba;
    QTest::newRow("two equals signs") << "id=a=b"_ba
                                      << "a=b"_ba;
    QTest::newRow("empty parts") << "&&id=1&&"_ba
                                 << "1"_ba;
    QTest::newRow("missing") << "idx=1"_ba
                             << "-"_ba;
    QTest::newRow("twice") << "id=1&id=1"_ba
                           << "!"_ba;
    QTest::newRow("ten thousand") << QByteArray("a=1&").repeated(10'000) + "id=1"
                                  << "1"_ba;
}

void TestLocator::readsForms()
{
    QFETCH(const QByteArray, form);
    QFETCH(const QByteArray, text);
    MessageView message;
    message.body = form;
    message.query = form;
    MessageReader reader(message);
    for (const QString &at : {u"form:id"_s, u"query:id"_s}) {
        const Located located = reader.find(locator(at));
        QCOMPARE(located.isMalformed() ? "!"_ba : located.isFound() ? located.text : "-"_ba, text);
    }
}

void TestLocator::readsParts_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("at");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QByteArray &body, const char *at, const QByteArray &text) {
        QTest::newRow(name) << body << QString::fromLatin1(at) << text;
    };
    const QByteArray json = part("name=\"json\"", R"({"event":{"type":"x"}})");
    row("pointer", json + "--b b--\r\n", "multipart:json/event/type", "x");
    row("whole JSON", json + "--b b--", "multipart:json", R"({"event":{"type":"x"}})");
    row("second of two", part("name=a", "1") + json + "--b b--", "multipart:json/event/type", "x");
    row("text", part("name=a; filename=\"f;\\\"name=z\"", "plain text") + "--b b--", "multipart:a",
        "plain text");
    row("preamble", "ignore\r\n" + json + "--b b--", "multipart:json/event/type", "x");
    row("a boundary inside the line", part("name=a", "x--b by") + "--b b--", "multipart:a", "x--b by");
    row("empty", part("name=a", "") + "--b b--", "multipart:a", "");
    row("no such field", json + "--b b--", "multipart:other", "-");
    row("not JSON", part("name=a", "plain") + "--b b--", "multipart:a/b", "!");
    row("twice", json + json + "--b b--", "multipart:json/event/type", "!");
    row("cut", json, "multipart:json/event/type", "!");
    row("cut in the part", "--b b\r\nContent-Disposition: form-data; name=json\r\n\r\n{", "multipart:json",
        "!");
    row("cut in the head", "--b b\r\nContent-Dispo", "multipart:json", "!");
    row("no body", "", "multipart:json", "!");
    row("too many parts", part("name=a", "1").repeated(150) + "--b b--", "multipart:z", "!");
}

void TestLocator::readsParts()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QString, at);
    QFETCH(const QByteArray, text);
    MessageView message;
    message.headers = kMultipart;
    message.body = body;
    MessageReader reader(message);
    const Located located = reader.find(locator(at));
    QCOMPARE(located.isMalformed() ? "!"_ba : located.isFound() ? located.text : "-"_ba, text);
    message.headers = {};
    MessageReader without(message);
    QVERIFY(without.find(locator(at)).isMalformed());
    // Reading every prefix of the body must not crash.
    message.headers = kMultipart;
    for (qsizetype size = 0; size < qMin<qsizetype>(body.size(), 300); ++size) {
        message.body = QByteArrayView(body).first(size);
        MessageReader cut(message);
        cut.find(locator(at));
    }
}

void TestLocator::takesTheFirstThatIsThere()
{
    MessageView message;
    message.status = 200;
    const Locators both{locator(u"body:/status"_s), locator(u"status"_s)};
    const auto read = [&](const QByteArray &body) {
        message.body = body;
        MessageReader reader(message);
        const Located located = reader.find(both);
        return located.isMalformed() ? "!"_ba : located.text;
    };
    QCOMPARE(read(R"({"status":"running"})"), "running");
    QCOMPARE(read(R"({"other":1})"), "200");
    QCOMPARE(read("a,b,c"), "200");
    QCOMPARE(read(""), "200");
    // When one place has two values, the result is malformed, and the next place is not tried.
    QCOMPARE(read(R"({"status":"running","status":"done"})"), "!");
    message.status = 0;
    QCOMPARE(read("a,b,c"), "!");
}

void TestLocator::readsDeepAndLargeBodies()
{
    const QByteArray deep = QByteArray("{\"a\":").repeated(500) + "1" + QByteArray(500, '}');
    const QByteArray large =
        "{\"a\":[" + QByteArray("{\"x\":\"yyyyyyyyyyyyyyyy\"},").repeated(50'000) + "1],\"id\":\"i\"}";
    MessageView message;
    message.body = deep;
    MessageReader deepReader(message);
    QCOMPARE(deepReader.find(locator(u"body:/a/a/a"_s)).json.size(), deep.size() - 3 * 6);
    message.body = large;
    MessageReader largeReader(message);
    QCOMPARE(largeReader.find(locator(u"body:/id"_s)).text, "i");
    QCOMPARE(largeReader.find(locator(u"body:/a/50000"_s)).text, "1");
}

HOLDLINE_TEST(TestLocator)
#include "tst_locator.moc"

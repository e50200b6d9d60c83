// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/fingerprint.h"
#include "tests/support/suite.h"

#include "core/json/jsoncanonical.h"
#include "core/json/jsontext.h"
#include "core/profile/startcodec.h"
#include "tests/unit/formats/jsontexts.h"
#include "tests/unit/formats/randomjson.h"

#include <QSet>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kRounds = 2000;

bool isJson(const QByteArray &text)
{
    return std::holds_alternative<JsonType>(scanJson(text));
}

}  // namespace

class TestFingerprint : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void canonical_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("canonical");
        const auto row = [](const char *name, const QByteArray &text, const QByteArray &canonical) {
            QTest::newRow(name) << text << canonical;
        };
        row("scalar", " 1.50 ", "1.50");
        row("empty object", "{ }", "{}");
        row("empty array", "[ ]", "[]");
        row("space", "{ \"a\" : [ 1 , true , null ] }\n", "{\"a\":[1,true,null]}");
        row("order", "{\"b\":1,\"a\":{\"d\":[{\"z\":0,\"y\":1}],\"c\":2}}",
            "{\"a\":{\"c\":2,\"d\":[{\"y\":1,\"z\":0}]},\"b\":1}");
        row("elements keep theirs", "[3,1,2]", "[3,1,2]");
        row("names by bytes", "{\"b\":1,\"B\":2,\"a\":3,\"\":4,\"aa\":5}",
            "{\"\":4,\"B\":2,\"a\":3,\"aa\":5,\"b\":1}");
        row("names unescaped", "{\"b\":1,\"\\u0061\":2,\"\\n\":3,\"!\":4}",
            "{\"\\u000a\":3,\"!\":4,\"a\":2,\"b\":1}");
        row("names beyond ASCII", "{\"\\u00e4\":1,\"z\":2,\"\\ud83d\\ude00\":3,\"\\uffee\":4}",
            "{\"z\":2,\"\xc3\xa4\":1,\"\xef\xbf\xae\":4,\"\xf0\x9f\x98\x80\":3}");
        row("a name twice", "{\"b\":0,\"a\":2,\"a\":1}", "{\"a\":2,\"a\":1,\"b\":0}");
        row("escapes", "[\"\\/\\b\\f\\n\\r\\t\\\"\\\\\\u0041\\u00E4\\u007f\\u0000\"]",
            "[\"/\\u0008\\u000c\\u000a\\u000d\\u0009\\\"\\\\A\xc3\xa4\\u007f\\u0000\"]");
        row("raw DEL", "\"\x7f\"", "\"\\u007f\"");
        row("brackets in strings", "{\"}\":\"]\",\"[\":\"{\"}", "{\"[\":\"{\",\"}\":\"]\"}");
        row("numbers as written", "[1,1.0,1e0,1E0,1e+0,-0,0]", "[1,1.0,1e0,1E0,1e+0,-0,0]");
    }
    void canonical()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, canonical);
        QVERIFY(isJson(text));
        QCOMPARE(canonicalJson(text), canonical);
    }

    void deepest()
    {
        const QByteArray lists = QByteArray(kMaxJsonDepth, '[') + QByteArray(kMaxJsonDepth, ']');
        QVERIFY(isJson(lists));
        QCOMPARE(canonicalJson(lists), lists);
        QByteArray objects;
        QByteArray sorted;
        for (int i = 0; i < kMaxJsonDepth; ++i) {
            objects += "{\"b\":1,\"a\":";
            sorted += "{\"a\":";
        }
        objects += '2' + QByteArray(kMaxJsonDepth, '}');
        sorted += '2';
        for (int i = 0; i < kMaxJsonDepth; ++i)
            sorted += ",\"b\":1}";
        QVERIFY(isJson(objects));
        QCOMPARE(canonicalJson(objects), sorted);
    }

    /// The canonical form of each valid text is JSON, and the canonical form of that is the same text.
    void isJsonAndStays()
    {
        for (const auto &text : validJsonTexts()) {
            QVERIFY2(isJson(text.text), text.name);
            const QByteArray canonical = canonicalJson(text.text);
            QVERIFY2(isJson(canonical), text.name);
            QCOMPARE(canonicalJson(canonical), canonical);
        }
    }

    void neverDependsOnTheWriting()
    {
        RandomJson random(2301);
        for (int round = 0; round < kRounds; ++round) {
            const JsonValue value = random.value(5);
            const QByteArray once = random.write(value);
            const QByteArray again = random.write(value);
            QVERIFY2(isJson(once) && isJson(again), (once + '\n' + again).constData());
            const QByteArray canonical = canonicalJson(once);
            QVERIFY2(isJson(canonical), canonical.constData());
            QCOMPARE(canonicalJson(again), canonical);
            QCOMPARE(canonicalJson(canonical), canonical);
            QCOMPARE(fingerprint("POST", "/start", once), fingerprint("POST", "/start", again));
        }
    }

    void dependsOnEverythingElse()
    {
        RandomJson random(4177);
        for (int round = 0; round < kRounds; ++round) {
            JsonValue value = random.value(5);
            const QByteArray before = random.write(value);
            random.change(value);
            const QByteArray after = random.write(value);
            QVERIFY2(fingerprint("POST", "/start", before) != fingerprint("POST", "/start", after),
                     (before + '\n' + after).constData());
        }
    }

    void orderOfElementsCounts()
    {
        QVERIFY(fingerprint("POST", "/", "[1,2]") != fingerprint("POST", "/", "[2,1]"));
        QVERIFY(fingerprint("POST", "/", "[1,2]") != fingerprint("POST", "/", "[12]"));
        QVERIFY(fingerprint("POST", "/", "[\"1\"]") != fingerprint("POST", "/", "[1]"));
        QVERIFY(fingerprint("POST", "/", "{\"a\":1,\"a\":2}") !=
                fingerprint("POST", "/", "{\"a\":2,\"a\":1}"));
    }

    void partsAreFramed()
    {
        QSet<QByteArray> prints;
        prints << fingerprint("POST", "/start", "{}") << fingerprint("PUT", "/start", "{}")
               << fingerprint("POST", "/", "{}") << fingerprint("POST/", "start", "{}")
               << fingerprint("POS", "T/start", "{}") << fingerprint("POST", "/start{}", "{}")
               << fingerprint("POST", "/star", "{}") << fingerprint("", "POST/start", "{}")
               << fingerprint("POST", "/start1", "1") << fingerprint("POST", "/start", "11");
        QCOMPARE(prints.size(), 10);
        for (const QByteArray &print : std::as_const(prints))
            QCOMPARE(print.size(), 32);
    }

    /// In bodies that are not JSON, each byte counts, also after the place where canonicalJson() would stop.
    void bodiesThatAreNotJsonCountByteForByte()
    {
        const QByteArrayList bodies{"",
                                    " ",
                                    "a=1,2",
                                    "a=1,3",
                                    "a=1&b=2",
                                    "hello you",
                                    "hello me",
                                    "{",
                                    "{}}",
                                    "{} x",
                                    "[1,2",
                                    "[1,3",
                                    "\"open",
                                    "\"open\\",
                                    "]1",
                                    "]2",
                                    "1,2",
                                    "1,3",
                                    QByteArray("\0a", 2),
                                    QByteArray("\0b", 2),
                                    "\xFF\xFE",
                                    "\xEF\xBB\xBF",
                                    "\xEF\xBB\xBFhello you",
                                    QByteArray(1000, '['),
                                    QByteArray(1001, '[')};
        QSet<QByteArray> prints;
        for (const QByteArray &body : bodies)
            prints << fingerprint("POST", "/f", body);
        QCOMPARE(prints.size(), bodies.size());
        QCOMPARE(fingerprint("POST", "/f", "hello you"), fingerprint("POST", "/f", "hello you"));
    }

    void aByteOrderMarkBeforeJsonDoesNotCount()
    {
        const QByteArray mark("\xEF\xBB\xBF");
        const QByteArray one = "{\"account\":\"one\"}";
        const QByteArray two = "{\"account\":\"two\"}";
        for (const bool isKnownJson : {false, true}) {
            QCOMPARE(fingerprint("POST", "/", mark + one, isKnownJson), fingerprint("POST", "/", one));
            QVERIFY(fingerprint("POST", "/", mark + one, isKnownJson) !=
                    fingerprint("POST", "/", mark + two, isKnownJson));
        }
    }

    /// Stored fingerprints must match those of a later version.
    void staysAsItIs()
    {
        QCOMPARE(fingerprint("POST", "/start", "{\"account\":\"example\",\"wait\":true}").toHex(), kKnown);
    }

private:
    // printf '\0\0\0\0\0\0\0\4POST\0\0\0\0\0\0\0\6/start\0\0\0\0\0\0\0\41{"account":"example","wait":true}' |
    // sha256sum
    const QByteArray kKnown = "963dfd9d5d0d3aecade8d93d90a5b31b952c60543a06253e297b1bc33564abee"_ba;
};

HOLDLINE_TEST(TestFingerprint)
#include "tst_fingerprint.moc"

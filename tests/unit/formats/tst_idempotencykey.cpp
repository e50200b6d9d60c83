// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/idempotencykey.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

class TestIdempotencyKey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void taken_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("key");
        const auto row = [](const char *name, const QByteArray &value, const QByteArray &key) {
            QTest::newRow(name) << value << key;
        };
        row("quoted", "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "8e03978e-40d5-43e8-bc93-6894a57f9324");
        row("bare", "8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324");
        row("one letter", "k", "k");
        row("one quoted letter", "\"k\"", "k");
        row("space around", "  k\t", "k");
        row("space around quotes", " \"k\" ", "k");
        row("quoted space", "\"a b\"", "a b");
        row("quoted comma", "\"a,b; c\"", "a,b; c");
        row("escapes", "\"a\\\"b\\\\c\"", "a\"b\\c");
        row("bare backslash", "a\\b", "a\\b");
        row("bare base64", "aGVsbG8=/+", "aGVsbG8=/+");
        row("bare single quotes", "'k'", "'k'");
        row("parameter names", "\"k\";a_b=1;c-d=2;e.f=3;g*h=4;i09=5;az=6", "k");
        row("parameters", "\"k\";a;b=1;c=\"x;\\\"y\";d=?1; e=:aGk=:;*f=t/k", "k");
        row("longest", QByteArray(255, 'k'), QByteArray(255, 'k'));
        row("longest quoted", '"' + QByteArray(255, 'k') + '"', QByteArray(255, 'k'));
        row("longest escaped", '"' + QByteArray("\\\\").repeated(255) + '"', QByteArray(255, '\\'));
    }
    void taken()
    {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, key);
        const auto parsed = parseIdempotencyKey(value);
        if (const auto *error = std::get_if<QString>(&parsed))
            QFAIL(qPrintable(*error));
        QCOMPARE(std::get<QByteArray>(parsed), key);
        QVERIFY(isIdempotencyKey(key));
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("part");
        const auto row = [](const char *name, const QByteArray &value, const QString &part) {
            QTest::newRow(name) << value << part;
        };
        row("nothing", "", u"is empty"_s);
        row("spaces", "  ", u"is empty"_s);
        row("nothing quoted", "\"\"", u"is empty"_s);
        row("two fields", "a, b", u"One Idempotency-Key"_s);
        row("two quoted fields", "\"a\", \"b\"", u"One Idempotency-Key"_s);
        row("the same twice", "\"a\", \"a\"", u"One Idempotency-Key"_s);
        row("an empty second field", "\"a\", ", u"One Idempotency-Key"_s);
        row("bare empty second field", "a, ", u"One Idempotency-Key"_s);
        row("first field empty", ", a", u"One Idempotency-Key"_s);
        row("not closed", "\"a", u"RFC 8941"_s);
        row("a quote only", "\"", u"RFC 8941"_s);
        row("ends in an escape", "\"a\\", u"RFC 8941"_s);
        row("escaped end", "\"a\\\"", u"RFC 8941"_s);
        row("unknown escape", "\"a\\n\"", u"RFC 8941"_s);
        row("control character", "\"a\x01\"", u"RFC 8941"_s);
        row("tab", "\"a\tb\"", u"RFC 8941"_s);
        row("DEL", "\"a\x7f\"", u"RFC 8941"_s);
        row("UTF-8", "\"\xc3\xa4\"", u"RFC 8941"_s);
        row("more after it", "\"a\"b", u"follows the closing quote"_s);
        row("space and more", "\"a\" b", u"follows the closing quote"_s);
        row("bad parameter", "\"a\";", u"follows the closing quote"_s);
        row("bad parameter name", "\"a\";A=1", u"follows the closing quote"_s);
        row("parameter without value", "\"a\";b=", u"follows the closing quote"_s);
        row("parameter not closed", "\"a\";b=\"c", u"follows the closing quote"_s);
        row("bare space", "a b", u"visible ASCII"_s);
        row("bare quote", "a\"b", u"visible ASCII"_s);
        row("bare semicolon", "a;b", u"visible ASCII"_s);
        row("bare control character", "a\x01", u"visible ASCII"_s);
        row("bare DEL", "a\x7f", u"visible ASCII"_s);
        row("bare UTF-8", "\xc3\xa4", u"visible ASCII"_s);
        row("too long", QByteArray(256, 'k'), u"longer than 255 bytes"_s);
        row("too long quoted", '"' + QByteArray(256, 'k') + '"', u"longer than 255 bytes"_s);
    }
    void refused()
    {
        QFETCH(QByteArray, value);
        QFETCH(QString, part);
        const auto parsed = parseIdempotencyKey(value);
        QVERIFY(std::holds_alternative<QString>(parsed));
        QVERIFY2(std::get<QString>(parsed).contains(part), qPrintable(std::get<QString>(parsed)));
    }

    void names()
    {
        QVERIFY(isIdempotencyKey("a b"));
        QVERIFY(isIdempotencyKey(QByteArray(255, ' ')));
        QVERIFY(!isIdempotencyKey(""));
        QVERIFY(!isIdempotencyKey(QByteArray(256, 'a')));
        QVERIFY(!isIdempotencyKey("a\n"));
        QVERIFY(!isIdempotencyKey("\xc3\xa4"));
        QVERIFY(!isIdempotencyKey("\x7f"));
    }
};

HOLDLINE_TEST(TestIdempotencyKey)
#include "tst_idempotencykey.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/grammar.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline::http;

namespace {

bool mayStandInField(int byte)
{
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

bool mayStandInTarget(int byte)
{
    return byte > 0x20 && byte < 0x7f && byte != '#';
}

bool mayStandInToken(int byte)
{
    return byte > 0x20 && byte < 0x7f &&
           !QByteArrayView("\"(),/:;<=>?@[\\]{}").contains(static_cast<char>(byte));
}

}  // namespace

class TestGrammar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void digits()
    {
        QCOMPARE(parseDigits("0", 10), std::optional<qint64>(0));
        QCOMPARE(parseDigits("007", 10), std::optional<qint64>(7));
        QCOMPARE(parseDigits("10", 10), std::optional<qint64>(10));
        QCOMPARE(parseDigits("11", 10), std::optional<qint64>(10));
        QCOMPARE(parseDigits(QByteArray(1000, '9'), qint64(1) << 53), std::optional<qint64>(qint64(1) << 53));
        for (const char *text : {"", "-1", "+1", " 1", "1 ", "1.5", "0x1", "\xd9\xa1"})
            QVERIFY2(!parseDigits(text, 10), text);
    }

    /// Every byte at every position of a text, whatever the scanner's block size.
    void runsEndAtTheFirstOther()
    {
        constexpr qsizetype kSize = 26;
        for (int byte = 0; byte < 256; ++byte) {
            for (qsizetype at = 0; at < kSize; ++at) {
                QByteArray text(kSize, 'a');
                text[at] = static_cast<char>(byte);
                QCOMPARE(fieldTextLength(text), mayStandInField(byte) ? kSize : at);
                QCOMPARE(targetLength(text), mayStandInTarget(byte) ? kSize : at);
                QCOMPARE(tokenLength(text), mayStandInToken(byte) ? kSize : at);
            }
        }
    }

    /// The first of two matches counts, even when both are in one block.
    void theFirstOfTwo()
    {
        for (qsizetype first = 0; first < 20; ++first) {
            for (qsizetype second = first + 1; second < 20; ++second) {
                for (const char c : {'\x00', '\x1f', '\x7f', '\r'}) {
                    QByteArray text(20, '\xff');
                    text[first] = c;
                    text[second] = '\n';
                    QCOMPARE(fieldTextLength(text), first);
                }
            }
        }
    }

    void emptyTexts()
    {
        QCOMPARE(fieldTextLength({}), 0);
        QCOMPARE(targetLength({}), 0);
        QCOMPARE(tokenLength({}), 0);
        QVERIFY(isFieldValue({}));
        QVERIFY(!isToken({}));
    }
};

HOLDLINE_TEST(TestGrammar)
#include "tst_grammar.moc"

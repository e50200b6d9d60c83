// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/oklab.h"
#include "monitor/charts/palettes.h"
#include "monitor/charts/theme.h"
#include "tests/support/suite.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contrastIsThatOfWcag();
    void marksAndTextsStandOut_data();
    void marksAndTextsStandOut();
    void neighboursDiffer_data() { marksAndTextsStandOut_data(); }
    void neighboursDiffer();
    void heatIsEven_data();
    void heatIsEven();
    void knowsLightFromDark();
    void jobsHaveColours();
    void digitsHaveOneWidth_data();
    void digitsHaveOneWidth();
    void labelsAreSmallerButLegible();
};

void TestTheme::contrastIsThatOfWcag()
{
    QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 1e-6);
    QVERIFY(std::abs(contrast(Qt::white, Qt::white) - 1) < 1e-6);
    // The usual example: #767676 is the lightest grey that passes on white.
    QVERIFY(contrast(QColor(0x767676), Qt::white) >= 4.5);
    QVERIFY(contrast(QColor(0x777777), Qt::white) < 4.5);
    QCOMPARE(contrast(Qt::red, Qt::blue), contrast(Qt::blue, Qt::red));
    for (const QColor colour : {QColor(Qt::red), QColor(0x56b4e9), QColor(0x123456)}) {
        const QColor back = fromOklab(toOklab(colour));
        QVERIFY(std::abs(back.red() - colour.red()) <= 1);
        QVERIFY(std::abs(back.green() - colour.green()) <= 1);
        QVERIFY(std::abs(back.blue() - colour.blue()) <= 1);
    }
}

void TestTheme::marksAndTextsStandOut_data()
{
    QTest::addColumn<QPalette>("palette");

    QTest::newRow("light") << lightPalette();
    QTest::newRow("dark") << darkPalette();
    QPalette black = darkPalette();
    black.setColor(QPalette::Base, Qt::black);
    QTest::newRow("black") << black;
    QPalette cream = lightPalette();
    cream.setColor(QPalette::Base, QColor(0xfdf6e3));
    cream.setColor(QPalette::Text, QColor(0x657b83));
    QTest::newRow("cream, with pale text") << cream;
    for (int grey = 0; grey <= 255; grey += 15) {
        QPalette one = grey < 128 ? darkPalette() : lightPalette();
        one.setColor(QPalette::Base, QColor(grey, grey, grey));
        QTest::addRow("grey %d", grey) << one;
    }
}

void TestTheme::marksAndTextsStandOut()
{
    QFETCH(QPalette, palette);
    const Theme theme(palette);
    QCOMPARE(theme.base(), palette.color(QPalette::Base));
    for (int i = 0; i < kInkCount; ++i) {
        const auto ink = static_cast<Ink>(i);
        if (ink == Ink::Grid) {
            QVERIFY(theme[ink] != theme.base());
            continue;
        }
        const bool isText = ink == Ink::AxisText || ink == Ink::Text;
        QVERIFY2(contrast(theme[ink], theme.base()) >= (isText ? 4.5 : 3.0),
                 qPrintable(u"%1 %2"_s.arg(i).arg(theme[ink].name())));
        QVERIFY(contrast(theme.readable(ink), theme.base()) >= 4.5);
    }
}

void TestTheme::neighboursDiffer()
{
    QFETCH(QPalette, palette);
    const Theme theme(palette);
    // Those that lie upon each other in a chart, and the states of a list.
    constexpr std::array kStates{Ink::Queued,      Ink::Retrying, Ink::Starting,   Ink::Running,
                                 Ink::Unconfirmed, Ink::EndedOk,  Ink::EndedFailed};
    if (palette.color(QPalette::Base).value() > 70 && palette.color(QPalette::Base).value() < 225)
        return;  // between light and dark there is no room for seven colours
    for (const Ink one : kStates) {
        for (const Ink other : kStates) {
            if (one >= other)
                continue;
            const Oklab a = toOklab(theme[one]);
            const Oklab b = toOklab(theme[other]);
            const double apart = std::hypot(a.lightness - b.lightness, a.a - b.a, a.b - b.b);
            QVERIFY2(apart > 0.045,
                     qPrintable(u"%1 %2: %3"_s.arg(theme[one].name(), theme[other].name()).arg(apart)));
        }
    }
}

void TestTheme::heatIsEven_data()
{
    QTest::addColumn<QPalette>("palette");

    QTest::newRow("light") << lightPalette();
    QTest::newRow("dark") << darkPalette();
}

void TestTheme::heatIsEven()
{
    QFETCH(QPalette, palette);
    const Theme theme(palette);
    constexpr int kSteps = 32;
    const double first = toOklab(theme.heat(0)).lightness;
    const double last = toOklab(theme.heat(1)).lightness;
    const double step = (last - first) / kSteps;
    QCOMPARE(last > first, theme.isDark());
    QVERIFY(std::abs(last - first) > 0.55);
    for (int i = 1; i <= kSteps; ++i) {
        const double now = toOklab(theme.heat(i / double(kSteps))).lightness;
        const double before = toOklab(theme.heat((i - 1) / double(kSteps))).lightness;
        QVERIFY2(std::abs(now - before - step) < std::abs(step) * 0.35, qPrintable(QString::number(i)));
    }
    // The least of all counts is not nothing.
    QVERIFY(contrast(theme.heat(0), theme.base()) > 1.2);
    QVERIFY(contrast(theme.heat(1), theme.base()) > 7);
    QCOMPARE(theme.heat(-1), theme.heat(0));
    QCOMPARE(theme.heat(2), theme.heat(1));
}

void TestTheme::knowsLightFromDark()
{
    QVERIFY(!Theme(lightPalette()).isDark());
    QVERIFY(Theme(darkPalette()).isDark());
    const Theme theme(lightPalette());
    QCOMPARE(theme.tint(Ink::Running, 0).rgb(), theme.base().rgb());
    QCOMPARE(theme.tint(Ink::Running, 1).rgb(), theme[Ink::Running].rgb());
}

void TestTheme::jobsHaveColours()
{
    JobRow row;
    row.state = RowState::Running;
    QCOMPARE(inkOf(row), Ink::Running);
    row.state = RowState::Ended;
    row.outcome = Reason::Completed;
    QCOMPARE(inkOf(row), Ink::EndedOk);
    row.outcome = Reason::CallbackTimeout;
    QCOMPARE(inkOf(row), Ink::EndedFailed);
    QCOMPARE(inkOf(Phase::Queue), inkOf(RowState::Queued));
    QCOMPARE(inkOf(CallbackOutcome::Matched), Ink::Good);
    QCOMPARE(inkOf(CallbackOutcome::Malformed), Ink::Bad);
}

void TestTheme::digitsHaveOneWidth_data()
{
    QTest::addColumn<QString>("family");

    QTest::newRow("the application's") << QString();
    for (const QString &family : QFontDatabase::families())
        QTest::newRow(qPrintable(family)) << family;
}

void TestTheme::digitsHaveOneWidth()
{
    QFETCH(QString, family);
    QFont font;
    if (!family.isEmpty())
        font.setFamilies({family});
    font.setPointSizeF(11);
    const QFont tabular = tabularFont(font);
    QVERIFY(hasTabularDigits(tabular));
    QCOMPARE(tabular.pointSizeF(), 11.0);
    const QFontMetricsF metrics(tabular);
    for (int digit = 0; digit <= 9; ++digit)
        QCOMPARE(metrics.horizontalAdvance(QString(5, QChar(u'0' + digit))),
                 metrics.horizontalAdvance(u"00000"_s));
    // A font that will do is left as it is.
    if (hasTabularDigits(font))
        QCOMPARE(tabular, font);
}

void TestTheme::labelsAreSmallerButLegible()
{
    QFont font;
    font.setPointSizeF(12);
    QVERIFY(chartFont(font).pointSizeF() < 12);
    font.setPointSizeF(8);
    QCOMPARE(chartFont(font).pointSizeF(), 8.0);
    font.setPixelSize(20);
    QCOMPARE(chartFont(font).pixelSize(), 18);
    font.setPixelSize(9);
    QVERIFY(chartFont(font).pixelSize() >= 10);
}

HOLDLINE_TEST(TestTheme)
#include "tst_theme.moc"

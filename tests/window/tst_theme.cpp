// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/palettes.h"
#include "monitor/charts/theme.h"
#include "tests/support/colours.h"
#include "tests/support/suite.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
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
    // A well-known example: #767676 is the lightest grey with a contrast of 4.5 on white.
    QVERIFY(contrast(QColor(0x767676), Qt::white) >= 4.5);
    QVERIFY(contrast(QColor(0x777777), Qt::white) < 4.5);
    QCOMPARE(contrast(Qt::red, Qt::blue), contrast(Qt::blue, Qt::red));
}

void TestTheme::marksAndTextsStandOut_data()
{
    QTest::addColumn<QPalette>("palette");
    QTest::addColumn<double>("marks");  // required minimum contrast of marks
    QTest::addColumn<double>("texts");

    const auto withBase = [](QPalette palette, QRgb base) {
        palette.setColor(QPalette::Base, QColor(base));
        return palette;
    };
    QTest::newRow("light") << lightPalette() << 3.0 << 4.5;
    QTest::newRow("dark") << darkPalette() << 3.0 << 4.5;
    // Background colours of real desktops.
    QTest::newRow("black") << withBase(darkPalette(), 0xff000000) << 3.0 << 4.5;
    QTest::newRow("Adwaita dark") << withBase(darkPalette(), 0xff1e1e1e) << 3.0 << 4.5;
    QTest::newRow("grey 45") << withBase(darkPalette(), 0xff2d2d2d) << 2.9 << 3.7;
    QTest::newRow("cream") << withBase(lightPalette(), 0xfffdf6e3) << 2.7 << 4.1;
}

void TestTheme::marksAndTextsStandOut()
{
    QFETCH(QPalette, palette);
    QFETCH(double, marks);
    QFETCH(double, texts);
    const Theme theme(palette);
    QCOMPARE(theme.base(), palette.color(QPalette::Base));
    for (int i = 0; i < kInkCount; ++i) {
        const auto ink = static_cast<Ink>(i);
        if (ink == Ink::Grid) {
            QVERIFY(theme[ink] != theme.base());
            continue;
        }
        const bool isText = ink == Ink::AxisText || ink == Ink::Text;
        const double has = contrast(theme[ink], theme.base());
        QVERIFY2(has >= (isText ? texts : marks),
                 qPrintable(u"%1 %2: %3"_s.arg(i).arg(theme[ink].name()).arg(has)));
        const double readable = contrast(theme.readable(ink), theme.base());
        QVERIFY2(readable >= texts, qPrintable(u"%1: %2"_s.arg(theme.readable(ink).name()).arg(readable)));
    }
}

void TestTheme::neighboursDiffer()
{
    QFETCH(QPalette, palette);
    const Theme theme(palette);
    // Inks that overlap or touch in a chart, and the inks of states in a list, must be distinguishable.
    constexpr std::array kStates{Ink::Queued,      Ink::Retrying, Ink::Starting,   Ink::Running,
                                 Ink::Unconfirmed, Ink::EndedOk,  Ink::EndedFailed};
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
    // The smallest count is still visible.
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
    row.outcome = Reason::Completed;
    QVERIFY(endedWell(row));
    row.outcome = Reason::CallbackTimeout;
    QVERIFY(!endedWell(row));
    QCOMPARE(inkOf(RowState::Running), Ink::Running);
    QCOMPARE(inkOf(RowState::Ended), Ink::EndedOk);
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
    // A suitable font stays unchanged.
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

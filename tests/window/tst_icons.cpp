// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/icons.h"
#include "monitor/charts/palettes.h"
#include "monitor/charts/theme.h"
#include "tests/support/colours.h"
#include "tests/support/suite.h"

#include <QDir>
#include <QGuiApplication>
#include <QPainter>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <map>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

/// Returns the names of all icons in the resources except the program's icon.
QStringList iconNames()
{
    appIcon();  // registers the resources
    const QStringList files = QDir(u":/holdline/icons"_s).entryList({u"*.svg"_s}, QDir::Files, QDir::Name);
    QStringList names;
    for (const QString &file : files) {
        if (file != u"holdline-monitor.svg"_s)
            names.append(file.chopped(4));
    }
    return names;
}

QImage painted(const QIcon &icon, int size, qreal ratio = 1, QIcon::Mode mode = QIcon::Normal)
{
    return icon.pixmap(QSize(size, size), ratio, mode).toImage().convertToFormat(QImage::Format_ARGB32);
}

/// Returns the share of the pixels that are not empty, 0 to 1.
double coverage(const QImage &image)
{
    double covered = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            covered += qAlpha(image.pixel(x, y)) / 255.0;
    }
    return covered / (image.width() * image.height());
}

/// Returns how different the shapes of two drawings are, 0 to 1. Ignores colours.
double shapeDifference(const QImage &one, const QImage &other)
{
    double differs = 0;
    double covered = 0;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x) {
            const int a = qAlpha(one.pixel(x, y));
            const int b = qAlpha(other.pixel(x, y));
            differs += std::abs(a - b);
            covered += std::max(a, b);
        }
    }
    return differs / covered;
}

/// Returns the most frequent colour of the fully covered pixels.
QColor inkIn(const QImage &image)
{
    std::map<QRgb, int> seen;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (qAlpha(image.pixel(x, y)) == 255)
                ++seen[image.pixel(x, y)];
        }
    }
    if (seen.empty())
        return {};
    return std::max_element(seen.begin(), seen.end(), [](auto &a, auto &b) { return a.second < b.second; })
        ->first;
}

}  // namespace

class TestIcons : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { QGuiApplication::setPalette(lightPalette()); }
    void allArePainted_data();
    void allArePainted();
    void whatIsAskedForIsThere();
    void unknownNamesAreNull();
    void theyFollowThePalette();
    void statesDifferInShape();
    void callbacksDifferInShape();
    void endedJobsTellHow();
    void disabledAndSelected();
    void theProgramHasColours();
};

void TestIcons::allArePainted_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("dark");

    for (const QString &name : iconNames()) {
        QTest::addRow("%s, light", qPrintable(name)) << name << false;
        QTest::addRow("%s, dark", qPrintable(name)) << name << true;
    }
}

void TestIcons::allArePainted()
{
    QFETCH(QString, name);
    QFETCH(bool, dark);
    const QPalette palette = dark ? darkPalette() : lightPalette();
    QGuiApplication::setPalette(palette);
    const QIcon shown = icon(name);
    QVERIFY(!shown.isNull());
    for (const int size : {16, 24, 32, 64}) {
        for (const qreal ratio : {1.0, 2.0}) {
            const QImage image = painted(shown, size, ratio);
            QCOMPARE(image.size(), QSizeF(size * ratio, size * ratio).toSize());
            QVERIFY2(coverage(image) > 0.05, qPrintable(QString::number(coverage(image))));
            QVERIFY2(coverage(image) < 0.75, qPrintable(QString::number(coverage(image))));
        }
    }
    // The icon has the colour of the text, which contrasts with the background.
    const QColor ink = inkIn(painted(shown, 64));
    QCOMPARE(ink.rgb(), palette.color(QPalette::WindowText).rgb());
    QVERIFY(test::contrast(ink, palette.color(QPalette::Window)) > 4.5);
}

void TestIcons::whatIsAskedForIsThere()
{
    const QStringList names = iconNames();
    for (const char *wanted :
         {"cancel", "pause",   "resume", "drain",        "freeze",    "filter",   "copy",      "export",
          "record", "open",    "play",   "clear",        "stop",      "columns",  "help",      "warning",
          "search", "picture", "live",   "disconnected", "connected", "trend-up", "trend-down"})
        QVERIFY2(names.contains(QLatin1StringView(wanted)), wanted);
    QVERIFY(names.size() >= 35);
}

void TestIcons::unknownNamesAreNull()
{
    QTest::ignoreMessage(QtWarningMsg, "there is no icon of the name nonsense");
    QVERIFY(icon(u"nonsense"_s).isNull());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"there is no icon"_s));
    QVERIFY(icon(u"holdline-monitor"_s, Ink::Bad).isNull());
}

void TestIcons::theyFollowThePalette()
{
    QGuiApplication::setPalette(lightPalette());
    const QIcon plain = icon(u"cancel"_s);
    const QIcon coloured = icon(RowState::Running);
    QCOMPARE(inkIn(painted(plain, 48)).rgb(), lightPalette().color(QPalette::WindowText).rgb());
    QCOMPARE(inkIn(painted(coloured, 48)).rgb(), Theme(lightPalette())[Ink::Running].rgb());
    QGuiApplication::setPalette(darkPalette());
    QCOMPARE(inkIn(painted(plain, 48)).rgb(), darkPalette().color(QPalette::WindowText).rgb());
    QCOMPARE(inkIn(painted(coloured, 48)).rgb(), Theme(darkPalette())[Ink::Running].rgb());

    QImage canvas(48, 48, QImage::Format_ARGB32_Premultiplied);
    canvas.fill(Qt::transparent);
    QPainter painter(&canvas);
    plain.paint(&painter, canvas.rect());
    painter.end();
    QCOMPARE(inkIn(canvas.convertToFormat(QImage::Format_ARGB32)).rgb(),
             darkPalette().color(QPalette::WindowText).rgb());
}

void TestIcons::statesDifferInShape()
{
    QList<QImage> shapes;
    for (int i = 0; i < kRowStateCount; ++i) {
        shapes.append(painted(icon(static_cast<RowState>(i)), 16));
        QVERIFY(!stateText(static_cast<RowState>(i)).isEmpty());
    }
    JobRow failed;
    failed.state = RowState::Ended;
    failed.outcome = Reason::UpstreamError;
    shapes.append(painted(icon(failed), 16));
    for (qsizetype i = 0; i < shapes.size(); ++i) {
        for (qsizetype j = 0; j < i; ++j)
            QVERIFY2(shapeDifference(shapes[i], shapes[j]) > 0.5, qPrintable(u"%1 %2"_s.arg(i).arg(j)));
    }
}

void TestIcons::callbacksDifferInShape()
{
    QList<QImage> shapes;
    for (int i = static_cast<int>(CallbackOutcome::Matched); i < kCallbackOutcomeCount; ++i) {
        shapes.append(painted(icon(static_cast<CallbackOutcome>(i)), 16));
        QVERIFY(!callbackText(static_cast<CallbackOutcome>(i)).isEmpty());
    }
    for (qsizetype i = 0; i < shapes.size(); ++i) {
        for (qsizetype j = 0; j < i; ++j)
            QVERIFY2(shapeDifference(shapes[i], shapes[j]) > 0.2, qPrintable(u"%1 %2"_s.arg(i).arg(j)));
    }
}

void TestIcons::endedJobsTellHow()
{
    JobRow row;
    row.state = RowState::Ended;
    row.outcome = Reason::Completed;
    const QImage well = painted(icon(row), 32);
    row.outcome = Reason::Cancelled;
    const QImage badly = painted(icon(row), 32);
    QVERIFY(shapeDifference(well, badly) > 0.5);
    QCOMPARE(inkIn(badly).rgb(), Theme(QGuiApplication::palette())[Ink::EndedFailed].rgb());
}

void TestIcons::disabledAndSelected()
{
    QGuiApplication::setPalette(darkPalette());
    const QIcon shown = icon(RowState::Queued);
    QCOMPARE(inkIn(painted(shown, 48, 1, QIcon::Disabled)).rgb(),
             darkPalette().color(QPalette::Disabled, QPalette::Text).rgb());
    QCOMPARE(inkIn(painted(shown, 48, 1, QIcon::Selected)).rgb(),
             darkPalette().color(QPalette::HighlightedText).rgb());
}

void TestIcons::theProgramHasColours()
{
    const QIcon shown = appIcon();
    for (const int size : {16, 22, 32, 48, 64, 128, 256}) {
        const QImage image = painted(shown, size);
        QCOMPARE(image.size(), QSize(size, size));
        QVERIFY(coverage(image) > 0.6);
    }
    QVERIFY(inkIn(painted(shown, 128)).saturation() > 100);
}

HOLDLINE_TEST(TestIcons)
#include "tst_icons.moc"

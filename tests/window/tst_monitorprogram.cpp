// SPDX-License-Identifier: GPL-3.0-or-later
// Tests holdline-monitor as a program: pictures, exit statuses, and the error message without a display.
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <QImage>
#include <QSet>
#include <QTemporaryDir>

#include <memory>

using namespace holdline::test;
using namespace Qt::StringLiterals;

class TestMonitorProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pictureOfAService_data();
    void pictureOfAService();
    void pictureWithoutData();
    void exitStatuses_data();
    void exitStatuses();

private:
    std::unique_ptr<Program> monitor(const QStringList &arguments) const;
    QString path(const QString &name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
};

/// Prepares a run of the program without a display, as on a server.
std::unique_ptr<Program> TestMonitorProgram::monitor(const QStringList &arguments) const
{
    auto program =
        std::make_unique<Program>(QStringList{QStringLiteral(HOLDLINE_MONITOR_PROGRAM)} + arguments);
    for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "HOLDLINE_MONITOR_SOCKET"})
        program->setEnvironment(QString::fromLatin1(name), {});
    return program;
}

void TestMonitorProgram::pictureOfAService_data()
{
    QTest::addColumn<QString>("view");
    QTest::addColumn<QString>("palette");
    QTest::newRow("overview") << u"overview"_s << u"light"_s;
    QTest::newRow("detail") << u"detail"_s << u"dark"_s;
    QTest::newRow("history") << u"history"_s << u"desktop"_s;
}

void TestMonitorProgram::pictureOfAService()
{
    QFETCH(const QString, view);
    QFETCH(const QString, palette);
    const QString socket = path(u"m.sock"_s);
    HoldlineProgram service({u"--monitor-socket"_s, socket, u"--store"_s, u"memory"_s});
    QVERIFY2(service.startListening(), service.err().constData());
    const QString file = path(view + u".png"_s);
    const auto program = monitor({u"--connect"_s, socket, u"--picture"_s, file, u"--picture-after"_s, u"3s"_s,
                                  u"--picture-view"_s, view, u"--palette"_s, palette});
    const int code = program->run();
    QVERIFY2(code == 0, program->err().constData());
    const QImage picture(file);
    QVERIFY(picture.width() >= 1000 && picture.height() >= 600);
    // A window that was not painted has one colour.
    QSet<QRgb> colours;
    for (int x = 0; x < picture.width(); x += 3) {
        for (int y = 0; y < picture.height(); y += 3)
            colours.insert(picture.pixel(x, y));
    }
    QVERIFY2(colours.size() > 20, qPrintable(QString::number(colours.size())));
    const bool isDark = qGray(picture.pixel(2, picture.height() / 2)) < 128;
    QVERIFY(palette == "desktop"_L1 || isDark == (palette == "dark"_L1));
}

void TestMonitorProgram::pictureWithoutData()
{
    const QString file = path(u"empty.png"_s);
    const auto program = monitor(
        {u"--connect"_s, path(u"nobody.sock"_s), u"--picture"_s, file, u"--picture-after"_s, u"100ms"_s});
    QCOMPARE(program->run(), 69);
    QVERIFY2(program->err().contains("it shows no data"), program->err().constData());
    QVERIFY(!QImage(file).isNull());
}

void TestMonitorProgram::exitStatuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0 << "--picture-after"_ba;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0 << "holdline-monitor "_ba;
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s} << 64 << "nonsense"_ba;
    QTest::newRow("no display") << QStringList{} << 69 << "--picture FILE needs no display"_ba;
    QTest::newRow("no recording") << QStringList{u"--open"_s, path(u"none.hlrec"_s)} << 66 << "none.hlrec"_ba;
    QTest::newRow("picture in a missing folder")
        << QStringList{u"--connect"_s,        path(u"nobody.sock"_s), u"--picture"_s,
                       path(u"none/a.png"_s), u"--picture-after"_s,   u"0ms"_s}
        << 73 << "none/a.png"_ba;
}

void TestMonitorProgram::exitStatuses()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const int, code);
    QFETCH(const QByteArray, text);
    const auto program = monitor(arguments);
    QCOMPARE(program->run(), code);
    const QByteArray &said = code == 0 ? program->out() : program->err();
    QVERIFY2(said.contains(text), said.constData());
    const QByteArray &silent = code == 0 ? program->err() : program->out();
    QVERIFY2(silent.isEmpty(), silent.constData());
}

HOLDLINE_TEST(TestMonitorProgram)
#include "tst_monitorprogram.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/crashpoint.h"

#include <QFile>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

/// Tests that an environment variable cannot kill a release build. This test program is built like a release:
/// it contains crashpoint.cpp, and HOLDLINE_CRASH_POINTS is not defined.
class TestNoCrashPoints : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingHappensAtAPoint();
    void theVariableIsNotInTheProgram();
    void itIsInOneThatIsBuiltForIt();
};

namespace {

/// Returns the variable's name. It is joined from two pieces, so that this program does not contain the whole
/// name.
QByteArray variable()
{
    const QByteArray end = "_AT";
    return "HOLDLINE_CRASH" + end;
}

bool mentions(const QString &program)
{
    QFile file(program);
    return file.open(QIODevice::ReadOnly) && file.readAll().contains(variable());
}

}  // namespace

void TestNoCrashPoints::nothingHappensAtAPoint()
{
    qputenv(variable().constData(), "start_sent:1");
    crashPoint("start_sent");
    qunsetenv(variable().constData());
}

void TestNoCrashPoints::theVariableIsNotInTheProgram()
{
    QVERIFY(!mentions(QCoreApplication::applicationFilePath()));
}

/// The search must find the name in a program with crash points, and only there.
void TestNoCrashPoints::itIsInOneThatIsBuiltForIt()
{
    QVERIFY(QFile::exists(QStringLiteral(HOLDLINE_PROGRAM)));
    QCOMPARE(mentions(QStringLiteral(HOLDLINE_PROGRAM)), bool(HAS_CRASH_POINTS));
}

QTEST_GUILESS_MAIN(TestNoCrashPoints)
#include "tst_nocrashpoints.moc"

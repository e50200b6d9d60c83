// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/crashpoint.h"

#include <QFile>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

/// A release build cannot be killed by its environment. This program is built as a release is: without
/// HOLDLINE_CRASH_POINTS, with crashpoint.cpp in it.
class TestNoCrashPoints : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingHappensAtAPoint();
    void theVariableIsNotInTheProgram();
    void itIsInOneThatIsBuiltForIt();
};

namespace {

/// Not in one piece, or it would be in this program.
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

/// The search finds it where it is, and only there.
void TestNoCrashPoints::itIsInOneThatIsBuiltForIt()
{
    QVERIFY(QFile::exists(QStringLiteral(HOLDLINE_PROGRAM)));
    QCOMPARE(mentions(QStringLiteral(HOLDLINE_PROGRAM)), bool(HAS_CRASH_POINTS));
}

QTEST_GUILESS_MAIN(TestNoCrashPoints)
#include "tst_nocrashpoints.moc"

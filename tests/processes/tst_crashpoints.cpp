// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/run.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::crash;
using namespace Qt::StringLiterals;

/// The service kills itself at each crash point, at the first times when it reaches the point. No job may be
/// lost.
class TestCrashPoints : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void killedAt_data();
    void killedAt();
};

void TestCrashPoints::killedAt_data()
{
    QTest::addColumn<QByteArray>("point");
    QTest::addColumn<int>("passing");
    QTest::addColumn<bool>("ambiguousAlways");
    for (const QByteArray &point : pointNames()) {
        for (int passing = 1; passing <= 3; ++passing)
            QTest::addRow("%s:%d", point.constData(), passing) << point << passing << false;
        QTest::addRow("%s:2, unknown starts sent again", point.constData()) << point << 2 << true;
    }
}

void TestCrashPoints::killedAt()
{
    QFETCH(QByteArray, point);
    QFETCH(int, passing);
    QFETCH(bool, ambiguousAlways);
    Options options;
    options.holdline = QStringLiteral(HOLDLINE_PROGRAM);
    options.rounds = 1;
    options.jobs = 12;
    options.kills = 1;
    options.point = point;
    options.passing = passing;
    options.ambiguousAlways = ambiguousAlways;
    options.seed = static_cast<std::uint64_t>(passing) * 100 +
                   static_cast<std::uint64_t>(pointNames().indexOf(point)) + (ambiguousAlways ? 1'000 : 0);
    // Clients of a job that may have run wait for this deadline.
    options.jobDeadline = 8s;

    Run run(options);
    QByteArray violations;
    connect(&run, &Run::failed, this, [&violations](const QByteArray &text) { violations += text; });
    QSignalSpy finished(&run, &Run::finished);
    QVERIFY2(run.start(), qPrintable(run.errorString()));
    QVERIFY(finished.wait(static_cast<int>((options.patience + 10s) / 1ms)));
    QVERIFY2(run.isClean(), violations.constData());
    // One kill at the crash point, and one after all clients have their responses.
    QCOMPARE(run.kills(), 2);
}

HOLDLINE_TEST(TestCrashPoints)
#include "tst_crashpoints.moc"

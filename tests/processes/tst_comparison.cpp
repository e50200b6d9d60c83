// SPDX-License-Identifier: GPL-3.0-or-later
// resources/scripts/comparison.sh and its page: the page has each row, and the script shows that a job is
// lost.
#include "tests/support/suite.h"

#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

const QString kScript = QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/scripts/comparison.sh");

QString textOf(const char *path)
{
    QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/") + QLatin1StringView(path));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

struct Run
{
    int code = -1;
    QString output;
    QString errors;
};

Run run(const QStringList &arguments)
{
    QProcess script;
    script.start(kScript, arguments);
    const bool hasEnded = script.waitForFinished(240'000);
    Run run{hasEnded && script.exitStatus() == QProcess::NormalExit ? script.exitCode() : -1,
            QString::fromUtf8(script.readAllStandardOutput()),
            QString::fromUtf8(script.readAllStandardError())};
    if (!hasEnded)
        script.terminate();
    script.waitForFinished();
    return run;
}

}  // namespace

class TestComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pageHasEachRow()
    {
        const Run list = run({u"--list"_s});
        QCOMPARE(list.code, 0);
        const QStringList rows = list.output.split(u'\n', Qt::SkipEmptyParts);
        QVERIFY(rows.size() > 10);
        const QString page = textOf("resources/docs/comparison.md");
        const QString script = QString::fromUtf8([] {
            QFile file(kScript);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        }());
        QStringList found;
        for (const QString &line : page.split(u'\n')) {
            // The table of results has four columns. Other tables have three.
            if (!line.startsWith(u"| `"_s) || line.count(u'|') != 5)
                continue;
            found += line.section(u'`', 1, 1);
            const QString title = line.section(u'|', 2, 2).trimmed();
            QVERIFY2(script.contains(u"[%1]=\"%2\""_s.arg(found.last(), title)), qPrintable(line));
        }
        QCOMPARE(found, rows);
    }

    /// The comparison is with a small proxy, so the proxy must stay small.
    void proxyIsSmall()
    {
        int lines = 0;
        for (const QString &line : textOf("resources/comparison/proxy.mjs").split(u'\n')) {
            const QString code = line.trimmed();
            lines += code.isEmpty() || code.startsWith(u"//"_s) ? 0 : 1;
        }
        QVERIFY2(lines > 40 && lines <= 65, qPrintable(QString::number(lines)));
    }

    void wrongFlagsAreRefused()
    {
        QCOMPARE(run({u"--only"_s}).code, 64);
        const Run unknown = run({u"--only"_s, u"kil"_s});
        QCOMPARE(unknown.code, 64);
        QVERIFY2(unknown.errors.contains(u"there is no row kil"_s), qPrintable(unknown.errors));
        QCOMPARE(run({u"--bin"_s, u"/nowhere"_s}).code, 69);
    }

    /// After kill -9, repeated client requests start the jobs again only behind the small proxy.
    void killShowsTheLoss()
    {
        if (QStandardPaths::findExecutable(u"node"_s).isEmpty())
            QSKIP("node is missing");
        const Run kill =
            run({u"--bin"_s, QFileInfo(QStringLiteral(HOLDLINE_PROGRAM)).path(), u"--only"_s, u"kill"_s});
        QVERIFY2(kill.code == 0, qPrintable(kill.output + kill.errors));
        const QString row = kill.output.split(u'\n', Qt::SkipEmptyParts).last();
        QVERIFY2(row.contains(u"| 20 of 20 answered; 40 jobs ran | 20 of 20 answered; 20 jobs ran |"_s),
                 qPrintable(row));
    }
};

HOLDLINE_TEST(TestComparison)
#include "tst_comparison.moc"

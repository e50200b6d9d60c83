// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the commands of resources/docs/tutorial.md with bash, as printed and in their order. Compares their
// output with the output shown on the page.
#include "tests/support/suite.h"

#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <utility>
#include <vector>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kBetween = "@@ next step @@";

/// Commands of the page, and the output that the page shows for them; it may be empty.
struct Step
{
    QString commands;
    QStringList shown;
};

std::vector<Step> stepsOf(const QString &page)
{
    static const QRegularExpression block(
        u"^```(sh|text)\\n(.*?)^```$"_s,
        QRegularExpression::DotMatchesEverythingOption | QRegularExpression::MultilineOption);
    std::vector<Step> steps;
    auto blocks = block.globalMatch(page);
    while (blocks.hasNext()) {
        const auto match = blocks.next();
        if (match.captured(1) == u"sh"_s)
            steps.push_back({match.captured(2), {}});
        else if (!steps.empty())
            steps.back().shown = match.captured(2).split(u'\n', Qt::SkipEmptyParts);
    }
    return steps;
}

/// Returns true when the line matches what the page shows. `…` on the page matches any text.
bool isShown(const QString &line, const QString &shown)
{
    const QString pattern = QRegularExpression::escape(shown.trimmed()).replace(u"\\…"_s, u"…"_s);
    // Qt 6.8 writes the names of header fields in lower case.
    return QRegularExpression(QRegularExpression::anchoredPattern(QString(pattern).replace(u"…"_s, u".*"_s)),
                              QRegularExpression::CaseInsensitiveOption)
        .match(line.trimmed())
        .hasMatch();
}

QByteArray freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return QByteArray::number(server.serverPort());
}

}  // namespace

class TestTutorial : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(!QStandardPaths::findExecutable(u"curl"_s).isEmpty(), "curl is missing");
        QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/docs/tutorial.md"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_page = QString::fromUtf8(file.readAll());
    }

    /// The tutorial must be short enough to be read to its end.
    void isShort() { QVERIFY2(m_page.count(u'\n') <= 200, qPrintable(QString::number(m_page.count(u'\n')))); }

    void linesAreCompared()
    {
        QVERIFY(isShown(u"a [1] c"_s, u"a [1] c"_s));
        QVERIFY(isShown(u"a 27 c"_s, u"a … c"_s));
        QVERIFY(!isShown(u"a 27 d"_s, u"a … c"_s));
        QVERIFY(!isShown(u"abc"_s, u"a.c"_s));
    }

    void commandsDoWhatThePageSays()
    {
        QString page = m_page;
        for (const QString &port : {u"3738"_s, u"3739"_s, u"3740"_s})
            page.replace(u"127.0.0.1:"_s + port, u"127.0.0.1:"_s + QString::fromLatin1(freePort()));
        const std::vector<Step> steps = stepsOf(page);
        QVERIFY(steps.size() > 5);
        QString script = u"trap 'kill $(jobs -p) 2>/dev/null' EXIT\n"_s;
        for (const Step &step : steps)
            script += step.commands + u"\necho; echo '%1'\n"_s.arg(QLatin1StringView(kBetween));
        const QStringList outputs = run(script).split(QLatin1StringView(kBetween));
        QCOMPARE(outputs.size(), qsizetype(steps.size()) + 1);
        for (std::size_t i = 0; i < steps.size(); ++i)
            compare(outputs[qsizetype(i)], steps[i]);
    }

private:
    /// Checks that each shown line is in the output, in this order.
    static void compare(const QString &output, const Step &step)
    {
        const QStringList lines = output.split(u'\n');
        qsizetype at = 0;
        for (const QString &shown : step.shown) {
            while (at < lines.size() && !isShown(lines[at], shown))
                ++at;
            if (at++ == lines.size())
                QTest::qFail(qPrintable(u"not printed: %1\nbut:\n%2"_s.arg(shown, output)), __FILE__,
                             __LINE__);
        }
    }

    static QString run(const QString &script)
    {
        const QTemporaryDir place;
        const QTemporaryDir programs;
        QFile::link(QStringLiteral(HOLDLINE_PROGRAM), programs.filePath(u"holdline"_s));
        QFile::link(QStringLiteral(JOBSERVER_PROGRAM), programs.filePath(u"jobserver"_s));
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &name : environment.keys()) {
            if (name.startsWith(u"HOLDLINE_"_s) || name.endsWith(u"_proxy"_s, Qt::CaseInsensitive))
                environment.remove(name);
        }
        environment.insert(u"PATH"_s, programs.path() + u':' + environment.value(u"PATH"_s));
        environment.insert(u"HOME"_s, place.path());
        environment.insert(u"XDG_RUNTIME_DIR"_s, place.path());
        environment.insert(u"XDG_STATE_HOME"_s, place.path());
        QProcess bash;
        bash.setProcessEnvironment(environment);
        bash.setWorkingDirectory(place.path());
        bash.setStandardErrorFile(place.filePath(u"errors"_s));
        bash.start(u"bash"_s, {u"-euo"_s, u"pipefail"_s, u"-c"_s, script});
        const bool hasEnded = bash.waitForFinished(120'000);
        const QByteArray output = bash.readAllStandardOutput();
        if (!hasEnded || bash.exitStatus() != QProcess::NormalExit || bash.exitCode() != 0) {
            QFile errors(place.filePath(u"errors"_s));
            const bool isOpen = errors.open(QIODevice::ReadOnly);
            QTest::qFail((output + (isOpen ? errors.readAll() : QByteArray())).constData(), __FILE__,
                         __LINE__);
            bash.kill();
            bash.waitForFinished();
        }
        return QString::fromUtf8(output);
    }

    QString m_page;
};

HOLDLINE_TEST(TestTutorial)
#include "tst_tutorial.moc"

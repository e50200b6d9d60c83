// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the examples of the README, and of "Coming back for an answer" in resources/docs/http.md, with bash.
// The commands are run as printed.
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Returns options for jobs that take longer than the first wait of the examples.
JobServerOptions slowJobs()
{
    JobServerOptions options = WholeService::quickJobs();
    options.duration = 3s;
    return options;
}

/// Returns the text of a section in a file of this source tree. `heading` includes its signs: "## Run it".
QString sectionOf(const QString &path, const QString &heading)
{
    QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/") + path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QString page = QString::fromUtf8(file.readAll());
    const qsizetype from = page.indexOf(u'\n' + heading + u'\n');
    return from < 0 ? QString() : page.mid(from, page.indexOf(u"\n## "_s, from + 4) - from);
}

/// Returns the command blocks of a section.
QStringList blocksOf(const QString &section)
{
    static const QRegularExpression block(u"```sh\\n(.*?)```"_s,
                                          QRegularExpression::DotMatchesEverythingOption);
    QStringList found;
    auto blocks = block.globalMatch(section);
    while (blocks.hasNext())
        found.append(blocks.next().captured(1));
    return found;
}

QJsonObject objectOf(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

QString stateOf(const QByteArray &json)
{
    return objectOf(json).value(u"state"_s).toString();
}

}  // namespace

class TestReadmeExamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(!QStandardPaths::findExecutable(u"curl"_s).isEmpty(), "curl is missing");
        m_examples = blocksOf(sectionOf(u"resources/docs/http.md"_s, u"## Coming back for an answer"_s));
        // The first example starts the programs. Each test below runs one of the other examples.
        QCOMPARE(m_examples.size(), 5);
        QVERIFY(m_examples.takeFirst().contains(u"jobserver --duration 5s &"_s));
        m_examples += blocksOf(sectionOf(u"README.md"_s, u"## Run it"_s)).filter(u"curl"_s);
        QCOMPARE(m_examples.size(), 5);
    }

    void beforeAndAfter()
    {
        WholeService world;
        const QByteArray output = run(world, u"127.0.0.1:3740/start"_s);
        QCOMPARE(output.count("\"state\":\"completed\""), 2);
        QCOMPARE(output.count("\"proof\":"), 2);
        QCOMPARE(world.metric("holdline_requests_total{outcome=\"completed\"}"), 1.0);
        QCOMPARE(world.jobServer().stats().starts, 2U);
    }

    void handedOverAndPolled()
    {
        WholeService world(slowJobs());
        const QByteArray output = run(world, u"respond-async, wait=2"_s);
        QVERIFY2(stateOf(output) == u"completed"_s && objectOf(output).contains(u"proof"_s),
                 output.constData());
        QCOMPARE(world.jobServer().stats().starts, 1U);
        QCOMPARE(world.metric("holdline_requests_total{outcome=\"handed_over\"}"), 1.0);
    }

    void retriedWithItsKey()
    {
        WholeService world(slowJobs());
        const QByteArrayList lines = run(world, u"Idempotency-Key"_s).trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0], "gave up"_ba);
        QCOMPARE(stateOf(lines[1]), u"completed"_s);
        const QJsonArray jobs = objectOf(lines[2]).value(u"jobs"_s).toArray();
        QCOMPARE(jobs.size(), 1);
        QCOMPARE(jobs[0].toObject().value(u"upstream_id"_s), objectOf(lines[1]).value(u"id"_s));
        QCOMPARE(jobs[0].toObject().value(u"joined"_s).toInt(), 1);
        QCOMPARE(world.jobServer().stats().starts, 1U);
    }

    void cancelled()
    {
        WholeService world(slowJobs());
        const QByteArray output = run(world, u"DELETE"_s);
        QVERIFY2(stateOf(output) == u"cancelled"_s, output.constData());
    }

    void followed()
    {
        WholeService world(slowJobs());
        const QByteArray output = run(world, u"/events"_s);
        QStringList states;
        for (const QByteArray &line : output.split('\n')) {
            if (line.startsWith("data: "))
                states.append(stateOf(line.mid(6)));
        }
        QVERIFY2(states.size() >= 2 && states.last() == u"completed"_s, output.constData());
    }

private:
    /// Runs the example that contains `part`, with the example's addresses replaced. Returns the output.
    QByteArray run(WholeService &world, const QString &part)
    {
        QStringList examples = m_examples.filter(part);
        if (examples.size() != 1) {
            QTest::qFail(qPrintable(u"not one example with "_s + part), __FILE__, __LINE__);
            return {};
        }
        const QString script =
            examples.first()
                .replace(u"127.0.0.1:3738"_s, u"127.0.0.1:%1"_s.arg(world.port()))
                .replace(u"127.0.0.1:3740"_s, u"127.0.0.1:%1"_s.arg(world.jobServer().port()));
        QTemporaryDir place;
        QProcess bash;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"HOLDLINE"_s, u"http://127.0.0.1:%1"_s.arg(world.port()));
        environment.remove(u"http_proxy"_s);
        environment.remove(u"ALL_PROXY"_s);
        bash.setProcessEnvironment(environment);
        bash.setWorkingDirectory(place.path());
        bash.start(u"bash"_s, {u"-euo"_s, u"pipefail"_s, u"-c"_s, script});
        // The service runs in this thread, so the event loop must run while bash runs.
        const bool ended = QTest::qWaitFor([&bash] { return bash.state() == QProcess::NotRunning; }, 60'000);
        const QByteArray output = bash.readAllStandardOutput();
        if (!ended || bash.exitStatus() != QProcess::NormalExit || bash.exitCode() != 0) {
            QTest::qFail((output + bash.readAllStandardError()).constData(), __FILE__, __LINE__);
            bash.kill();
            bash.waitForFinished();
        }
        return output;
    }

    QStringList m_examples;
};

HOLDLINE_TEST(TestReadmeExamples)
#include "tst_readmeexamples.moc"

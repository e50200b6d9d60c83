// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/programs.h"

#include "tests/bench/plainhttp.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <csignal>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kPatience{20};

/// Waits for the pattern in the process's output. Returns the first group of its first match. Ends the
/// benchmark when the pattern does not appear.
quint16 waitForPort(ChildProcess &process, QByteArray (ChildProcess::*output)() const, const QString &pattern)
{
    const QRegularExpression expression(pattern);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < until) {
        const auto match = expression.match(QString::fromUtf8((process.*output)()));
        if (match.hasMatch())
            return match.captured(1).toUShort();
        if (process.waitForEnd(5ms))
            break;
    }
    giveUp(u"a program did not start to listen: %1"_s.arg(QString::fromUtf8(process.err().trimmed())));
}

QString wordsOf(const QJsonObject &errors)
{
    QStringList words;
    for (auto it = errors.begin(); it != errors.end(); ++it)
        words += u"%1 %2"_s.arg(it.value().toInt()).arg(it.key());
    return words.join(u", "_s);
}

QStringList jobclientCommand(const ProgramPaths &paths, quint16 port, const QStringList &arguments)
{
    // Every run exceeds this time limit, so jobclient prints no proof block. Proofs are not measured.
    return QStringList{paths.jobclient, u"--url"_s,   u"http://127.0.0.1:%1/start"_s.arg(port),
                       u"--json"_s,     u"--limit"_s, u"1ms"_s} +
           arguments;
}

}  // namespace

LoadRun::LoadRun(const ProgramPaths &paths, quint16 port, const QStringList &arguments)
    : m_process(jobclientCommand(paths, port, arguments))
{
}

LoadReport LoadRun::finish(std::chrono::milliseconds patience)
{
    const auto ended = m_process.waitForEnd(patience);
    if (!ended)
        giveUp(u"jobclient does not come to an end"_s);
    const QJsonObject json = QJsonDocument::fromJson(m_process.out()).object();
    if (!json.contains(u"jobs_per_second"_s))
        giveUp(u"jobclient made no report: %1"_s.arg(QString::fromUtf8(m_process.err().trimmed())));
    const QJsonObject durations = json.value(u"duration_seconds"_s).toObject();
    LoadReport report;
    report.jobs = json.value(u"jobs"_s).toInt();
    report.succeeded = json.value(u"succeeded"_s).toInt();
    report.failed = json.value(u"failed"_s).toInt();
    report.jobsPerSecond = json.value(u"jobs_per_second"_s).toDouble();
    report.p50Seconds = durations.value(u"p50"_s).toDouble();
    report.p99Seconds = durations.value(u"p99"_s).toDouble();
    report.maxSeconds = durations.value(u"max"_s).toDouble();
    report.errors = wordsOf(json.value(u"errors"_s).toObject());
    report.cpu = ended->cpu;
    return report;
}

World::World(const ProgramPaths &paths, const QStringList &jobserverArguments,
             const QStringList &holdlineArguments)
    : m_paths(paths)
{
    m_jobserver = std::make_unique<ChildProcess>(
        QStringList{paths.jobserver, u"--listen"_s, u"127.0.0.1:0"_s, u"--seed"_s, u"1"_s} +
        jobserverArguments);
    m_upstreamPort = waitForPort(*m_jobserver, &ChildProcess::out, u"listening on http://\\S*:(\\d+)/"_s);
    startHoldline(holdlineArguments);
}

void World::startHoldline(const QStringList &arguments)
{
    m_holdline = std::make_unique<ChildProcess>(
        QStringList{m_paths.holdline, u"--listen"_s, u"127.0.0.1:0"_s, u"--admin-listen"_s, u"127.0.0.1:0"_s,
                    u"--upstream"_s, u"http://127.0.0.1:%1/start"_s.arg(m_upstreamPort)} +
        arguments);
    m_port = waitForPort(*m_holdline, &ChildProcess::err, u"for clients on \\S*:(\\d+)"_s);
    m_adminPort = waitForPort(*m_holdline, &ChildProcess::err, u"for administration on \\S*:(\\d+)"_s);
}

LoadReport World::run(const QStringList &jobclientArguments)
{
    return start(jobclientArguments)->finish();
}

std::unique_ptr<LoadRun> World::start(const QStringList &jobclientArguments)
{
    return std::make_unique<LoadRun>(m_paths, m_port, jobclientArguments);
}

std::chrono::nanoseconds World::restart(const QStringList &holdlineArguments)
{
    m_holdline.reset();
    const auto begun = std::chrono::steady_clock::now();
    startHoldline(holdlineArguments);
    return std::chrono::steady_clock::now() - begun;
}

void World::endHeldJobs()
{
    m_jobserver->send(SIGHUP);
}

double World::metric(const QByteArray &name) const
{
    PlainHttp connection(m_adminPort);
    for (const QByteArray &line : connection.get("/metrics").split('\n')) {
        if (line.startsWith(name + ' '))
            return line.mid(name.size() + 1).toDouble();
    }
    return -1;
}

bool knowsFlag(const QString &program, const QString &flag)
{
    ChildProcess process({program, u"--help"_s});
    const auto ended = process.waitForEnd(kPatience);
    if (!ended || ended->exitCode != 0)
        giveUp(u"%1 --help does not work"_s.arg(program));
    const QRegularExpression wholeFlag(u"--"_s + QRegularExpression::escape(flag) + u"(?![\\w-])"_s);
    return wholeFlag.match(QString::fromUtf8(process.out())).hasMatch();
}

}  // namespace holdline::bench

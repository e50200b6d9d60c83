// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/childprocess.h"

#include <QStringList>

#include <memory>

namespace holdline::bench {

/// Where the executables are.
struct ProgramPaths
{
    QString holdline;
    QString jobserver;
    QString jobclient;
};

/// One way to run holdline.
struct Variant
{
    QString name;
    QStringList arguments;  ///< of holdline, beside those of the scenario
};

/// What jobclient said about a run.
struct LoadReport
{
    int jobs = 0;
    int succeeded = 0;
    int failed = 0;
    double jobsPerSecond = 0;
    double p50Seconds = 0;  ///< of a job's duration as its client saw it
    double p99Seconds = 0;
    double maxSeconds = 0;
    QString errors;                   ///< words and numbers; empty without any
    std::chrono::nanoseconds cpu{0};  ///< of jobclient, start and end included
};

/// A jobclient that runs.
class LoadRun
{
public:
    /// `arguments` beside --url and --json.
    LoadRun(const ProgramPaths &paths, quint16 port, const QStringList &arguments);

    /// Waits for its end; gives up when that does not come or is no report.
    LoadReport finish(std::chrono::milliseconds patience = 10min);
    bool isOver() { return m_process.waitForEnd(0ms).has_value(); }

private:
    ChildProcess m_process;
};

/// A jobserver, and a holdline before it, on ports the system picked.
class World
{
public:
    World(const ProgramPaths &paths, const QStringList &jobserverArguments,
          const QStringList &holdlineArguments);

    LoadReport run(const QStringList &jobclientArguments);
    std::unique_ptr<LoadRun> start(const QStringList &jobclientArguments);

    /// Kills holdline and starts it again, with these arguments in place of the ones before. The time from
    /// its start until it listens.
    std::chrono::nanoseconds restart(const QStringList &holdlineArguments);

    /// The jobs that run upstream end now.
    void endHeldJobs();

    const ChildProcess &holdline() const { return *m_holdline; }
    const ChildProcess &jobserver() const { return *m_jobserver; }
    quint16 port() const { return m_port; }
    /// The value of one of holdline's metrics; -1 when there is none of that name.
    double metric(const QByteArray &name) const;

private:
    void startHoldline(const QStringList &arguments);

    const ProgramPaths &m_paths;
    std::unique_ptr<ChildProcess> m_jobserver;
    std::unique_ptr<ChildProcess> m_holdline;
    quint16 m_upstreamPort = 0;
    quint16 m_port = 0;
    quint16 m_adminPort = 0;
};

/// How much CPU the programs of a world use between two moments.
class CpuMarks
{
public:
    explicit CpuMarks(const World &world)
        : m_world(world), m_holdline(world.holdline().cpu()), m_jobserver(world.jobserver().cpu())
    {
    }

    std::chrono::nanoseconds holdline() const { return m_world.holdline().cpu() - m_holdline; }
    std::chrono::nanoseconds jobserver() const { return m_world.jobserver().cpu() - m_jobserver; }

private:
    const World &m_world;
    std::chrono::nanoseconds m_holdline;
    std::chrono::nanoseconds m_jobserver;
};

/// Microseconds per piece.
inline double microsecondsEach(std::chrono::nanoseconds cpu, int pieces)
{
    return std::chrono::duration<double, std::micro>(cpu).count() / pieces;
}

/// Whether `program --help` names this flag.
bool knowsFlag(const QString &program, const QString &flag);

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/childprocess.h"

#include <QStringList>

#include <memory>

namespace holdline::bench {

/// Paths of the executables.
struct ProgramPaths
{
    QString holdline;
    QString jobserver;
    QString jobclient;
};

/// One configuration of holdline.
struct Variant
{
    QString name;
    QStringList arguments;  ///< arguments of holdline, in addition to those of the scenario
};

/// The report of one jobclient run.
struct LoadReport
{
    int jobs = 0;
    int succeeded = 0;
    int failed = 0;
    double jobsPerSecond = 0;
    double p50Seconds = 0;  ///< duration of a job as the client saw it
    double p99Seconds = 0;
    double maxSeconds = 0;
    QString errors;                   ///< error names and counts; empty without errors
    std::chrono::nanoseconds cpu{0};  ///< CPU time of jobclient, including its startup and exit
};

/// A running jobclient.
class LoadRun
{
public:
    /// `arguments` are added to --url and --json.
    LoadRun(const ProgramPaths &paths, quint16 port, const QStringList &arguments);

    /// Waits for the end of jobclient. Ends the benchmark when the process does not end or prints no report.
    LoadReport finish(std::chrono::milliseconds patience = 10min);
    bool isOver() { return m_process.waitForEnd(0ms).has_value(); }

private:
    ChildProcess m_process;
};

/// Runs a jobserver and a holdline in front of it, on ports that the system picks.
class World
{
public:
    World(const ProgramPaths &paths, const QStringList &jobserverArguments,
          const QStringList &holdlineArguments);

    LoadReport run(const QStringList &jobclientArguments);
    std::unique_ptr<LoadRun> start(const QStringList &jobclientArguments);

    /// Kills holdline and starts it again with these arguments instead of the earlier ones. Returns the time
    /// until it listens.
    std::chrono::nanoseconds restart(const QStringList &holdlineArguments);

    /// Ends the jobs that are running upstream.
    void endHeldJobs();

    const ChildProcess &holdline() const { return *m_holdline; }
    const ChildProcess &jobserver() const { return *m_jobserver; }
    quint16 port() const { return m_port; }
    /// Returns the value of a holdline metric, or -1 when the metric does not exist.
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

/// Measures the CPU time that a world's programs use from the construction of this object on.
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

inline double microsecondsEach(std::chrono::nanoseconds cpu, int pieces)
{
    return std::chrono::duration<double, std::micro>(cpu).count() / pieces;
}

/// Returns true when `program --help` lists this flag.
bool knowsFlag(const QString &program, const QString &flag);

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/plan.h"

#include <QObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

namespace holdline::crash {

/// The settings that are the same in every life of the service.
struct ServicePlace
{
    QString program;
    QString store;  ///< path of the store's file
    quint16 port = 0;
    quint16 adminPort = 0;
    quint16 upstreamPort = 0;
    bool ambiguousAlways = false;
    std::chrono::milliseconds jobDeadline{0};

    /// A free port below the range of ephemeral ports, because an outgoing connection could take such a port
    /// before a restart. Concurrent runs do not get the same port.
    static quint16 freePort();
};

/// One life of the real service, in a process of its own.
///
/// Construct, then start(). Emits ended() once. Destroying it kills the process. Lives in one thread.
class ServiceChild : public QObject
{
    Q_OBJECT

public:
    /// `surroundings` are added to its environment.
    ServiceChild(const ServicePlace &place, const LifePlan &life, const QProcessEnvironment &surroundings,
                 QObject *parent = nullptr);
    ~ServiceChild() override;

    void start();
    void kill();
    /// Sends SIGTERM.
    void terminate();

    const LifePlan &plan() const { return m_life; }
    /// True after our SIGKILL, or when the process killed itself as planned.
    bool wasKilled() const;
    /// A description of the end, for people.
    QString endText() const;
    int exitCode() const;
    const QByteArray &log() const { return m_log; }

Q_SIGNALS:
    void ended();

private:
    const LifePlan m_life;
    QTemporaryDir m_directory;
    QProcess m_process;
    QByteArray m_log;
    bool m_killed = false;
};

}  // namespace holdline::crash

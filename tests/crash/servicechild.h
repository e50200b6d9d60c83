// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/plan.h"

#include <QObject>
#include <QProcess>
#include <QTemporaryDir>

namespace holdline::crash {

/// What does not change from one life of the service to the next.
struct ServicePlace
{
    QString program;
    QString store;  ///< the file
    quint16 port = 0;
    quint16 adminPort = 0;
    quint16 upstreamPort = 0;
    bool ambiguousAlways = false;
    std::chrono::milliseconds jobDeadline{0};

    /// Ports that nobody has, from below the range the system takes ports of outgoing connections from: one
    /// of those could have it when the service wants to listen again. Nor has any of them another run of this
    /// beside it.
    static quint16 freePort();
};

/// One life of the real service, in a process of its own.
///
/// Life: construct, start(); ended() comes once. Destroying it kills the process. Lives in one thread.
class ServiceChild : public QObject
{
    Q_OBJECT

public:
    ServiceChild(const ServicePlace &place, const LifePlan &life, QObject *parent = nullptr);
    ~ServiceChild() override;

    void start();
    void kill();
    /// As an operator would.
    void terminate();

    const LifePlan &plan() const { return m_life; }
    /// SIGKILL was sent by us, or it killed itself as planned.
    bool wasKilled() const;
    /// How it ended, for people.
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

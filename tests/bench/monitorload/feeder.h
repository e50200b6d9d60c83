// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/simulatedjobs.h"

#include <QElapsedTimer>
#include <QLocalServer>
#include <QPointer>
#include <QTimer>

class QLocalSocket;

namespace holdline::bench {

/// Simulates a busy service for one monitor. It sends the same lines at the same pace, but runs no jobs.
class Feeder : public QObject
{
    Q_OBJECT

public:
    explicit Feeder(const test::SimulatedJobs::Options &options, QObject *parent = nullptr);

    bool listen(const QString &path);
    QString errorString() const { return m_server.errorString(); }

private:
    void accept();
    void tick();

    QLocalServer m_server;
    QPointer<QLocalSocket> m_socket;
    test::SimulatedJobs m_jobs;
    QTimer m_timer;
    QElapsedTimer m_since;
    std::uint64_t m_seq = 0;
};

}  // namespace holdline::bench

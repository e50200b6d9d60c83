// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/ledger.h"
#include "tests/crash/plan.h"
#include "tests/harness/call.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace holdline::crash {

/// A client with a key that retries until it has its answer. It retries when nothing listens, when the
/// connection breaks, and after 503. It retries with its key, or at the job that was handed over.
///
/// Construct, then start(). Emits finished() once. Destroying it hangs up. Lives in one thread.
class KeyedClient : public QObject
{
    Q_OBJECT

public:
    /// `order` must outlive the client.
    KeyedClient(quint16 port, const OrderPlan &order, const ClientPlan &plan, const QByteArray &name,
                QObject *parent = nullptr);

    void start();
    bool isDone() const { return m_isDone; }
    const QByteArray &name() const { return m_name; }
    const OrderPlan &order() const { return m_order; }
    /// Number of requests beyond those of an undisturbed run.
    int retries() const { return m_retries; }
    /// Number of jobs that were handed over and could not start, because the store was away for too long.
    int unstarted() const { return m_unstarted; }
    /// The last event of this client, for people.
    QString last() const;

Q_SIGNALS:
    void finished(const holdline::crash::FinalAnswer &answer);

private:
    void ask();
    void called(const harness::CallResult &result);
    void answered(const harness::CallResult &result);
    void comeAgain(std::chrono::milliseconds pause);
    void hangUp();

    const quint16 m_port;
    const OrderPlan &m_order;
    const ClientPlan m_plan;
    const QByteArray m_name;
    QTimer m_next;
    QTimer m_leaving;
    harness::Call *m_call = nullptr;
    QByteArray m_job;  ///< path of the job after the hand-over
    bool m_hasLeft = false;
    bool m_isDone = false;
    int m_retries = 0;
    int m_unstarted = 0;
    QString m_last;
    QElapsedTimer m_asked;  ///< since the request that is open
};

}  // namespace holdline::crash

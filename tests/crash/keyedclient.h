// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/ledger.h"
#include "tests/crash/plan.h"
#include "tests/harness/call.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace holdline::crash {

/// A client with an idempotency key that retries until it has its final response. It retries when the
/// connection is refused or breaks, and after 503. It repeats its request with the key, or queries the job
/// that was handed over.
///
/// Construct it, then call start(). It emits finished() once. The destructor closes the connection. Thread:
/// one, with an event loop.
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
    /// Returns the number of requests beyond those of an undisturbed run.
    int retries() const { return m_retries; }
    /// Returns the number of jobs that were handed over but never started, because the store was unavailable
    /// for too long.
    int unstarted() const { return m_unstarted; }
    /// Returns the last event of this client, as text for people.
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
    QElapsedTimer m_asked;  ///< started when the current request was sent
};

}  // namespace holdline::crash

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/call.h"
#include "tests/crash/ledger.h"
#include "tests/crash/plan.h"

#include <QObject>
#include <QTimer>

namespace holdline::crash {

/// A client that says who its request is and wants its answer, whatever happens to the service: where nobody
/// listens, the connection breaks, or it is told to come again, it comes again, with its key or to the job it
/// was handed over to.
///
/// Life: construct, start(); finished() comes once. Destroying it hangs up. Lives in one thread.
class KeyedClient : public QObject
{
    Q_OBJECT

public:
    /// `order` must outlive it.
    KeyedClient(quint16 port, const OrderPlan &order, const ClientPlan &plan, const QByteArray &name,
                QObject *parent = nullptr);

    void start();
    bool isDone() const { return m_isDone; }
    const QByteArray &name() const { return m_name; }
    const OrderPlan &order() const { return m_order; }
    /// Asks for more than an answer needs when all goes well.
    int retries() const { return m_retries; }
    /// The last thing that happened to it, for people.
    const QString &last() const { return m_last; }

Q_SIGNALS:
    void finished(const holdline::crash::FinalAnswer &answer);

private:
    void ask();
    void called(const CallResult &result);
    void answered(const CallResult &result);
    void comeAgain(std::chrono::milliseconds pause);
    void hangUp();

    const quint16 m_port;
    const OrderPlan &m_order;
    const ClientPlan m_plan;
    const QByteArray m_name;
    QTimer m_next;
    QTimer m_leaving;
    Call *m_call = nullptr;
    QByteArray m_job;  ///< path of the job it was handed over to
    bool m_hasLeft = false;
    bool m_isDone = false;
    int m_retries = 0;
    QString m_last;
};

}  // namespace holdline::crash

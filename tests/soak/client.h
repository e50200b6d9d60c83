// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/harness/call.h"
#include "tests/soak/order.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <random>

namespace holdline::soak {

/// One client of an order, from its first request to its final response. It repeats its request as http.md
/// allows: when the connection is refused, and after 503 and 429 with Retry-After. With a key or an address
/// of the job it also repeats its request after a broken connection.
///
/// Construct it, then call start(). It emits finished() once. The destructor closes the connection. Thread:
/// one, with an event loop.
class Client : public QObject
{
    Q_OBJECT

public:
    enum class Role {
        First,   ///< acts as the order's kind says
        Joins,   ///< sends the same key while the job may still run
        Repeats  ///< sends the same key after a final response, which must then be replayed
    };

    /// When `isPatient` is false, a refusal with Retry-After is a final response.
    Client(quint16 port, const Order &order, Role role, std::uint64_t seed, bool isPatient,
           QObject *parent = nullptr);

    void start() { ask(); }
    /// Ends with Answer::Fate::Silent.
    void giveUp();
    const Order &order() const { return m_order; }
    Role role() const { return m_role; }
    /// Returns the number of requests beyond those of an undisturbed run.
    int retries() const { return m_retries; }
    std::chrono::milliseconds age() const { return std::chrono::milliseconds(m_born.elapsed()); }

Q_SIGNALS:
    void finished(const holdline::soak::Answer &answer);

private:
    enum class Step { Start, Events, Delete, Result };

    void ask();
    QByteArray startRequest() const;
    QByteArray resultRequest() const;
    void hangUp();
    void called(const harness::CallResult &result);
    void answered(const harness::CallResult &result);
    void startAnswered(const harness::CallResult &result);
    void deleteAnswered(const harness::CallResult &result);
    void eventsAnswered(const harness::CallResult &result);
    void resultAnswered(const harness::CallResult &result);
    void follow(const QByteArray &job);
    void askIn(int least, int most);
    void end(Answer::Fate fate);
    void endWith(const harness::CallResult &result);
    int from(int least, int most);

    const quint16 m_port;
    const Order m_order;
    const Role m_role;
    Step m_step = Step::Start;
    harness::Call *m_call = nullptr;
    QTimer m_next;
    QElapsedTimer m_born;
    QByteArray m_job;  ///< path of the job, after the service has sent it
    const bool m_isPatient;
    bool m_mayLeave;
    bool m_isOver = false;
    int m_retries = 0;
    Answer m_answer;
    std::mt19937_64 m_random;
};

/// Returns the code of a problem; empty when the body is not a problem.
QByteArray codeOf(const harness::CallResult &result);

}  // namespace holdline::soak

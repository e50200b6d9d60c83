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

/// One client of an order, from its first request to its final answer. It asks again as http.md allows:
/// when nothing listens, after 503 and 429 with Retry-After, and, with a key or an address of the job, also
/// after a broken connection.
///
/// Construct, then start(). Emits finished() once. Destroying it hangs up. Lives in one thread.
class Client : public QObject
{
    Q_OBJECT

public:
    enum class Role {
        First,   ///< does what the order's kind says
        Joins,   ///< sends the same key while the job may run
        Repeats  ///< sends the same key after an answer, which must be replayed
    };

    /// With `isPatient` false a refusal with Retry-After is its final answer.
    Client(quint16 port, const Order &order, Role role, std::uint64_t seed, bool isPatient,
           QObject *parent = nullptr);

    void start() { ask(); }
    /// Ends with Answer::Fate::Silent.
    void giveUp();
    const Order &order() const { return m_order; }
    Role role() const { return m_role; }
    /// Number of requests beyond those of an undisturbed run.
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
    QByteArray m_job;  ///< path of the job, once the service has told it
    const bool m_isPatient;
    bool m_mayLeave;
    bool m_isOver = false;
    int m_retries = 0;
    Answer m_answer;
    std::mt19937_64 m_random;
};

/// The code of a problem document, or empty.
QByteArray codeOf(const harness::CallResult &result);

}  // namespace holdline::soak

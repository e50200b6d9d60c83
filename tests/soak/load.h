// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobserver.h"
#include "tests/soak/ledger.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <deque>
#include <unordered_set>

namespace holdline::soak {

using namespace std::chrono_literals;

/// How many requests a Load sends, and of which kinds.
struct LoadOptions
{
    double rate = 300;  ///< new orders per second
    int accounts = 40;
    Mix mix{55, 5, 16, 4, 6, 6, 5, 3};
    int joinPercent = 30;       ///< percentage of orders with a key that a second client joins
    int impatientPercent = 20;  ///< percentage of orders with a key whose clients wait only a second
    int repeatPercent =
        30;  ///< percentage of orders with a key that are requested again after their response
    std::chrono::milliseconds patience =
        180s;                ///< a client that gets no final response within this time is lost
    bool patient = true;     ///< clients retry after a refusal with Retry-After
    std::size_t recent = 0;  ///< number of ended orders with a key from which askAgain() chooses
    std::uint64_t seed = 0;
};

/// Creates clients at a constant rate, however slow the responses are, and records their orders in a ledger.
///
/// Construct it, then call start(). `upstream` must outlive it. Thread: one, with an event loop.
class Load : public QObject
{
    Q_OBJECT

public:
    Load(const LoadOptions &options, quint16 port, JobServer &upstream, QObject *parent = nullptr);
    ~Load() override;

    void start();
    /// Creates no more orders. Emits quiet() when all clients have their final responses.
    void stop();
    /// Requests a sample of the recent orders with a key again. Returns the number of requests, at most
    /// `most`. Emits quiet() when all have their responses.
    int askAgain(int most);

    const Figures &figures() const { return m_ledger.figures(); }
    std::uint64_t retries() const { return m_retries; }
    std::size_t openClients() const { return m_clients.size(); }

Q_SIGNALS:
    void violated(const QString &text);
    void quiet();

private:
    void tick();
    void addOrder();
    Kind randomKind();
    void addClient(const Order &order, Client::Role role);
    void addClientLater(const Order &order, Client::Role role, std::chrono::milliseconds pause);
    void clientFinished(Client &client, const Answer &answer);
    void retain(const Order &order, const Answer &answer);
    void lookForLost();
    void endWhenQuiet();
    int from(int least, int most);

    const LoadOptions m_options;
    const quint16 m_port;
    JobServer &m_upstream;
    Ledger m_ledger;
    std::unordered_set<Client *> m_clients;
    int m_later = 0;  ///< number of clients that will be added later
    std::deque<std::pair<Order, Answer>> m_recent;
    std::uint32_t m_lastNumber = 0;
    double m_due = 0;
    bool m_stopped = false;
    bool m_saidQuiet = false;
    std::uint64_t m_retries = 0;
    QTimer m_tick;
    QTimer m_look;
    QElapsedTimer m_time;
    std::mt19937_64 m_random;
};

}  // namespace holdline::soak

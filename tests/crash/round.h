// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobserver.h"
#include "tests/crash/keyedclient.h"
#include "tests/crash/serviceplace.h"
#include "tests/crash/surroundings.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace holdline::crash {

/// The result of a round.
struct RoundResult
{
    std::uint64_t seed = 0;
    Counts counts;
    QStringList violations;
    int kills = 0;
    int retries = 0;
    int unstarted = 0;  ///< jobs that were handed over but never started, as their clients learned
    int disturbances = 0;
    std::int64_t bytesTaken = 0;  ///< bytes that power cuts undid
    QByteArrayList logs;          ///< the log of each run of the service process
};

/// One round. Clients send their requests while the service is killed and restarted as planned, until all
/// have final responses. After one more kill, each order is requested again and must return the same bytes.
/// Then the service is stopped with SIGTERM.
///
/// Construct it, then call start(). It emits finished() once. `upstream` must outlive it. Thread: one, with
/// an event loop.
class Round : public QObject
{
    Q_OBJECT

public:
    Round(const Options &options, std::uint64_t seed, const ServicePlace &place, JobServer &upstream,
          QObject *parent = nullptr);
    ~Round() override;

    void start();

Q_SIGNALS:
    void finished(const holdline::crash::RoundResult &result);

private:
    enum class Phase { Killing, Again, Settling, Ending, Over };

    void addClient(const OrderPlan &order, const ClientPlan &plan, bool again);
    void clientFinished(KeyedClient &client, bool again, FinalAnswer answer);
    void happened();
    void launch();
    void lifeEnded();
    void askAgain();
    void endWhenQuiet();
    void giveUp();
    void judgeCallbacks(RoundResult &result) const;
    void finish();
    const LifePlan *plannedLife() const;

    const Options m_options;
    const ServicePlace m_place;
    const RoundPlan m_plan;
    JobServer &m_upstream;
    const JobServerStats m_before;  ///< the upstream's counters when the round began
    Phase m_phase = Phase::Killing;
    Surroundings m_surroundings;
    Ledger m_ledger;
    RoundResult m_result;
    std::vector<std::unique_ptr<KeyedClient>> m_clients;
    std::size_t m_unfinished = 0;
    int m_events = 0;
    std::size_t m_life = 0;
    harness::ServiceChild *m_child = nullptr;
    QTimer m_kill;
    QTimer m_quiet;
    QTimer m_patience;
};

}  // namespace holdline::crash

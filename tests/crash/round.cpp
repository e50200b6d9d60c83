// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/round.h"

#include <QFileInfo>

#include <algorithm>

namespace holdline::crash {

using namespace Qt::StringLiterals;
using harness::ServiceChild;

Round::Round(const Options &options, std::uint64_t seed, const ServicePlace &place, JobServer &upstream,
             QObject *parent)
    : QObject(parent),
      m_options(options),
      m_place(place),
      m_plan(RoundPlan::make(options, seed)),
      m_upstream(upstream),
      m_before(upstream.stats()),
      m_surroundings(options, QFileInfo(place.store).path(), place.store, seed)
{
    m_result.seed = seed;
    m_kill.setSingleShot(true);
    m_kill.setTimerType(Qt::PreciseTimer);
    connect(&m_kill, &QTimer::timeout, this, [this] { m_child->kill(); });
    connect(&m_quiet, &QTimer::timeout, this, &Round::endWhenQuiet);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &Round::giveUp);
    connect(&m_upstream, &JobServer::jobStarted, this,
            [this](const JobRequest &request, const QByteArray &id) {
                m_ledger.started(request.order, id);
                happened();
            });
}

Round::~Round() = default;

void Round::start()
{
    m_patience.start(m_options.patience);
    for (const OrderPlan &order : m_plan.orders) {
        m_ledger.add(order.name, order.account);
        for (const ClientPlan &client : order.clients)
            addClient(order, client, false);
    }
    launch();
}

void Round::addClient(const OrderPlan &order, const ClientPlan &plan, bool again)
{
    const QByteArray name = order.name + '#' + QByteArray::number(m_clients.size());
    m_clients.push_back(std::make_unique<KeyedClient>(m_place.port, order, plan, name));
    KeyedClient *client = m_clients.back().get();
    connect(client, &KeyedClient::finished, this,
            [this, client, again](const FinalAnswer &answer) { clientFinished(*client, again, answer); });
    ++m_unfinished;
    client->start();
}

void Round::clientFinished(KeyedClient &client, bool again, FinalAnswer answer)
{
    answer.again = again;
    m_ledger.answered(client.order().name, answer);
    m_result.retries += client.retries();
    m_result.unstarted += client.unstarted();
    happened();
    if (--m_unfinished > 0)
        return;
    m_kill.stop();
    if (m_phase == Phase::Killing) {
        // Kills without delay: every response that was sent must be durable by now.
        m_phase = Phase::Again;
        m_surroundings.spareTheDisk();
        m_life = m_plan.lives.size();
        m_child->kill();
    } else {
        m_phase = Phase::Settling;
        m_quiet.start(10ms);
    }
}

/// Counts a start or a response. The plan times its kills by this count.
void Round::happened()
{
    ++m_events;
    const LifePlan *life = plannedLife();
    if (m_phase == Phase::Killing && life && life->point.isEmpty() && m_events >= life->events &&
        !m_kill.isActive())
        m_kill.start(life->delay);
}

const LifePlan *Round::plannedLife() const
{
    return m_life < m_plan.lives.size() ? &m_plan.lives[m_life] : nullptr;
}

void Round::launch()
{
    const LifePlan *planned = plannedLife();
    LifePlan life;
    life.threads = m_plan.threadsAfter;
    QProcessEnvironment surroundings;
    m_surroundings.addTo(surroundings);
    m_child = new ServiceChild(m_place.command(planned ? *planned : life, surroundings), this);
    connect(m_child, &ServiceChild::ended, this, &Round::lifeEnded);
    m_child->start();
    m_surroundings.lifeBegins();
    if (planned && planned->point.isEmpty() && m_events >= planned->events)
        m_kill.start(planned->delay);
}

void Round::lifeEnded()
{
    m_kill.stop();
    m_surroundings.lifeEnded();
    m_result.logs.append(m_child->log());
    ServiceChild *ended = m_child;
    ended->deleteLater();
    if (m_phase == Phase::Ending && ended->exitCode() == 0) {
        finish();
    } else if (!ended->wasKilled()) {
        m_result.violations.append(u"the service ended by itself: "_s + ended->endText());
        m_child = nullptr;
        giveUp();
    } else {
        ++m_result.kills;
        if (m_phase == Phase::Killing)
            ++m_life;
        launch();
        if (m_phase == Phase::Again && m_unfinished == 0)
            askAgain();
    }
}

void Round::askAgain()
{
    for (const OrderPlan &order : m_plan.orders) {
        ClientPlan plan = order.clients.front();
        plan.habit = ClientPlan::Habit::Waits;
        plan.startAfter = 0ms;
        addClient(order, plan, true);
    }
}

/// Waits until all callbacks are delivered, so that none reaches the next round's service.
void Round::endWhenQuiet()
{
    const JobServerStats stats = m_upstream.stats();
    if (stats.running > 0 || stats.callbacksInFlight > 0 || stats.callbacksQueued > 0)
        return;
    m_quiet.stop();
    m_phase = Phase::Ending;
    m_child->terminate();
}

void Round::giveUp()
{
    for (const auto &client : m_clients)
        client->blockSignals(true);
    m_result.violations.append(
        u"the round did not come to its end: %1 client(s) wait, phase %2"_s.arg(m_unfinished)
            .arg(static_cast<int>(m_phase)));
    for (const auto &client : m_clients) {
        if (!client->isDone())
            m_ledger.unanswered(client->order().name,
                                client->name() + " (last: " + client->last().toUtf8() + ')');
    }
    if (m_child) {
        m_result.logs.append(m_child->log());
        m_child->disconnect(this);
        m_child->deleteLater();
    }
    finish();
}

/// When the service rejects a callback, the job's result is lost.
void Round::judgeCallbacks(RoundResult &result) const
{
    const JobServerStats now = m_upstream.stats();
    for (const auto &[kind, count] : now.callbackAnswers) {
        const auto before = m_before.callbackAnswers.find(kind);
        const std::uint64_t more = count - (before == m_before.callbackAnswers.end() ? 0 : before->second);
        if (kind.startsWith('4') && more > 0)
            result.violations.append(u"%1 callback(s) answered %2"_s.arg(more).arg(QString::fromUtf8(kind)));
    }
    if (now.callbacksGivenUp > m_before.callbacksGivenUp)
        result.violations.append(
            u"%1 callback(s) were given up"_s.arg(now.callbacksGivenUp - m_before.callbacksGivenUp));
}

void Round::finish()
{
    if (m_phase == Phase::Over)
        return;
    m_phase = Phase::Over;
    m_patience.stop();
    m_quiet.stop();
    m_kill.stop();
    const Ledger::Verdict verdict = m_ledger.judge(
        [this](const QByteArray &account, const ProofEntry &entry) {
            return m_upstream.judge(account, {entry}) == std::vector{ProofVerdict::Valid};
        },
        {.unknownFate = !m_options.ambiguousAlways,
         .unstoredAnswers = m_options.disturbances.testFlag(Disturbance::Disk)});
    m_result.counts = verdict.counts;
    m_result.disturbances = m_surroundings.disturbances();
    m_result.bytesTaken = m_surroundings.bytesTaken();
    m_result.violations += verdict.violations;
    judgeCallbacks(m_result);
    Q_EMIT finished(m_result);
}

}  // namespace holdline::crash

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorserver/monitorserver.h"

#include "core/telemetry/logging.h"
#include "service/holdline/monitorfeed/updatesplitter.h"
#include "service/holdline/shards/shardgroup.h"

#include <QPointer>

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

MonitorServer::MonitorServer(ShardGroup &shards, JobStore &store, DeadLetterService &deadLetters,
                             const ServiceFacts &facts, QObject *parent)
    : QObject(parent),
      m_shards(shards),
      m_store(store),
      m_facts(facts),
      m_commands(shards),
      m_queries(store, deadLetters),
      m_collector(shards, [this](FeedCollector::Collection &&all) { collected(std::move(all)); }),
      m_socket([this](qintptr descriptor) { accepted(descriptor); })
{
    m_tick.setSingleShot(true);
    m_tick.setTimerType(Qt::PreciseTimer);
    connect(&m_tick, &QTimer::timeout, this, &MonitorServer::tick);
    m_sampleTimer.setInterval(kSampleInterval);
    connect(&m_sampleTimer, &QTimer::timeout, this, &MonitorServer::sampleDue);
    connect(&m_shards, &ShardGroup::feedWaiting, this, [this](int shard) {
        m_waiting.insert(shard);
        schedule();
    });
}

MonitorServer::~MonitorServer() = default;

void MonitorServer::setFacts(const ServiceFacts &facts)
{
    if (m_facts == facts)
        return;
    m_facts = facts;
    if (m_state == State::Watching)
        broadcast({}, false, true);
}

void MonitorServer::sendNow(std::function<void()> sent)
{
    m_sent = std::move(sent);
    m_sampleDue = true;
    // A collection in progress does not contain the last changes, so another collection follows.
    if (!m_collector.isCollecting())
        sendLast();
}

void MonitorServer::sendLast()
{
    m_tick.stop();
    if (m_state == State::Watching && m_sampleDue)
        tick();
    else
        std::exchange(m_sent, {})();
}

int MonitorServer::observers() const
{
    return static_cast<int>(std::count_if(m_links.begin(), m_links.end(), [](const auto &entry) {
        return entry.second->isOpen() && !entry.second->isEnding();
    }));
}

qint64 MonitorServer::unsentBytes() const
{
    qint64 bytes = 0;
    for (const auto &[number, link] : m_links)
        bytes += link->unsentBytes();
    return bytes;
}

Update MonitorServer::opening() const
{
    Update update;
    update.at = wallNow();
    update.service = m_facts;
    update.sample = m_sample;
    return update;
}

void MonitorServer::accepted(qintptr descriptor)
{
    if (m_links.size() >= 2 * kMaxObservers) {
        ::close(static_cast<int>(descriptor));
        return;
    }
    const Hello hello{kProtocolVersion, m_facts.version, m_facts.pid};
    MonitorLinkOwner &owner = *this;
    const bool full = observers() >= kMaxObservers;
    auto link = full ? std::make_unique<MonitorLink>(
                           owner, descriptor, hello,
                           u"%1 observers are already connected, which is the limit"_s.arg(kMaxObservers))
                     : std::make_unique<MonitorLink>(owner, descriptor, hello);
    if (!link->isOpen())
        return;
    MonitorLink &added = *m_links.emplace(++m_lastLink, std::move(link)).first->second;
    if (full)
        return;
    if (m_state == State::Idle)
        beginWatching();
    else if (m_state == State::Watching)
        added.begin();
}

void MonitorServer::linkClosed(MonitorLink &)
{
    // The link is calling this function, so it is destroyed later.
    QMetaObject::invokeMethod(this, &MonitorServer::removeClosed, Qt::QueuedConnection);
}

void MonitorServer::removeClosed()
{
    std::erase_if(m_links, [](const auto &entry) { return !entry.second->isOpen(); });
    stopIfAllLag();
}

void MonitorServer::caughtUp(MonitorLink &link)
{
    if (m_state == State::Idle)
        beginWatching();
    else if (m_state == State::Watching)
        link.resume();
}

/// Stops mirroring when every observer lags, because nobody would read the mirror.
void MonitorServer::stopIfAllLag()
{
    const bool isRead = std::any_of(m_links.begin(), m_links.end(), [](const auto &entry) {
        const MonitorLink &link = *entry.second;
        return link.isOpen() && !link.isEnding() && !link.isLagging();
    });
    // Mirroring goes on while a command of a lagging observer needs the mirror.
    if (m_state == State::Watching && !isRead && m_searches.empty())
        endWatching();
}

void MonitorServer::beginWatching()
{
    m_state = State::Beginning;
    m_storeStatus.reset();
    askStore();
    m_collector.begin();
}

void MonitorServer::endWatching()
{
    m_state = State::Idle;
    m_tick.stop();
    m_sampleTimer.stop();
    m_waiting.clear();
    m_searches.clear();
    m_sampleDue = false;
    m_lanesDue = false;
    m_mirror.clear();
    m_sampler.reset();
    m_collector.end();
}

void MonitorServer::schedule()
{
    if (m_state != State::Watching || m_collector.isCollecting() || m_tick.isActive())
        return;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(m_lastTick + kTickInterval - Clock::now());
    m_tick.start(std::clamp(wait, std::chrono::milliseconds(0), kTickInterval));
}

void MonitorServer::sampleDue()
{
    for (const auto &[number, link] : m_links) {
        link->closeIfEnding();
        link->checkProgress();
    }
    m_sampleDue = true;
    askStore();
    stopIfAllLag();
    schedule();
}

void MonitorServer::tick()
{
    m_lastTick = Clock::now();
    const bool sampled = std::exchange(m_sampleDue, false);
    const bool lanes = std::exchange(m_lanesDue, false) || sampled;
    std::set<int> shards = std::exchange(m_waiting, {});
    if (lanes || !m_searches.empty()) {
        for (int shard = 0; shard < m_shards.threads(); ++shard)
            shards.insert(shard);
    }
    m_collector.collect(shards, lanes ? MonitorFeed::Scope::JobsAndLanes : MonitorFeed::Scope::Jobs, sampled);
}

void MonitorServer::collected(FeedCollector::Collection &&collection)
{
    const bool sampled = collection.status != nullptr;
    if (sampled)
        takeSample(*collection.status);
    FeedBatch all;
    for (auto &[shard, batch] : collection.batches) {
        m_mirror.apply(shard, batch);
        if (m_state == State::Watching)
            all.append(std::move(batch));
    }
    if (m_state == State::Beginning) {
        m_state = State::Watching;
        m_mirror.sortPast();
        m_sampleTimer.start();
        for (const auto &[number, link] : m_links) {
            link->begin();
            link->resume();
        }
    } else {
        broadcast(std::move(all), sampled, false);
        search();
    }
    if (!m_waiting.empty() || m_sampleDue || m_lanesDue || !m_searches.empty())
        schedule();
    stopIfAllLag();
    if (m_sent)
        sendLast();
}

/// Requests the status of the store. The answer comes later, and the next sample uses it.
void MonitorServer::askStore()
{
    m_store.askStatus(
        [self = QPointer<MonitorServer>(this), epoch = m_collector.epoch()](const StoreStatus &status) {
            if (self && self->m_collector.epoch() == epoch)
                self->m_storeStatus = status;
        });
}

void MonitorServer::takeSample(const ShardStatus &sum)
{
    m_sample =
        m_sampler.sample(sum, m_storeStatus, ProcessUsage::now(), observers(), Clock::now(), wallNow());
}

void MonitorServer::broadcast(FeedBatch &&batch, bool sampled, bool facts)
{
    const bool wanted = std::any_of(m_links.begin(), m_links.end(),
                                    [](const auto &entry) { return entry.second->takesDeltas(); });
    if (!wanted)
        return;
    Update first;
    if (sampled)
        first.sample = m_sample;
    if (facts)
        first.service = m_facts;
    std::vector<QByteArray> frames;
    for (Update &update : split(std::move(batch), std::move(first))) {
        update.at = wallNow();
        frames.push_back(encodeUnnumbered(update));
    }
    for (const auto &[number, link] : m_links)
        link->deliver(frames);
}

void MonitorServer::commanded(MonitorLink &link, const Command &command)
{
    const LinkNumber number = numberOf(link);
    const auto answer = [this, number, id = command.id](bool ok, const QString &text) {
        reply(number, {id, ok, text});
    };
    const QPointer<MonitorServer> self(this);
    const auto question = [self, number](const Reply &result) {
        if (self)
            self->reply(number, result);
    };
    const auto laneAnswer = [this, answer](bool ok, const QString &text) {
        m_lanesDue = true;
        schedule();
        answer(ok, text);
    };
    switch (command.verb) {
        case Command::Verb::Snapshot:
            answer(true, u"a snapshot follows"_s);
            link.sendSnapshot(SnapshotReason::Asked);
            break;
        case Command::Verb::Cancel:
            if (const auto place = m_mirror.find(command.target)) {
                m_commands.cancel(command.target, *place, answer);
            } else {
                m_searches.push_back({command.target, answer});
                if (m_state == State::Idle)
                    beginWatching();
                else
                    schedule();
            }
            break;
        case Command::Verb::PauseLane:
            m_commands.pauseLane(command.target, laneAnswer);
            break;
        case Command::Verb::ResumeLane:
            m_commands.resumeLane(command.target, laneAnswer);
            break;
        case Command::Verb::Result:
            m_queries.result(command, question);
            break;
        case Command::Verb::Journal:
            MonitorQueries::journal(command, m_shards.directory(), question);
            break;
        case Command::Verb::DeadLetters:
            m_queries.deadLetters(command, question);
            break;
        case Command::Verb::DeadLetter:
            m_queries.deadLetter(command, question);
            break;
        case Command::Verb::Redrive:
            m_queries.redrive(command, question);
            break;
        case Command::Verb::Discard:
            m_queries.discard(command, question);
            break;
        case Command::Verb::Drain:
            qCInfo(lcService) << "a monitor requested a drain";
            Q_EMIT drainAsked();
            answer(true, m_state == State::Watching
                             ? u"draining, %1 requests are held"_s.arg(m_mirror.liveJobs())
                             : u"draining"_s);
            break;
    }
}

void MonitorServer::search()
{
    for (const Search &search : std::exchange(m_searches, {})) {
        if (const auto place = m_mirror.find(search.job))
            m_commands.cancel(search.job, *place, search.answer);
        else
            search.answer(false, u"no such job is held"_s);
    }
}

void MonitorServer::reply(LinkNumber link, const Reply &reply)
{
    if (const auto found = m_links.find(link); found != m_links.end())
        found->second->answer(reply);
}

MonitorServer::LinkNumber MonitorServer::numberOf(const MonitorLink &link) const
{
    const auto found = std::find_if(m_links.begin(), m_links.end(),
                                    [&link](const auto &entry) { return entry.second.get() == &link; });
    return found == m_links.end() ? 0 : found->first;
}

}  // namespace holdline::monitor

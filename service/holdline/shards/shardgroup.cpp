// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/shardgroup.h"

#include "core/base/machinememory.h"
#include "core/eventloop/descriptorlimit.h"
#include "service/holdline/store/store.h"
#include "service/http/reservedaddress.h"

#include <algorithm>

namespace holdline {

namespace {

/// Replaces `limits.memory = 0` by a quarter of the machine's memory.
Config withMemory(Config config)
{
    if (config.limits.memory == 0)
        config.limits.memory = machineMemory() / 4;
    return config;
}

}  // namespace

ShardGroup::ShardGroup(const Config &config, int threads, Store &store, LogSink &sink, QObject *parent)
    : QObject(parent),
      m_config(withMemory(config)),
      m_budget(shareDescriptors(config, raiseDescriptorLimit(), threads)),
      m_store(store),
      m_sink(sink),
      m_accountShards(AccountShards::seeded(threads))
{
    for (int i = 0; i < threads; ++i)
        m_boxes.push_back(std::make_unique<ShardBox>());
}

ShardGroup::~ShardGroup()
{
    m_reports.close();
    for (const auto &thread : m_others)
        thread->requestEnd();
    m_others.clear();
    if (m_first)
        m_first->close();
}

bool ShardGroup::start(http::ReservedAddresses &addresses)
{
    const bool hasBoxes = m_reports.isValid() && std::all_of(m_boxes.begin(), m_boxes.end(),
                                                             [](const auto &box) { return box->isValid(); });
    if (!m_budget.suffices || !hasBoxes) {
        m_error = QStringLiteral("too few open files are allowed for %1 threads").arg(threads());
        return false;
    }
    std::vector<std::vector<JobRecord>> recovered = takeRecovered();
    ShardContext context{0, m_accountShards, {}, &m_recovered, std::make_shared<SharedCallbacks>()};
    for (const auto &box : m_boxes)
        context.boxes.push_back(box.get());
    const ShardPlan plan = shareOf(m_config, m_budget, threads());
    m_first = std::make_unique<Shard>(plan, context, m_store, std::move(recovered.front()), m_sink);
    connect(m_first.get(), &Shard::drained, this, [this] { ended(m_drained, 0, &ShardGroup::drained); });
    connect(m_first.get(), &Shard::feedWaiting, this, [this] { Q_EMIT feedWaiting(0); });
    connect(m_first.get(), &Shard::left, this, [this] { ended(m_left, 0, &ShardGroup::left); });
    const auto shared = [&]() -> std::optional<std::vector<qintptr>> {
        if (!m_first->listenOn(addresses.take()))
            return std::nullopt;
        return threads() == 1 ? std::vector<qintptr>() : m_first->shareAddresses();
    }();
    if (!shared) {
        m_error = m_first->errorString();
        return false;
    }
    for (context.index = 1; context.index < threads(); ++context.index) {
        auto &jobs = recovered[static_cast<std::size_t>(context.index)];
        m_others.push_back(std::make_unique<ShardThread>(plan, context, m_store, std::move(jobs), m_sink,
                                                         *shared, m_reports));
        m_others.back()->begin();
    }
    for (const auto &thread : m_others) {
        if (!thread->isListening())
            m_error = thread->errorString();
    }
    if (!m_error.isEmpty())
        return false;
    m_reports.open([this](ShardReport &&report) { receive(report); });
    m_first->open();
    return true;
}

/// Takes the recovered jobs from the store. Returns them by the shard of their account.
std::vector<std::vector<JobRecord>> ShardGroup::takeRecovered()
{
    std::vector<JobRecord> all = m_store.takeRecovered();
    m_recovered.add(all, m_accountShards);
    m_recoveredCount = static_cast<int>(all.size());
    std::vector<std::vector<JobRecord>> shared(static_cast<std::size_t>(threads()));
    for (JobRecord &record : all)
        shared[static_cast<std::size_t>(m_accountShards.of(record.account))].push_back(std::move(record));
    return shared;
}

void ShardGroup::forEach(const std::function<void(Shard &)> &task, Answer answer)
{
    const std::uint64_t call = ++m_lastCall;
    m_calls.emplace(call, GroupCall{threads(), {}, std::move(answer)});
    // The task must not hold data of the main thread, because it is destroyed in another thread. The task
    // holds only the number of the call.
    for (std::size_t i = 1; i < m_boxes.size(); ++i)
        m_boxes[i]->post(ShardTask{[task, call, reports = &m_reports](Shard &shard) {
            task(shard);
            reports->post(StatusReport{call, shard.status()});
        }});
    task(*m_first);
    answered(call, m_first->status());
}

void ShardGroup::receive(const ShardReport &report)
{
    if (const auto *status = std::get_if<StatusReport>(&report))
        answered(status->call, status->status);
    else if (const auto *drain = std::get_if<DrainedReport>(&report))
        ended(m_drained, drain->shard, &ShardGroup::drained);
    else if (const auto *leave = std::get_if<LeftReport>(&report))
        ended(m_left, leave->shard, &ShardGroup::left);
    else if (const auto *feed = std::get_if<FeedWaitingReport>(&report))
        Q_EMIT feedWaiting(feed->shard);
    else if (const auto *reply = std::get_if<ReplyReport>(&report))
        m_answers.extract(reply->question).mapped()(reply->reply.get());
}

void ShardGroup::answered(std::uint64_t call, const ShardStatus &status)
{
    const auto found = m_calls.find(call);
    if (found->second.missing == threads())
        found->second.sum = status;
    else
        found->second.sum.add(status);
    if (--found->second.missing > 0)
        return;
    const GroupCall done = std::move(m_calls.extract(found).mapped());
    done.answer(done.sum);
}

void ShardGroup::ended(std::set<int> &done, int shard, void (ShardGroup::*all)())
{
    if (done.insert(shard).second && static_cast<int>(done.size()) == threads())
        Q_EMIT(this->*all)();
}

void ShardGroup::reload(const Config &config, Answer answer)
{
    m_config = withMemory(config);
    m_budget = shareDescriptors(config, raiseDescriptorLimit(), threads());
    forEach([plan = shareOf(m_config, m_budget, threads())](Shard &shard) { shard.reload(plan); },
            std::move(answer));
}

}  // namespace holdline

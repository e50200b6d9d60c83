// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/shardthread.h"

#include "core/eventloop/eventloop.h"

#include <QAbstractEventDispatcher>

namespace holdline {

ShardThread::ShardThread(ShardPlan plan, ShardContext context, Store &store, std::vector<JobRecord> recovered,
                         LogSink &sink, std::vector<qintptr> shared, ReportBox &reports)
    : m_plan(std::move(plan)),
      m_context(std::move(context)),
      m_store(store),
      m_recovered(std::move(recovered)),
      m_sink(sink),
      m_shared(std::move(shared)),
      m_reports(reports)
{
    setObjectName(QStringLiteral("shard-%1").arg(m_context.index));
}

ShardThread::~ShardThread()
{
    if (!isRunning() && !isFinished())
        return;
    requestEnd();
    m_over.acquire();
    wait();
}

void ShardThread::begin()
{
    if (auto loop = makeEventDispatcher(m_plan.config.server.eventLoop))
        setEventDispatcher(loop.release());
    start();
    if (!isRunning() && !isFinished())
        m_began.set_value(QStringLiteral("the system does not allow another thread"));
}

bool ShardThread::isListening()
{
    m_error = m_began.get_future().get();
    return m_error.isEmpty();
}

void ShardThread::requestEnd()
{
    if (std::exchange(m_endRequested, true))
        return;
    ShardBox *box = m_context.boxes[static_cast<std::size_t>(m_context.index)];
    box->post(ShardTask{[](Shard &) { QThread::currentThread()->quit(); }});
}

void ShardThread::run()
{
    {
        Shard shard(m_plan, m_context, m_store, std::move(m_recovered), m_sink);
        const int index = m_context.index;
        ReportBox *reports = &m_reports;
        connect(&shard, &Shard::drained, &shard, [=] { reports->post(DrainedReport{index}); });
        connect(&shard, &Shard::left, &shard, [=] { reports->post(LeftReport{index}); });
        connect(&shard, &Shard::feedWaiting, &shard, [=] { reports->post(FeedWaitingReport{index}); });
        const bool listens = shard.listenBeside(m_shared);
        m_began.set_value(shard.errorString());
        if (listens) {
            shard.open();
            exec();
        }
        shard.close();
    }
    m_over.release();
}

}  // namespace holdline

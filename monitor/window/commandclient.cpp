// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/commandclient.h"

#include <utility>

namespace holdline::monitor {

void CommandClient::setSource(UpdateSource *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    const QString error = tr("Another source was opened before the answer arrived.");
    const auto pending = std::exchange(m_pending, {});
    for (const BatchPtr &batch : pending)
        answer(batch, false, error);
    const auto queries = std::exchange(m_queries, {});
    for (const Query &query : queries) {
        if (query.context)
            query.handler({{}, false, error});
    }
    if (source)
        connect(source, &UpdateSource::replied, this, &CommandClient::take);
}

void CommandClient::cancel(const QList<QByteArray> &jobs)
{
    const QString failure =
        jobs.size() == 1 ? tr("The job was not cancelled: %1") : tr("%1 of %2 jobs were not cancelled: %3");
    send({.failure = failure, .success = tr("%1 jobs cancelled")}, Command::Verb::Cancel, jobs);
}

void CommandClient::pauseLane(const QByteArray &account)
{
    send({.failure = tr("The lane was not paused: %1")}, Command::Verb::PauseLane, {account});
}

void CommandClient::resumeLane(const QByteArray &account)
{
    send({.failure = tr("The lane was not resumed: %1")}, Command::Verb::ResumeLane, {account});
}

void CommandClient::drain()
{
    send({.failure = tr("The service does not drain: %1")}, Command::Verb::Drain, {QByteArray()});
}

void CommandClient::redrive(const QList<QByteArray> &deadLetters)
{
    const QString failure = deadLetters.size() == 1 ? tr("The dead letter was not re-driven: %1")
                                                    : tr("%1 of %2 dead letters were not re-driven: %3");
    send({.failure = failure, .success = tr("%1 dead letters re-driven"), .isOfDeadLetters = true},
         Command::Verb::Redrive, deadLetters);
}

void CommandClient::discard(const QList<QByteArray> &deadLetters)
{
    const QString failure = deadLetters.size() == 1 ? tr("The dead letter was not discarded: %1")
                                                    : tr("%1 of %2 dead letters were not discarded: %3");
    send({.failure = failure, .success = tr("%1 dead letters discarded"), .isOfDeadLetters = true},
         Command::Verb::Discard, deadLetters);
}

void CommandClient::query(Command::Verb verb, const QByteArray &target, QObject *context,
                          ReplyHandler handler)
{
    const QByteArray id = m_source ? m_source->send(verb, target) : QByteArray();
    if (id.isEmpty())
        handler({{}, false, tr("There is no connection to the service.")});
    else
        m_queries.insert(id, {context, std::move(handler)});
}

void CommandClient::send(Batch batch, Command::Verb verb, const QList<QByteArray> &targets)
{
    batch.sent = static_cast<int>(targets.size());
    const auto shared = std::make_shared<Batch>(std::move(batch));
    for (const QByteArray &target : targets) {
        const QByteArray id = m_source ? m_source->send(verb, target) : QByteArray();
        if (id.isEmpty())
            answer(shared, false, tr("There is no connection to the service."));
        else
            m_pending.insert(id, shared);
    }
}

void CommandClient::take(const Reply &reply)
{
    if (const auto found = m_queries.constFind(reply.id); found != m_queries.cend()) {
        const Query query = *found;
        m_queries.erase(found);
        if (query.context)
            query.handler(reply);
        return;
    }
    if (const BatchPtr batch = m_pending.take(reply.id))
        answer(batch, reply.ok, reply.text);
}

void CommandClient::answer(const BatchPtr &batch, bool ok, const QString &text)
{
    ++batch->answered;
    if (ok) {
        ++batch->succeeded;
        batch->lastText = text;
    } else {
        batch->lastError = text;
    }
    if (batch->answered < batch->sent)
        return;
    if (batch->isOfDeadLetters)
        Q_EMIT deadLetterCommandsAnswered();
    if (const int failures = batch->sent - batch->succeeded; failures > 0) {
        Q_EMIT failed(batch->sent == 1 ? batch->failure.arg(batch->lastError)
                                       : batch->failure.arg(QString::number(failures),
                                                            QString::number(batch->sent), batch->lastError));
    } else {
        Q_EMIT succeeded(batch->sent == 1 ? batch->lastText : batch->success.arg(batch->succeeded));
    }
}

}  // namespace holdline::monitor

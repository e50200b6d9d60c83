// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/commandclient.h"

#include <utility>

namespace holdline::monitor {

void CommandClient::setSource(UpdateSource *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    const QString why = tr("another source was opened before the answer");
    const auto pending = std::exchange(m_pending, {});
    for (const ErrandPtr &errand : pending)
        answer(errand, false, why);
    const auto questions = std::exchange(m_queries, {});
    for (const Query &question : questions) {
        if (question.context)
            question.answered({{}, false, why});
    }
    if (source)
        connect(source, &UpdateSource::replied, this, &CommandClient::take);
}

void CommandClient::cancel(const QList<QByteArray> &jobs)
{
    auto errand = std::make_shared<Errand>();
    errand->failure =
        jobs.size() == 1 ? tr("The job was not cancelled: %1") : tr("%1 of %2 jobs were not cancelled: %3");
    errand->success = tr("%1 jobs cancelled");
    errand->asked = static_cast<int>(jobs.size());
    for (const QByteArray &job : jobs)
        send(errand, Command::Verb::Cancel, job);
}

void CommandClient::pauseLane(const QByteArray &account)
{
    auto errand = std::make_shared<Errand>();
    errand->failure = tr("The lane was not paused: %1");
    errand->asked = 1;
    send(errand, Command::Verb::PauseLane, account);
}

void CommandClient::resumeLane(const QByteArray &account)
{
    auto errand = std::make_shared<Errand>();
    errand->failure = tr("The lane was not resumed: %1");
    errand->asked = 1;
    send(errand, Command::Verb::ResumeLane, account);
}

void CommandClient::drain()
{
    auto errand = std::make_shared<Errand>();
    errand->failure = tr("The service was not told to drain: %1");
    errand->asked = 1;
    send(errand, Command::Verb::Drain, {});
}

void CommandClient::redrive(const QList<QByteArray> &letters)
{
    auto errand = std::make_shared<Errand>();
    errand->failure = letters.size() == 1 ? tr("The letter was not driven again: %1")
                                          : tr("%1 of %2 letters were not driven again: %3");
    errand->success = tr("%1 letters driven again");
    errand->asked = static_cast<int>(letters.size());
    errand->aboutDeadLetters = true;
    for (const QByteArray &letter : letters)
        send(errand, Command::Verb::Redrive, letter);
}

void CommandClient::discard(const QList<QByteArray> &letters)
{
    auto errand = std::make_shared<Errand>();
    errand->failure = letters.size() == 1 ? tr("The letter was not discarded: %1")
                                          : tr("%1 of %2 letters were not discarded: %3");
    errand->success = tr("%1 letters discarded");
    errand->asked = static_cast<int>(letters.size());
    errand->aboutDeadLetters = true;
    for (const QByteArray &letter : letters)
        send(errand, Command::Verb::Discard, letter);
}

void CommandClient::ask(Command::Verb verb, const QByteArray &target, QObject *context, Answered answered)
{
    const QByteArray id = m_source ? m_source->send(verb, target) : QByteArray();
    if (id.isEmpty())
        answered({{}, false, tr("there is no connection to the service")});
    else
        m_queries.insert(id, {context, std::move(answered)});
}

void CommandClient::send(const ErrandPtr &errand, Command::Verb verb, const QByteArray &target)
{
    const QByteArray id = m_source ? m_source->send(verb, target) : QByteArray();
    if (id.isEmpty())
        answer(errand, false, tr("there is no connection to the service"));
    else
        m_pending.insert(id, errand);
}

void CommandClient::take(const Reply &reply)
{
    if (const auto question = m_queries.constFind(reply.id); question != m_queries.cend()) {
        const Query asked = *question;
        m_queries.erase(question);
        if (asked.context)
            asked.answered(reply);
        return;
    }
    if (const ErrandPtr errand = m_pending.take(reply.id))
        answer(errand, reply.ok, reply.text);
}

void CommandClient::answer(const ErrandPtr &errand, bool ok, const QString &text)
{
    ++errand->answered;
    if (ok) {
        ++errand->done;
        errand->lastText = text;
    } else {
        errand->why = text;
    }
    if (errand->answered < errand->asked)
        return;
    if (errand->aboutDeadLetters)
        Q_EMIT deadLettersTouched();
    if (const int undone = errand->asked - errand->done; undone > 0) {
        Q_EMIT failed(errand->asked == 1 ? errand->failure.arg(errand->why)
                                         : errand->failure.arg(QString::number(undone),
                                                               QString::number(errand->asked), errand->why));
    } else {
        Q_EMIT succeeded(errand->asked == 1 ? errand->lastText : errand->success.arg(errand->done));
    }
}

}  // namespace holdline::monitor

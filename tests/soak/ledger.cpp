// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/ledger.h"

#include "service/jobclient/jobreply.h"

namespace holdline::soak {

using namespace Qt::StringLiterals;
using Fate = Answer::Fate;

namespace {

QString shown(const Answer &answer)
{
    return u"%1 %2 %3"_s.arg(QString::number(answer.status), QString::fromUtf8(answer.code),
                             QString::fromUtf8(answer.body.left(300).trimmed()));
}

}  // namespace

void Ledger::violation(std::uint64_t &counter, const Order &order, const QString &text)
{
    ++counter;
    m_report(u"o%1 (%2, %3%4): %5"_s.arg(order.number)
                 .arg(QString::fromUtf8(name(order.kind)), QString::fromUtf8(order.account),
                      order.key.isEmpty() ? QString() : u", key "_s + QString::fromUtf8(order.key), text));
}

void Ledger::expect(const Order &order)
{
    const auto [it, isNew] = m_open.try_emplace(order.number);
    ++it->second.clients;
    if (!isNew)
        return;
    ++m_figures.orders.at(static_cast<std::size_t>(order.kind));
    if (m_runs.size() <= order.number)
        m_runs.resize(order.number + 1);
}

void Ledger::expectAgain(const Order &order, const Answer &first)
{
    Entry &entry = m_open[order.number];
    ++entry.clients;
    entry.hasAnswer = true;
    entry.meaning = meaningOf(order, first, entry);
    entry.status = first.status;
    entry.bodyHash = qHash(first.body);
}

void Ledger::started(std::uint32_t number, const QByteArray &jobId)
{
    if (number >= m_runs.size()) {
        ++m_figures.contradictory;
        m_report(u"a job ran for o%1, which nobody asked for"_s.arg(number));
        return;
    }
    const auto it = m_open.find(number);
    if (it != m_open.end())
        it->second.jobs.append(jobId);
    if (++m_runs[number] < 2)
        return;
    ++m_figures.twice;
    const QByteArray jobs = it == m_open.end() ? jobId : it->second.jobs.join(", ");
    m_report(u"o%1 ran %2 times: %3"_s.arg(number).arg(m_runs[number]).arg(QString::fromUtf8(jobs)));
}

void Ledger::silenced(std::uint32_t number)
{
    const auto it = m_open.find(number);
    if (it != m_open.end())
        it->second.silenced = true;
}

void Ledger::answered(const Order &order, Client::Role role, const Answer &answer)
{
    const auto it = m_open.find(order.number);
    judge(order, role, answer, it->second);
    if (--it->second.clients == 0)
        m_open.erase(it);
}

void Ledger::judge(const Order &order, Client::Role role, const Answer &answer, Entry &entry)
{
    switch (answer.fate) {
        case Fate::Silent:
            violation(m_figures.lost, order,
                      u"never answered (last: "_s + QString::fromUtf8(answer.last) + u')');
            return;
        case Fate::Left:
            ++m_figures.left;
            return;
        case Fate::Broken:
            // No violation: the connection broke before the service confirmed the job.
            ++m_figures.plainFailed;
            ++m_figures.failures["plain broken"];
            return;
        case Fate::Answered:
            break;
    }
    ++m_figures.answers;
    if (answer.replayed)
        ++m_figures.replayed;
    const Meaning meaning = meaningOf(order, answer, entry);
    judgeEnd(order, answer, entry, meaning);
    if (entry.hasAnswer)
        compare(order, role, answer, entry, meaning);
    entry.hasAnswer = true;
    entry.meaning = meaning;
    entry.status = answer.status;
    entry.bodyHash = qHash(answer.body);
}

Ledger::Meaning Ledger::meaningOf(const Order &order, const Answer &answer, const Entry &entry)
{
    if (answer.status == 200)
        return Meaning::Result;
    if (answer.code == "cancelled")
        return Meaning::Cancelled;
    if (answer.code == "interrupted" || answer.code == "start_unknown" || answer.code == "callback_timeout" ||
        answer.code == "drain_timeout")
        return Meaning::Doubt;
    Q_UNUSED(order);
    return entry.jobs.isEmpty() ? Meaning::NotStarted : Meaning::Failed;
}

/// Compares a response with what happened upstream.
void Ledger::judgeEnd(const Order &order, const Answer &answer, Entry &entry, Meaning meaning)
{
    const bool isFirst = !entry.hasAnswer;
    const auto failed = [&] {
        if (!isFirst)
            return;
        ++(order.isDurable() ? m_figures.durableFailed : m_figures.plainFailed);
        ++m_figures.failures[(order.isDurable() ? "durable " : "plain ") +
                             (answer.code.isEmpty() ? QByteArray::number(answer.status) : answer.code)];
    };
    switch (meaning) {
        case Meaning::Result: {
            const JobReply reply = judgeAnswer(answer.status, answer.body);
            const bool isFailure = reply.failure == Failure::NotCompleted;
            // Here an order whose details were dropped has no jobs. compare() checks whether its response is
            // the same.
            const bool isOwn =
                isFailure || (entry.jobs.isEmpty() && entry.hasAnswer) || entry.jobs.contains(reply.entry.id);
            if (!isFailure &&
                (reply.failure != Failure::None || !isOwn || !m_judge(order.account, reply.entry)))
                violation(m_figures.contradictory, order, u"not its own result: "_s + shown(answer));
            else if (isFailure)
                ++m_figures.failures["job_failed"];
            else if (isFirst)
                ++m_figures.completed;
            break;
        }
        case Meaning::Cancelled:
            if (order.kind != Kind::Cancels)
                violation(m_figures.contradictory, order, u"nobody cancelled it: "_s + shown(answer));
            else
                ++m_figures.cancelled;
            break;
        case Meaning::Doubt:
            if (!entry.jobs.isEmpty() && !entry.silenced && answer.code != "drain_timeout")
                violation(m_figures.lost, order, u"its job ran and sent its result, but "_s + shown(answer));
            else if (order.isDurable() && entry.jobs.isEmpty() && isFirst)
                ++m_figures.inDoubt;
            else
                failed();
            break;
        case Meaning::NotStarted:
            if (order.isDurable() && (answer.status == 404 || answer.status == 410 || answer.status == 422))
                violation(m_figures.lost, order, u"no longer known: "_s + shown(answer));
            else
                failed();
            break;
        case Meaning::Failed:
            if (order.isDurable())
                violation(m_figures.lost, order, u"its job ran, but "_s + shown(answer));
            else
                failed();
            break;
    }
    if (answer.wasCancelled && meaning == Meaning::Result)
        violation(m_figures.contradictory, order, u"DELETE was answered 200, but "_s + shown(answer));
    const bool saysCompleted = answer.lastState == "completed";
    if (saysCompleted && meaning != Meaning::Result)
        violation(m_figures.contradictory, order, u"its events say completed, but "_s + shown(answer));
}

/// Compares a response with an earlier response to the same order.
void Ledger::compare(const Order &order, Client::Role role, const Answer &answer, const Entry &entry,
                     Meaning meaning)
{
    // After Doubt a late result may come. After NotStarted the key is free, so the job may run.
    if (entry.meaning == Meaning::Doubt || entry.meaning == Meaning::NotStarted)
        return;
    if (answer.status != entry.status || qHash(answer.body) != entry.bodyHash)
        violation(m_figures.contradictory, order,
                  u"told differently than before (%1): %2"_s.arg(entry.status).arg(shown(answer)));
    else if (role == Client::Role::Repeats && !answer.replayed && meaning == Meaning::Result)
        violation(m_figures.contradictory, order, u"asked for again, but not replayed: "_s + shown(answer));
}

}  // namespace holdline::soak

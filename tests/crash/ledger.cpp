// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/ledger.h"

#include "service/jobclient/jobreply.h"

#include <algorithm>

namespace holdline::crash {

using namespace Qt::StringLiterals;

namespace {

QString shown(const FinalAnswer &answer)
{
    return u"%1 got %2 %3"_s.arg(QString::fromUtf8(answer.client), QString::number(answer.status),
                                 QString::fromUtf8(answer.body.left(400).trimmed()));
}

bool isUnknownFate(const FinalAnswer &answer)
{
    return answer.status == 504 && (answer.code == "interrupted" || answer.code == "start_unknown");
}

}  // namespace

Counts &Counts::operator+=(const Counts &other)
{
    orders += other.orders;
    completed += other.completed;
    interrupted += other.interrupted;
    answers += other.answers;
    replayed += other.replayed;
    lost += other.lost;
    runTwice += other.runTwice;
    wrong += other.wrong;
    return *this;
}

void Ledger::add(const QByteArray &order, const QByteArray &account)
{
    m_orders[order].account = account;
}

void Ledger::started(const QByteArray &order, const QByteArray &jobId)
{
    const auto it = m_orders.find(order);
    if (it == m_orders.end())
        m_strangers.push_back(order);
    else
        it->second.jobs.push_back(jobId);
}

void Ledger::answered(const QByteArray &order, const FinalAnswer &answer)
{
    m_orders.at(order).answers.push_back(answer);
}

void Ledger::unanswered(const QByteArray &order, const QByteArray &client)
{
    m_orders.at(order).unanswered.push_back(client);
}

Ledger::Verdict Ledger::judge(const ProofJudge &isValid, const Allowed &allowed) const
{
    Verdict verdict;
    Counts &counts = verdict.counts;
    for (const QByteArray &stranger : m_strangers) {
        ++counts.wrong;
        verdict.violations.append(
            u"a job ran for \"%1\", which nobody asked for"_s.arg(QString::fromUtf8(stranger)));
    }
    for (const auto &[name, order] : m_orders) {
        const auto violation = [&, prefix = QString::fromUtf8(name)](int &counter, const QString &text) {
            ++counter;
            verdict.violations.append(prefix + u": "_s + text);
        };
        ++counts.orders;
        counts.answers += static_cast<int>(order.answers.size());
        counts.replayed += static_cast<int>(std::count_if(order.answers.begin(), order.answers.end(),
                                                          [](const auto &a) { return a.replayed; }));
        if (order.jobs.size() > 1)
            violation(
                counts.runTwice,
                u"ran %1 times: %2"_s.arg(
                    QString::number(order.jobs.size()),
                    QString::fromUtf8(QByteArrayList(order.jobs.begin(), order.jobs.end()).join(", "))));
        for (const QByteArray &client : order.unanswered)
            violation(counts.lost, QString::fromUtf8(client) + u" was never answered"_s);
        if (order.answers.empty())
            continue;

        const FinalAnswer &first = order.answers.front();
        if (first.status == 200) {
            const JobReply reply = judgeAnswer(first.status, first.body);
            const bool own =
                std::find(order.jobs.begin(), order.jobs.end(), reply.entry.id) != order.jobs.end();
            if (reply.failure != Failure::None || !own || !isValid(order.account, reply.entry))
                violation(counts.wrong, u"not its own result: "_s + shown(first));
            else
                ++counts.completed;
        } else if (isUnknownFate(first) && allowed.unknownFate && order.jobs.empty()) {
            ++counts.interrupted;
        } else {
            violation(counts.lost, u"%1 job(s) ran, but "_s.arg(order.jobs.size()) + shown(first));
        }
        for (const FinalAnswer &other : order.answers) {
            if (other.status != first.status || other.body != first.body)
                violation(counts.wrong, u"told differently: "_s + shown(first) + u"; "_s + shown(other));
            else if (other.again && !other.replayed && !allowed.unstoredAnswers)
                violation(counts.wrong, u"asked for again, but not replayed: "_s + shown(other));
        }
    }
    return verdict;
}

}  // namespace holdline::crash

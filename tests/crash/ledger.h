// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>
#include <QStringList>

#include <functional>
#include <map>
#include <vector>

namespace holdline::crash {

/// The final answer of one client.
struct FinalAnswer
{
    QByteArray client;  ///< the client's name, for people
    int status = 0;
    QByteArray code;  ///< the code of a problem
    QByteArray body;
    bool replayed = false;
    bool again = false;  ///< the answer of a second request after another kill
};

/// The counts of a verdict.
struct Counts
{
    int orders = 0;
    int completed = 0;
    int interrupted = 0;  ///< orders that never ran and were answered "fate unknown"
    int answers = 0;
    int replayed = 0;
    int lost = 0;
    int runTwice = 0;
    int wrong = 0;  ///< answers that are not the order's own result, or that differ

    Counts &operator+=(const Counts &other);
    bool isClean() const { return lost == 0 && runTwice == 0 && wrong == 0; }
};

/// The history of each order: the jobs that ran for it upstream and the answers of its clients. Finds
/// violations. Pure.
class Ledger
{
public:
    /// True when the upstream gave this proof to this account.
    using ProofJudge = std::function<bool(const QByteArray &account, const ProofEntry &entry)>;

    void add(const QByteArray &order, const QByteArray &account);
    /// Records that a job with this id was started upstream.
    void started(const QByteArray &order, const QByteArray &jobId);
    void answered(const QByteArray &order, const FinalAnswer &answer);
    /// Records that a client has no answer.
    void unanswered(const QByteArray &order, const QByteArray &client);

    struct Verdict
    {
        Counts counts;
        QStringList violations;  ///< sentences
    };
    /// What may happen to an order without a violation.
    struct Allowed
    {
        bool unknownFate = false;  ///< an order that never ran is answered "fate unknown" (retry.ambiguous)
        /// A client has its answer before it is stored, because the disk fails. After a kill, the same answer
        /// comes by the callback again and not by a replay.
        bool unstoredAnswers = false;
    };
    Verdict judge(const ProofJudge &isValid, const Allowed &allowed) const;

private:
    struct Order
    {
        QByteArray account;
        std::vector<QByteArray> jobs;
        std::vector<FinalAnswer> answers;
        std::vector<QByteArray> unanswered;
    };

    std::map<QByteArray, Order> m_orders;
    std::vector<QByteArray> m_strangers;  ///< started orders that are not part of the plan
};

}  // namespace holdline::crash

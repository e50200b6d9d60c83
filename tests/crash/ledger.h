// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>
#include <QStringList>

#include <functional>
#include <map>
#include <vector>

namespace holdline::crash {

/// The final response to one client.
struct FinalAnswer
{
    QByteArray client;  ///< the client's name, as text for people
    int status = 0;
    QByteArray code;  ///< code of the problem; empty when the body is not a problem
    QByteArray body;
    bool replayed = false;
    bool again = false;  ///< the response to a second request after another kill
};

/// The counts of a verdict.
struct Counts
{
    int orders = 0;
    int completed = 0;
    int interrupted = 0;  ///< orders that never ran and got "fate unknown"
    int answers = 0;
    int replayed = 0;
    int lost = 0;
    int runTwice = 0;
    int wrong = 0;  ///< responses that are not the order's own result, or that differ

    Counts &operator+=(const Counts &other);
    bool isClean() const { return lost == 0 && runTwice == 0 && wrong == 0; }
};

/// Records the history of each order: the jobs that ran for it upstream, and the responses to its clients.
/// Finds violations. Uses no clock and no input or output.
class Ledger
{
public:
    /// Returns true when the upstream gave this proof to this account.
    using ProofJudge = std::function<bool(const QByteArray &account, const ProofEntry &entry)>;

    void add(const QByteArray &order, const QByteArray &account);
    /// Records that a job with this id was started upstream.
    void started(const QByteArray &order, const QByteArray &jobId);
    void answered(const QByteArray &order, const FinalAnswer &answer);
    /// Records that a client never got a response.
    void unanswered(const QByteArray &order, const QByteArray &client);

    struct Verdict
    {
        Counts counts;
        QStringList violations;  ///< texts for people
    };
    /// What may happen to an order without being a violation.
    struct Allowed
    {
        bool unknownFate = false;  ///< an order that never ran may get "fate unknown" (retry.ambiguous)
        /// A client may get its response before the response is stored, because the disk fails. After a kill
        /// the same response then comes from a repeated callback, not from a replay.
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
    std::vector<QByteArray> m_strangers;  ///< names of started orders that are not part of the plan
};

}  // namespace holdline::crash

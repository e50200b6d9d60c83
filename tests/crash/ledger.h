// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>
#include <QStringList>

#include <functional>
#include <map>
#include <vector>

namespace holdline::crash {

/// The answer a client was content with.
struct FinalAnswer
{
    QByteArray client;  ///< who, for people
    int status = 0;
    QByteArray code;  ///< of a problem
    QByteArray body;
    bool replayed = false;
    bool again = false;  ///< asked for once more, after another kill
};

/// What the judgement counts.
struct Counts
{
    int orders = 0;
    int completed = 0;
    int interrupted = 0;  ///< told that its start's fate is unknown; never ran
    int answers = 0;
    int replayed = 0;
    int lost = 0;
    int runTwice = 0;
    int wrong = 0;  ///< answered with what is not its own result, or differently

    Counts &operator+=(const Counts &other);
    bool isClean() const { return lost == 0 && runTwice == 0 && wrong == 0; }
};

/// What happened to each order: which jobs ran for it upstream, and what its clients were told. Judges it.
/// Pure.
class Ledger
{
public:
    /// Whether the entry is a proof that the upstream gave this account.
    using ProofJudge = std::function<bool(const QByteArray &account, const ProofEntry &entry)>;

    void add(const QByteArray &order, const QByteArray &account);
    /// A job of that id was started upstream.
    void started(const QByteArray &order, const QByteArray &jobId);
    void answered(const QByteArray &order, const FinalAnswer &answer);
    /// A client has not been answered.
    void unanswered(const QByteArray &order, const QByteArray &client);

    struct Verdict
    {
        Counts counts;
        QStringList violations;  ///< sentences
    };
    /// `mayBeUnknown`: an order that never ran may have been told so (see retry.ambiguous).
    Verdict judge(const ProofJudge &isValid, bool mayBeUnknown) const;

private:
    struct Order
    {
        QByteArray account;
        std::vector<QByteArray> jobs;
        std::vector<FinalAnswer> answers;
        std::vector<QByteArray> unanswered;
    };

    std::map<QByteArray, Order> m_orders;
    std::vector<QByteArray> m_strangers;  ///< orders nobody made that were started
};

}  // namespace holdline::crash

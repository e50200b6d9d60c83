// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"
#include "tests/soak/client.h"

#include <QHashFunctions>
#include <QString>

#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

namespace holdline::soak {

/// The counts of a run.
struct Figures
{
    std::array<std::uint64_t, kKinds> orders{};
    std::uint64_t answers = 0;
    std::uint64_t completed = 0;
    std::uint64_t replayed = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t inDoubt = 0;        ///< durable orders that never ran and got "fate unknown"
    std::uint64_t durableFailed = 0;  ///< durable orders that failed without a result; see failures
    std::uint64_t plainFailed = 0;    ///< plain orders that failed without a result
    std::uint64_t left = 0;           ///< clients that closed the connection as planned
    std::uint64_t lost = 0;
    std::uint64_t twice = 0;
    std::uint64_t contradictory = 0;
    /// Number of responses without a result, by durability and code: "plain callback_timeout".
    std::map<QByteArray, std::uint64_t> failures;

    bool isClean() const { return lost == 0 && twice == 0 && contradictory == 0; }
};

/// Records each order from its first request to its last response and reports violations. It drops the
/// details of an order when the order's last client has its response. A job that starts later is still
/// noticed. Uses no clock and no input or output.
class Ledger
{
public:
    /// Returns true when the upstream gave this proof to this account.
    using ProofJudge = std::function<bool(const QByteArray &account, const ProofEntry &entry)>;
    using Report = std::function<void(const QString &violation)>;

    Ledger(ProofJudge judge, Report report) : m_judge(std::move(judge)), m_report(std::move(report)) {}

    /// Announces a client of the order. The first client makes the order known.
    void expect(const Order &order);
    /// Makes an order known again whose details were dropped. `first` is the response that its client got.
    void expectAgain(const Order &order, const Answer &first);
    void started(std::uint32_t order, const QByteArray &jobId);
    /// Records that the upstream sends no callback for the job of this order.
    void silenced(std::uint32_t order);
    void answered(const Order &order, Client::Role role, const Answer &answer);

    const Figures &figures() const { return m_figures; }
    /// Returns the number of orders with clients that have no final response yet.
    std::size_t open() const { return m_open.size(); }

private:
    /// What a response means for its order.
    enum class Meaning {
        Result,      ///< the upstream's result
        Cancelled,   ///< a client cancelled the job
        Doubt,       ///< the service does not know whether the job ran, or its result did not come in time
        NotStarted,  ///< the job certainly did not run
        Failed,      ///< the job failed for another reason
    };
    struct Entry
    {
        int clients = 0;
        bool silenced = false;  ///< the upstream sends no callback with the result
        bool hasAnswer = false;
        Meaning meaning{};
        int status = 0;
        size_t bodyHash = 0;
        QByteArrayList jobs;  ///< ids of the jobs that ran upstream
    };

    void judge(const Order &order, Client::Role role, const Answer &answer, Entry &entry);
    void judgeEnd(const Order &order, const Answer &answer, Entry &entry, Meaning meaning);
    void compare(const Order &order, Client::Role role, const Answer &answer, const Entry &entry,
                 Meaning meaning);
    Meaning meaningOf(const Order &order, const Answer &answer, const Entry &entry);
    void violation(std::uint64_t &counter, const Order &order, const QString &text);

    const ProofJudge m_judge;
    const Report m_report;
    Figures m_figures;
    std::unordered_map<std::uint32_t, Entry> m_open;
    std::vector<std::uint8_t> m_runs;  ///< number of jobs that ran for each order, by order number
};

}  // namespace holdline::soak

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"
#include "service/jobserver/recentmap.h"

#include <QByteArray>

#include <cstdint>
#include <random>
#include <variant>

namespace holdline {

/// The verdict of POST /validate on one entry of a proof block.
enum class ProofVerdict {
    Valid,     ///< this server started that job for that account at that time
    Forged,    ///< the proof does not belong to account, id and startedAt
    Repeated,  ///< the proof is right, but an earlier entry of the block has the same id
    Unknown,  ///< the proof is right, but this server does not know the job (started before this run, or long
              ///< ago)
};
QByteArray verdictName(ProofVerdict verdict);

/// Makes the ids and proofs of jobs, and recognises the proofs that it made.
///
/// A proof is the HMAC-SHA1 of `account|id|startedAt` with the secret, as 40 upper-case hex digits. Ids and
/// times contain no `|`, so the text is unambiguous.
class ProofMaker
{
public:
    ProofMaker(QByteArray secret, std::uint64_t seed);

    /// Returns a new, unique id: 13 to 16 lower-case hex digits without padding.
    QByteArray nextId();
    /// Returns an id like those of nextId() that no job has. judge() does not know this id.
    QByteArray strangeId();
    QByteArray proof(const QByteArray &account, const QByteArray &id, const QByteArray &startedAt) const;

    /// Returns one verdict per entry, in the order of the entries.
    std::vector<ProofVerdict> judge(const QByteArray &account, const ProofEntries &entries) const;

private:
    /// The number of ids remembered for judge().
    static constexpr std::size_t kRememberedIds = 1'000'000;

    QByteArray m_secret;
    std::mt19937_64 m_random;
    RecentMap<std::uint64_t, std::monostate> m_ids{kRememberedIds};
};

}  // namespace holdline

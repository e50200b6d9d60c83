// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"
#include "service/jobserver/recentmap.h"

#include <QByteArray>

#include <cstdint>
#include <random>
#include <variant>

namespace holdline {

/// What POST /validate says about one entry of a proof block.
enum class ProofVerdict {
    Valid,     ///< this server started that job for that account at that time
    Forged,    ///< the proof does not belong to account, id and startedAt
    Repeated,  ///< the proof is right, but its id already stands further up in the block
    Unknown,   ///< the proof is right, but this server knows no such job (started before it was, or long ago)
};
QByteArray verdictName(ProofVerdict verdict);

/// Makes the ids and proofs of jobs and recognises its own.
///
/// A proof is HMAC-SHA1 over `account|id|startedAt` under the secret, as 40 upper-case hex digits. Ids and
/// times hold no `|`, so no two triples share a text.
class ProofMaker
{
public:
    ProofMaker(QByteArray secret, std::uint64_t seed);

    /// A new id: 13 to 16 lower-case hex digits without padding, never given before.
    QByteArray nextId();
    QByteArray proof(const QByteArray &account, const QByteArray &id, const QByteArray &startedAt) const;

    /// One verdict per entry, in the order of the entries.
    std::vector<ProofVerdict> judge(const QByteArray &account, const ProofEntries &entries) const;

private:
    /// Ids that are remembered for judge().
    static constexpr std::size_t kRememberedIds = 1'000'000;

    QByteArray m_secret;
    std::mt19937_64 m_random;
    RecentMap<std::uint64_t, std::monostate> m_ids{kRememberedIds};
};

}  // namespace holdline

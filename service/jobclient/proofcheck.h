// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"
#include "core/proof/proofformat.h"

#include <QStringList>

#include <chrono>

namespace holdline {

/// What `jobclient verify` finds out about a proof block without knowing the secret.
struct ProofCheck
{
    std::size_t count = 0;
    std::size_t badEntries = 0;  ///< with an id, a time or a proof that does not look like one
    std::size_t repeated = 0;    ///< with an id that stands further up as well
    QByteArray first;            ///< the earliest startedAt; empty when there is none
    QByteArray last;
    std::chrono::milliseconds span{0};  ///< between the two
    std::size_t mostAtOnce = 0;         ///< started within half a second: jobs that ran at once
    QStringList problems;               ///< for people, the first ten

    bool ok() const { return problems.isEmpty(); }
    QByteArray toText() const;
    QByteArray toJson() const;
};

/// Checks ids, formats, repetitions, and that all jobs started within `limit`.
ProofCheck checkProofs(const ProofEntries &entries, std::chrono::milliseconds limit);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"
#include "core/proof/proofformat.h"

#include <QStringList>

#include <chrono>

namespace holdline {

/// The result of `jobclient verify`, which checks a proof block without the secret.
struct ProofCheck
{
    std::size_t count = 0;
    std::size_t badEntries = 0;  ///< with a malformed id, time or proof
    std::size_t repeated = 0;    ///< with the id of an earlier entry
    QByteArray first;            ///< the earliest startedAt, or empty
    QByteArray last;
    std::chrono::milliseconds span{0};  ///< between `first` and `last`
    std::size_t mostAtOnce = 0;         ///< the most jobs that started within half a second
    QStringList problems;               ///< texts for people about the first ten problems

    bool ok() const { return problems.isEmpty(); }
    QByteArray toText() const;
    QByteArray toJson() const;
};

/// Checks ids, formats and repetitions, and that all jobs started within `limit`.
ProofCheck checkProofs(const ProofEntries &entries, std::chrono::milliseconds limit);

}  // namespace holdline

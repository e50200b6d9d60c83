// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <variant>
#include <vector>

namespace holdline {

/// The proof of one completed job: `["f2ab274a795e6778", "2017-09-08T18:27:35.749Z", "B72FC9…"]`.
struct ProofEntry
{
    QByteArray id;
    QByteArray startedAt;
    QByteArray proof;

    friend bool operator==(const ProofEntry &, const ProofEntry &) = default;
};

using ProofEntries = std::vector<ProofEntry>;

/// Limits for a block from outside. Both bound the memory: unpacking stops at the limit, so a gzip bomb
/// does no harm.
struct ProofBlockLimits
{
    qsizetype maxJsonBytes = 16 * 1024 * 1024;  ///< after unpacking
    std::size_t maxEntries = 200'000;
};

/// Writes a proof block, base64(gzip(JSON array of [id, startedAt, proof])), as one line without a line
/// feed. Entries must be ASCII without quotes, backslashes and control characters. Parsed entries always
/// are.
QByteArray encodeProofBlock(const ProofEntries &entries);

/// Reads a block, on one line or wrapped. Returns an error text for an invalid block. It requires padded
/// base64, one gzip member with a right checksum and no bytes after it, and valid JSON of exactly that
/// shape. It does not check the formats of ids, times and proofs; see proofformat.h. Thread-safe.
std::variant<ProofEntries, QString> decodeProofBlock(const QByteArray &block,
                                                     const ProofBlockLimits &limits = {});

/// Finds the block in a saved text: a file with only the block, one with Markdown fences (```), or a
/// whole output of jobclient, where the block follows the line `Proof :`. Does not check the block.
QByteArray findProofBlock(const QByteArray &text);

}  // namespace holdline

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
    QByteArray id;         ///< see isJobIdText()
    QByteArray startedAt;  ///< see parseStartedAt()
    QByteArray proof;      ///< see isProofText()

    friend bool operator==(const ProofEntry &, const ProofEntry &) = default;
};

using ProofEntries = std::vector<ProofEntry>;

/// Limits for decoding a block from outside. Unpacking stops at the limits, so a gzip bomb cannot use up the
/// memory.
struct ProofBlockLimits
{
    qsizetype maxJsonBytes = 16 * 1024 * 1024;  ///< size of the JSON text after unpacking
    std::size_t maxEntries = 200'000;
};

/// Returns a proof block, base64(gzip(JSON array of [id, startedAt, proof])), as one line without a line
/// feed. Entries must be ASCII without quotes, backslashes and control characters, because they are not
/// escaped. Entries that satisfy proofformat.h need no escapes. Thread-safe.
QByteArray encodeProofBlock(const ProofEntries &entries);

/// Parses a proof block, on one line or wrapped. Returns its entries, or an error text for people. The block
/// must be padded base64 of one gzip member, with a right checksum and without bytes after it, that contains
/// a JSON array of arrays of three strings. The formats of ids, times and proofs are not checked; see
/// proofformat.h. Thread-safe.
std::variant<ProofEntries, QString> decodeProofBlock(const QByteArray &block,
                                                     const ProofBlockLimits &limits = {});

/// Returns the proof block in a text: a file with only the block, a block in Markdown fences (```), or the
/// whole output of jobclient, where the block follows the line `Proof :`. Does not check the block.
QByteArray findProofBlock(const QByteArray &text);

}  // namespace holdline

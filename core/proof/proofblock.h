// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <variant>
#include <vector>

namespace holdline {

/// What a completed job leaves behind: `["f2ab274a795e6778", "2017-09-08T18:27:35.749Z", "B72FC9…"]`.
struct ProofEntry
{
    QByteArray id;
    QByteArray startedAt;
    QByteArray proof;

    friend bool operator==(const ProofEntry &, const ProofEntry &) = default;
};

using ProofEntries = std::vector<ProofEntry>;

/// How much a block from outside may hold. Both bound memory: a gzip bomb is cut while it unpacks.
struct ProofBlockLimits
{
    qsizetype maxJsonBytes = 16 * 1024 * 1024;  ///< after unpacking
    std::size_t maxEntries = 200'000;
};

/// A proof block, base64(gzip(JSON array of [id, startedAt, proof])), as one line without a line feed.
/// Entries must be ASCII without quotes, backslashes and control characters, as parsed ones are made sure to
/// be.
QByteArray encodeProofBlock(const ProofEntries &entries);

/// Reads a block, wrapped into lines or not; the error text says what is wrong with it. Strict: base64 with
/// its padding, one gzip member with a right checksum and nothing behind it, valid JSON of exactly that
/// shape. What ids, times and proofs look like is not looked at: see proofformat.h. Thread-safe.
std::variant<ProofEntries, QString> decodeProofBlock(const QByteArray &block,
                                                     const ProofBlockLimits &limits = {});

/// The block in what people save: a file with nothing else, one with Markdown fences (```), or a whole output
/// of jobclient, where the block follows the line `Proof :`. Does not check what it returns.
QByteArray findProofBlock(const QByteArray &text);

}  // namespace holdline

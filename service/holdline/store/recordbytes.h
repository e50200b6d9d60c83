// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/job/jobrecord.h"

#include <optional>

namespace holdline {

// Encodes records for a database. Decoding gives the same record, and null stays different from empty.
// Damaged bytes, and bytes of a newer form (version of the encoding), decode to nothing. Reasons are stored
// by name, because their numbers change between versions. Pure.

/// Encodes and decodes a JobRecord (without its request and its answer, which are stored separately), a
/// RecordedRequest, a RecordedAnswer or a DeadLetter (without its body).
template <typename Record>
QByteArray toBytes(const Record &record);
template <typename Record>
std::optional<Record> fromBytes(const QByteArray &bytes);

/// Returns a checksum of an id and the bytes stored for it. Including the id detects bytes that were stored
/// under another id.
std::uint32_t checksum(const QByteArray &id, const QByteArray &bytes);

}  // namespace holdline

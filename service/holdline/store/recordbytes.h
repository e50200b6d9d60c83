// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/job/jobrecord.h"

#include <optional>

namespace holdline {

// Records as bytes in a database. What reads back is what was written, null and empty apart; bytes of a newer
// form than this program knows, or damaged ones that do not add up, read as nothing. Words, not numbers,
// stand for reasons, which come and go with versions. Pure.

/// All of the record but its request and its answer, which are kept by themselves.
QByteArray toBytes(const JobRecord &record);
std::optional<JobRecord> recordFromBytes(const QByteArray &bytes);

QByteArray toBytes(const RecordedRequest &request);
std::optional<RecordedRequest> requestFromBytes(const QByteArray &bytes);

QByteArray toBytes(const RecordedAnswer &answer);
std::optional<RecordedAnswer> answerFromBytes(const QByteArray &bytes);

/// All of the letter but its body.
QByteArray toBytes(const DeadLetter &letter);
std::optional<DeadLetter> deadLetterFromBytes(const QByteArray &bytes);

/// A checksum of what belongs together: of bytes, and of the id they belong to, so that bytes that turn up at
/// another one are found out.
std::uint32_t checksum(const QByteArray &id, const QByteArray &bytes);

}  // namespace holdline

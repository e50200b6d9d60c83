// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/job/jobrecord.h"

#include <variant>

namespace holdline {

/// Stores a record, and replaces the record with the same id. Refused when its key belongs to another record
/// of the account. Without a request, the stored request stays as long as keepsRequest() is true.
struct PutJob
{
    JobRecord record;
};
/// Deletes a record as if the job never existed. Does nothing without such a record.
struct RemoveJob
{
    QByteArray id;
};
/// Frees the key of a job when mayFreeKey() is true for its record. Otherwise does nothing.
struct FreeKey
{
    QByteArray id;
};
/// Stores a dead letter. A dead letter with the same id is replaced and keeps its age.
struct PutDeadLetter
{
    DeadLetter letter;
};
struct RemoveDeadLetter
{
    QByteArray id;
};

using StoreWrite = std::variant<PutJob, RemoveJob, FreeKey, PutDeadLetter, RemoveDeadLetter>;

}  // namespace holdline

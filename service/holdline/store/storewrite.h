// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/job/jobrecord.h"

#include <variant>

namespace holdline {

/// Stores a record in place of the one with its id. Refused where its key belongs to another record of its
/// account. Without a request the stored one stays as long as keepsRequest() says so.
struct PutJob
{
    JobRecord record;
};
/// There never was such a job; nothing where there is none.
struct RemoveJob
{
    QByteArray id;
};
/// In place of the one with its id, which keeps its age.
struct PutDeadLetter
{
    DeadLetter letter;
};
struct RemoveDeadLetter
{
    QByteArray id;
};

using StoreWrite = std::variant<PutJob, RemoveJob, PutDeadLetter, RemoveDeadLetter>;

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/wire/monitormessages.h"

namespace holdline::monitor {

using namespace Qt::StringLiterals;

QLatin1StringView word(RowState state)
{
    switch (state) {
        case RowState::Queued:
            return "queued"_L1;
        case RowState::Retrying:
            return "retrying"_L1;
        case RowState::Starting:
            return "starting"_L1;
        case RowState::Running:
            return "running"_L1;
        case RowState::Unconfirmed:
            return "unconfirmed"_L1;
        case RowState::Ended:
            break;
    }
    return "ended"_L1;
}

QLatin1StringView word(CircuitState state)
{
    switch (state) {
        case CircuitState::Closed:
            return "closed"_L1;
        case CircuitState::Open:
            return "open"_L1;
        case CircuitState::HalfOpen:
            break;
    }
    return "half_open"_L1;
}

QLatin1StringView word(Phase phase)
{
    switch (phase) {
        case Phase::Queue:
            return "queue"_L1;
        case Phase::Start:
            return "start"_L1;
        case Phase::Job:
            return "job"_L1;
        case Phase::Total:
            break;
    }
    return "total"_L1;
}

QLatin1StringView word(SnapshotReason reason)
{
    switch (reason) {
        case SnapshotReason::Attached:
            return "attached"_L1;
        case SnapshotReason::Lagged:
            return "lagged"_L1;
        case SnapshotReason::Asked:
            break;
    }
    return "asked"_L1;
}

QLatin1StringView word(Command::Verb verb)
{
    switch (verb) {
        case Command::Verb::Snapshot:
            return "snapshot"_L1;
        case Command::Verb::Cancel:
            return "cancel"_L1;
        case Command::Verb::PauseLane:
            return "pause_lane"_L1;
        case Command::Verb::ResumeLane:
            return "resume_lane"_L1;
        case Command::Verb::Drain:
            break;
    }
    return "drain"_L1;
}

}  // namespace holdline::monitor

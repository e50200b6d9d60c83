// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitormessages.h"

#include "core/json/bodytext.h"

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

QLatin1StringView name(RowState state)
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

QLatin1StringView name(CircuitState state)
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

QLatin1StringView name(Phase phase)
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

QLatin1StringView name(SnapshotReason reason)
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

QLatin1StringView name(Command::Verb verb)
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
            return "drain"_L1;
        case Command::Verb::Result:
            return "result"_L1;
        case Command::Verb::DeadLetters:
            return "dead_letters"_L1;
        case Command::Verb::DeadLetter:
            return "dead_letter"_L1;
        case Command::Verb::Redrive:
            return "redrive"_L1;
        case Command::Verb::Discard:
            break;
    }
    return "discard"_L1;
}

QLatin1StringView targetName(Command::Verb verb)
{
    switch (verb) {
        case Command::Verb::Cancel:
        case Command::Verb::Result:
            return "job"_L1;
        case Command::Verb::PauseLane:
        case Command::Verb::ResumeLane:
            return "account"_L1;
        case Command::Verb::DeadLetter:
        case Command::Verb::Redrive:
        case Command::Verb::Discard:
            return "letter"_L1;
        case Command::Verb::Snapshot:
        case Command::Verb::Drain:
        case Command::Verb::DeadLetters:
            break;
    }
    return {};
}

bool hasLargeAnswer(Command::Verb verb)
{
    return verb == Command::Verb::Result || verb == Command::Verb::DeadLetters ||
           verb == Command::Verb::DeadLetter;
}

BodyPart BodyPart::of(const QByteArray &contentType, const QByteArray &body)
{
    const QByteArrayView start = isShowable(body)
                                     ? wholeCharacters(body, kMaxBytes)
                                     : QByteArrayView(body).first(std::min(body.size(), kMaxBytes));
    return {contentType, start.size() == body.size() ? body : start.toByteArray(), body.size()};
}

}  // namespace holdline::monitor

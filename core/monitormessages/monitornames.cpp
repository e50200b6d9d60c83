// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitormessages.h"

#include "core/base/enumtable.h"
#include "core/json/bodytext.h"

#include <algorithm>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using Verb = Command::Verb;

namespace {

struct VerbInfo
{
    QLatin1StringView name;
    QLatin1StringView target{};
    bool hasLargeAnswer = false;
};
constexpr EnumTable<Verb, VerbInfo, Command::kVerbs> kVerbs({
    {Verb::Snapshot, {"snapshot"_L1}},
    {Verb::Cancel, {"cancel"_L1, "job"_L1}},
    {Verb::PauseLane, {"pause_lane"_L1, "account"_L1}},
    {Verb::ResumeLane, {"resume_lane"_L1, "account"_L1}},
    {Verb::Drain, {"drain"_L1}},
    {Verb::Result, {"result"_L1, "job"_L1, true}},
    {Verb::Journal, {"journal"_L1, "job"_L1}},
    {Verb::DeadLetters, {"dead_letters"_L1, {}, true}},
    {Verb::DeadLetter, {"dead_letter"_L1, "letter"_L1, true}},
    {Verb::Redrive, {"redrive"_L1, "letter"_L1}},
    {Verb::Discard, {"discard"_L1, "letter"_L1}},
});

}  // namespace

QLatin1StringView name(RowState state)
{
    static constexpr EnumTexts<RowState, kRowStateCount> kTexts({
        {RowState::Queued, "queued"_L1},
        {RowState::Retrying, "retrying"_L1},
        {RowState::Starting, "starting"_L1},
        {RowState::Running, "running"_L1},
        {RowState::Unconfirmed, "unconfirmed"_L1},
        {RowState::Ended, "ended"_L1},
    });
    return kTexts[state];
}

QLatin1StringView name(Phase phase)
{
    static constexpr EnumTexts<Phase, kPhaseCount> kTexts({
        {Phase::Queue, "queue"_L1},
        {Phase::Start, "start"_L1},
        {Phase::Job, "job"_L1},
        {Phase::Total, "total"_L1},
    });
    return kTexts[phase];
}

QLatin1StringView name(SnapshotReason reason)
{
    static constexpr EnumTexts<SnapshotReason, kSnapshotReasonCount> kTexts({
        {SnapshotReason::Attached, "attached"_L1},
        {SnapshotReason::Lagged, "lagged"_L1},
        {SnapshotReason::Asked, "asked"_L1},
    });
    return kTexts[reason];
}

QLatin1StringView name(Verb verb)
{
    return kVerbs[verb].name;
}

QLatin1StringView targetName(Verb verb)
{
    return kVerbs[verb].target;
}

bool hasLargeAnswer(Verb verb)
{
    return kVerbs[verb].hasLargeAnswer;
}

BodyPart BodyPart::of(const QByteArray &contentType, const QByteArray &body)
{
    const QByteArrayView start = isShowable(body)
                                     ? wholeCharacters(body, kMaxBytes)
                                     : QByteArrayView(body).first(std::min(body.size(), kMaxBytes));
    return {contentType, start.size() == body.size() ? body : start.toByteArray(), body.size()};
}

}  // namespace holdline::monitor

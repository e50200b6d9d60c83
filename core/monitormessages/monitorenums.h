// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

namespace holdline::monitor {

/// The number of enumerators of an enum. Their values are 0, 1, 2 and so on, and each has a name().
template <typename Enum>
inline constexpr int kCountOf = 0;
template <>
inline constexpr int kCountOf<RowState> = kRowStateCount;
template <>
inline constexpr int kCountOf<Reason> = kReasonCount;
template <>
inline constexpr int kCountOf<CallbackOutcome> = kCallbackOutcomeCount;
template <>
inline constexpr int kCountOf<DeadLetter::Kind> = kDeadLetterKinds;
template <>
inline constexpr int kCountOf<JournalEvent> = kJournalEventCount;
template <>
inline constexpr int kCountOf<CircuitState> = kCircuitStateCount;
template <>
inline constexpr int kCountOf<SnapshotReason> = kSnapshotReasonCount;
template <>
inline constexpr int kCountOf<Command::Verb> = Command::kVerbs;

}  // namespace holdline::monitor

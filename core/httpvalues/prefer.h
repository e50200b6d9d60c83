// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// The preferences of a `Prefer` field (RFC 7240) that Holdline understands. An invalid preference is
/// ignored, as RFC 7240 requires.
struct Preferences
{
    /// `wait=N` with N > 0 (section 4.3): how long the client will wait. The first `wait` counts.
    std::optional<std::chrono::seconds> wait;
    /// `respond-async` (section 4.1): the client prefers a 202 with the address of the job to a longer wait.
    /// `respond-async=value` is ignored. An empty value (`=""`) counts as no value.
    bool respondAsync = false;
    /// `repeatable`, a preference of Holdline: the client accepts that the job runs twice. So when it is
    /// unknown whether the job was started, the start request is sent again. `repeatable=value` is ignored.
    bool repeatable = false;
};

/// Parses a whole number of seconds from 1 to 999999999. Empty for any other text.
std::optional<std::chrono::seconds> parseWait(QByteArrayView value);

/// Parses the values of all `Prefer` fields, joined by commas. Pure.
Preferences parsePrefer(QByteArrayView value);

}  // namespace holdline

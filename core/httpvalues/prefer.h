// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// The preferences of a `Prefer` field (RFC 7240) that Holdline understands. An unreadable preference is
/// ignored, as the RFC requires.
struct Preferences
{
    /// `wait=N` with N > 0 (section 4.3): how long the client will wait. The first one counts.
    std::optional<std::chrono::seconds> wait;
    /// `respond-async` (section 4.1): the client prefers a 202 with the address of the job to a
    /// longer wait. With a value it is another preference and is ignored. (`=""` counts as no value.)
    bool respondAsync = false;
    /// `repeatable`, a preference of Holdline: a start of unknown fate may be sent again, because it does no
    /// harm when the job runs twice. With a value it is ignored, like respond-async.
    bool repeatable = false;
};

/// Parses a whole number of seconds from 1 to 999999999. Empty for any other text.
std::optional<std::chrono::seconds> parseWait(QByteArrayView value);

/// Parses all `Prefer` fields, joined by commas.
Preferences parsePrefer(QByteArrayView value);

}  // namespace holdline

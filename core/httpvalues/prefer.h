// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// What of a `Prefer` header (RFC 7240) Holdline understands. A preference that cannot be read is ignored, as
/// the RFC asks for.
struct Preferences
{
    /// `wait=N`, N > 0 (section 4.3): how long the client is ready to wait. The first one counts.
    std::optional<std::chrono::seconds> wait;
    /// `respond-async` (section 4.1): the client prefers a 202 with the job's address to waiting longer. It
    /// has no value; one that is given makes it another preference, which is ignored. (`=""` is no value.)
    bool respondAsync = false;
};

/// Parses the combined value of all `Prefer` fields.
Preferences parsePrefer(QByteArrayView value);

}  // namespace holdline

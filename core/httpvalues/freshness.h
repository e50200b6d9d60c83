// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// Returns how long a response may be reused without a new request (RFC 9111, 4.2.1 and 5.2.2): the max-age
/// of its Cache-Control minus its Age, both header field values. Zero for no-store, no-cache and an invalid
/// max-age. Empty when Cache-Control has none of these directives. Both texts may be empty. Pure.
std::optional<std::chrono::seconds> freshFor(QByteArrayView cacheControl, QByteArrayView age);

}  // namespace holdline

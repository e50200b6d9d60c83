// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace holdline {

/// How long an answer may be used without asking again (RFC 9111, 4.2.1 and 5.2.2): the max-age of its
/// Cache-Control less its Age. Zero when it must not be used without asking (no-store, no-cache). Empty when
/// the answer says nothing about it. Both texts may be empty. Pure.
std::optional<std::chrono::seconds> freshFor(QByteArrayView cacheControl, QByteArrayView age);

}  // namespace holdline

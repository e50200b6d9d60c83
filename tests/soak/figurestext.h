// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/soak/ledger.h"

namespace holdline::soak {

/// The names and values of what a load came to, on one line without a line feed.
QByteArray figuresText(const Figures &figures);

}  // namespace holdline::soak

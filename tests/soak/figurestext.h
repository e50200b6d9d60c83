// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/soak/ledger.h"

namespace holdline::soak {

/// Returns the names and values of a load's figures, on one line without a line feed.
QByteArray figuresText(const Figures &figures);

}  // namespace holdline::soak

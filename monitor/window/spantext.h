// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

namespace holdline::monitor {

/// A duration for waits, ages and limits, which need no milliseconds: "25 s", "8.1 s", "2 min 5 s".
QString spanText(Milliseconds span);

}  // namespace holdline::monitor

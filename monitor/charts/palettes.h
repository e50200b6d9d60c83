// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPalette>

/// The two palettes one can ask for where the desktop's is not wanted, or where it has none to offer.
namespace holdline::monitor {

QPalette lightPalette();
QPalette darkPalette();

}  // namespace holdline::monitor

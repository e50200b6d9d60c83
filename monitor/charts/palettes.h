// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPalette>

/// The palettes of --palette light and --palette dark, for users who do not want the desktop's palette.
namespace holdline::monitor {

QPalette lightPalette();
QPalette darkPalette();

}  // namespace holdline::monitor

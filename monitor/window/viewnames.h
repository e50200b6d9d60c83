// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <array>
#include <cstdint>
#include <optional>

namespace holdline::monitor {

/// The views of the window, in the order of the View menu.
enum class View : std::uint8_t { Overview, Jobs, Lanes, Latency, Callbacks, History, Letters, Detail };
inline constexpr int kViewCount = static_cast<int>(View::Detail) + 1;

/// One word that never changes and is never translated: of settings, of the command line.
QString name(View view);
QString title(View view);
QStringList viewNames();
std::optional<View> viewFor(const QString &word);

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <array>
#include <cstdint>
#include <optional>

namespace holdline::monitor {

/// The views of the window, in the order of the View menu.
enum class View : std::uint8_t { Overview, Jobs, Lanes, Latency, Callbacks, History, DeadLetters, Detail };
inline constexpr int kViewCount = static_cast<int>(View::Detail) + 1;

/// Returns a view's stable name for settings and the command line. Not translated.
QString name(View view);
/// Returns a view's translated title.
QString title(View view);
QStringList viewNames();
std::optional<View> viewNamed(const QString &name);

}  // namespace holdline::monitor

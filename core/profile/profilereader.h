// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <variant>

namespace holdline::profile {

/// The largest file of a profile in bytes.
inline constexpr qsizetype kMaxProfileBytes = 64 * 1024;

/// Returns whether a profile may have this name: 1 to 64 small ASCII letters, digits and hyphens, without a
/// hyphen at the beginning. Pure.
bool isProfileName(const QString &name);
/// Says for error messages which names isProfileName() accepts.
inline constexpr QLatin1StringView kProfileNameRule("1 to 64 small letters, digits and hyphens are wanted");

/// Reads a profile. On errors it returns all of them in the order of the lines, each a complete text for
/// people: file, line, key, what is wrong, and the nearest key for an unknown one. TOML that cannot be parsed
/// has one error. `file` is the file's name for messages. Thread-safe.
std::variant<Profile, QStringList> readProfile(const QByteArray &text, const QString &file);

/// Returns the Markdown tables of resources/docs/profiles.md: one for each table of a profile, with one row
/// per field.
QString profileFieldsMarkdown();

}  // namespace holdline::profile

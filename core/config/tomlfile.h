// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <QByteArray>

namespace holdline {

/// Parses a TOML text with one table per section and one value per option. Unknown sections, unknown keys and
/// wrong types are errors with their line. The tables of routes, profiles and secrets are skipped. Values are
/// not checked; Option::set() does that. `name` is the name of the file for messages. Pure.
Settings readToml(const QByteArray &text, const QString &name);

}  // namespace holdline

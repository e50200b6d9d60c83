// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <QByteArray>

namespace holdline {

/// Reads a TOML text with one table per section and one value per option. Unknown sections, unknown keys
/// and wrong types are errors with their line. `name` is the name of the file for messages. It does not
/// check ranges.
Settings readToml(const QByteArray &text, const QString &name);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/setting.h"

#include <QByteArray>

namespace holdline {

/// Reads a TOML text: one table per section, one value per option. Unknown sections and keys, and values of
/// the wrong type, are errors with their line; `name` is the file as the user named it. Ranges are not
/// checked here.
Settings readToml(const QByteArray &text, const QString &name);

}  // namespace holdline

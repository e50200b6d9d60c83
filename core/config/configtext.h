// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/loadconfig.h"

#include <QString>

namespace holdline {

/// Returns the text of holdline's `--help`: the flags in groups, with defaults.
QString helpText();
/// Returns the text of `--print-config`: TOML that is read as the same configuration. Each value has a
/// comment with its origin. Secrets are left out.
QString printConfig(const LoadedConfig &loaded);
/// Returns the tables of resources/docs/configuration.md: one per section, one row per option.
QString optionsMarkdown();
/// Returns the line of `--print-config` for one option. `origin` is where the value comes from, for people.
QString printOption(const Option &option, const Config &config, const QString &origin);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/loadconfig.h"

#include <QString>

namespace holdline {

/// The text of `--help`: the flags in groups, with defaults.
QString helpText();
/// The text of `--print-config`: TOML that reads back as this configuration. Each value has its origin as
/// a comment. Secrets are left out.
QString printConfig(const LoadedConfig &loaded);
/// The tables of resources/docs/configuration.md: one per section, one row per option.
QString optionsMarkdown();
/// The line of `--print-config` for one option.
QString printOption(const Option &option, const Config &config, const QString &origin);

}  // namespace holdline

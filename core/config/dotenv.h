// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/environment.h"

#include <QByteArray>
#include <QStringList>

#include <vector>

namespace holdline {

/// The parts of a `.env` file that concern this program.
struct DotEnv
{
    /// The variables of this program, and unknown variables with the prefix HOLDLINE_.
    std::vector<Variable> variables;
    std::vector<ConfigError> errors;
    QStringList warnings;
};

/// Parses the text of a `.env` file, which may also contain variables of other programs. Only lines that set
/// a variable of this program (isKnownVariable()) are checked. Such a line is `NAME=value`, with an optional
/// `export` before the name and an optional comment after `#`. The value is bare, in 'single quotes' (without
/// escapes) or in "double quotes" (with \n, \t, \", \\ and \$). Variables in values are not expanded. A line
/// that breaks these rules is an error with its line number.
///
/// All other lines are skipped without a check. A quoted value of another program may span several lines. A
/// variable of this program inside such a value causes a warning, because a quote may be missing before it.
///
/// `name` is the name of the file for messages. Pure.
DotEnv readDotEnv(const QByteArray &text, const QString &name);

}  // namespace holdline

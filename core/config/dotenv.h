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
    std::vector<Variable> variables;  ///< known ones, and unknown ones with our prefix
    std::vector<ConfigError> errors;
    QStringList warnings;
};

/// Reads the text of a `.env` file, which other programs may share. Only lines with a known variable are
/// judged: such a line is `NAME=value`, with an optional `export` before it and a comment after `#`. A value
/// is bare, in 'single quotes' (without escapes) or in "double quotes" (with \n, \t, \", \\ and \$). Nothing
/// is expanded. A line of ours that breaks these rules is an error with its number.
///
/// All other lines are skipped, whatever they hold. A value of theirs in quotes may span several lines. A
/// variable of ours inside such a value is a warning, because its author may have forgotten a quote.
///
/// `name` is the name of the file for messages. Pure.
DotEnv readDotEnv(const QByteArray &text, const QString &name);

}  // namespace holdline

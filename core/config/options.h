// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QLatin1StringView>
#include <QString>
#include <QStringView>

#include <functional>
#include <vector>

namespace holdline {

/// One option: the single place with its names, its range, its meaning and its member of Config. Files,
/// environment, flags, `--help`, `--print-config` and resources/docs/configuration.md use this table.
struct Option
{
    enum class Kind { Address, Network, Path, Url, Integer, Size, Duration, Choice };

    QLatin1StringView key;   ///< key in TOML: section.name
    QLatin1StringView flag;  ///< without the dashes; unique
    Kind kind = Kind::Integer;
    QString values;                 ///< allowed values, for people: "1 to 65535", "any or account"
    QLatin1StringView description;  ///< one sentence
    bool reloadable = true;         ///< SIGHUP changes it; otherwise it needs a restart
    bool secret = false;            ///< true when errors and --print-config must not show the value
    /// True when there may be several values, in a text with commas, a TOML array or repeated flags.
    bool isList = false;

    /// Parses the text into the member. For a wrong text it returns the correct form, otherwise
    /// nothing.
    std::function<QString(Config &, QStringView)> set;
    /// The member as a text that set() reads as the same value.
    std::function<QString(const Config &)> get;

    QString environmentName() const;                                             ///< HOLDLINE_START_TIMEOUT
    QString section() const { return QString(key.first(key.indexOf(u'.'))); }    ///< "upstream"
    QString name() const { return QString(key.sliced(key.indexOf(u'.') + 1)); }  ///< "start_timeout"
    QString placeholder() const;  ///< "HOST:PORT", "TIME"…, for `--help`
    /// True when the value is a bare number in TOML instead of a quoted text.
    bool isNumber() const { return kind == Kind::Integer; }
};

/// All options, grouped by section. Built once. Thread-safe.
const std::vector<Option> &options();

const Option *findOptionByKey(QStringView key);
const Option *findOptionByFlag(QStringView flag);                ///< without dashes
const Option *findOptionByEnvironment(QStringView environment);  ///< HOLDLINE_… only, not the aliases

}  // namespace holdline

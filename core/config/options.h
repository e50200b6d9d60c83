// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QLatin1StringView>
#include <QString>
#include <QStringView>

#include <functional>
#include <vector>

namespace holdline {

/// The description of one option: its names, allowed values, meaning and member of Config. The readers of
/// files, environment and flags, `--help`, `--print-config` and resources/docs/configuration.md use nothing
/// else.
struct Option
{
    enum class Kind { Address, Network, Path, Url, Integer, Size, Duration, Choice };

    QLatin1StringView key;   ///< key in TOML: section.name
    QLatin1StringView flag;  ///< without the dashes; unique
    Kind kind = Kind::Integer;
    QString values;                 ///< allowed values, for people: "1 to 65535", "any or account"
    QLatin1StringView description;  ///< one sentence
    bool reloadable = true;         ///< a SIGHUP applies a new value; otherwise only a restart does
    bool secret = false;            ///< true when errors and --print-config must not show the value
    /// True when the option takes several values: as a text with commas, a TOML array or repeated flags.
    bool isList = false;

    /// Parses the text into the member of Config. Returns an empty text on success. For a wrong text it
    /// returns the correct form, for people, and changes nothing.
    std::function<QString(Config &, QStringView)> set;
    /// Returns the value of the member as a text. set() reads this text as the same value.
    std::function<QString(const Config &)> get;

    QString environmentName() const;                                             ///< HOLDLINE_START_TIMEOUT
    QString section() const { return QString(key.first(key.indexOf(u'.'))); }    ///< "upstream"
    QString name() const { return QString(key.sliced(key.indexOf(u'.') + 1)); }  ///< "start_timeout"
    QString placeholder() const;  ///< "HOST:PORT", "TIME"…, for `--help`
    /// Returns whether the value is a bare number in TOML, not a quoted text.
    bool isNumber() const { return kind == Kind::Integer; }
};

/// Returns all options, grouped by section. The table is built at the first call. Thread-safe.
const std::vector<Option> &options();

// Each function returns null when there is no such option.

const Option *findOptionByKey(QStringView key);                  ///< section.name
const Option *findOptionByFlag(QStringView flag);                ///< without dashes
const Option *findOptionByEnvironment(QStringView environment);  ///< HOLDLINE_… only, not the aliases

}  // namespace holdline

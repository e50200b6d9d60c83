// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <QLatin1StringView>
#include <QString>
#include <QStringView>

#include <functional>
#include <vector>

namespace holdline {

/// One thing that can be set: the single place that knows its names, range, meaning and where it lives in
/// Config. Files, environment, flags, `--help`, `--print-config` and resources/docs/configuration.md all come
/// from these.
struct Option
{
    enum class Kind { Address, Path, Url, Integer, Size, Duration, Choice };

    QLatin1StringView key;   ///< in TOML: section.name
    QLatin1StringView flag;  ///< without the dashes; unique
    Kind kind = Kind::Integer;
    QString values;                 ///< what is allowed, for people: "1 to 65535", "any or account"
    QLatin1StringView description;  ///< one sentence
    bool reloadable = true;         ///< SIGHUP changes it; otherwise it needs a restart
    bool secret = false;            ///< its value is never printed, neither in errors nor by --print-config

    /// Parses the text into its member. Returns what would be right when it is not, else nothing.
    std::function<QString(Config &, QStringView)> set;
    /// The member as text, such that set() reads the same value.
    std::function<QString(const Config &)> get;

    QString environmentName() const;  ///< HOLDLINE_START_TIMEOUT
    QString section() const;          ///< "upstream"
    QString name() const;             ///< "start_timeout"
    QString placeholder() const;      ///< "HOST:PORT", "TIME"…: for `--help`
    /// In TOML a bare number rather than a text in quotes.
    bool isNumber() const { return kind == Kind::Integer; }
};

/// Every option, grouped by section. Built once; thread-safe.
const std::vector<Option> &options();

const Option *findOptionByKey(QStringView key);
const Option *findOptionByFlag(QStringView flag);                ///< without dashes
const Option *findOptionByEnvironment(QStringView environment);  ///< HOLDLINE_… only, not the aliases

}  // namespace holdline

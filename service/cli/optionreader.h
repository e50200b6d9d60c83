// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <chrono>
#include <cstdint>

class QCommandLineParser;

namespace holdline::cli {

/// Reads the values of a parsed command line into variables. A value that is not there leaves its variable as
/// it is; the first wrong one is remembered as the error, and whatever is read after it does not matter.
class OptionReader
{
public:
    explicit OptionReader(const QCommandLineParser &parser) : m_parser(parser) {}

    void integer(const QString &name, int min, int max, int &value);
    /// A positive number such as "12.5".
    void number(const QString &name, double max, double &value);
    void duration(const QString &name, std::chrono::milliseconds min, std::chrono::milliseconds max,
                  std::chrono::milliseconds &value);

    /// For values with rules of their own: the text of the option, and fail() with what would have been
    /// right.
    bool isSet(const QString &name) const;
    QString text(const QString &name) const;
    void fail(const QString &name, const QString &wanted) { fail(name, wanted, text(name)); }
    /// The same of one value of an option that may be repeated.
    void fail(const QString &name, const QString &wanted, const QString &written);

    bool ok() const { return m_error.isEmpty(); }
    /// `--jobs: wanted a whole number from 1 to 5, not "x"`
    const QString &error() const { return m_error; }

private:
    const QCommandLineParser &m_parser;
    QString m_error;
};

}  // namespace holdline::cli

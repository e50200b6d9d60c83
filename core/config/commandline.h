// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/exit.h"
#include "core/config/values.h"

#include <QCommandLineParser>
#include <QString>
#include <QStringList>
#include <QStringView>

#include <functional>
#include <optional>
#include <vector>

namespace holdline {

/// Reads the text of one value into a variable. Returns an empty text on success. For a wrong text it returns
/// the correct form ("a whole number … is wanted") and leaves the variable unchanged.
using ValueReader = std::function<QString(QStringView)>;

// Each into() makes a reader for a table of options. The variable must outlive the reader.

ValueReader into(int &value, int least, int most);
ValueReader into(std::uint64_t &value);
/// Reads a number above 0 and up to `most`, such as "12.5".
ValueReader into(double &value, double most);
ValueReader into(std::chrono::milliseconds &value, std::chrono::milliseconds least,
                 std::chrono::milliseconds most);
ValueReader into(QString &value);
/// Reads a comma-separated list and appends its values. Each value must be one of `names`.
ValueReader into(QStringList &value, const QStringList &names);
/// Sets the variable to true when the switch is given.
ValueReader into(bool &value);
template <typename Enum>
ValueReader into(Enum &value, const Names<Enum> &names)
{
    return [&value, names](QStringView text) { return readName(text, names, value); };
}

/// One option of a command line. The parser and --help use the same table of options.
struct CommandLineOption
{
    /// The meaning of an option that is given several times.
    enum class Repeated { LastCounts, EachCounts, Refused };

    QString name;       ///< without dashes
    QString valueName;  ///< "N", "HOST:PORT"; empty for a switch without a value
    QString help;       ///< one sentence; an empty one hides the option in --help
    ValueReader read;   ///< called with an empty text for a switch; may be empty
    Repeated repeated = Repeated::LastCounts;
};

/// A program's command line, parsed by QCommandLineParser: `--name value`, `--name=value`, and no options
/// after `--`. Adds -h, --help, -v and --version to the options. Needs no QCoreApplication.
///
///     Options options;
///     CommandLine line(u"bench"_s, u"Measures."_s,
///                      {{u"runs"_s, u"N"_s, u"Runs (default 3)."_s, into(options.runs, 1, 100)}});
///     if (const auto exit = line.read(arguments))
///         return *exit;
class CommandLine
{
public:
    /// `description` stands above the options in --help.
    CommandLine(const QString &program, const QString &description, std::vector<CommandLineOption> options);

    /// Allows arguments that are not options. --help shows `syntax`, such as "[verify FILE|-]", and `help`.
    /// Without this call, such an argument is an error.
    void allowArguments(const QString &syntax, const QString &help);

    /// Reads all values, option by option in the order of the table. `arguments` begin with the name of the
    /// program. Collects errors in errors(). Returns exit().
    std::optional<Exit> read(const QStringList &arguments);

    bool isSet(const QString &name) const { return m_parser.isSet(name); }
    /// Returns the arguments that are not options.
    QStringList arguments() const { return m_parser.positionalArguments(); }

    /// Adds an error that only the program can detect, such as two options that exclude each other.
    void fail(const QString &error) { m_errors.append(error); }
    /// Adds an error: the option `name` has the wrong `value`. `wanted` is the correct form.
    void refuse(const QString &name, const QString &value, const QString &wanted);
    const QStringList &errors() const { return m_errors; }

    /// Returns how the program must end at once: with the text of --help or --version, or with the errors.
    /// Returns nothing when the program must go on.
    std::optional<Exit> exit() const;

private:
    void readValues(const CommandLineOption &option);
    QString unknownOption(const QString &name) const;
    QString helpText() const;

    const QString m_program;
    const std::vector<CommandLineOption> m_options;
    QString m_syntax;  ///< syntax of the arguments that are not options, or empty
    QCommandLineParser m_parser;
    QStringList m_errors;
};

/// Returns the arguments of main(), with the name of the program first. Works before a QCoreApplication
/// exists.
QStringList argumentsOf(int argc, char **argv);

}  // namespace holdline

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/soakoptions.h"

#include "core/config/commandline.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRandomGenerator>

namespace holdline::soak {

using namespace Qt::StringLiterals;

namespace {

const QString kDescription =
    u"Runs holdline for a long time as it is used, and in bad company. Checks that nothing is lost, run "
    u"twice\n"
    "or answered with another's result.\n\n"
    "  soak     mixed clients, upstream faults, deaths, reloads and monitors\n"
    "  outages  load while the job server is away for 1.5 s, again and again, and once for 20 s\n"
    "  hostile  an account at full speed against another one's runs of 50 jobs\n\n"
    "Exit codes: 0 all is well, 1 something is not (it says what), 64 wrong command line."_s;

const Names<Course> kCourses{{"soak"_L1, Course::Soak},
                             {"outages"_L1, Course::Outages},
                             {"hostile"_L1, Course::Hostile},
                             {"attack"_L1, Course::Attack}};

QString readAttack(QStringView text, std::vector<Attack> &attacks)
{
    for (std::size_t i = 0; i < kAttacks; ++i) {
        if (text == QLatin1StringView(name(static_cast<Attack>(i)))) {
            attacks.push_back(static_cast<Attack>(i));
            return {};
        }
    }
    return u"the name of an attack is wanted"_s;
}

std::vector<CommandLineOption> optionsOf(Options &options)
{
    return {
        {u"duration"_s, u"TIME"_s,
         u"How long new jobs come (default 1h), or how long all attacks take (default 2m)."_s,
         into(options.duration, 1s, 24h)},
        {u"rate"_s, u"N"_s, u"New jobs a second (default 300)."_s, into(options.rate, 1, 10'000)},
        {u"accounts"_s, u"N"_s, u"Accounts they belong to (default 40)."_s,
         into(options.accounts, 1, 10'000)},
        {u"faults"_s, u"PERCENT"_s, u"Starts with a fault of the job server (default 5)."_s,
         into(options.faultPercent, 0, 50)},
        {u"deaths"_s, u"TIME"_s, u"Mean time between two ends of the service (default 150s; 0s: none)."_s,
         into(options.deaths, 0s, 24h)},
        {u"reloads"_s, u"TIME"_s, u"Mean time between two reloads (default 40s; 0s: none)."_s,
         into(options.reloads, 0s, 24h)},
        {u"calm"_s, u"PERCENT"_s,
         u"The last part of the duration, without deaths, so that a leak can be seen (default 50)."_s,
         into(options.calmPercent, 0, 100)},
        {u"ambiguous"_s, u"never|always"_s,
         u"always: starts whose fate is unknown are sent again, to an upstream that honours their key (default never)."_s,
         into(options.ambiguousAlways, Names<bool>{{"never"_L1, false}, {"always"_L1, true}})},
        {u"threads"_s, u"N"_s, u"Of holdline (default: its own choice)."_s, into(options.threads, 1, 16)},
        {u"seed"_s, u"N"_s, u"Of all random choices (default: random, printed)."_s, into(options.seed)},
        {u"folder"_s, u"FOLDER"_s, u"Where the store and the log are (default: a temporary folder)."_s,
         into(options.folder)},
        {u"holdline"_s, u"PATH"_s, u"The program to run (default: beside this one)."_s,
         into(options.holdline)},
        {u"attack"_s, u"NAME"_s,
         u"Only this attack: errors, impatience, bodies, keys, watches or stuck. May be repeated."_s,
         [&](QStringView text) { return readAttack(text, options.attacks); },
         CommandLineOption::Repeated::EachCounts},
        // Only for the attacking process.
        {u"port"_s, u"N"_s, {}, into(options.port, 1, 65'535)},
    };
}

}  // namespace

std::variant<Options, Exit> parseOptions(const QStringList &arguments)
{
    Options options;
    options.seed = QRandomGenerator::system()->generate();
    options.holdline = QCoreApplication::applicationDirPath() + u"/holdline"_s;
    CommandLine line(u"soakrun"_s, kDescription, optionsOf(options));
    line.allowArguments(u"soak|outages|hostile"_s, u"What happens."_s);
    line.read(arguments);
    const QStringList courses = line.arguments();
    if (courses.size() != 1)
        line.fail(u"one of soak, outages and hostile is wanted"_s);
    else if (const QString error = readName(courses.front(), kCourses, options.course); !error.isEmpty())
        line.fail(u"\"%1\": %2"_s.arg(courses.front(), error));
    if (!line.isSet(u"duration"_s))
        options.duration = options.course == Course::Hostile ? std::chrono::milliseconds(2min) : 1h;
    const QFileInfo program(options.holdline);
    if (!program.isFile() || !program.isExecutable())
        line.refuse(u"holdline"_s, options.holdline, u"a program is wanted"_s);
    // Made absolute, because holdline runs in another working directory.
    options.holdline = program.absoluteFilePath();
    if (const auto exit = line.exit())
        return *exit;
    return options;
}

}  // namespace holdline::soak

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/crashoptions.h"

#include "core/config/commandline.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRandomGenerator>

namespace holdline::crash {

using namespace Qt::StringLiterals;

namespace {

const QString kDescription =
    u"Kills holdline again and again while clients with idempotency keys ask it for jobs, and checks that "
    "nothing\nis lost, run twice, or answered with another's result.\n\n"
    "Exit codes: 0 nothing was, 1 something was (it says what, and how to repeat it), 64 wrong command line."_s;

QString readPoint(QStringView text, QByteArray &point)
{
    point = text.toUtf8();
    if (point == kRandomPoint || pointNames().contains(point))
        return {};
    return u"random, or one of %1, is wanted"_s.arg(QString::fromLatin1(pointNames().join(", ")));
}

QString readDisturbances(QStringView text, Disturbances &all)
{
    static const Names<Disturbances> kNames{
        {"reader"_L1, Disturbance::Reader},
        {"clock"_L1, Disturbance::Clock},
        {"disk"_L1, Disturbance::Disk},
        {"power"_L1, Disturbance::Power},
        {"all"_L1,
         Disturbances(Disturbance::Reader) | Disturbance::Clock | Disturbance::Disk | Disturbance::Power},
        {"none"_L1, {}},
    };
    all = {};
    for (const QStringView name : text.split(u',')) {
        Disturbances one;
        if (QString error = readName(name, kNames, one); !error.isEmpty())
            return error;
        all |= one;
    }
    return {};
}

std::vector<CommandLineOption> optionsOf(Options &options)
{
    return {
        {u"rounds"_s, u"N"_s, u"Rounds (default 10), each with a store of its own."_s,
         into(options.rounds, 1, 1'000'000)},
        {u"seed"_s, u"N"_s, u"Of the first round; the next has the next number (default: random, printed)."_s,
         into(options.seed)},
        {u"jobs"_s, u"N"_s, u"Keys in a round (default 40)."_s, into(options.jobs, 1, 10'000)},
        {u"accounts"_s, u"N"_s, u"Accounts they belong to (default 4)."_s, into(options.accounts, 1, 1'000)},
        {u"kills"_s, u"N"_s, u"Most kills in a round, beside the one at its end (default 3)."_s,
         into(options.kills, 0, 100)},
        {u"store-dir"_s, u"FOLDER"_s,
         u"Where the stores are; what went wrong is kept there (default: a temporary folder)."_s,
         into(options.storeDir)},
        {u"holdline"_s, u"PATH"_s, u"The program to kill (default: beside this one)."_s,
         into(options.holdline)},
        {u"point"_s, u"NAME"_s,
         u"Where it kills itself, by its name in core/crashpoint.h, or random (default: killed from outside)."_s,
         [&](QStringView text) { return readPoint(text, options.point); }},
        {u"passing"_s, u"N"_s, u"At which passing of that point (default: by chance)."_s,
         into(options.passing, 1, 100'000)},
        {u"ambiguous"_s, u"never|always"_s,
         u"always: starts whose fate is unknown are sent again, to an upstream that honours their key (default never)."_s,
         into(options.ambiguousAlways, Names<bool>{{"never"_L1, false}, {"always"_L1, true}})},
        {u"threads"_s, u"N"_s, u"Of holdline (default: 1 to 3, at each start others)."_s,
         into(options.threads, 1, 16)},
        {u"faults"_s, u"N"_s,
         u"Percent of starts with each of the faults that must not matter (default 4)."_s,
         into(options.faultPercent, 0, 25)},
        {u"job-deadline"_s, u"TIME"_s, u"hold.job_deadline (default 6s)."_s,
         into(options.jobDeadline, 1s, 1min)},
        {u"disturb"_s, u"LIST"_s,
         u"What happens around it: reader, clock, disk, power, all or none, with commas between them (default none)."_s,
         [&](QStringView text) { return readDisturbances(text, options.disturbances); }},
        {u"json"_s, {}, u"Prints the summary as JSON."_s, into(options.json)},
    };
}

}  // namespace

const QByteArrayList &pointNames()
{
    static const QByteArrayList names{"request_taken",     "intent_stored",  "start_sent",
                                      "start_answered",    "callback_taken", "result_stored",
                                      "callback_answered", "client_answered"};
    return names;
}

std::variant<Options, Exit> parseOptions(const QStringList &arguments)
{
    Options options;
    options.seed = QRandomGenerator::system()->generate();
    options.holdline = QCoreApplication::applicationDirPath() + u"/holdline"_s;
    CommandLine line(u"crashharness"_s, kDescription, optionsOf(options));
    line.read(arguments);
    const QFileInfo program(options.holdline);
    if (!program.isFile() || !program.isExecutable())
        line.refuse(u"holdline"_s, options.holdline, u"a program is wanted"_s);
    // Made absolute, because holdline runs in another working directory.
    options.holdline = program.absoluteFilePath();
    if (const auto exit = line.exit())
        return *exit;
    return options;
}

}  // namespace holdline::crash

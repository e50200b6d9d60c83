// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/options.h"

#include "service/cli/optionreader.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>
#include <QRandomGenerator>

namespace holdline::crash {

using namespace Qt::StringLiterals;

namespace {

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Kills holdline again and again while clients with idempotency keys ask it for jobs, and checks "
        u"that "
        "nothing\nis lost, run twice, or answered with another's result.\n\n"
        "Exit codes: 0 nothing was, 1 something was (it says what, and how to repeat it), 64 wrong command line."_s);
    parser.addOptions({
        {{u"h"_s, u"help"_s}, u"Shows this help."_s},
        {u"rounds"_s, u"Rounds (default 10), each with a store of its own."_s, u"N"_s},
        {u"seed"_s, u"Of the first round; the next has the next number (default: random, printed)."_s,
         u"N"_s},
        {u"jobs"_s, u"Keys in a round (default 40)."_s, u"N"_s},
        {u"accounts"_s, u"Accounts they belong to (default 4)."_s, u"N"_s},
        {u"kills"_s, u"Most kills in a round, beside the one at its end (default 3)."_s, u"N"_s},
        {u"store-dir"_s,
         u"Where the stores are; what went wrong is kept there (default: a temporary folder)."_s,
         u"FOLDER"_s},
        {u"holdline"_s, u"The program to kill (default: beside this one)."_s, u"PATH"_s},
        {u"point"_s,
         u"Where it kills itself, by its name in core/crashpoint.h, or random (default: killed from outside)."_s,
         u"NAME"_s},
        {u"passing"_s, u"At which passing of that point (default: by chance)."_s, u"N"_s},
        {u"ambiguous"_s,
         u"always: starts whose fate is unknown are sent again, to an upstream that honours their key (default never)."_s,
         u"never|always"_s},
        {u"threads"_s, u"Of holdline (default: 1 to 3, at each start others)."_s, u"N"_s},
        {u"faults"_s, u"Percent of starts with each of the faults that must not matter (default 4)."_s,
         u"N"_s},
        {u"job-deadline"_s, u"hold.job_deadline (default 6s)."_s, u"TIME"_s},
        {u"json"_s, u"Prints the summary as JSON."_s},
    });
}

}  // namespace

const QByteArrayList &pointNames()
{
    static const QByteArrayList names{"request_taken",     "intent_stored",  "start_sent",
                                      "start_answered",    "callback_taken", "result_stored",
                                      "callback_answered", "client_answered"};
    return names;
}

std::variant<Options, cli::Exit> parseOptions(const QStringList &arguments)
{
    QCommandLineParser parser;
    describe(parser);
    if (!parser.parse(arguments))
        return cli::Exit{cli::kExitUsage, parser.errorText()};
    if (parser.isSet(u"help"_s))
        return cli::Exit{cli::kExitOk, parser.helpText()};
    if (!parser.positionalArguments().isEmpty())
        return cli::Exit{cli::kExitUsage,
                         u"unexpected argument \"%1\""_s.arg(parser.positionalArguments().first())};

    cli::OptionReader reader(parser);
    Options options;
    reader.integer(u"rounds"_s, 1, 1'000'000, options.rounds);
    reader.integer(u"jobs"_s, 1, 10'000, options.jobs);
    reader.integer(u"accounts"_s, 1, 1'000, options.accounts);
    reader.integer(u"kills"_s, 0, 100, options.kills);
    reader.integer(u"passing"_s, 1, 100'000, options.passing);
    reader.integer(u"threads"_s, 1, 16, options.threads);
    reader.integer(u"faults"_s, 0, 25, options.faultPercent);
    reader.duration(u"job-deadline"_s, 1s, 1min, options.jobDeadline);
    options.seed = QRandomGenerator::system()->generate();
    if (reader.isSet(u"seed"_s)) {
        bool ok = false;
        options.seed = reader.text(u"seed"_s).toULongLong(&ok);
        if (!ok)
            reader.fail(u"seed"_s, u"a whole number"_s);
    }
    options.point = reader.text(u"point"_s).toUtf8();
    if (!options.point.isEmpty() && options.point != kRandomPoint && !pointNames().contains(options.point))
        reader.fail(u"point"_s, u"random, or one of "_s + QString::fromLatin1(pointNames().join(", ")));
    if (reader.isSet(u"ambiguous"_s)) {
        const QString text = reader.text(u"ambiguous"_s);
        options.ambiguousAlways = text == "always"_L1;
        if (!options.ambiguousAlways && text != "never"_L1)
            reader.fail(u"ambiguous"_s, u"never or always"_s);
    }
    options.storeDir = reader.text(u"store-dir"_s);
    const QFileInfo program(reader.isSet(u"holdline"_s)
                                ? reader.text(u"holdline"_s)
                                : QCoreApplication::applicationDirPath() + u"/holdline"_s);
    if (!program.isFile() || !program.isExecutable())
        reader.fail(u"holdline"_s, u"a program"_s, program.filePath());
    // Absolute: it runs in a folder of its own.
    options.holdline = program.absoluteFilePath();
    options.json = parser.isSet(u"json"_s);
    if (!reader.ok())
        return cli::Exit{cli::kExitUsage, reader.error()};
    return options;
}

}  // namespace holdline::crash

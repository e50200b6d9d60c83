// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/options.h"

#include "service/cli/optionreader.h"
#include "tests/bench/variants.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxHeld = 100'000;

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Starts jobserver, holdline and jobclient as processes of their own and measures what holdline "
        u"costs.\n"
        "Prints tables (Markdown). Nothing passes or fails here.\n\n"
        "Scenarios:\n"
        "  whole       500 jobs at a time over 1,000 accounts: CPU per job\n"
        "  throughput  as many jobs per second as go, then latency at half that rate\n"
        "  held        N requests held: idle CPU, memory, and what others cost meanwhile\n"
        "  start       one POST through the pooled and through Qt's stock QNetworkAccessManager\n"
        "  monitor     CPU per job with and without one who watches over the local socket\n"
        "  keyed       CPU per job and latency with and without an Idempotency-Key, at 1,000 jobs/s\n"
        "  restart     a start with 100,000 stored results, finding one, and throwing them away\n"
        "  shards      whole and throughput with 1 and 2 threads"_s);
    parser.addOptions({
        {{u"h"_s, u"help"_s}, u"Shows this help."_s},
        {u"only"_s, u"Only these scenarios, comma-separated; may be repeated."_s, u"NAMES"_s},
        {u"variant"_s,
         u"Only these of holdline (which is always there), qt-loop, stock-manager; may be repeated."_s,
         u"NAMES"_s},
        {u"quick"_s, u"About a minute instead of several: fewer, shorter runs, up to 1,000 held."_s},
        {u"runs"_s, u"Runs of each variant, of which the median counts (default 3)."_s, u"N"_s},
        {u"jobs"_s, u"Jobs of each run of whole (default 20000)."_s, u"N"_s},
        {u"posts"_s, u"Posts of each run of start (default 10000)."_s, u"N"_s},
        {u"held"_s, u"Numbers of held requests, comma-separated (default 0,1000,10000,18000)."_s, u"LIST"_s},
        {u"stored"_s, u"Stored results in restart (default 100000)."_s, u"N"_s},
        {u"folder"_s, u"Where stores are made, on a disk that is meant (default: the working directory)."_s,
         u"FOLDER"_s},
        {u"json"_s, u"Writes all figures to a file."_s, u"FILE"_s},
        {u"markdown"_s, u"Writes what is printed to a file as well."_s, u"FILE"_s},
        {u"bin"_s, u"Where holdline, jobserver and jobclient are (default: beside this program)."_s,
         u"FOLDER"_s},
    });
}

void readHeld(cli::OptionReader &reader, std::vector<int> &held)
{
    if (!reader.isSet(u"held"_s))
        return;
    held.clear();
    for (const QString &text : reader.text(u"held"_s).split(u',')) {
        bool ok = false;
        held.push_back(text.toInt(&ok));
        if (!ok || held.back() < 0 || held.back() > kMaxHeld)
            reader.fail(u"held"_s, u"whole numbers up to %1, such as 0,1000"_s.arg(kMaxHeld));
    }
    std::sort(held.begin(), held.end());
}

QStringList listOf(const QCommandLineParser &parser, const QString &name)
{
    return parser.values(name).join(u',').split(u',', Qt::SkipEmptyParts);
}

}  // namespace

QStringList scenarioNames()
{
    return {u"whole"_s,   u"throughput"_s, u"held"_s,    u"start"_s,
            u"monitor"_s, u"keyed"_s,      u"restart"_s, u"shards"_s};
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

    Options options;
    options.held = {0, 1'000, 10'000, 18'000};
    if (parser.isSet(u"quick"_s)) {
        options.runs = 1;
        options.jobs = 5'000;
        options.seconds = 2;
        options.posts = 3'000;
        options.idle = 2s;
        options.singles = 50;
        options.stored = 5'000;
        options.held = {0, 1'000};
    }
    cli::OptionReader reader(parser);
    options.only = listOf(parser, u"only"_s);
    for (const QString &name : options.only) {
        if (!scenarioNames().contains(name))
            reader.fail(u"only"_s, u"names out of "_s + scenarioNames().join(u','));
    }
    options.variants = listOf(parser, u"variant"_s);
    for (const QString &name : options.variants) {
        if (!variantNames().contains(name))
            reader.fail(u"variant"_s, u"names out of "_s + variantNames().join(u','));
    }
    reader.integer(u"runs"_s, 1, 100, options.runs);
    reader.integer(u"jobs"_s, 100, 1'000'000, options.jobs);
    reader.integer(u"posts"_s, 100, 1'000'000, options.posts);
    readHeld(reader, options.held);
    reader.integer(u"stored"_s, 100, 10'000'000, options.stored);
    if (reader.isSet(u"folder"_s))
        options.folder = reader.text(u"folder"_s);
    options.json = reader.text(u"json"_s);
    options.markdown = reader.text(u"markdown"_s);
    const QString folder =
        reader.isSet(u"bin"_s) ? reader.text(u"bin"_s) : QCoreApplication::applicationDirPath();
    // Absolute: each program runs in a folder of its own.
    const auto pathOf = [&](const QString &name) {
        const QFileInfo file(folder + u'/' + name);
        if (!file.isExecutable())
            reader.fail(u"bin"_s, u"a folder with %1 in it"_s.arg(name), folder);
        return file.absoluteFilePath();
    };
    options.paths = {pathOf(u"holdline"_s), pathOf(u"jobserver"_s), pathOf(u"jobclient"_s)};
    if (!reader.ok())
        return cli::Exit{cli::kExitUsage, reader.error()};
    return options;
}

}  // namespace holdline::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benchoptions.h"

#include "core/config/commandline.h"
#include "tests/bench/variants.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxHeld = 100'000;

const QString kDescription =
    u"Starts jobserver, holdline and jobclient as processes of their own and measures what holdline costs.\n"
    "Prints tables (Markdown). Nothing passes or fails here.\n\n"
    "Scenarios:\n"
    "  whole       500 jobs at a time over 1,000 accounts: CPU per job\n"
    "  throughput  as many jobs per second as go, then latency at half that rate\n"
    "  held        N requests held: idle CPU, memory, and what others cost meanwhile\n"
    "  start       one POST through the pooled and through Qt's stock QNetworkAccessManager\n"
    "  monitor     CPU per job with and without one who watches over the local socket\n"
    "  keyed       CPU per job and latency with and without an Idempotency-Key, at 1,000 jobs/s\n"
    "  restart     a start with 100,000 stored results, finding one, and throwing them away\n"
    "  shards      whole and throughput with 1 and 2 threads"_s;

QString makeQuick(Options &options)
{
    options.runs = 1;
    options.jobs = 5'000;
    options.seconds = 2;
    options.posts = 3'000;
    options.idle = 2s;
    options.singles = 50;
    options.stored = 5'000;
    options.held = {0, 1'000};
    return {};
}

QString readHeld(QStringView text, std::vector<int> &held)
{
    std::vector<int> read;
    for (const QStringView one : text.split(u',')) {
        if (!readInteger(one, 0, kMaxHeld, read.emplace_back()).isEmpty())
            return u"whole numbers up to %1 are wanted, such as 0,1000"_s.arg(kMaxHeld);
    }
    std::sort(read.begin(), read.end());
    held = read;
    return {};
}

std::vector<CommandLineOption> optionsOf(Options &options, QString &programs)
{
    using Repeated = CommandLineOption::Repeated;
    return {
        // This option is read first, because the other options change values that it sets.
        {u"quick"_s,
         {},
         u"About a minute instead of several: fewer, shorter runs, up to 1,000 held."_s,
         [&](QStringView) { return makeQuick(options); }},
        {u"only"_s, u"NAMES"_s, u"Only these scenarios, comma-separated; may be repeated."_s,
         into(options.only, scenarioNames()), Repeated::EachCounts},
        {u"variant"_s, u"NAMES"_s,
         u"Only these of holdline (which is always there), qt-loop, stock-manager; may be repeated."_s,
         into(options.variants, variantNames()), Repeated::EachCounts},
        {u"runs"_s, u"N"_s, u"Runs of each variant, of which the median counts (default 3)."_s,
         into(options.runs, 1, 100)},
        {u"jobs"_s, u"N"_s, u"Jobs of each run of whole (default 20000)."_s,
         into(options.jobs, 100, 1'000'000)},
        {u"posts"_s, u"N"_s, u"Posts of each run of start (default 10000)."_s,
         into(options.posts, 100, 1'000'000)},
        {u"held"_s, u"LIST"_s, u"Numbers of held requests, comma-separated (default 0,1000,10000,18000)."_s,
         [&](QStringView text) { return readHeld(text, options.held); }},
        {u"stored"_s, u"N"_s, u"Stored results in restart (default 100000)."_s,
         into(options.stored, 100, 10'000'000)},
        {u"folder"_s, u"FOLDER"_s,
         u"Where stores are made, on a disk that is meant (default: the working directory)."_s,
         into(options.folder)},
        {u"json"_s, u"FILE"_s, u"Writes all figures to a file."_s, into(options.json)},
        {u"markdown"_s, u"FILE"_s, u"Writes what is printed to a file as well."_s, into(options.markdown)},
        {u"bin"_s, u"FOLDER"_s,
         u"Where holdline, jobserver and jobclient are (default: beside this program)."_s, into(programs)},
    };
}

}  // namespace

QStringList scenarioNames()
{
    return {u"whole"_s,   u"throughput"_s, u"held"_s,    u"start"_s,
            u"monitor"_s, u"keyed"_s,      u"restart"_s, u"shards"_s};
}

std::variant<Options, Exit> parseOptions(const QStringList &arguments)
{
    Options options;
    options.held = {0, 1'000, 10'000, 18'000};
    QString programs = QCoreApplication::applicationDirPath();
    CommandLine line(u"bench"_s, kDescription, optionsOf(options, programs));
    line.read(arguments);
    // Made absolute, because each program runs in another working directory.
    const auto pathOf = [&](const QString &name) {
        const QFileInfo file(programs + u'/' + name);
        if (!file.isExecutable())
            line.refuse(u"bin"_s, programs, u"a folder with %1 in it is wanted"_s.arg(name));
        return file.absoluteFilePath();
    };
    options.paths = {pathOf(u"holdline"_s), pathOf(u"jobserver"_s), pathOf(u"jobclient"_s)};
    if (const auto exit = line.exit())
        return *exit;
    return options;
}

}  // namespace holdline::bench

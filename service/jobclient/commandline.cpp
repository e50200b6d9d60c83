// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/commandline.h"

#include "service/cli/eventloopoption.h"
#include "service/cli/optionreader.h"

#include <QCommandLineParser>
#include <QRandomGenerator>

#include <algorithm>

namespace holdline::jobclient {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxJobs = 1'000'000;
constexpr int kMaxConcurrency = 100'000;
constexpr int kMaxAccounts = 100'000;
constexpr double kMaxRate = 1'000'000;
constexpr int kMaxPrefixBytes = 200;

cli::Exit usage(const QString &text)
{
    return {cli::kExitUsage, text};
}

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Sends blocking job requests, all at once, and says whether all of them succeeded in time.\n"
        "'jobclient verify FILE' reads a proof block ('-': from stdin) and says what it holds.\n\n"
        "Exit codes: 0 passed, 1 failed, 64 wrong command line, 66 no such file, 69 not enough descriptors."_s);
    parser.addOptions({
        {{u"h"_s, u"help"_s}, u"Shows this help."_s},
        {{u"v"_s, u"version"_s}, u"Shows the version."_s},
        {u"url"_s, u"Where to post, exactly this (default http://127.0.0.1:3740/start)."_s, u"URL"_s},
        {u"account"_s, u"The account the jobs belong to (default \"example\")."_s, u"NAME"_s},
        {u"jobs"_s, u"How many jobs (default 50)."_s, u"N"_s},
        {u"concurrency"_s, u"Connections at once (default: as many as jobs)."_s, u"N"_s},
        {u"accounts"_s, u"Spreads the jobs over N accounts, NAME-0 to NAME-(N-1) (default 1: NAME itself)."_s,
         u"N"_s},
        {u"rate"_s,
         u"Jobs per second, sent when they are due whatever the server does (default: no pause)."_s, u"R"_s},
        {u"limit"_s, u"All jobs must be done within it (default 5s)."_s, u"TIME"_s},
        {u"timeout"_s, u"One job is given up after it (default 30s)."_s, u"TIME"_s},
        {u"idempotency-keys"_s, u"Sends each job with an Idempotency-Key of its own."_s},
        {u"idempotency-prefix"_s,
         u"Makes them TEXT-0, TEXT-1 …, so that a run can be made again with the same keys (default: random)."_s,
         u"TEXT"_s},
        {u"json"_s, u"Prints the report as JSON, with percentiles, statuses and errors."_s},
        cli::eventLoopOption(),
    });
    parser.addPositionalArgument(u"verify FILE"_s, u"Checks a proof block instead (--limit, --json)."_s,
                                 u"[verify FILE|-]"_s);
}

void readUrl(cli::OptionReader &reader, LoadOptions &load)
{
    if (!reader.isSet(u"url"_s))
        return;
    load.url = QUrl::fromEncoded(reader.text(u"url"_s).toUtf8(), QUrl::StrictMode);
    if (!load.url.isValid() || load.url.scheme() != "http"_L1 || load.url.host().isEmpty() ||
        !load.url.userInfo().isEmpty() || load.url.port(80) == 0)
        reader.fail(u"url"_s, u"an address such as http://127.0.0.1:3740/start"_s);
}

void readKeys(cli::OptionReader &reader, QByteArray &prefix)
{
    if (reader.isSet(u"idempotency-keys"_s))
        prefix = QByteArray::number(QRandomGenerator::system()->generate64(), 16).rightJustified(16, '0');
    if (!reader.isSet(u"idempotency-prefix"_s))
        return;
    prefix = reader.text(u"idempotency-prefix"_s).toUtf8();
    const bool fit = std::all_of(prefix.begin(), prefix.end(),
                                 [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
    if (prefix.isEmpty() || prefix.size() > kMaxPrefixBytes || !fit)
        reader.fail(u"idempotency-prefix"_s,
                    u"up to %1 visible characters, no quotes"_s.arg(kMaxPrefixBytes));
}

}  // namespace

std::variant<RunCommand, VerifyCommand, cli::Exit> parseCommandLine(const QStringList &arguments)
{
    QCommandLineParser parser;
    describe(parser);
    if (!parser.parse(arguments))
        return usage(parser.errorText());
    if (parser.isSet(u"help"_s))
        return cli::Exit{cli::kExitOk, parser.helpText()};
    if (parser.isSet(u"version"_s))
        return cli::Exit{cli::kExitOk, cli::versionText(u"jobclient"_s)};

    cli::OptionReader reader(parser);
    RunCommand run;
    LoadOptions &load = run.load;
    readUrl(reader, load);
    if (reader.isSet(u"account"_s)) {
        load.account = reader.text(u"account"_s).toUtf8();
        if (load.account.isEmpty())
            reader.fail(u"account"_s, u"a name"_s);
    }
    reader.integer(u"jobs"_s, 1, kMaxJobs, load.jobs);
    reader.integer(u"concurrency"_s, 1, kMaxConcurrency, load.concurrency);
    reader.integer(u"accounts"_s, 1, kMaxAccounts, load.accounts);
    reader.number(u"rate"_s, kMaxRate, load.rate);
    readKeys(reader, load.idempotencyPrefix);
    reader.duration(u"limit"_s, 1ms, 24h, load.limit);
    reader.duration(u"timeout"_s, 1ms, 24h, load.timeout);
    run.json = parser.isSet(u"json"_s);
    cli::checkEventLoop(reader);
    if (!reader.ok())
        return usage(reader.error());

    const QStringList positional = parser.positionalArguments();
    if (positional.isEmpty())
        return run;
    if (positional.first() != "verify"_L1)
        return usage(u"unexpected argument \"%1\""_s.arg(positional.first()));
    if (positional.size() != 2)
        return usage(u"verify wants one file, or - for stdin"_s);
    for (const auto &name : {u"url"_s, u"account"_s, u"jobs"_s, u"concurrency"_s, u"accounts"_s, u"rate"_s,
                             u"timeout"_s, u"event-loop"_s, u"idempotency-keys"_s, u"idempotency-prefix"_s}) {
        if (parser.isSet(name))
            return usage(u"--%1 has no meaning with verify"_s.arg(name));
    }
    return VerifyCommand{positional.last(), load.limit, run.json};
}

}  // namespace holdline::jobclient

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/jobclientcommand.h"

#include "core/config/commandline.h"

#include <QRandomGenerator>

#include <algorithm>

namespace holdline::jobclient {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxPrefixBytes = 200;

const QString kDescription =
    u"Sends blocking job requests, all at once, and checks that all succeed in time.\n"
    "'jobclient verify FILE' checks a proof block. With '-' it reads stdin.\n\n"
    "Exit codes: 0 passed, 1 failed, 64 wrong command line, 66 no such file, 69 not enough descriptors."_s;

QString readUrl(QStringView text, QUrl &url)
{
    const QUrl read = QUrl::fromEncoded(text.toUtf8(), QUrl::StrictMode);
    if (!read.isValid() || read.scheme() != "http"_L1 || read.host().isEmpty() ||
        !read.userInfo().isEmpty() || read.port(80) == 0)
        return u"an address such as http://127.0.0.1:3740/start is wanted"_s;
    url = read;
    return {};
}

QString readAccount(QStringView text, QByteArray &account)
{
    if (text.isEmpty())
        return u"a name is wanted"_s;
    account = text.toUtf8();
    return {};
}

QString readPrefix(QStringView text, QByteArray &prefix)
{
    const bool fit = std::all_of(text.begin(), text.end(),
                                 [](QChar c) { return c > u' ' && c < u'\x7f' && c != u'"' && c != u'\\'; });
    if (text.isEmpty() || text.size() > kMaxPrefixBytes || !fit)
        return u"up to %1 visible characters without quotes are wanted"_s.arg(kMaxPrefixBytes);
    prefix = text.toUtf8();
    return {};
}

QByteArray randomPrefix()
{
    return QByteArray::number(QRandomGenerator::system()->generate64(), 16).rightJustified(16, '0');
}

std::vector<CommandLineOption> optionsOf(RunCommand &run)
{
    LoadOptions &load = run.load;
    return {
        {u"url"_s, u"URL"_s, u"The URL to post to, used unchanged (default http://127.0.0.1:3740/start)."_s,
         [&](QStringView text) { return readUrl(text, load.url); }},
        {u"account"_s, u"NAME"_s, u"The account of the jobs (default \"example\")."_s,
         [&](QStringView text) { return readAccount(text, load.account); }},
        {u"jobs"_s, u"N"_s, u"The number of jobs (default 50)."_s, into(load.jobs, 1, 1'000'000)},
        {u"concurrency"_s, u"N"_s, u"The connections at once (default: as many as jobs)."_s,
         into(load.concurrency, 1, 100'000)},
        {u"accounts"_s, u"N"_s,
         u"Spreads the jobs over N accounts, NAME-0 to NAME-(N-1) (default 1: NAME itself)."_s,
         into(load.accounts, 1, 100'000)},
        {u"rate"_s, u"R"_s,
         u"The jobs per second, sent when they are due, also to a slow server (default: no pause)."_s,
         into(load.rate, 1'000'000)},
        {u"limit"_s, u"TIME"_s, u"The time limit for all jobs together (default 5s)."_s,
         into(load.limit, 1ms, 24h)},
        {u"timeout"_s, u"TIME"_s, u"The time limit of one job (default 30s)."_s,
         into(load.timeout, 1ms, 24h)},
        {u"idempotency-keys"_s,
         {},
         u"Sends each job with an Idempotency-Key of its own."_s,
         [&](QStringView) {
             load.idempotencyPrefix = randomPrefix();
             return QString();
         }},
        {u"idempotency-prefix"_s, u"TEXT"_s,
         u"Uses the keys TEXT-0, TEXT-1 …, so that a run can be repeated with the same keys (default: random)."_s,
         [&](QStringView text) { return readPrefix(text, load.idempotencyPrefix); }},
        {u"json"_s,
         {},
         u"Prints the report as JSON, with percentiles, statuses and errors."_s,
         into(run.json)},
    };
}

}  // namespace

std::variant<RunCommand, VerifyCommand, Exit> parseCommandLine(const QStringList &arguments)
{
    RunCommand run;
    const std::vector<CommandLineOption> options = optionsOf(run);
    CommandLine line(u"jobclient"_s, kDescription, options);
    line.allowArguments(u"[verify FILE|-]"_s, u"Checks a proof block instead (--limit, --json)."_s);
    line.read(arguments);
    const QStringList words = line.arguments();
    const bool verifies = !words.isEmpty() && words.first() == "verify"_L1;
    // An argument after an unknown option is probably the value of that option.
    if (!words.isEmpty() && !verifies && line.errors().isEmpty())
        line.fail(u"unknown argument \"%1\". The only one is verify"_s.arg(words.first()));
    if (verifies && words.size() != 2)
        line.fail(u"verify needs one file, or - for stdin"_s);
    for (const CommandLineOption &option : options) {
        if (verifies && line.isSet(option.name) && option.name != "limit"_L1 && option.name != "json"_L1)
            line.fail(u"flag --%1 has no meaning with verify"_s.arg(option.name));
    }
    if (const auto exit = line.exit())
        return *exit;
    if (verifies)
        return VerifyCommand{words.last(), run.load.limit, run.json};
    return run;
}

}  // namespace holdline::jobclient

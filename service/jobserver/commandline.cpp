// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/commandline.h"

#include "core/config/values.h"
#include "service/cli/eventloopoption.h"
#include "service/cli/optionreader.h"

#include <QCommandLineParser>
#include <QRandomGenerator>

#include <array>

namespace holdline::jobserver {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kMaxDuration = 1h;

struct FaultFlag
{
    Fault fault;
    QString name;
    QString description;
};

const std::array<FaultFlag, kFaultCount - 1> &faultFlags()
{
    static const std::array<FaultFlag, kFaultCount - 1> flags{{
        {Fault::Start500, u"fault-start-500"_s, u"Starts answered 500; no job is started."_s},
        {Fault::Start503, u"fault-start-503"_s,
         u"Starts answered 503 with Retry-After; no job is started."_s},
        {Fault::Reset, u"fault-reset"_s,
         u"Connections reset instead of an answer; the job was started, its callback comes."_s},
        {Fault::Garbage, u"fault-garbage"_s,
         u"Starts answered unreadably or half; the job was started, its callback comes."_s},
        {Fault::NoCallback, u"fault-no-callback"_s, u"Jobs that end without a callback."_s},
        {Fault::Duplicate, u"fault-duplicate"_s, u"Callbacks posted twice at the same moment."_s},
        {Fault::Early, u"fault-early"_s,
         u"Callbacks posted at once, and the start answered only after that."_s},
        {Fault::WrongId, u"fault-wrong-id"_s,
         u"A callback with a wrong id is posted first, the right one 50 ms later."_s},
        {Fault::Failed, u"fault-failed"_s, u"Jobs whose state is \"failed\"."_s},
    }};
    return flags;
}

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"A job server to run against: POST /start starts a job, blocking (wait:true) or with a callback\n"
        "(wait:false); one connection at a time is served per account. POST /validate judges proof blocks,\n"
        "GET /stats tells what happened. On SIGHUP every job that runs ends at once.\n\n"
        "Exit codes: 0 ended by a signal, 64 wrong command line, 69 the address is not to be had."_s);
    parser.addOptions({
        {{u"h"_s, u"help"_s}, u"Shows this help."_s},
        {{u"v"_s, u"version"_s}, u"Shows the version."_s},
        {u"listen"_s, u"Where to listen (default 127.0.0.1:3740; port 0: any free one)."_s, u"HOST:PORT"_s},
        {u"duration"_s, u"How long each job runs (default 500ms)."_s, u"TIME"_s},
        {u"duration-of"_s,
         u"How long the jobs of one account run, and those of ACCOUNT-0, ACCOUNT-1 …; may be repeated."_s,
         u"ACCOUNT=TIME"_s},
        {u"start-latency"_s, u"How long each start takes, its account's turn being held (default 0ms)."_s,
         u"TIME"_s},
        {u"connections-per-account"_s, u"Connections of one account served at once (default 1)."_s, u"N"_s},
        {u"slot"_s,
         u"What an account's turn is tied to: one request, or the connection until it closes (default request)."_s,
         u"request|connection"_s},
        {u"idempotent-starts"_s,
         u"A start (wait:false) whose Idempotency-Key has started a job starts no second one, and gets its answer."_s},
        {u"seed"_s, u"Of ids and faults: repeats a run (default: random, printed at the start)."_s, u"N"_s},
        {u"secret"_s, u"The key of the proofs (default: random)."_s, u"TEXT"_s},
        {u"callback-retries"_s, u"Further tries after a connection failure or a 5xx (default 3)."_s, u"N"_s},
        cli::eventLoopOption(),
    });
    for (const FaultFlag &flag : faultFlags())
        parser.addOption({flag.name, flag.description, u"PERCENT"_s});
    parser.addOption({u"fault-late"_s,
                      u"Callbacks posted so much later: all of them (1500ms) or some (20%:1500ms)."_s,
                      u"[PERCENT:]MS"_s});
}

void readFaults(cli::OptionReader &reader, FaultOptions &faults)
{
    for (const FaultFlag &flag : faultFlags()) {
        if (!reader.isSet(flag.name))
            continue;
        if (const auto percent = parsePercent(reader.text(flag.name)))
            faults[flag.fault] = *percent;
        else
            reader.fail(flag.name, u"a share in percent from 0 to 100"_s);
    }
    if (!reader.isSet(u"fault-late"_s))
        return;
    if (const auto late = parseLateFault(reader.text(u"fault-late"_s))) {
        faults[Fault::Late] = late->percent;
        faults.lateBy = late->by;
    } else {
        reader.fail(u"fault-late"_s, u"a time such as 1500ms, or a share and a time such as 20%:1500ms"_s);
    }
}

void readDurations(const QCommandLineParser &parser, cli::OptionReader &reader, JobServerOptions &options)
{
    for (const QString &text : parser.values(u"duration-of"_s)) {
        const qsizetype equals = text.lastIndexOf(u'=');
        const auto duration = parseDuration(QStringView(text).sliced(equals + 1));
        if (equals <= 0 || !duration || *duration > kMaxDuration) {
            reader.fail(u"duration-of"_s, u"an account and a time up to 1h, such as slow=5s"_s, text);
            return;
        }
        options.durationsOf[text.first(equals).toUtf8()] = *duration;
    }
}

void readSlot(cli::OptionReader &reader, SlotScope &slot)
{
    if (!reader.isSet(u"slot"_s))
        return;
    const QString text = reader.text(u"slot"_s);
    if (text == "request"_L1)
        slot = SlotScope::Request;
    else if (text == "connection"_L1)
        slot = SlotScope::Connection;
    else
        reader.fail(u"slot"_s, u"request or connection"_s);
}

void readSeed(cli::OptionReader &reader, std::uint64_t &seed)
{
    seed = QRandomGenerator::system()->generate();
    if (!reader.isSet(u"seed"_s))
        return;
    bool ok = false;
    seed = reader.text(u"seed"_s).toULongLong(&ok);
    if (!ok)
        reader.fail(u"seed"_s, u"a whole number"_s);
}

void readSecret(const cli::OptionReader &reader, QByteArray &secret)
{
    if (reader.isSet(u"secret"_s)) {
        secret = reader.text(u"secret"_s).toUtf8();
        return;
    }
    std::array<quint32, 8> random{};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    secret = QByteArray(reinterpret_cast<const char *>(random.data()), sizeof random);
}

}  // namespace

std::variant<ServeCommand, cli::Exit> parseCommandLine(const QStringList &arguments)
{
    QCommandLineParser parser;
    describe(parser);
    if (!parser.parse(arguments))
        return cli::Exit{cli::kExitUsage, parser.errorText()};
    if (parser.isSet(u"help"_s))
        return cli::Exit{cli::kExitOk, parser.helpText()};
    if (parser.isSet(u"version"_s))
        return cli::Exit{cli::kExitOk, cli::versionText(u"jobserver"_s)};
    if (!parser.positionalArguments().isEmpty())
        return cli::Exit{cli::kExitUsage,
                         u"unexpected argument \"%1\""_s.arg(parser.positionalArguments().first())};

    cli::OptionReader reader(parser);
    ServeCommand command;
    JobServerOptions &options = command.options;
    if (reader.isSet(u"listen"_s)) {
        const auto address = parseListenAddress(reader.text(u"listen"_s));
        if (address && !address->isOff())
            command.listen = *address;
        else
            reader.fail(u"listen"_s, u"an address such as 127.0.0.1:3740"_s);
    }
    reader.duration(u"duration"_s, 0ms, kMaxDuration, options.duration);
    readDurations(parser, reader, options);
    reader.duration(u"start-latency"_s, 0ms, 1min, options.startLatency);
    reader.integer(u"connections-per-account"_s, 1, 100'000, options.connectionsPerAccount);
    readSlot(reader, options.slot);
    options.idempotentStarts = parser.isSet(u"idempotent-starts"_s);
    readSeed(reader, options.seed);
    readSecret(reader, options.secret);
    reader.integer(u"callback-retries"_s, 0, 100, options.callbackRetries);
    readFaults(reader, options.faults);
    cli::checkEventLoop(reader);
    if (!reader.ok())
        return cli::Exit{cli::kExitUsage, reader.error()};
    return command;
}

}  // namespace holdline::jobserver

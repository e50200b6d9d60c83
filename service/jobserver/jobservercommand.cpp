// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/jobservercommand.h"

#include "core/config/commandline.h"
#include "core/config/suggest.h"
#include "core/profile/profilereader.h"
#include "core/profile/shippedprofiles.h"
#include "core/profile/verification.h"
#include "core/routing/secretfiles.h"
#include "service/jobserver/apimessages.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>

#include <array>

namespace holdline::jobserver {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kMaxDuration = 1h;
/// The name in `--secret proof=FILE` of the key with which the job server's own API makes its proofs.
const QString kProofSecret = u"proof"_s;

const QString kDescription =
    u"A job server for tests and demos. POST /start starts a job, blocking (wait:true) or with a callback\n"
    "(wait:false). It serves one connection of an account at a time. POST /validate checks proof blocks,\n"
    "GET /stats shows counters. On SIGHUP every running job ends at once.\n\n"
    "Exit codes: 0 ended by a signal, 64 wrong command line, 69 the address cannot be used."_s;

struct FaultFlag
{
    Fault fault;
    QString name;
    QString help;
};

const std::vector<FaultFlag> kFaultFlags{
    {Fault::Start500, u"fault-start-500"_s, u"Starts answered 500. No job is started."_s},
    {Fault::Start503, u"fault-start-503"_s, u"Starts answered 503 with Retry-After. No job is started."_s},
    {Fault::Reset, u"fault-reset"_s,
     u"Connections reset instead of an answer. The job is started, and its callback comes."_s},
    {Fault::Garbage, u"fault-garbage"_s,
     u"Starts answered unreadably or half. The job is started, and its callback comes."_s},
    {Fault::NoCallback, u"fault-no-callback"_s, u"Jobs that end without a callback."_s},
    {Fault::Duplicate, u"fault-duplicate"_s, u"Callbacks posted twice at the same moment."_s},
    {Fault::Early, u"fault-early"_s, u"Callbacks posted at once, before the start is answered."_s},
    {Fault::WrongId, u"fault-wrong-id"_s,
     u"Callbacks with a wrong id posted first, and the right one 50 ms later."_s},
    {Fault::Failed, u"fault-failed"_s, u"Jobs whose state is \"failed\"."_s},
};

QString readListen(QStringView text, ListenAddress &listen)
{
    const auto address = parseListenAddress(text);
    if (!address)
        return u"an address such as 127.0.0.1:3740 is wanted"_s;
    listen = *address;
    return {};
}

QString readDurationOf(QStringView text, JobServerOptions &options)
{
    const qsizetype equals = text.lastIndexOf(u'=');
    std::chrono::milliseconds duration{};
    if (equals <= 0 || !readDuration(text.sliced(equals + 1), 0ms, kMaxDuration, duration).isEmpty())
        return u"an account and a time up to 1h are wanted, such as slow=5s"_s;
    options.durationsOf[text.first(equals).toUtf8()] = duration;
    return {};
}

QString readPercent(QStringView text, double &share)
{
    const auto percent = parsePercent(text);
    share = percent.value_or(share);
    return percent ? QString() : u"a share in percent from 0 to 100 is wanted"_s;
}

QString readLateFault(QStringView text, FaultOptions &faults)
{
    const auto late = parseLateFault(text);
    if (!late)
        return u"a time such as 1500ms, or a share and a time such as 20%:1500ms, is wanted"_s;
    faults[Fault::Late] = late->percent;
    faults.lateBy = late->by;
    return {};
}

QString readProfileName(const QString &name, JobServerOptions &options)
{
    if (name == "jobserver"_L1)
        return {};
    if (const profile::Profile *shipped = profile::shippedProfile(name)) {
        options.profile = {std::shared_ptr<void>(), shipped};
        return {};
    }
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return u"a file, or one of %1, is wanted"_s.arg(profile::shippedProfiles().join(u", "_s));
    auto read = profile::readProfile(file.read(profile::kMaxProfileBytes + 1), name);
    if (const auto *errors = std::get_if<QStringList>(&read))
        return u"a right profile is wanted: "_s + errors->join(u"; "_s);
    options.profile = std::make_shared<const profile::Profile>(std::get<profile::Profile>(std::move(read)));
    return {};
}

QString readCallbackUrl(QStringView text, JobServerOptions &options)
{
    const QUrl url(text.toString(), QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1))
        return u"an http or https URL is wanted"_s;
    options.registeredCallback = url;
    return {};
}

std::vector<CommandLineOption> optionsOf(ServeCommand &command, QStringList &secretFlags)
{
    JobServerOptions &options = command.options;
    std::vector<CommandLineOption> table{
        {u"listen"_s, u"HOST:PORT"_s,
         u"The address to listen on (default 127.0.0.1:3740). Port 0 means any free port."_s,
         [&](QStringView text) { return readListen(text, command.listen); }},
        {u"duration"_s, u"TIME"_s, u"The duration of each job (default 500ms)."_s,
         into(options.duration, 0ms, kMaxDuration)},
        {u"duration-of"_s, u"ACCOUNT=TIME"_s,
         u"The duration of jobs of ACCOUNT, ACCOUNT-0, ACCOUNT-1 …. May be repeated."_s,
         [&](QStringView text) { return readDurationOf(text, options); },
         CommandLineOption::Repeated::EachCounts},
        {u"start-latency"_s, u"TIME"_s,
         u"The duration of each start, which holds its account's turn (default 0ms)."_s,
         into(options.startLatency, 0ms, 1min)},
        {u"connections-per-account"_s, u"N"_s,
         u"The connections of one account served at once (default 1)."_s,
         into(options.connectionsPerAccount, 1, 100'000)},
        {u"slot"_s, u"request|connection"_s,
         u"The holder of an account's turn: one request, or the connection until it closes (default request)."_s,
         into(options.slot, Names<SlotScope>{{"request"_L1, SlotScope::Request},
                                             {"connection"_L1, SlotScope::Connection}})},
        {u"idempotent-starts"_s,
         {},
         u"A start (wait:false) with a used Idempotency-Key starts no second job and gets the first answer."_s,
         into(options.idempotentStarts)},
        {u"seed"_s, u"N"_s,
         u"The seed of ids and faults, which repeats a run (default: random, printed at the start)."_s,
         into(options.seed)},
        {u"profile"_s, u"NAME|FILE"_s,
         u"Speaks the API of this profile in place of the job server's: see `holdline profiles`."_s,
         [&options](QStringView text) { return readProfileName(text.toString(), options); }},
        {u"callback-url"_s, u"URL"_s,
         u"Where callbacks go that a profile's API knows beforehand (default http://127.0.0.1:3738/callback/PROFILE)."_s,
         [&options](QStringView text) { return readCallbackUrl(text, options); }},
        {u"secret"_s, u"NAME=FILE"_s,
         u"A secret of the profile, as holdline --secret names it. Its first line proves callbacks; for "
         u"Ed25519 "
         u"the private key is made of it. Without --profile, proof is the key of the proofs (default: "
         u"random). May be repeated."_s,
         [&secretFlags](QStringView text) {
             secretFlags.append(text.toString());
             return QString();
         },
         CommandLineOption::Repeated::EachCounts},
        {u"progress"_s, u"N"_s,
         u"Callbacks of each job before its end that say that it goes on (default 0)."_s,
         into(options.progress, 0, 1000)},
        {u"callback-retries"_s, u"N"_s,
         u"Further attempts after a connection failure or a 5xx (default 3)."_s,
         into(options.callbackRetries, 0, 100)},
    };
    for (const FaultFlag &flag : kFaultFlags)
        table.push_back(
            {flag.name, u"PERCENT"_s, flag.help, [&options, fault = flag.fault](QStringView text) {
                 return readPercent(text, options.faults[fault]);
             }});
    table.push_back({u"fault-late"_s, u"[PERCENT:]MS"_s,
                     u"The delay of all callbacks (1500ms) or of some (20%:1500ms)."_s,
                     [&options](QStringView text) { return readLateFault(text, options.faults); }});
    return table;
}

QByteArray randomSecret()
{
    std::array<quint32, 8> random{};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    return {reinterpret_cast<const char *>(random.data()), sizeof random};
}

/// Reads the files in the values of --secret. Each secret must have one of `names`. Adds errors to `line`.
profile::Secrets readSecretFlags(const QStringList &flags, const QStringList &names, CommandLine &line)
{
    std::vector<SecretFile> files;
    for (const QString &flag : flags) {
        auto read = readSecretFlag(flag);
        if (const auto *error = std::get_if<QString>(&read)) {
            line.fail(*error);
            continue;
        }
        auto &file = std::get<SecretFile>(read);
        if (names.isEmpty())
            line.fail(u"flag --secret: the profile names no secret, so %1 is not wanted"_s.arg(file.name));
        else if (!names.contains(file.name))
            line.fail(u"flag --secret: no secret is called %1"_s.arg(file.name) + thereAre(file.name, names));
        else
            files.push_back(std::move(file));
    }
    QStringList errors;
    profile::Secrets secrets = readSecrets(files, QDir(), errors);
    for (const QString &error : errors)
        line.fail(error);
    return secrets;
}

/// Sets options.secret: the key of the profile's callbacks, or without a profile the key of the proofs. Adds
/// an error to `line` when the profile needs a key and there is none.
void takeSecret(const profile::Secrets &secrets, JobServerOptions &options, CommandLine &line)
{
    std::vector<QByteArray> names{kProofSecret.toUtf8()};
    if (options.profile && needsKey(*options.profile))
        names = options.profile->callback->verify->secrets;
    else if (options.profile)
        return;
    if (options.profile &&
        options.profile->callback->verify->scheme != profile::VerifyRule::Scheme::Ed25519) {
        for (const QString &error : unusableSecrets(*options.profile->callback->verify, secrets))
            line.fail(error);
    }
    for (const QByteArray &name : names) {
        if (const auto found = secrets.find(name); found != secrets.end()) {
            options.secret = profile::firstLine(found->second);
            return;
        }
    }
    // If a file could not be read, that error is in `line` already.
    if (options.profile && line.errors().isEmpty())
        line.fail(
            u"the profile %1 proves its callbacks: --secret %2=FILE is wanted, with the file that "
            u"holdline --secret names"_s.arg(options.profile->name, QString::fromUtf8(names.front())));
}

}  // namespace

std::variant<ServeCommand, Exit> parseCommandLine(const QStringList &arguments)
{
    ServeCommand command;
    command.options.seed = QRandomGenerator::system()->generate();
    command.options.secret = randomSecret();
    QStringList secretFlags;
    CommandLine line(u"jobserver"_s, kDescription, optionsOf(command, secretFlags));
    if (const auto exit = line.read(arguments))
        return *exit;
    JobServerOptions &options = command.options;
    const QStringList names = options.profile ? options.profile->secretNames() : QStringList{kProofSecret};
    takeSecret(readSecretFlags(secretFlags, names, line), options, line);
    if (options.profile && options.progress > 0 && !canTellProgress(*options.profile))
        line.fail(u"flag --progress: no callback of the profile %1 can say that a job goes on"_s.arg(
            options.profile->name));
    if (options.profile && options.registeredCallback.isEmpty())
        options.registeredCallback = QUrl(u"http://127.0.0.1:3738/callback/"_s + options.profile->name);
    if (const auto exit = line.exit())
        return *exit;
    return command;
}

}  // namespace holdline::jobserver

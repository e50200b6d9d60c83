// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/options.h"

#include "core/base/enumtable.h"
#include "core/config/values.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Makes an option without its functions set and get.
Option describe(const char *key, const char *flag, Option::Kind kind, const QString &values,
                const char *description)
{
    Option option;
    option.key = QLatin1StringView(key);
    option.flag = QLatin1StringView(flag);
    option.kind = kind;
    option.values = values;
    option.description = QLatin1StringView(description);
    return option;
}

// The functions below make an option of each kind. Their argument `at` is a function that takes a Config,
// const or not, and returns a reference to the option's member.

template <typename At>
Option addresses(const char *key, const char *flag, At at, bool mayBeOff, const char *description)
{
    const QString values = mayBeOff ? u"HOST:PORT, several, or off"_s : u"HOST:PORT, or several"_s;
    Option option = describe(key, flag, Option::Kind::Address, values, description);
    option.reloadable = false;  // a reload does not open listening sockets again
    option.isList = true;
    option.set = [at, mayBeOff](Config &config, QStringView text) {
        const auto parsed = parseListenAddresses(text);
        if (!parsed || (parsed->empty() && !mayBeOff))
            return u"an IP address and a port are wanted, such as 127.0.0.1:3738 or [::1]:3738"_s +
                   (mayBeOff ? u", or off"_s : QString());
        at(config) = *parsed;
        return QString();
    };
    option.get = [at](const Config &config) { return formatListenAddresses(at(config)); };
    return option;
}

template <typename At>
Option networks(const char *key, const char *flag, At at, const char *description)
{
    Option option = describe(key, flag, Option::Kind::Network,
                             u"ADDRESS or ADDRESS/BITS, several, or empty"_s, description);
    option.isList = true;
    option.set = [at](Config &config, QStringView text) {
        const auto parsed = parseAddressRanges(text);
        if (!parsed)
            return u"IP addresses or ranges of them are wanted, such as 127.0.0.1 or 10.0.0.0/8"_s;
        at(config) = *parsed;
        return QString();
    };
    option.get = [at](const Config &config) { return formatAddressRanges(at(config)); };
    return option;
}

constexpr qsizetype kMaxPath = 4096;  ///< bytes, in the encoding of system calls

bool isPath(QStringView text, qsizetype maxBytes)
{
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    return !text.isEmpty() && text.toUtf8().size() <= maxBytes &&
           std::none_of(text.begin(), text.end(), isControl);
}

/// Makes an option for a file that is read when the service starts and at each reload. Empty: no file.
template <typename At>
Option file(const char *key, const char *flag, At at, const char *description)
{
    Option option = describe(key, flag, Option::Kind::Path, u"PATH, or empty"_s, description);
    option.set = [at](Config &config, QStringView text) {
        if (!text.isEmpty() && !isPath(text, kMaxPath))
            return u"the path of a PEM file is wanted, of at most %1 bytes"_s.arg(kMaxPath);
        at(config) = text.toString();
        return QString();
    };
    option.get = [at](const Config &config) { return at(config); };
    return option;
}

/// Makes an option for a path. `words` lists, for people, the other texts that the option takes.
template <typename At>
Option path(const char *key, const char *flag, At at, qsizetype maxBytes, const QString &words,
            const char *description)
{
    Option option = describe(key, flag, Option::Kind::Path, u"PATH, "_s + words, description);
    option.reloadable = false;  // the service opens or reads the file only when it starts
    option.set = [at, maxBytes, words](Config &config, QStringView text) {
        if (!isPath(text, maxBytes))
            return u"a path of at most %1 bytes is wanted, or %2"_s.arg(maxBytes).arg(
                QString(words).replace(u" or "_s, u", or "_s));
        at(config) = text.toString();
        return QString();
    };
    option.get = [at](const Config &config) { return at(config); };
    return option;
}

/// The use of a URL. Whole: the URL of one resource. Base: paths are appended to the URL.
enum class UrlUse : bool { Whole, Base };

template <typename At>
Option url(const char *key, const char *flag, At at, UrlUse use, const QString &example,
           const char *description)
{
    const bool isBase = use == UrlUse::Base;
    const QString values = isBase ? u"http or https URL, or empty"_s : u"http or https URL"_s;
    Option option = describe(key, flag, Option::Kind::Url, values, description);
    option.set = [at, isBase, example](Config &config, QStringView text) {
        const QUrl parsed(text.toString(), QUrl::StrictMode);
        const bool web = parsed.scheme() == "http"_L1 || parsed.scheme() == "https"_L1;
        // A user name or a fragment would not be sent, so the URL must not have one. A base must not have a
        // query, because paths are appended to the base.
        const bool plain =
            parsed.userInfo().isEmpty() && !parsed.hasFragment() && !(isBase && parsed.hasQuery());
        const bool right = parsed.isValid() && web && !parsed.host().isEmpty() && plain;
        if (!right && !(text.isEmpty() && isBase))
            return (isBase
                        ? u"an http or https URL with a host and without user name, query and fragment is wanted, such as "_s
                        : u"an http or https URL with a host and without user name and fragment is wanted, such as "_s) +
                   example;
        at(config) = parsed;
        return QString();
    };
    option.get = [at](const Config &config) { return at(config).toString(QUrl::FullyEncoded); };
    return option;
}

template <typename At>
Option proxy(const char *key, const char *flag, At at, const char *description)
{
    Option option = describe(key, flag, Option::Kind::Url, u"http://HOST:PORT, or empty"_s, description);
    option.set = [at](Config &config, QStringView text) {
        const QUrl parsed(text.toString(), QUrl::StrictMode);
        const bool right = parsed.isValid() && parsed.scheme() == "http"_L1 && !parsed.host().isEmpty() &&
                           parsed.port() > 0 && parsed.userInfo().isEmpty() &&
                           (parsed.path().isEmpty() || parsed.path() == "/"_L1) && !parsed.hasQuery() &&
                           !parsed.hasFragment();
        if (!right && !text.isEmpty())
            return u"an http URL of host and port alone is wanted, such as http://proxy.example:3128"_s;
        at(config) = parsed;
        return QString();
    };
    option.get = [at](const Config &config) { return at(config).toString(QUrl::FullyEncoded); };
    return option;
}

template <typename At>
Option integer(const char *key, const char *flag, At at, int least, int most, const char *description)
{
    const QString values = u"%1 to %2"_s.arg(least).arg(most);
    Option option = describe(key, flag, Option::Kind::Integer, values, description);
    option.set = [=](Config &config, QStringView text) { return readInteger(text, least, most, at(config)); };
    option.get = [at](const Config &config) { return QString::number(at(config)); };
    return option;
}

template <typename At>
Option size(const char *key, const char *flag, At at, std::int64_t least, std::int64_t most,
            const char *description)
{
    const QString values = u"%1 to %2"_s.arg(formatSize(least), formatSize(most));
    Option option = describe(key, flag, Option::Kind::Size, values, description);
    option.set = [=](Config &config, QStringView text) { return readSize(text, least, most, at(config)); };
    option.get = [at](const Config &config) { return formatSize(at(config)); };
    return option;
}

template <typename At>
Option duration(const char *key, const char *flag, At at, milliseconds least, milliseconds most,
                const char *description)
{
    const QString values = u"%1 to %2"_s.arg(formatDuration(least), formatDuration(most));
    Option option = describe(key, flag, Option::Kind::Duration, values, description);
    option.set = [=](Config &config, QStringView text) {
        return readDuration(text, least, most, at(config));
    };
    option.get = [at](const Config &config) { return formatDuration(at(config)); };
    return option;
}

template <typename At, typename Enum>
Option choice(const char *key, const char *flag, At at, const Names<Enum> &names, const char *description)
{
    Option option = describe(key, flag, Option::Kind::Choice, namesText(names), description);
    option.set = [=](Config &config, QStringView text) { return readName(text, names, at(config)); };
    option.get = [at, names](const Config &config) {
        const auto it =
            std::find_if(names.begin(), names.end(), [&](const auto &n) { return n.second == at(config); });
        return it == names.end() ? QString() : QString(it->first);
    };
    return option;
}

/// Marks the option as one that a reload does not change.
Option needsRestart(Option option)
{
    option.reloadable = false;
    return option;
}

const Names<EventLoop> kEventLoops{{"epoll"_L1, EventLoop::Epoll}, {"qt"_L1, EventLoop::Qt}};
const Names<ConnectionScope> kScopes{{"any"_L1, ConnectionScope::Any},
                                     {"account"_L1, ConnectionScope::Account}};
const Names<UpstreamTransport> kTransports{{"pooled"_L1, UpstreamTransport::Pooled},
                                           {"qt"_L1, UpstreamTransport::Qt}};
const Names<AmbiguousRetry> kAmbiguous{{"never"_L1, AmbiguousRetry::Never},
                                       {"always"_L1, AmbiguousRetry::Always}};
const Names<KeyInFlight> kKeyInFlight{{"join"_L1, KeyInFlight::Join}, {"reject"_L1, KeyInFlight::Reject}};
const Names<HalfClose> kHalfClose{{"leave"_L1, HalfClose::Leave}, {"hold"_L1, HalfClose::Hold}};
const Names<WhenDegraded> kWhenDegraded{{"ready"_L1, WhenDegraded::Ready},
                                        {"unready"_L1, WhenDegraded::Unready}};
const Names<StoreSync> kStoreSync{{"full"_L1, StoreSync::Full}, {"normal"_L1, StoreSync::Normal}};
const Names<LogFormat> kFormats{{"logfmt"_L1, LogFormat::Logfmt}, {"json"_L1, LogFormat::Json}};
const Names<LogLevel> kLevels{{"debug"_L1, LogLevel::Debug},
                              {"info"_L1, LogLevel::Info},
                              {"warning"_L1, LogLevel::Warning},
                              {"error"_L1, LogLevel::Error}};

constexpr std::int64_t KiB = 1024;
constexpr std::int64_t MiB = 1024 * KiB;
constexpr std::int64_t GiB = 1024 * MiB;

#define HOLDLINE_MEMBER(path) \
    [](auto &c) -> auto &     \
    {                         \
        return c.path;        \
    }

template <typename Matches>
const Option *find(Matches matches)
{
    const auto &all = options();
    const auto it = std::find_if(all.begin(), all.end(), matches);
    return it == all.end() ? nullptr : &*it;
}

}  // namespace

QString Option::environmentName() const
{
    return u"HOLDLINE_"_s + QString(flag).toUpper().replace(u'-', u'_');
}

QString Option::placeholder() const
{
    static constexpr EnumTexts<Kind, 8> kTexts({
        {Kind::Address, "HOST:PORT"_L1},
        {Kind::Network, "ADDRESS"_L1},
        {Kind::Path, "PATH"_L1},
        {Kind::Url, "URL"_L1},
        {Kind::Integer, "N"_L1},
        {Kind::Size, "SIZE"_L1},
        {Kind::Duration, "TIME"_L1},
        {Kind::Choice, "WORD"_L1},
    });
    return kTexts[kind];
}

const std::vector<Option> &options()
{
    static const std::vector<Option> all{
        addresses("server.listen", "listen", HOLDLINE_MEMBER(server.listen), false,
                  "Where clients and callbacks arrive; [::]:PORT is every address, port 0 a free port."),
        addresses("server.admin_listen", "admin-listen", HOLDLINE_MEMBER(server.adminListen), true,
                  "Where /livez, /readyz, /metrics, /version and /v1/dead-letters are served."),
        choice("server.when_degraded", "when-degraded", HOLDLINE_MEMBER(server.whenDegraded), kWhenDegraded,
               "What /readyz answers while durable jobs are refused: 200 (ready) or 503 (unready)."),
        path("server.monitor_socket", "monitor-socket", HOLDLINE_MEMBER(server.monitorSocket), kMaxSocketPath,
             u"auto or off"_s,
             "Where monitors connect; auto: holdline.sock in $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR."),
        // Needs a restart, because callbacks of running jobs still arrive at the old URL.
        needsRestart(
            url("server.callback_url", "callback-url", HOLDLINE_MEMBER(server.callbackUrl), UrlUse::Base,
                u"http://proxy.example:3738/callback"_s,
                "Where the upstream reaches this service; empty: the listen address. Without a path: "
                "/callback.")),
        url("server.public_url", "public-url", HOLDLINE_MEMBER(server.publicUrl), UrlUse::Base,
            u"https://proxy.example/jobs"_s,
            "Where clients see this service; links in answers begin with it. Empty: links are paths."),
        networks("server.trusted_proxies", "trusted-proxies", HOLDLINE_MEMBER(server.trustedProxies),
                 "Proxies whose X-Forwarded-Prefix counts in links, when public_url is empty."),
        // Needs a restart, because each account's lane and each job's callback URL belong to one thread.
        needsRestart(integer("server.threads", "threads", HOLDLINE_MEMBER(server.threads), 0, 64,
                             "Threads that serve; 0: one on up to two cores, else one per core, at most 4.")),
        needsRestart(
            choice("server.event_loop", "event-loop", HOLDLINE_MEMBER(server.eventLoop), kEventLoops,
                   "epoll: our event loop, whose cost follows what happens. qt: Qt's own, to compare with.")),

        url("upstream.url", "upstream", HOLDLINE_MEMBER(upstream.url), UrlUse::Whole,
            u"http://jobs.example/start"_s, "Where jobs are started."),
        path("upstream.profile", "profile", HOLDLINE_MEMBER(upstream.profile), 1000,
             u"jobserver or the name of a profile"_s, "How the upstream's API starts jobs and calls back."),
        // Needs a restart, because start requests in flight belong to the old transport.
        needsRestart(choice("upstream.transport", "upstream-transport", HOLDLINE_MEMBER(upstream.transport),
                            kTransports,
                            "pooled: our connections. qt: Qt's manager with six connections; only url and "
                            "start_timeout apply.")),
        integer("upstream.connections", "upstream-connections", HOLDLINE_MEMBER(upstream.connections), 1,
                65'535, "Connections open to the upstream at once, all accounts together."),
        choice("upstream.connection_scope", "connection-scope", HOLDLINE_MEMBER(upstream.connectionScope),
               kScopes, "Who may use a kept-alive connection again: any account, or only the one it served."),
        duration("upstream.connect_timeout", "connect-timeout", HOLDLINE_MEMBER(upstream.connectTimeout),
                 10ms, 10min, "Time to connect to the upstream."),
        duration("upstream.start_timeout", "start-timeout", HOLDLINE_MEMBER(upstream.startTimeout), 10ms, 1h,
                 "Time from sending a start to its whole answer; after it the start's fate is unknown."),
        duration("upstream.idle_timeout", "upstream-idle-timeout", HOLDLINE_MEMBER(upstream.idleTimeout),
                 10ms, 1h, "An unused kept-alive connection to the upstream is closed after this time."),
        size("upstream.max_answer_bytes", "max-answer-bytes", HOLDLINE_MEMBER(upstream.maxAnswerBytes), KiB,
             64 * MiB, "Largest answer to a start."),
        proxy("upstream.proxy", "upstream-proxy", HOLDLINE_MEMBER(upstream.proxy),
              "HTTP proxy through which an https upstream is reached (CONNECT); empty: directly."),
        file("upstream.ca_file", "upstream-ca-file", HOLDLINE_MEMBER(upstream.caFile),
             "PEM file with the only authorities that vouch for an https upstream; empty: the system's."),
        file("upstream.client_certificate", "upstream-client-certificate",
             HOLDLINE_MEMBER(upstream.clientCertificate),
             "PEM file with the certificate, and its chain, for an upstream that asks clients for one."),
        file("upstream.client_key", "upstream-client-key", HOLDLINE_MEMBER(upstream.clientKey),
             "PEM file with the key of that certificate, without a passphrase."),

        integer("lanes.starts_per_account", "starts-per-account", HOLDLINE_MEMBER(lanes.startsPerAccount), 1,
                1000, "Starts of one account in flight at once."),
        integer("lanes.starts_in_flight", "starts-in-flight", HOLDLINE_MEMBER(lanes.startsInFlight), 1,
                65'535, "Starts in flight at once, all accounts together."),
        integer("lanes.lane_length", "lane-length", HOLDLINE_MEMBER(lanes.laneLength), 1, 1'000'000,
                "Starts of one account that wait; one more is answered 429."),
        integer("lanes.queued", "max-queued", HOLDLINE_MEMBER(lanes.queued), 1, 1'000'000,
                "Starts of all accounts that wait; one more is answered 503."),

        duration("hold.deadline", "deadline", HOLDLINE_MEMBER(hold.deadline), 100ms, 24h,
                 "How long a request without Prefer: wait=N is held."),
        duration("hold.max_deadline", "max-deadline", HOLDLINE_MEMBER(hold.maxDeadline), 100ms, 24h,
                 "The most that Prefer: wait=N can ask for."),
        integer("hold.held", "max-held", HOLDLINE_MEMBER(hold.held), 1, 1'000'000,
                "Requests held at once; one more is answered 503."),
        duration("hold.drain_timeout", "drain-timeout", HOLDLINE_MEMBER(hold.drainTimeout), 0ms, 1h,
                 "Time that held requests have to finish after SIGTERM."),
        integer("hold.parked_results", "parked-results", HOLDLINE_MEMBER(hold.retainedResults), 0, 10'000'000,
                "Finished jobs retained for late and duplicate callbacks."),
        size("hold.parked_bytes", "parked-bytes", HOLDLINE_MEMBER(hold.retainedBytes), 0, 64 * GiB,
             "Memory for the results of retained jobs, all together."),
        duration("hold.parked_for", "parked-for", HOLDLINE_MEMBER(hold.retainedFor), 0ms, 168h,
                 "How long a finished job is retained."),
        duration("hold.job_deadline", "job-deadline", HOLDLINE_MEMBER(hold.jobDeadline), 1s, 168h,
                 "Time that a durable job has to end: one with an Idempotency-Key, or handed over."),
        duration("hold.doubt_deadline", "doubt-deadline", HOLDLINE_MEMBER(hold.doubtDeadline), 1s, 168h,
                 "Longest wait for the callback of a durable job of which nobody knows whether it started."),
        integer("hold.promised", "max-promised", HOLDLINE_MEMBER(hold.durable), 1, 1'000'000,
                "Durable jobs that have not ended; one more is answered 503."),
        choice("hold.idempotency_in_flight", "idempotency-in-flight", HOLDLINE_MEMBER(hold.keyInFlight),
               kKeyInFlight,
               "While its Idempotency-Key's job runs, a request joins the job, or is answered 409."),
        choice("hold.half_close", "half-close", HOLDLINE_MEMBER(hold.halfClose), kHalfClose,
               "A held client that shuts down its sending side counts as gone (leave), or waits on (hold)."),

        path("store.path", "store", HOLDLINE_MEMBER(store.path), kMaxPath, u"auto or memory"_s,
             "Where durable jobs are stored; auto: holdline.db in $STATE_DIRECTORY, else in the user's state "
             "folder."),
        needsRestart(
            choice("store.synchronous", "store-synchronous", HOLDLINE_MEMBER(store.synchronous), kStoreSync,
                   "full: stored jobs survive a power cut. normal: they survive a killed process only.")),
        duration("store.commit_interval", "store-commit-interval", HOLDLINE_MEMBER(store.commitInterval), 0ms,
                 1s,
                 "Least time between two commits while several writes wait; an idle store commits at once."),
        duration("store.keep_for", "store-keep-for", HOLDLINE_MEMBER(store.keepFor), 1s, 8760h,
                 "How long results and Idempotency-Keys of ended jobs are stored."),
        integer("store.jobs", "store-jobs", HOLDLINE_MEMBER(store.jobs), 1, 100'000'000,
                "Ended jobs in the store; those of the largest account go first."),
        size("store.bytes", "store-bytes", HOLDLINE_MEMBER(store.bytes), MiB, 1024 * GiB,
             "Size of the store; ended jobs of the largest account go first."),
        integer("store.queued", "store-queued", HOLDLINE_MEMBER(store.queued), 1, 10'000'000,
                "Writes that wait for the store; a request that needs one more is answered 503."),
        duration(
            "store.patience", "store-patience", HOLDLINE_MEMBER(store.patience), 100ms, 10min,
            "A store that takes longer for a write or a look-up counts as unavailable until it answers."),
        integer("store.dead_letters", "store-dead-letters", HOLDLINE_MEMBER(store.deadLetters), 0, 1'000'000,
                "Dead letters in the store; the oldest go first."),
        size("store.dead_letter_bytes", "store-dead-letter-bytes", HOLDLINE_MEMBER(store.deadLetterBytes), 0,
             64 * GiB, "Size of their bodies, all together."),

        integer("retry.attempts", "retry-attempts", HOLDLINE_MEMBER(retry.attempts), 0, 1000,
                "Starts of one job, the first included; 0: as many as its deadline allows."),
        integer("retry.budget", "retry-budget", HOLDLINE_MEMBER(retry.budget), 0, 1000,
                "Retries of all jobs per 100 first starts, and ten a second; more of them wait."),
        duration("retry.base_delay", "retry-base-delay", HOLDLINE_MEMBER(retry.baseDelay), 1ms, 1min,
                 "Longest pause before the second start; it doubles from try to try."),
        duration("retry.max_delay", "retry-max-delay", HOLDLINE_MEMBER(retry.maxDelay), 1ms, 10min,
                 "Longest pause between two starts; a durable job's grows further, up to 1m, with its age."),
        duration("retry.max_retry_after", "max-retry-after", HOLDLINE_MEMBER(retry.maxRetryAfter), 5s, 1h,
                 "A longer Retry-After counts as this, from the upstream and in answers to clients."),
        choice("retry.ambiguous", "retry-ambiguous", HOLDLINE_MEMBER(retry.ambiguous), kAmbiguous,
               "Whether starts of unknown fate are sent again; always: if the upstream honours "
               "Idempotency-Key."),

        integer("circuit.failures", "circuit-failures", HOLDLINE_MEMBER(circuit.failures), 0, 100'000,
                "Failed starts in a row that open the circuit breaker; 0: it never opens."),
        integer("circuit.accounts", "circuit-accounts", HOLDLINE_MEMBER(circuit.accounts), 1, 16,
                "Accounts whose starts must fail to open it, unless the upstream cannot be reached at all."),
        duration(
            "circuit.probe_after", "circuit-probe-after", HOLDLINE_MEMBER(circuit.probeAfter), 10ms, 1h,
            "An open circuit tries the upstream with one start after this time, then after twice the time "
            "and so on."),
        duration("circuit.open_for", "circuit-open-for", HOLDLINE_MEMBER(circuit.openFor), 100ms, 1h,
                 "Longest pause between two such tries."),

        integer("limits.connections", "max-connections", HOLDLINE_MEMBER(limits.connections), 1, 1'000'000,
                "Client connections at once; one more is answered 503 and closed."),
        integer("limits.callback_connections", "callback-connections",
                HOLDLINE_MEMBER(limits.callbackConnections), 1, 10'000,
                "Further connections that only callbacks may use."),
        size("limits.target_bytes", "max-target-bytes", HOLDLINE_MEMBER(limits.targetBytes), 64, MiB,
             "Longest request target; beyond it 414."),
        size("limits.head_bytes", "max-head-bytes", HOLDLINE_MEMBER(limits.headBytes), KiB, MiB,
             "Largest request head; beyond it 431."),
        integer("limits.head_fields", "max-head-fields", HOLDLINE_MEMBER(limits.headFields), 10, 10'000,
                "Header fields of a request; beyond it 431."),
        size("limits.body_bytes", "max-body-bytes", HOLDLINE_MEMBER(limits.bodyBytes), KiB, 64 * MiB,
             "Largest request body; beyond it 413."),
        size("limits.memory", "memory", HOLDLINE_MEMBER(limits.memory), 0, 1024 * 1024 * MiB,
             "Bodies in memory, all together; beyond it 503. 0: a quarter of the machine's memory."),
        integer("limits.account_share", "account-share", HOLDLINE_MEMBER(limits.accountShare), 1, 100,
                "Percent of what all share that one account alone may use; beyond it 429."),
        duration("limits.head_timeout", "head-timeout", HOLDLINE_MEMBER(limits.headTimeout), 100ms, 1h,
                 "Time to send a request's head; beyond it 408."),
        duration("limits.body_timeout", "body-timeout", HOLDLINE_MEMBER(limits.bodyTimeout), 100ms, 1h,
                 "Time to send a request's body; beyond it 408."),
        duration("limits.idle_timeout", "idle-timeout", HOLDLINE_MEMBER(limits.idleTimeout), 100ms, 1h,
                 "A client's connection without a request is closed after this time."),
        duration("limits.write_timeout", "write-timeout", HOLDLINE_MEMBER(limits.writeTimeout), 100ms, 1h,
                 "Time a client has to take its answer; beyond it the connection is reset."),
        duration("limits.keep_alive", "keep-alive", HOLDLINE_MEMBER(limits.keepAlive), 0ms, 2h,
                 "Silence before TCP keep-alive probes, in whole seconds; the upstream's too; 0s: none."),

        choice("log.format", "log-format", HOLDLINE_MEMBER(log.format), kFormats,
               "How log lines are written."),
        choice("log.level", "log-level", HOLDLINE_MEMBER(log.level), kLevels,
               "The least important messages that are logged."),
        integer("log.access_lines_per_second", "access-lines-per-second",
                HOLDLINE_MEMBER(log.accessLinesPerSecond), 0, 1'000'000,
                "Finished requests logged per second, the rest summed up in one line; 0: no access log."),
    };
    return all;
}

#undef HOLDLINE_MEMBER

const Option *findOptionByKey(QStringView key)
{
    return find([key](const Option &option) { return option.key == key; });
}

const Option *findOptionByFlag(QStringView flag)
{
    return find([flag](const Option &option) { return option.flag == flag; });
}

const Option *findOptionByEnvironment(QStringView environment)
{
    return find([environment](const Option &option) { return option.environmentName() == environment; });
}

}  // namespace holdline

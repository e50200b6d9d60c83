// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/configtext.h"
#include "core/config/loadconfig.h"
#include "core/config/values.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/configplace.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

class TestConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tableIsSound();
    void defaultsAreValid();
    void precedence();
    void port();
    void severalAddresses_data();
    void severalAddresses();
    void callbackUrlVariable();
    void outOfRange_data();
    void outOfRange();
    void conflicts_data();
    void conflicts();
    void printedConfigReadsTheSame();
    void secretsAreNotPrinted();
    void exits();
    void helpNamesEverything();
    void markdown();
    void reload();
};

void TestConfig::tableIsSound()
{
    QSet<QString> keys;
    QSet<QString> flags;
    const QRegularExpression keyForm(u"^[a-z]+\\.[a-z_]+$"_s);
    const QRegularExpression flagForm(u"^[a-z]+(-[a-z]+)*$"_s);
    const Config defaults;
    for (const Option &option : options()) {
        QVERIFY2(keyForm.match(option.key).hasMatch(), option.key.data());
        QVERIFY2(flagForm.match(option.flag).hasMatch(), option.flag.data());
        QVERIFY2(!keys.contains(option.key) && !flags.contains(option.flag), option.key.data());
        keys.insert(option.key);
        flags.insert(option.flag);
        QVERIFY2(option.description.endsWith(u'.'), option.key.data());
        QVERIFY2(!option.values.isEmpty(), option.key.data());
        // Each option accepts its own default, and sets a member that no other option sets.
        Config config;
        QCOMPARE(option.set(config, option.get(defaults)), QString());
        QCOMPARE(option.get(config), option.get(defaults));
        const QString other = otherValue(option);
        QVERIFY2(!other.isEmpty(), option.key.data());
        QCOMPARE(option.set(config, other), QString());
        for (const Option &second : options())
            QCOMPARE(second.get(config) == second.get(defaults), &second != &option);
        QCOMPARE(findOptionByKey(QString(option.key)), &option);
        QCOMPARE(findOptionByFlag(QString(option.flag)), &option);
        QCOMPARE(findOptionByEnvironment(option.environmentName()), &option);
    }
    for (const char *flag : {"listen", "upstream", "callback-url", "admin-listen"})
        QVERIFY(flags.contains(QLatin1StringView(flag)));
    QCOMPARE(findOptionByFlag(u"admin-listen")->environmentName(), u"HOLDLINE_ADMIN_LISTEN"_s);
}

void TestConfig::defaultsAreValid()
{
    const Place place;
    const LoadedConfig loaded = place.load();
    QCOMPARE(texts(loaded), QStringList());
    QVERIFY(sameValues(loaded.config, Config()));
    QCOMPARE(formatListenAddresses(loaded.config.server.listen), u"127.0.0.1:3738"_s);
    QCOMPARE(formatListenAddresses(loaded.config.server.adminListen), u"127.0.0.1:3739"_s);
    QCOMPARE(loaded.config.upstream.url.toString(), u"http://127.0.0.1:3740/start"_s);
    QVERIFY(!earlyExit(loaded));
}

void TestConfig::precedence()
{
    const Place place;
    place.write(u"c.toml"_s, "[hold]\ndeadline = \"1s\"\n");
    const QStringList withFile{u"--config=c.toml"_s};
    const auto deadline = [](const LoadedConfig &loaded) { return loaded.config.hold.deadline.count(); };
    QCOMPARE(deadline(place.load()), 30'000);
    QCOMPARE(deadline(place.load(withFile)), 1000);
    place.write(u".env"_s, "HOLDLINE_DEADLINE=2s\n");
    QCOMPARE(deadline(place.load(withFile)), 2000);
    const Pairs environment{{u"HOLDLINE_DEADLINE"_s, u"3s"_s}};
    QCOMPARE(deadline(place.load(withFile, environment)), 3000);
    QCOMPARE(deadline(place.load(withFile + QStringList{u"--deadline"_s, u"4s"_s}, environment)), 4000);
    // An empty environment variable counts as not set.
    QCOMPARE(deadline(place.load(withFile, {{u"HOLDLINE_DEADLINE"_s, QString()}})), 2000);
    // An invalid value is an error even when a stronger source overrides it.
    QCOMPARE(texts(place.load(QStringList{u"--deadline=4s"_s}, {{u"HOLDLINE_DEADLINE"_s, u"soon"_s}})).size(),
             1);
}

void TestConfig::port()
{
    const Place place;
    const auto listen = [](const LoadedConfig &loaded) {
        return formatListenAddresses(loaded.config.server.listen);
    };
    // Platforms that set PORT forward outside traffic to this port, so the host is not loopback.
    const LoadedConfig plain = place.load({}, {{u"PORT"_s, u"8080"_s}});
    QCOMPARE(listen(plain), u"[::]:8080"_s);
    QCOMPARE(texts(plain), QStringList());
    QCOMPARE(listen(place.load({}, {{u"PORT"_s, u"8080"_s}, {u"HOLDLINE_LISTEN"_s, u"127.0.0.1:99"_s}})),
             u"127.0.0.1:99"_s);
    QCOMPARE(listen(place.load({u"--listen=127.0.0.1:98"_s}, {{u"PORT"_s, u"8080"_s}})), u"127.0.0.1:98"_s);
    // An address that was configured explicitly keeps its host.
    place.write(u"c.toml"_s, "[server]\nlisten = \"127.0.0.1:1\"\n");
    QCOMPARE(listen(place.load({u"--config=c.toml"_s}, {{u"PORT"_s, u"8080"_s}})), u"127.0.0.1:8080"_s);
    place.write(u".env"_s, "PORT=7\n");
    QCOMPARE(listen(place.load()), u"[::]:7"_s);
    QCOMPARE(listen(place.load({}, {{u"PORT"_s, u"8080"_s}})), u"[::]:8080"_s);
    QCOMPARE(listen(place.load({}, {{u"HOLDLINE_LISTEN"_s, u"127.0.0.1:99"_s}})), u"127.0.0.1:99"_s);
    place.write(u".env"_s, "HOLDLINE_LISTEN=127.0.0.1:7\n");
    QCOMPARE(listen(place.load({}, {{u"PORT"_s, u"8080"_s}})), u"127.0.0.1:8080"_s);
    place.write(u".env"_s, "");
    for (const QString &bad : {u"http"_s, u"-1"_s, u"65536"_s, u"80 "_s, u"1:2"_s}) {
        const LoadedConfig loaded = place.load({}, {{u"PORT"_s, bad}});
        QCOMPARE(texts(loaded),
                 QStringList{
                     u"environment: PORT: \"%1\" is not right: a port number from 0 to 65535 is wanted"_s.arg(
                         bad)});
    }
}

void TestConfig::severalAddresses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QString>("listen");
    const auto row = [](const char *name, const QStringList &arguments, const QByteArray &toml,
                        const QString &variable, const QString &listen) {
        QTest::newRow(name) << arguments << toml << variable << listen;
    };
    const QString both = u"127.0.0.1:1,[::1]:1"_s;
    row("repeated flag", {u"--listen=127.0.0.1:1"_s, u"--listen"_s, u"[::1]:1"_s}, {}, {}, both);
    row("flag with a comma", {u"--listen=127.0.0.1:1,[::1]:1"_s}, {}, {}, both);
    row("both", {u"--listen=127.0.0.1:1,[::1]:1"_s, u"--listen=127.0.0.2:0"_s}, {}, {},
        both + u",127.0.0.2:0"_s);
    row("flags apart", {u"--listen=127.0.0.1:1"_s, u"--deadline=1s"_s, u"--listen=[::1]:1"_s}, {}, {}, both);
    row("environment", {}, {}, u"127.0.0.1:1, [::1]:1"_s, both);
    row("TOML text", {}, "listen = \"127.0.0.1:1,[::1]:1\"", {}, both);
    row("TOML array", {}, "listen = [\"127.0.0.1:1\", \"[::1]:1\"]", {}, both);
    row("TOML array of one", {}, "listen = [\"127.0.0.1:1\"]", {}, u"127.0.0.1:1"_s);
    row("a flag replaces all", {u"--listen=127.0.0.3:1"_s}, "listen = [\"127.0.0.1:1\", \"[::1]:1\"]",
        u"127.0.0.1:5"_s, u"127.0.0.3:1"_s);
    row("two free ports", {u"--listen=127.0.0.1:0,127.0.0.1:0"_s}, {}, {}, u"127.0.0.1:0,127.0.0.1:0"_s);
}

void TestConfig::severalAddresses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, toml);
    QFETCH(QString, variable);
    QFETCH(QString, listen);
    const Place place;
    place.write(u"c.toml"_s, "[server]\n" + toml + '\n');
    arguments.prepend(u"--config=c.toml"_s);
    const LoadedConfig loaded = place.load(arguments, {{u"HOLDLINE_LISTEN"_s, variable}});
    QCOMPARE(texts(loaded), QStringList());
    QCOMPARE(formatListenAddresses(loaded.config.server.listen), listen);
    // PORT replaces the port of all addresses.
    const LoadedConfig ported = place.load({}, {{u"PORT"_s, u"9"_s}});
    QCOMPARE(formatListenAddresses(ported.config.server.listen), u"[::]:9"_s);
}

void TestConfig::callbackUrlVariable()
{
    const Place place;
    const auto url = [](const LoadedConfig &loaded) { return loaded.config.server.callbackUrl.toString(); };
    QCOMPARE(url(place.load({}, {{u"CALLBACK_URL"_s, u"https://p.example/cb"_s}})),
             u"https://p.example/cb"_s);
    QCOMPARE(url(place.load({}, {{u"CALLBACK_URL"_s, u"https://p.example/cb"_s},
                                 {u"HOLDLINE_CALLBACK_URL"_s, u"http://q.example/"_s}})),
             u"http://q.example/"_s);
    place.write(u".env"_s, "CALLBACK_URL=http://file.example/cb\nOTHER_THING=1\n");
    QCOMPARE(url(place.load()), u"http://file.example/cb"_s);
    QCOMPARE(url(place.load({}, {{u"CALLBACK_URL"_s, u"http://env.example/cb"_s}})),
             u"http://env.example/cb"_s);
}

void TestConfig::outOfRange_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    for (const char *pair :
         {"server.listen off",
          "server.listen 127.0.0.1:1,",
          "server.listen 127.0.0.1:1,off",
          "server.listen 127.0.0.1:1 127.0.0.2:1",
          "server.listen "
          "1.0.0.1:1,1.0.0.2:1,1.0.0.3:1,1.0.0.4:1,1.0.0.5:1,1.0.0.6:1,1.0.0.7:1,1.0.0.8:1,"
          "1.0.0.9:1,1.0.0.10:1,1.0.0.11:1,1.0.0.12:1,1.0.0.13:1,1.0.0.14:1,1.0.0.15:1,"
          "1.0.0.16:1,1.0.0.17:1",
          "server.admin_listen off,off",
          "server.public_url proxy.example",
          "server.public_url http://h/?x",
          "server.public_url http://h/#x",
          "server.trusted_proxies localhost",
          "server.trusted_proxies 10.0.0.0/33",
          "server.trusted_proxies 10.0.0.1/8",
          "server.trusted_proxies ::/129",
          "server.trusted_proxies 10.0.0.0/",
          "server.trusted_proxies 127.0.0.1,",
          "server.listen 127.0.0.1",
          "server.admin_listen no",
          "upstream.url ",
          "upstream.url ftp://h/",
          "upstream.url http://",
          "upstream.url /start",
          "upstream.url http://h/#x",
          "upstream.url http://h:99999/",
          "upstream.url http://h h/",
          "server.callback_url callback",
          "server.callback_url ws://h/",
          "upstream.connections 0",
          "upstream.connections 65536",
          "upstream.connections 1.5",
          "upstream.connections 1e3",
          "upstream.connection_scope Any",
          "upstream.proxy proxy:3128",
          "upstream.proxy https://h:1",
          "upstream.proxy http://h",
          "upstream.proxy http://h:1/x",
          "upstream.proxy http://h:1/?x",
          "upstream.proxy http://user:word@h:1",
          "upstream.ca_file a\tb",
          "upstream.transport stock",
          "server.event_loop poll",
          "upstream.connect_timeout 1ms",
          "upstream.connect_timeout 11m",
          "upstream.start_timeout 0",
          "upstream.start_timeout -1s",
          "upstream.max_answer_bytes 1",
          "upstream.max_answer_bytes 1GiB",
          "hold.deadline 25h",
          "hold.deadline 10",
          "hold.held 1000001",
          "hold.held 99999999999999999999",
          "retry.attempts 1001",
          "retry.ambiguous maybe",
          "limits.body_bytes 65MiB",
          "limits.head_timeout 0s",
          "log.format xml",
          "log.access_lines_per_second -1"}) {
        const QString text = QString::fromLatin1(pair);
        QTest::newRow(pair) << text.section(u' ', 0, 0) << text.section(u' ', 1);
    }
}

void TestConfig::outOfRange()
{
    QFETCH(QString, key);
    QFETCH(QString, value);
    const Option &option = *findOptionByKey(key);
    const LoadedConfig loaded = Place().load({u"--%1=%2"_s.arg(option.flag, value)});
    QCOMPARE(loaded.errors.size(), std::size_t(1));
    QVERIFY(loaded.errors[0].text.startsWith(u"flag --%1: "_s.arg(option.flag)));
    QVERIFY(loaded.errors[0].text.contains(u"wanted"_s));
    // An invalid value leaves the configuration unchanged.
    QVERIFY(sameValues(loaded.config, Config()));
}

void TestConfig::conflicts_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("error");  // empty when valid
    const auto row = [](const char *name, const QStringList &arguments, const QString &error) {
        QTest::newRow(name) << arguments << error;
    };
    const QString away = u"--upstream=http://jobs.example/start"_s;
    row("every IPv4 address", {u"--listen=0.0.0.0:80"_s, away},
        u"server.callback_url (default), server.listen (flag --listen): listening on every address (0.0.0.0:80), the address the upstream can reach is not known; set the callback URL (CALLBACK_URL or --callback-url), such as http://this-machine.example:80/callback"_s);
    row("every address", {u"--listen=[::]:80"_s, away},
        u"server.callback_url (default), server.listen (flag --listen): listening on every address ([::]:80), the address the upstream can reach is not known; set the callback URL (CALLBACK_URL or --callback-url), such as http://this-machine.example:80/callback"_s);
    row("every address with a callback URL",
        {u"--listen=0.0.0.0:80"_s, away, u"--callback-url=http://me/callback"_s}, {});
    row("every address, and an upstream on this machine", {u"--listen=[::]:80"_s}, {});
    row("every address, and an upstream on this machine by name",
        {u"--listen=:80"_s, u"--upstream=http://localhost:1/start"_s}, {});
    row("every address, and the administration at one of them", {u"--listen=[::]:3739"_s},
        u"server.admin_listen (default), server.listen (flag --listen): both listen on the same address; choose two ports"_s);
    row("one address, and the administration at all",
        {u"--listen=127.0.0.1:80"_s, u"--admin-listen=0.0.0.0:80"_s},
        u"server.admin_listen (flag --admin-listen), server.listen (flag --listen): both listen on the same address; choose two ports"_s);
    row("two families", {u"--listen=0.0.0.0:80"_s, u"--admin-listen=[::1]:80"_s}, {});
    row("one address twice", {u"--admin-listen=127.0.0.1:3738"_s},
        u"server.admin_listen (flag --admin-listen), server.listen (default): both listen on the same address; choose two ports"_s);
    row("two system ports", {u"--listen=127.0.0.1:0"_s, u"--admin-listen=127.0.0.1:0"_s}, {});
    row("admin off", {u"--admin-listen=off"_s}, {});
    row("one address twice among several", {u"--listen=127.0.0.1:80,127.0.0.1:80"_s},
        u"server.listen (flag --listen): 127.0.0.1:80 and 127.0.0.1:80 are the same address to the system, or one includes the other; leave one out"_s);
    row("all addresses, and IPv4 again", {u"--listen=[::]:80"_s, u"--listen=0.0.0.0:80"_s},
        u"server.listen (flag --listen): [::]:80 and 0.0.0.0:80 are the same address to the system, or one includes the other; leave one out"_s);
    row("one of the administration's", {u"--admin-listen=127.0.0.1:1,127.0.0.1:3738"_s},
        u"server.admin_listen (flag --admin-listen), server.listen (default): both listen on the same address; choose two ports"_s);
    row("one of several is us",
        {u"--listen=127.0.0.2:80,127.0.0.1:81"_s, u"--upstream=http://localhost:81/"_s},
        u"upstream.url (flag --upstream), server.listen (flag --listen): the upstream is this service itself; set the job server's URL"_s);
    row("several addresses", {u"--listen=127.0.0.1:80,127.0.0.2:80,[::1]:80"_s}, {});
    row("every address beside one that the upstream can reach", {u"--listen=[::]:80,10.0.0.7:81"_s, away},
        {});
    row("every address beside loopback", {u"--listen=127.0.0.1:80,0.0.0.0:81"_s, away},
        u"server.callback_url (default), server.listen (flag --listen): listening on every address (0.0.0.0:81), the address the upstream can reach is not known; set the callback URL (CALLBACK_URL or --callback-url), such as http://this-machine.example:81/callback"_s);
    row("upstream is us", {u"--upstream=http://localhost:3738/start"_s},
        u"upstream.url (flag --upstream), server.listen (default): the upstream is this service itself; set the job server's URL"_s);
    row("upstream on another port", {u"--upstream=http://localhost:3737/start"_s}, {});
    const QString secure = u"--upstream=https://jobs.example/start"_s;
    row("a certificate without its key", {u"--upstream-client-certificate=a"_s},
        u"upstream.client_key (default): a certificate and its key belong together; set both, or neither"_s);
    row("a key without its certificate", {u"--upstream-client-key=a"_s},
        u"upstream.client_certificate (default): a certificate and its key belong together; set both, or neither"_s);
    row("files for Qt's manager", {u"--upstream-transport=qt"_s, u"--upstream-ca-file=a"_s},
        u"upstream.transport (flag --upstream-transport), upstream.ca_file (flag --upstream-ca-file): Qt's manager does not use these files; choose pooled"_s);
    row("a proxy for a plain upstream", {u"--upstream-proxy=http://proxy.example:3128"_s},
        u"upstream.proxy (flag --upstream-proxy), upstream.url (default), upstream.transport (default): a proxy is used for an https upstream and pooled connections only"_s);
    row("a proxy for Qt's manager",
        {secure, u"--upstream-transport=qt"_s, u"--upstream-proxy=http://proxy.example:3128"_s},
        u"upstream.proxy (flag --upstream-proxy), upstream.url (flag --upstream), upstream.transport (flag --upstream-transport): a proxy is used for an https upstream and pooled connections only"_s);
    row("a proxy", {secure, u"--upstream-proxy=http://proxy.example:3128"_s}, {});
    row("a certificate and its key", {u"--upstream-client-certificate=a"_s, u"--upstream-client-key=b"_s},
        {});
    row("deadline", {u"--deadline=10m"_s},
        u"hold.deadline (flag --deadline), hold.max_deadline (default): the deadline (10m) must not be longer than the longest one (5m)"_s);
    row("deadlines", {u"--deadline=10m"_s, u"--max-deadline=10m"_s}, {});
    row("delays", {u"--retry-base-delay=3s"_s},
        u"retry.base_delay (flag --retry-base-delay), retry.max_delay (default): the first delay (3s) must not be longer than the longest one (2s)"_s);
    row("starts", {u"--starts-in-flight=2"_s, u"--starts-per-account=3"_s},
        u"lanes.starts_per_account (flag --starts-per-account), lanes.starts_in_flight (flag --starts-in-flight): one account's starts (3) must not be more than those of all (2)"_s);
    row("head", {u"--max-head-bytes=8KiB"_s},
        u"limits.target_bytes (default), limits.head_bytes (flag --max-head-bytes): the request target (8KiB) is part of the head and must be smaller than it (8KiB)"_s);
    row("memory", {u"--memory=2047KiB"_s},
        u"limits.memory (flag --memory), limits.body_bytes (default): the memory for bodies (2047KiB) must hold two of the largest size (1MiB)"_s);
    row("memory for two bodies", {u"--memory=2MiB"_s}, {});
}

void TestConfig::conflicts()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, error);
    const LoadedConfig loaded = Place().load(arguments);
    QCOMPARE(texts(loaded), error.isEmpty() ? QStringList() : QStringList{error});
    if (!error.isEmpty())
        QCOMPARE(earlyExit(loaded)->code, 78);
}

void TestConfig::printedConfigReadsTheSame()
{
    const Place place;
    QStringList arguments{u"--print-config"_s};
    for (const Option &option : options())
        arguments += {u"--"_s + option.flag, otherValue(option)};
    for (const LoadedConfig &loaded : {place.load({u"--print-config"_s}), place.load(arguments)}) {
        const QString printed = printConfig(loaded);
        const LoadedConfig again = place.loadToml(printed.toUtf8());
        QVERIFY2(sameValues(again.config, loaded.config), qPrintable(printed));
    }
    const LoadedConfig loaded = place.load({u"--print-config"_s, u"--deadline=9s"_s});
    const auto exit = earlyExit(loaded);
    QCOMPARE(exit->code, 0);
    QVERIFY(exit->text.startsWith(u"[server]\nlisten = \"127.0.0.1:3738\"  # default\n"_s));
    QVERIFY(exit->text.contains(u"\n[hold]\ndeadline = \"9s\"  # flag --deadline\n"_s));
    QVERIFY(exit->text.contains(u"\nheld = 20000  # default\n"_s));
}

void TestConfig::secretsAreNotPrinted()
{
    Option option = *findOptionByFlag(u"callback-url");
    option.secret = true;
    Config config;
    config.server.callbackUrl = QUrl(u"http://hush.example/"_s);
    QCOMPARE(printOption(option, config, u"flag --callback-url"_s),
             u"# callback_url = (secret)  # flag --callback-url\n"_s);
}

void TestConfig::exits()
{
    const Place place;
    QCOMPARE(earlyExit(place.load({u"--check-config"_s}))->code, 0);
    QVERIFY(!earlyExit(place.load({u"--check-config"_s}))->text.isEmpty());
    QCOMPARE(earlyExit(place.load({u"--check-config"_s}, {{u"HOLDLINE_DEADLINE"_s, u"x"_s}}))->code, 78);
    QCOMPARE(earlyExit(place.load({u"--print-config"_s}, {{u"HOLDLINE_DEADLINE"_s, u"x"_s}}))->code, 78);
    QCOMPARE(earlyExit(place.load({u"--deadline=x"_s}, {{u"HOLDLINE_DEADLINE"_s, u"x"_s}}))->code, 64);
    QCOMPARE(earlyExit(place.load({u"--version"_s}))->text, u"holdline " HOLDLINE_VERSION "\n"_s);
    const auto warned = earlyExit(place.load({u"--check-config"_s}, {{u"HOLDLINE_X"_s, u"x"_s}}));
    QCOMPARE(warned->code, 0);
    QCOMPARE(warned->warnings,
             QStringList{u"environment: there is no variable \"HOLDLINE_X\". It is ignored."_s});
    // Help and version work even when there are other errors.
    QCOMPARE(earlyExit(place.load({u"--nonsense"_s, u"--help"_s}))->code, 0);
    QCOMPARE(earlyExit(place.load({u"-h"_s}))->text, helpText());
    QCOMPARE(earlyExit(place.load({u"--version"_s, u"--help"_s}))->text, helpText());
}

void TestConfig::helpNamesEverything()
{
    const QString help = helpText();
    for (const Option &option : options())
        QVERIFY2(help.contains(u"  --%1 "_s.arg(option.flag)), option.flag.data());
    for (const QString &line : help.split(u'\n'))
        QVERIFY2(line.size() <= 110, qPrintable(line));
}

void TestConfig::markdown()
{
    const QStringList lines = optionsMarkdown().split(u'\n', Qt::SkipEmptyParts);
    const QStringList rows = lines.filter(QRegularExpression(u"^\\| `"_s));
    QCOMPARE(rows.size(), qsizetype(options().size()));
    for (const QString &row : rows)
        QCOMPARE(row.count(u'|'), 6);
    QVERIFY(lines.contains(u"## Held requests: `[hold]`"_s));
    QVERIFY(rows.contains(
        u"| `hold.deadline` | `--deadline` | `30s` | 100ms to 24h | How long a request without Prefer: wait=N is held. |"_s));
}

void TestConfig::reload()
{
    const Place place;
    const Config running;
    QStringList arguments;
    for (const Option &option : options())
        arguments += {u"--"_s + option.flag, otherValue(option)};
    const LoadedConfig loaded = place.load(arguments);
    const Reload merged = mergeReload(running, loaded.config);
    for (const Option &option : options()) {
        QCOMPARE(option.get(merged.config), option.get(option.reloadable ? loaded.config : running));
        QCOMPARE(merged.needRestart.contains(QString(option.key)), !option.reloadable);
    }
    QCOMPARE(mergeReload(running, running).needRestart, QStringList());
}

HOLDLINE_TEST(TestConfig)
#include "tst_config.moc"

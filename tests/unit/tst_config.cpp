// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/configtext.h"
#include "core/config/environment.h"
#include "core/config/loadconfig.h"
#include "core/config/suggest.h"
#include "core/config/tomlfile.h"
#include "core/config/values.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

using Pairs = QList<std::pair<QString, QString>>;

/// A working directory with the files of one test.
class Place
{
public:
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(m_directory.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    LoadedConfig load(const QStringList &arguments = {}, const Pairs &variables = {}) const
    {
        QProcessEnvironment environment;
        for (const auto &[name, value] : variables)
            environment.insert(name, value);
        return loadConfig(arguments, environment, m_directory.path());
    }
    LoadedConfig loadToml(const QByteArray &text) const
    {
        write(u"holdline.toml"_s, text);
        return load({u"--config"_s, u"holdline.toml"_s});
    }
    QString path() const { return m_directory.path(); }

private:
    QTemporaryDir m_directory;
};

QStringList texts(const LoadedConfig &loaded)
{
    QStringList all;
    for (const ConfigError &error : loaded.errors)
        all.append(error.text);
    return all;
}

bool sameValues(const Config &a, const Config &b)
{
    return std::all_of(options().begin(), options().end(),
                       [&](const Option &option) { return option.get(a) == option.get(b); });
}

/// A value that is allowed and not the default.
QString otherValue(const Option &option)
{
    const QString now = option.get(Config());
    for (const char *text : {"127.0.0.2:4000", "http://other.example:99/x", "7", "12", "3s", "700ms", "64KiB",
                             "100KiB", "any", "always", "json", "debug"}) {
        Config config;
        if (option.set(config, QString::fromLatin1(text)).isEmpty() && option.get(config) != now)
            return option.get(config);
    }
    return {};
}

}  // namespace

class TestConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tableIsSound();
    void defaultsAreValid();
    void everyOptionFromEveryPlace_data();
    void everyOptionFromEveryPlace();
    void precedence();
    void port();
    void callbackUrlVariable();
    void flags_data();
    void flags();
    void toml_data();
    void toml();
    void everyTomlErrorIsReported();
    void outOfRange_data();
    void outOfRange();
    void conflicts_data();
    void conflicts();
    void variables_data();
    void variables();
    void dotEnv_data();
    void dotEnv();
    void dotEnvErrors_data();
    void dotEnvErrors();
    void files();
    void configVariable();
    void printedConfigReadsTheSame();
    void secretsAreNotPrinted();
    void exits();
    void helpNamesEverything();
    void markdown();
    void reload();
    void hostileFiles_data();
    void hostileFiles();
    void suggestions();
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
        // The default passes its own check, and each option sets a member of its own.
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
    QCOMPARE(formatListenAddress(loaded.config.server.listen), u"127.0.0.1:3738"_s);
    QCOMPARE(formatListenAddress(loaded.config.server.adminListen), u"127.0.0.1:3739"_s);
    QCOMPARE(loaded.config.upstream.url.toString(), u"http://127.0.0.1:3740/start"_s);
    QVERIFY(!earlyExit(loaded));
}

void TestConfig::everyOptionFromEveryPlace_data()
{
    QTest::addColumn<QString>("key");
    for (const Option &option : options())
        QTest::newRow(option.key.data()) << QString(option.key);
}

void TestConfig::everyOptionFromEveryPlace()
{
    QFETCH(QString, key);
    const Option &option = *findOptionByKey(key);
    const QString value = otherValue(option);
    const auto check = [&](const LoadedConfig &loaded, const QString &origin) {
        // Only conflicts may be complained about; this test is about the way a value takes.
        QCOMPARE(option.get(loaded.config), value);
        QVERIFY2(loaded.origins.at(static_cast<std::size_t>(&option - options().data())) == origin,
                 qPrintable(loaded.origins.at(static_cast<std::size_t>(&option - options().data()))));
    };
    const Place place;
    check(place.load({u"--"_s + option.flag, value}), u"flag --"_s + option.flag);
    check(place.load({u"--"_s + option.flag + u'=' + value}), u"flag --"_s + option.flag);
    check(place.load({}, {{option.environmentName(), value}}), u"environment: "_s + option.environmentName());
    const QString written = option.isNumber() ? value : u'"' + value + u'"';
    const QString toml = u"# first\n[%1]\n%2 = %3\n"_s.arg(option.section(), option.name(), written);
    check(place.loadToml(toml.toUtf8()), u"holdline.toml:3: "_s + key);
    place.write(u".env"_s, "\n" + option.environmentName().toUtf8() + "=" + value.toUtf8());
    check(place.load(), u".env:2: "_s + option.environmentName());
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
    // An empty variable counts as not set.
    QCOMPARE(deadline(place.load(withFile, {{u"HOLDLINE_DEADLINE"_s, QString()}})), 2000);
    // A wrong value is an error even where a stronger one hides it.
    QCOMPARE(texts(place.load(QStringList{u"--deadline=4s"_s}, {{u"HOLDLINE_DEADLINE"_s, u"soon"_s}})).size(),
             1);
}

void TestConfig::port()
{
    const Place place;
    const auto listen = [](const LoadedConfig &loaded) {
        return formatListenAddress(loaded.config.server.listen);
    };
    QCOMPARE(listen(place.load({}, {{u"PORT"_s, u"8080"_s}})), u"127.0.0.1:8080"_s);
    QCOMPARE(listen(place.load({}, {{u"PORT"_s, u"8080"_s}, {u"HOLDLINE_LISTEN"_s, u"127.0.0.1:99"_s}})),
             u"127.0.0.1:99"_s);
    QCOMPARE(listen(place.load({u"--listen=127.0.0.1:98"_s}, {{u"PORT"_s, u"8080"_s}})), u"127.0.0.1:98"_s);
    place.write(u"c.toml"_s, "[server]\nlisten = \"[::]:1\"\ncallback_url = \"http://h/callback\"\n");
    QCOMPARE(listen(place.load({u"--config=c.toml"_s}, {{u"PORT"_s, u"8080"_s}})), u"[::]:8080"_s);
    for (const QString &bad : {u"http"_s, u"-1"_s, u"65536"_s, u"80 "_s, u"1:2"_s}) {
        const LoadedConfig loaded = place.load({}, {{u"PORT"_s, bad}});
        QCOMPARE(texts(loaded),
                 QStringList{
                     u"environment: PORT: \"%1\" is not right: a port number from 0 to 65535 is wanted"_s.arg(
                         bad)});
    }
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

void TestConfig::flags_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("error");
    QTest::newRow("unknown") << QStringList{u"--lisen"_s, u"x"_s}
                             << u"there is no flag \"--lisen\"; did you mean --listen?"_s;
    QTest::newRow("unknown, far") << QStringList{u"--zzzzzzzz"_s}
                                  << u"there is no flag \"--zzzzzzzz\"; see --help"_s;
    QTest::newRow("positional") << QStringList{u"serve"_s}
                                << u"there is no argument \"serve\"; all options are flags, see --help"_s;
    QTest::newRow("empty") << QStringList{QString()}
                           << u"there is no argument \"\"; all options are flags, see --help"_s;
    QTest::newRow("no value") << QStringList{u"--listen"_s} << u"flag --listen: a value is wanted after it"_s;
    QTest::newRow("twice") << QStringList{u"--deadline=1s"_s, u"--deadline"_s, u"2s"_s}
                           << u"flag --deadline is there more than once"_s;
    QTest::newRow("wrong value")
        << QStringList{u"--listen=here"_s}
        << u"flag --listen: \"here\" is not right: an IP address and a port are wanted, such as 127.0.0.1:3738 or [::1]:3738"_s;
    QTest::newRow("value to a flag without one")
        << QStringList{u"--print-config=yes"_s} << u"flag --print-config takes no value"_s;
    QTest::newRow("config without a name")
        << QStringList{u"--config="_s} << u"flag --config: a file name is wanted"_s;
}

void TestConfig::flags()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, error);
    const LoadedConfig loaded = Place().load(arguments);
    QCOMPARE(texts(loaded), QStringList{error});
    QCOMPARE(earlyExit(loaded)->code, 64);
    QVERIFY(earlyExit(loaded)->out.isEmpty());
}

void TestConfig::toml_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &text, const QString &error) {
        QTest::newRow(name) << text << error;
    };
    row("unknown key", "[upstream]\n\nstart_timeuot = \"1s\"\n",
        u"holdline.toml:3: there is no key \"upstream.start_timeuot\"; did you mean upstream.start_timeout?"_s);
    row("unknown key, far", "[log]\nqqqqqqqqqqqq = 1\n",
        u"holdline.toml:2: there is no key \"log.qqqqqqqqqqqq\""_s);
    row("unknown section", "[upstraem]\nurl = \"http://h/\"\n",
        u"holdline.toml:1: there is no section \"upstraem\"; did you mean upstream?"_s);
    row("key without its section", "listen = \"127.0.0.1:1\"\n",
        u"holdline.toml:1: there is no key \"listen\"; did you mean server.listen?"_s);
    row("section is a value", "server = 3\n",
        u"holdline.toml:1: server is a whole number where a table [server] is wanted"_s);
    row("text for a number", "[hold]\nheld = \"20\"\n",
        u"holdline.toml:2: hold.held is a text; a whole number without quotes is wanted"_s);
    row("number for a time", "[hold]\ndeadline = 30\n",
        u"holdline.toml:2: hold.deadline is a whole number; a text in quotes such as \"1.5s\" is wanted"_s);
    row("point for a number", "[hold]\nheld = 2.5\n",
        u"holdline.toml:2: hold.held is a number with a point; a whole number without quotes is wanted"_s);
    row("bool", "[hold]\nheld = true\n",
        u"holdline.toml:2: hold.held is true or false; a whole number without quotes is wanted"_s);
    row("list", "[server]\nlisten = [\"127.0.0.1:1\"]\n",
        u"holdline.toml:2: server.listen is a list; a text in quotes is wanted"_s);
    row("table", "[server.listen]\n",
        u"holdline.toml:1: server.listen is a table; a text in quotes is wanted"_s);
    row("date for a size", "[limits]\nbody_bytes = 2020-01-01\n",
        u"holdline.toml:2: limits.body_bytes is a date or time; a whole number or a text in quotes such as \"64KiB\" is wanted"_s);
    row("out of range", "[hold]\nheld = 0\n",
        u"holdline.toml:2: hold.held: \"0\" is not right: a whole number from 1 to 1000000 is wanted"_s);
    row("negative", "[hold]\nheld = -1\n",
        u"holdline.toml:2: hold.held: \"-1\" is not right: a whole number from 1 to 1000000 is wanted"_s);
    row("wrong word", "[log]\nlevel = \"loud\"\n",
        u"holdline.toml:2: log.level: \"loud\" is not right: debug, info, warning or error is wanted"_s);
    row("password in the URL", "[upstream]\nurl = \"http://me:s3cret@h/\"\n",
        u"holdline.toml:2: upstream.url: the value is not right: an http or https URL with a host and without user name and fragment is wanted, such as http://jobs.example/start"_s);
}

void TestConfig::toml()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, error);
    const LoadedConfig loaded = Place().loadToml(text);
    QCOMPARE(texts(loaded), QStringList{error});
    QCOMPARE(earlyExit(loaded)->code, 78);
    QCOMPARE(earlyExit(loaded)->error, "holdline: " + error.toUtf8() + "\n");
}

void TestConfig::everyTomlErrorIsReported()
{
    const LoadedConfig loaded =
        Place().loadToml("[hold]\nheld = 0\ndeadline = 1\nnope = 1\n[retry]\nattempts = 1000\n[wrong]\n");
    QCOMPARE(loaded.errors.size(), std::size_t(5));
    // Broken TOML: the line and toml++'s own words, whose text differs between versions.
    const LoadedConfig broken = Place().loadToml("[hold]\nheld = 1\nheld == 2\n");
    QCOMPARE(broken.errors.size(), std::size_t(1));
    QVERIFY2(broken.errors[0].text.startsWith(u"holdline.toml:3: not TOML: "_s),
             qPrintable(broken.errors[0].text));
    const LoadedConfig twice = Place().loadToml("[hold]\nheld = 1\nheld = 2\n");
    QCOMPARE(twice.errors.size(), std::size_t(1));
    QVERIFY2(twice.errors[0].text.startsWith(u"holdline.toml:3: not TOML: "_s),
             qPrintable(twice.errors[0].text));
}

void TestConfig::outOfRange_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    for (const char *pair : {"server.listen off",
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
                             "retry.attempts 0",
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
    // A wrong value changes nothing.
    QVERIFY(sameValues(loaded.config, Config()));
}

void TestConfig::conflicts_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("error");  // empty: fine
    const auto row = [](const char *name, const QStringList &arguments, const QString &error) {
        QTest::newRow(name) << arguments << error;
    };
    row("every address", {u"--listen=0.0.0.0:80"_s},
        u"server.callback_url (default), server.listen (flag --listen): listening on every address (0.0.0.0:80), the address the upstream can reach is not known; set the callback URL"_s);
    row("every IPv6 address", {u"--listen=[::]:80"_s},
        u"server.callback_url (default), server.listen (flag --listen): listening on every address ([::]:80), the address the upstream can reach is not known; set the callback URL"_s);
    row("every address with a callback URL",
        {u"--listen=0.0.0.0:80"_s, u"--callback-url=http://me/callback"_s}, {});
    row("one address twice", {u"--admin-listen=127.0.0.1:3738"_s},
        u"server.admin_listen (flag --admin-listen), server.listen (default): both listen on the same address; choose two ports"_s);
    row("two system ports", {u"--listen=127.0.0.1:0"_s, u"--admin-listen=127.0.0.1:0"_s}, {});
    row("admin off", {u"--admin-listen=off"_s}, {});
    row("upstream is us", {u"--upstream=http://localhost:3738/start"_s},
        u"upstream.url (flag --upstream), server.listen (default): the upstream is this service itself; set the job server's URL"_s);
    row("upstream on another port", {u"--upstream=http://localhost:3737/start"_s}, {});
    row("deadline", {u"--deadline=10m"_s},
        u"hold.deadline (flag --deadline), hold.max_deadline (default): the deadline (10m) must not be longer than the longest one (5m)"_s);
    row("deadlines", {u"--deadline=10m"_s, u"--max-deadline=10m"_s}, {});
    row("delays", {u"--retry-base-delay=3s"_s},
        u"retry.base_delay (flag --retry-base-delay), retry.max_delay (default): the first delay (3s) must not be longer than the longest one (2s)"_s);
    row("starts", {u"--starts-in-flight=2"_s, u"--starts-per-account=3"_s},
        u"lanes.starts_per_account (flag --starts-per-account), lanes.starts_in_flight (flag --starts-in-flight): one account's starts (3) must not be more than those of all (2)"_s);
    row("head", {u"--max-head-bytes=8KiB"_s},
        u"limits.target_bytes (default), limits.head_bytes (flag --max-head-bytes): the request target (8KiB) is part of the head and must be smaller than it (8KiB)"_s);
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

void TestConfig::variables_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("error");
    QTest::newRow("near")
        << u"HOLDLINE_LISTN"_s
        << u"environment: there is no variable \"HOLDLINE_LISTN\"; did you mean HOLDLINE_LISTEN?"_s;
    QTest::newRow("far") << u"HOLDLINE_ZZZZZZZZZZ"_s
                         << u"environment: there is no variable \"HOLDLINE_ZZZZZZZZZZ\""_s;
    QTest::newRow("foreign") << u"HOLDLIN_LISTEN"_s << QString();
    QTest::newRow("PATH") << u"PATH"_s << QString();
}

void TestConfig::variables()
{
    QFETCH(QString, name);
    QFETCH(QString, error);
    const LoadedConfig loaded = Place().load({}, {{name, u"x"_s}});
    QCOMPARE(texts(loaded), error.isEmpty() ? QStringList() : QStringList{error});
}

void TestConfig::dotEnv_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("value");
    const auto row = [](const QByteArray &line, const QString &value) {
        QTest::newRow(line.constData()) << line << value;
    };
    row("X=plain", u"plain"_s);
    row("  X=indented", u"indented"_s);
    row("export X=exported", u"exported"_s);
    row("X= spaces around  ", u"spaces around"_s);
    row("X=windows\r", u"windows"_s);
    row("X=", u""_s);
    row("X=a=b", u"a=b"_s);
    row("X=value # comment", u"value"_s);
    row("X=#comment", u""_s);
    row("X=a#b", u"a#b"_s);
    row("X='single # $quoted \\n'", u"single # $quoted \\n"_s);
    row("X='' # empty", u""_s);
    row("X=\"double # quoted\"", u"double # quoted"_s);
    row("X=\"a\\\"b\\\\c\\$d\\te\\n\"", u"a\"b\\c$d\te\n"_s);
    row("X=\"q\" # comment", u"q"_s);
    row("X=it's", u"it's"_s);
    row("X=\xc3\xa9", u"\u00e9"_s);
}

void TestConfig::dotEnv()
{
    QFETCH(QByteArray, line);
    QFETCH(QString, value);
    const auto [variables, errors] = readDotEnv("# comment\n\n" + line + "\n", u".env"_s);
    QVERIFY(errors.empty());
    QCOMPARE(variables.size(), std::size_t(1));
    QCOMPARE(variables[0].name, u"X"_s);
    QCOMPARE(variables[0].value, value);
    QCOMPARE(variables[0].place, u".env:3"_s);
}

void TestConfig::dotEnvErrors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &text, const QString &error) {
        QTest::newRow(name) << text << error;
    };
    row("no assignment", "A=1\nhello\n", u".env:2: NAME=value is wanted"_s);
    row("no name", "=1\n", u".env:1: NAME=value is wanted"_s);
    row("bad name", "A-B=1\n", u".env:1: NAME=value is wanted"_s);
    row("space before the sign", "A =1\n", u".env:1: NAME=value is wanted"_s);
    row("open quote", "A='x\n", u".env:1: \"A\": the value's quotes or escapes do not fit together"_s);
    row("text after quotes", "A='x'y\n",
        u".env:1: \"A\": the value's quotes or escapes do not fit together"_s);
    row("bad escape", "A=\"\\q\"\n", u".env:1: \"A\": the value's quotes or escapes do not fit together"_s);
    row("cut escape", "A=\"\\\n", u".env:1: \"A\": the value's quotes or escapes do not fit together"_s);
    row("ours twice", "PORT=1\nPORT=2\n", u".env:2: \"PORT\" is there more than once"_s);
    row("unknown of ours", "HOLDLINE_LISTN=1\n",
        u".env:1: there is no variable \"HOLDLINE_LISTN\"; did you mean HOLDLINE_LISTEN?"_s);
    row("wrong value", "\nHOLDLINE_MAX_HELD=none\n",
        u".env:2: HOLDLINE_MAX_HELD: \"none\" is not right: a whole number from 1 to 1000000 is wanted"_s);
}

void TestConfig::dotEnvErrors()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, error);
    const Place place;
    place.write(u".env"_s, text);
    const LoadedConfig loaded = place.load();
    QCOMPARE(texts(loaded), QStringList{error});
    QCOMPARE(earlyExit(loaded)->code, 78);
}

void TestConfig::files()
{
    const Place place;
    QCOMPARE(texts(place.load({u"--config=none.toml"_s})),
             QStringList{u"none.toml: cannot be read: No such file or directory"_s});
    place.write(u"big.toml"_s, QByteArray(1024 * 1024 + 1, '#'));
    QCOMPARE(texts(place.load({u"--config=big.toml"_s})), QStringList{u"big.toml: is larger than 1MiB"_s});
    QVERIFY(QDir(place.path()).mkdir(u"dir"_s));
    QCOMPARE(place.load({u"--config=dir"_s}).errors.size(), std::size_t(1));
    place.write(u"empty.toml"_s, "");
    QVERIFY(place.load({u"--config=empty.toml"_s}).isValid());
    QVERIFY(place.load({u"--config"_s, place.path() + u"/empty.toml"_s}).isValid());
}

void TestConfig::configVariable()
{
    const Place place;
    place.write(u"a.toml"_s, "[hold]\nheld = 1\n");
    place.write(u"b.toml"_s, "[hold]\nheld = 2\n");
    place.write(u"c.toml"_s, "[hold]\nheld = 3\n");
    place.write(u".env"_s, "HOLDLINE_CONFIG=a.toml\n");
    const Pairs environment{{u"HOLDLINE_CONFIG"_s, u"b.toml"_s}};
    QCOMPARE(place.load().config.hold.held, 1);
    QCOMPARE(place.load({}, environment).config.hold.held, 2);
    QCOMPARE(place.load({u"--config=c.toml"_s}, environment).config.hold.held, 3);
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
    QVERIFY(exit->out.startsWith("[server]\nlisten = \"127.0.0.1:3738\"  # default\n"));
    QVERIFY(exit->out.contains("\n[hold]\ndeadline = \"9s\"  # flag --deadline\n"));
    QVERIFY(exit->out.contains("\nheld = 20000  # default\n"));
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
    QVERIFY(!earlyExit(place.load({u"--check-config"_s}))->out.isEmpty());
    QCOMPARE(earlyExit(place.load({u"--check-config"_s}, {{u"HOLDLINE_DEADLINE"_s, u"x"_s}}))->code, 78);
    QCOMPARE(earlyExit(place.load({u"--print-config"_s}, {{u"HOLDLINE_DEADLINE"_s, u"x"_s}}))->code, 78);
    QCOMPARE(earlyExit(place.load({u"--deadline=x"_s}, {{u"HOLDLINE_DEADLINE"_s, u"x"_s}}))->code, 64);
    QCOMPARE(earlyExit(place.load({u"--version"_s}))->out, "holdline " HOLDLINE_VERSION "\n"_ba);
    // Help and version are to be had whatever else is wrong.
    QCOMPARE(earlyExit(place.load({u"--nonsense"_s, u"--help"_s}))->code, 0);
    QCOMPARE(earlyExit(place.load({u"-h"_s}))->out, helpText().toUtf8());
    QCOMPARE(earlyExit(place.load({u"--version"_s, u"--help"_s}))->out, helpText().toUtf8());
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
    const QStringList rows = optionsMarkdown().split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(rows.size(), qsizetype(options().size()) + 2);
    for (const QString &row : rows)
        QCOMPARE(row.count(u'|'), 7);
    QVERIFY(rows.contains(
        u"| `hold.deadline` | `--deadline` | `HOLDLINE_DEADLINE` | `30s` | 100ms to 24h | How long a request without Prefer: wait=N is held. |"_s));
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

void TestConfig::hostileFiles_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("deep lists") << "x = " + QByteArray(100'000, '[');
    QTest::newRow("deep tables") << "x = " + QByteArray("{a=").repeated(100'000);
    QTest::newRow("long dotted key") << QByteArray("a.").repeated(10'000) + "b = 1";
    QTest::newRow("binary") << QByteArray("\0\x01\xff\xfe=\x80", 6);
    QTest::newRow("invalid UTF-8") << "[server]\nlisten = \"\xff\"\n"_ba;
    QTest::newRow("control characters in a key") << "[\"a\\u0000\\n\\u001b[31m\"]\n"_ba;
    QTest::newRow("long unknown key") << "[server]\n" + QByteArray(100'000, 'k') + " = 1\n";
    QTest::newRow("NUL in an address") << "[server]\nlisten = \"127.0.0.1\\u0000:80\"\n"_ba;
}

void TestConfig::hostileFiles()
{
    QFETCH(QByteArray, text);
    const LoadedConfig loaded = Place().loadToml(text);
    QVERIFY(!loaded.isValid());
    for (const QString &error : texts(loaded)) {
        QVERIFY(error.startsWith(u"holdline.toml:"_s));
        QVERIFY2(error.size() < 400, qPrintable(error.left(400)));
        for (const QChar c : error)
            QVERIFY2(c.isPrint(), qPrintable(error));
    }
    const auto [variables, errors] = readDotEnv(text, u".env"_s);
    for (const ConfigError &error : errors)
        QVERIFY(error.text.size() < 400);
}

void TestConfig::suggestions()
{
    const QStringList words{u"listen"_s, u"deadline"_s, u"max-deadline"_s};
    QCOMPARE(nearest(u"lisetn"_s, words), u"listen"_s);
    QCOMPARE(nearest(u"dedline"_s, words), u"deadline"_s);
    QCOMPARE(nearest(u"maxdeadline"_s, words), u"max-deadline"_s);
    QCOMPARE(nearest(u"completely"_s, words), QString());
    QCOMPARE(nearest(QString(100'000, u'x'), words), QString());
    QCOMPARE(nearest(QString(), words), QString());
    QCOMPARE(quoted(u"a\nb\u001b"_s), u"\"a?b?\""_s);
    QCOMPARE(quoted(QString(100, u'x')), u'"' + QString(60, u'x') + u"…\""_s);
}

QTEST_GUILESS_MAIN(TestConfig)
#include "tst_config.moc"

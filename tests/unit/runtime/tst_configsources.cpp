// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/dotenv.h"
#include "core/config/loadconfig.h"
#include "core/config/suggest.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/configplace.h"

#include <QDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

class TestConfigSources : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOptionFromEveryPlace_data();
    void everyOptionFromEveryPlace();
    void flags_data();
    void flags();
    void toml_data();
    void toml();
    void everyTomlErrorIsReported();
    void variables_data();
    void variables();
    void noOptionLooksLikeAServiceLink();
    void dotEnv_data();
    void dotEnv();
    void dotEnvErrors_data();
    void dotEnvErrors();
    void dotEnvOfOthers_data();
    void dotEnvOfOthers();
    void dotEnvWarnings();
    void dotEnvIsAFolder();
    void files();
    void configVariable();
    void hostileFiles_data();
    void hostileFiles();
    void suggestions();
};

void TestConfigSources::everyOptionFromEveryPlace_data()
{
    QTest::addColumn<QString>("key");
    for (const Option &option : options())
        QTest::newRow(option.key.data()) << QString(option.key);
}

void TestConfigSources::everyOptionFromEveryPlace()
{
    QFETCH(QString, key);
    const Option &option = *findOptionByKey(key);
    const QString value = otherValue(option);
    const auto check = [&](const LoadedConfig &loaded, const QString &origin) {
        // Conflicts between options are ignored, because this test is about the source of a value.
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

void TestConfigSources::flags_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("error");
    QTest::newRow("unknown") << QStringList{u"--lisen"_s, u"x"_s}
                             << u"there is no flag \"--lisen\". Did you mean --listen?"_s;
    QTest::newRow("unknown, far") << QStringList{u"--zzzzzzzz"_s}
                                  << u"there is no flag \"--zzzzzzzz\". See --help."_s;
    QTest::newRow("positional") << QStringList{u"serve"_s}
                                << u"there is no argument \"serve\". All options are flags. See --help."_s;
    QTest::newRow("empty") << QStringList{QString()}
                           << u"there is no argument \"\". All options are flags. See --help."_s;
    QTest::newRow("no value") << QStringList{u"--listen"_s} << u"Missing value after '--listen'."_s;
    QTest::newRow("twice") << QStringList{u"--deadline=1s"_s, u"--deadline"_s, u"2s"_s}
                           << u"flag --deadline is there more than once"_s;
    QTest::newRow("wrong value")
        << QStringList{u"--listen=here"_s}
        << u"flag --listen: \"here\" is not right: an IP address and a port are wanted, such as 127.0.0.1:3738 or [::1]:3738"_s;
    QTest::newRow("value to a flag without one")
        << QStringList{u"--print-config=yes"_s} << u"Unexpected value after '--print-config'."_s;
    QTest::newRow("config without a name")
        << QStringList{u"--config="_s} << u"flag --config: \"\" is not right: a file name is wanted"_s;
}

void TestConfigSources::flags()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, error);
    const LoadedConfig loaded = Place().load(arguments);
    QCOMPARE(texts(loaded), QStringList{error});
    QCOMPARE(earlyExit(loaded)->code, 64);
    QCOMPARE(earlyExit(loaded)->text, error);
}

void TestConfigSources::toml_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &text, const QString &error) {
        QTest::newRow(name) << text << error;
    };
    row("unknown key", "[upstream]\n\nstart_timeuot = \"1s\"\n",
        u"holdline.toml:3: there is no key \"upstream.start_timeuot\". Did you mean upstream.start_timeout?"_s);
    row("unknown key, far", "[log]\nqqqqqqqqqqqq = 1\n",
        u"holdline.toml:2: there is no key \"log.qqqqqqqqqqqq\""_s);
    row("unknown section", "[upstraem]\nurl = \"http://h/\"\n",
        u"holdline.toml:1: there is no section \"upstraem\". Did you mean upstream?"_s);
    row("key without its section", "listen = \"127.0.0.1:1\"\n",
        u"holdline.toml:1: there is no key \"listen\". Did you mean server.listen?"_s);
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
    row("list", "[store]\npath = [\"a.db\"]\n",
        u"holdline.toml:2: store.path is a list; a text in quotes is wanted"_s);
    row("list of numbers", "[server]\nlisten = [1]\n",
        u"holdline.toml:2: server.listen is a list; a text in quotes is wanted"_s);
    row("comma in a list", "[server]\nlisten = [\"127.0.0.1:1,127.0.0.1:2\"]\n",
        u"holdline.toml:2: server.listen is a list; a text in quotes is wanted"_s);
    row("empty list", "[server]\nlisten = []\n",
        u"holdline.toml:2: server.listen: \"\" is not right: an IP address and a port are wanted, such as 127.0.0.1:3738 or [::1]:3738"_s);
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

void TestConfigSources::toml()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, error);
    const LoadedConfig loaded = Place().loadToml(text);
    QCOMPARE(texts(loaded), QStringList{error});
    QCOMPARE(earlyExit(loaded)->code, 78);
    QCOMPARE(earlyExit(loaded)->text, error);
}

void TestConfigSources::everyTomlErrorIsReported()
{
    const LoadedConfig loaded =
        Place().loadToml("[hold]\nheld = 0\ndeadline = 1\nnope = 1\n[retry]\nattempts = 2000\n[wrong]\n");
    QCOMPARE(loaded.errors.size(), std::size_t(5));
    // For invalid TOML, the message contains the line and toml++'s text, which differs between versions.
    const LoadedConfig broken = Place().loadToml("[hold]\nheld = 1\nheld == 2\n");
    QCOMPARE(broken.errors.size(), std::size_t(1));
    QVERIFY2(broken.errors[0].text.startsWith(u"holdline.toml:3: not TOML: "_s),
             qPrintable(broken.errors[0].text));
    const LoadedConfig twice = Place().loadToml("[hold]\nheld = 1\nheld = 2\n");
    QCOMPARE(twice.errors.size(), std::size_t(1));
    QVERIFY2(twice.errors[0].text.startsWith(u"holdline.toml:3: not TOML: "_s),
             qPrintable(twice.errors[0].text));
}

void TestConfigSources::variables_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("warning");
    const auto row = [](const char *name, const char *value, const QString &warning = {}) {
        QTest::addRow("%s=%s", name, value)
            << QString::fromLatin1(name) << QString::fromLatin1(value) << warning;
    };
    row("HOLDLINE_LISTN", "x",
        u"environment: there is no variable \"HOLDLINE_LISTN\". It is ignored. Did you mean HOLDLINE_LISTEN?"_s);
    row("HOLDLINE_DEADLNIE", "",
        u"environment: there is no variable \"HOLDLINE_DEADLNIE\". It is ignored. Did you mean HOLDLINE_DEADLINE?"_s);
    row("HOLDLINE_ZZZZZZZZZZ", "x",
        u"environment: there is no variable \"HOLDLINE_ZZZZZZZZZZ\". It is ignored."_s);
    row("HOLDLIN_LISTEN", "x");
    row("PATH", "x");
    // Kubernetes sets these variables for a service with the name holdline, holdline-admin or holdline-2.
    row("HOLDLINE_SERVICE_HOST", "10.0.0.5");
    row("HOLDLINE_SERVICE_PORT", "3738");
    row("HOLDLINE_SERVICE_PORT_HTTP", "3738");
    row("HOLDLINE_SERVICE_PORT_HTTP_ADMIN_2", "3739");
    row("HOLDLINE_PORT", "tcp://10.0.0.5:3738");
    row("HOLDLINE_PORT", "udp://[fd00::5]:3738");
    row("HOLDLINE_PORT_3738_TCP", "tcp://10.0.0.5:3738");
    row("HOLDLINE_PORT_3738_TCP_ADDR", "10.0.0.5");
    row("HOLDLINE_PORT_3738_TCP_PORT", "3738");
    row("HOLDLINE_PORT_3738_TCP_PROTO", "tcp");
    row("HOLDLINE_PORT_3738_SCTP_PROTO", "sctp");
    row("HOLDLINE_ADMIN_SERVICE_HOST", "10.0.0.6");
    row("HOLDLINE_ADMIN_SERVICE_PORT", "3739");
    row("HOLDLINE_ADMIN_PORT", "tcp://10.0.0.6:3739");
    row("HOLDLINE_2_PORT_3739_TCP_ADDR", "10.0.0.6");
    // These look similar to Kubernetes' variables, but were meant for Holdline, so there is a warning.
    row("HOLDLINE_PORT", "8080", u"environment: there is no variable \"HOLDLINE_PORT\". It is ignored."_s);
    row("HOLDLINE_UPSTREAM_PORT", "http://h/",
        u"environment: there is no variable \"HOLDLINE_UPSTREAM_PORT\". It is ignored. "
        "Did you mean HOLDLINE_UPSTREAM_PROXY?"_s);
}

void TestConfigSources::variables()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(QString, warning);
    const LoadedConfig loaded = Place().load({}, {{name, value}});
    QCOMPARE(texts(loaded), QStringList());
    QCOMPARE(loaded.warnings, warning.isEmpty() ? QStringList() : QStringList{warning});
    QVERIFY(sameValues(loaded.config, Config()));
    QVERIFY(!earlyExit(loaded));
}

/// An option with such a name would be set by Kubernetes.
void TestConfigSources::noOptionLooksLikeAServiceLink()
{
    for (const Option &option : options()) {
        const QString name = option.environmentName();
        QVERIFY2(!name.endsWith("_PORT"_L1) && !name.contains("SERVICE"_L1) && !name.contains("_PORT_"_L1),
                 qPrintable(name));
    }
}

void TestConfigSources::dotEnv_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("value");
    const auto row = [](const QByteArray &line, const QString &value) {
        QTest::newRow(line.constData()) << line << value;
    };
    row("CALLBACK_URL=plain", u"plain"_s);
    row("  CALLBACK_URL=indented", u"indented"_s);
    row("export CALLBACK_URL=exported", u"exported"_s);
    row("CALLBACK_URL= spaces around  ", u"spaces around"_s);
    row("CALLBACK_URL=windows\r", u"windows"_s);
    row("CALLBACK_URL=", u""_s);
    row("CALLBACK_URL=a=b", u"a=b"_s);
    row("CALLBACK_URL=value # comment", u"value"_s);
    row("CALLBACK_URL=#comment", u""_s);
    row("CALLBACK_URL=a#b", u"a#b"_s);
    row("CALLBACK_URL='single # $quoted \\n'", u"single # $quoted \\n"_s);
    row("CALLBACK_URL='' # empty", u""_s);
    row("CALLBACK_URL=\"double # quoted\"", u"double # quoted"_s);
    row("CALLBACK_URL=\"a\\\"b\\\\c\\$d\\te\\n\"", u"a\"b\\c$d\te\n"_s);
    row("CALLBACK_URL=\"q\" # comment", u"q"_s);
    row("CALLBACK_URL=it's", u"it's"_s);
    row("CALLBACK_URL=\xc3\xa9", u"\u00e9"_s);
}

void TestConfigSources::dotEnv()
{
    QFETCH(QByteArray, line);
    QFETCH(QString, value);
    const auto [variables, errors, warnings] = readDotEnv("# comment\n\n" + line + "\n", u".env"_s);
    QVERIFY(errors.empty());
    QCOMPARE(warnings, QStringList());
    QCOMPARE(variables.size(), std::size_t(1));
    QCOMPARE(variables[0].name, u"CALLBACK_URL"_s);
    QCOMPARE(variables[0].value, value);
    QCOMPARE(variables[0].place, u".env:3"_s);
}

void TestConfigSources::dotEnvErrors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &text, const QString &error) {
        QTest::newRow(name) << text << error;
    };
    row("bare name", "A=1\nHOLDLINE_LISTEN\n",
        u".env:2: HOLDLINE_LISTEN=VALUE is wanted, without a space before the sign"_s);
    row("space before the sign", "HOLDLINE_LISTEN = 127.0.0.1:1\n",
        u".env:1: HOLDLINE_LISTEN=VALUE is wanted, without a space before the sign"_s);
    row("colon", "export HOLDLINE_LISTEN: 127.0.0.1:1\n",
        u".env:1: HOLDLINE_LISTEN=VALUE is wanted, without a space before the sign"_s);
    const QString quotes = u"the value's quotes or escapes do not fit together"_s;
    row("open quote", "CALLBACK_URL='x\n", u".env:1: \"CALLBACK_URL\": "_s + quotes);
    row("value over several lines", "A=1\nCALLBACK_URL=\"x\ny\"\n", u".env:2: \"CALLBACK_URL\": "_s + quotes);
    row("text after quotes", "PORT='x'y\n", u".env:1: \"PORT\": "_s + quotes);
    row("bad escape", "PORT=\"\\q\"\n", u".env:1: \"PORT\": "_s + quotes);
    row("cut escape", "PORT=\"\\\n", u".env:1: \"PORT\": "_s + quotes);
    row("ours twice", "PORT=1\nPORT=2\n", u".env:2: \"PORT\" is there more than once"_s);
    row("the other words of a line", "HOLDLINE_MAX_HELD=1 B=2\n",
        u".env:1: HOLDLINE_MAX_HELD: \"1 B=2\" is not right: a whole number from 1 to 1000000 is wanted"_s);
    row("after a byte order mark", "\xef\xbb\xbfHOLDLINE_MAX_HELD=none\n",
        u".env:1: HOLDLINE_MAX_HELD: \"none\" is not right: a whole number from 1 to 1000000 is wanted"_s);
    row("behind a value over several lines", "KEY='a\nb\nc'\nHOLDLINE_MAX_HELD=none\n",
        u".env:4: HOLDLINE_MAX_HELD: \"none\" is not right: a whole number from 1 to 1000000 is wanted"_s);
    row("wrong value", "\nHOLDLINE_MAX_HELD=none\n",
        u".env:2: HOLDLINE_MAX_HELD: \"none\" is not right: a whole number from 1 to 1000000 is wanted"_s);
}

void TestConfigSources::dotEnvErrors()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, error);
    const Place place;
    place.write(u".env"_s, text);
    const LoadedConfig loaded = place.load();
    QCOMPARE(texts(loaded), QStringList{error});
    QCOMPARE(earlyExit(loaded)->code, 78);
}

void TestConfigSources::dotEnvOfOthers_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QByteArray &text) { QTest::newRow(name) << text; };
    row("words", "hello\nhello world\n[section]\n{\"a\": 1}\n---\n");
    row("no name", "=1\n");
    row("dash in the name", "A-B=1\n");
    row("spaces around the sign", "FOO = bar\n");
    row("colon", "FOO: bar\n");
    row("bare name", "FOO\nexport FOO\nPORT\nCALLBACK_URL\n");
    row("a word of ours in a sentence", "PORT is where it listens\nPORT: 1\n");
    row("a name like ours", "PORT-B=x\nMY_PORT=x\nXHOLDLINE_LISTEN=x\n");
    row("exports", "export FOO=1\n  export  BAR = 2\nexport A=1 B=2\n");
    row("open quotes", "A='x\nB=\"y\nC=`z\n");
    row("text after quotes", "A='x'y\nB=\"\\q\"\nC=\"\\");
    row("key over several lines",
        "KEY=\"-----BEGIN KEY-----\nabc==\nHOLDLINE\n-----END KEY-----\" # a key\n");
    row("escaped quote", "KEY=\"a \\\" b\nc = \\\"\nd\"\n");
    row("single quotes and back-ticks", "A='{\n \"a\": 1\n}'\nB=`x\ny`\n");
    row("spaces before the quote", "KEY = 'a\nb'\n");
    row("windows", "FOO = bar\r\nKEY='a\r\nb'\r\n");
    row("twice", "A=1\nA=2\n");
    row("not UTF-8", "A=\xff\xfe\n\xff=1\n");
    row("NUL", QByteArray("A=\0\n\0=1\n", 9));
    row("unfinished", "KEY='a\nb");
}

/// Whatever lines other programs need in .env, holdline starts and reads its own lines around them.
void TestConfigSources::dotEnvOfOthers()
{
    QFETCH(QByteArray, text);
    const Place place;
    place.write(u".env"_s, "HOLDLINE_DEADLINE=7s\n" + text + "\nHOLDLINE_MAX_HELD=3\n");
    const LoadedConfig loaded = place.load();
    QCOMPARE(texts(loaded), QStringList());
    QCOMPARE(loaded.warnings, QStringList());
    QCOMPARE(loaded.config.hold.deadline, std::chrono::seconds(7));
    QCOMPARE(loaded.config.hold.held, 3);
    QVERIFY(!earlyExit(loaded));
}

void TestConfigSources::dotEnvWarnings()
{
    const Place place;
    place.write(
        u".env"_s,
        "HOLDLINE_LISTN = 1\nHOLDLINE_PORT=\"tcp://10.0.0.5:3738\"\nA='x\nHOLDLINE_MAX_HELD=3\nB='y'\n");
    const LoadedConfig loaded = place.load();
    QCOMPARE(texts(loaded), QStringList());
    QCOMPARE(
        loaded.warnings,
        QStringList(
            {u".env:4: HOLDLINE_MAX_HELD is part of the value of \"A\", whose quote opens in line 3. It is ignored."_s,
             u".env:1: there is no variable \"HOLDLINE_LISTN\". It is ignored. Did you mean HOLDLINE_LISTEN?"_s}));
    QVERIFY(sameValues(loaded.config, Config()));
}

/// Some Python projects have a virtual environment in the folder .env.
void TestConfigSources::dotEnvIsAFolder()
{
    const Place place;
    QVERIFY(QDir(place.path()).mkdir(u".env"_s));
    QCOMPARE(texts(place.load()), QStringList());
}

void TestConfigSources::files()
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

void TestConfigSources::configVariable()
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

void TestConfigSources::hostileFiles_data()
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

void TestConfigSources::hostileFiles()
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
    const auto [variables, errors, warnings] = readDotEnv(text, u".env"_s);
    QVERIFY(errors.empty());
    QCOMPARE(warnings, QStringList());
}

void TestConfigSources::suggestions()
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

HOLDLINE_TEST(TestConfigSources)
#include "tst_configsources.moc"

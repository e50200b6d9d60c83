// SPDX-License-Identifier: GPL-3.0-or-later
// Routes, profiles and secrets of a configuration, and the error texts for mistakes in them.
#include "core/routing/loadroutes.h"
#include "core/routing/registeredaddress.h"
#include "core/routing/routeset.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/configplace.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Returns the content of a file in tests/data.
QByteArray dataFile(const QString &name)
{
    QFile file(QStringLiteral(HOLDLINE_TEST_DATA "/") + name);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no %s", qPrintable(name));
    return file.readAll();
}

QByteArray twoRoutes()
{
    return dataFile(u"routes.toml"_s);
}

/// A folder with a configuration and two files with secrets.
class RoutesPlace
{
public:
    RoutesPlace()
    {
        write(u"webhook.txt"_s, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n");
        write(u"key.txt"_s, "r8_secret\n");
    }

    void write(const QString &name, const QByteArray &text) { m_place.write(name, text); }

    LoadedConfig load(const QByteArray &toml, const QStringList &flags = {})
    {
        QStringList arguments = flags;
        if (!toml.isEmpty()) {
            write(u"holdline.toml"_s, toml);
            arguments += {u"--config"_s, u"holdline.toml"_s};
        }
        LoadedConfig loaded = m_place.load(arguments);
        loadRoutes(loaded, m_place.path());
        return loaded;
    }

private:
    test::Place m_place;
};

QString errorsOf(const LoadedConfig &loaded)
{
    return test::texts(loaded).join(u'\n');
}

}  // namespace

class TestLoadRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutRoutes()
    {
        const LoadedConfig loaded = RoutesPlace().load({});
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QVERIFY(!loaded.config.routes);
    }

    void routes()
    {
        const LoadedConfig loaded = RoutesPlace().load(twoRoutes());
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QVERIFY(loaded.config.routes);
        const RouteSet &set = *loaded.config.routes;
        QCOMPARE(set.routes.size(), 2U);
        const RouteConfig &first = set.routes[0];
        QCOMPARE(first.name, "replicate");
        QCOMPARE(first.path, "/v1/predictions");
        QVERIFY(!first.takesRest);
        QCOMPARE(first.profile->name, u"replicate"_s);
        QCOMPARE(first.lane.kind, LaneSource::Kind::Value);
        QCOMPARE(first.deadline, std::optional(std::chrono::milliseconds(2min)));
        QCOMPARE(first.limits.starts, 4);
        QCOMPARE(first.limits.running, 50);
        QCOMPARE(first.limits.rate, (StartRate{600, 1min}));
        QVERIFY(!first.authorization.isEmpty());
        const RouteConfig &second = set.routes[1];
        QCOMPARE(second.name, "mine");
        QCOMPARE(second.path, "/work");
        QVERIFY(second.takesRest);
        QCOMPARE(second.profile->about, u"An API of my own"_s);
        QCOMPARE(second.lane.kind, LaneSource::Kind::Route);
        QCOMPARE(second.limits.starts, 0);
        QCOMPARE(second.limits.running, 0);
        QVERIFY(!second.limits.rate.isSet());
        // The line end of the file is not part of a secret.
        QCOMPARE(set.secrets.at("key"), "r8_secret");
    }

    /// Two routes have profiles that use the same name for different secrets.
    void secretsOfARoute()
    {
        RoutesPlace place;
        place.write(u"other.txt"_s, "whsec_b3RoZXI=\n");
        const QByteArray routes = twoRoutes().replace(
            "deadline = \"2m\"\n", "deadline = \"2m\"\nsecrets = { webhook = \"replicate-webhook\" }\n");
        const LoadedConfig loaded = place.load(routes + "replicate-webhook = \"other.txt\"\n");
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        const RouteSet &set = *loaded.config.routes;
        QCOMPARE(secretsOf(set.routes[0], set.secrets).at("webhook"), "whsec_b3RoZXI=");
        QCOMPARE(secretsOf(set.routes[0], set.secrets).at("key"), "r8_secret");
        QCOMPARE(secretsOf(set.routes[1], set.secrets), set.secrets);
        QCOMPARE(secretNameOf(set.routes[0], "webhook"), "replicate-webhook");
        QCOMPARE(secretNameOf(set.routes[1], "webhook"), "webhook");
        // When the configured secret is missing, the secret with the profile's name is not used instead.
        QVERIFY(errorsOf(place.load(routes)).contains(u"needs the secret replicate-webhook"_s));
    }

    void oneProfileForEveryPath()
    {
        RoutesPlace place;
        const QStringList flags{u"--profile"_s,  u"replicate"_s,
                                u"--upstream"_s, u"https://api.replicate.com"_s,
                                u"--secret"_s,   u"webhook=webhook.txt"_s};
        const LoadedConfig loaded = place.load({}, flags);
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QCOMPARE(loaded.config.routes->routes.size(), 1U);
        const RouteConfig &route = loaded.config.routes->routes.front();
        QCOMPARE(route.path, "");
        QVERIFY(route.takesRest);
        QCOMPARE(route.upstream, QUrl(u"https://api.replicate.com"_s));
    }

    void equivalentPaths_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("normal");
        QTest::newRow("unreserved") << QByteArray("/v1/%70redictions") << QByteArray("/v1/predictions");
        QTest::newRow("lower case") << QByteArray("/v1/a%2fb") << QByteArray("/v1/a%2Fb");
        QTest::newRow("a slash at the end") << QByteArray("/v1/a/") << QByteArray("/v1/a");
        QTest::newRow("with a rest") << QByteArray("/%7Eme/*") << QByteArray("/~me");
    }
    /// Paths of requests are normalised before routing, so a route's path is normalised too.
    void equivalentPaths()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, normal);
        const LoadedConfig loaded = RoutesPlace().load(twoRoutes().replace("/v1/predictions", path));
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QCOMPARE(loaded.config.routes->routes[0].path, normal);
        QCOMPARE(loaded.config.routes->routes[0].takesRest, path.endsWith('*'));
    }

    void aProfileOfAFile()
    {
        RoutesPlace place;
        place.write(u"mine.toml"_s,
                    "name = \"mine\"\n[start]\ncallback = \"query:cb\"\n[callback]\ncompleted = \"*\"\n");
        const LoadedConfig loaded =
            place.load({}, {u"--profile"_s, u"mine.toml"_s, u"--upstream"_s, u"http://h"_s});
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QCOMPARE(loaded.config.routes->routes.front().name, "mine");
    }

    void insecureCallbacksNeedNoSecret()
    {
        const QStringList flags{u"--profile"_s, u"replicate"_s, u"--upstream"_s,
                                u"https://api.replicate.com"_s};
        QVERIFY(errorsOf(RoutesPlace().load({}, flags)).contains("the secret webhook"_L1));
        const LoadedConfig loaded = RoutesPlace().load({}, flags + QStringList{u"--insecure-callbacks"_s});
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QVERIFY(loaded.config.routes->routes.front().insecureCallbacks);
    }

    /// Callbacks without a token arrive at a URL that contains no secret.
    void registeredCallbacks()
    {
        RoutesPlace place;
        const QByteArray bare =
            "name = \"mine\"\n[start]\ncallback = \"registered\"\njob = \"body:/id\"\n[callback]\n"
            "job = \"body:/id\"\ncompleted = \"*\"\n";
        place.write(u"bare.toml"_s, bare);
        place.write(u"ranges.toml"_s,
                    bare + "[callback.verify]\nscheme = \"addresses\"\naddresses = \"10.0.0.0/8\"\n");
        const auto load = [&place](const QString &profile, const QStringList &more = {}) {
            return place.load({}, QStringList{u"--profile"_s, profile, u"--upstream"_s, u"http://h"_s,
                                              u"--callback-url"_s, u"https://hold.example/in/cb"_s} +
                                      more);
        };
        const QString refused = errorsOf(load(u"bare.toml"_s));
        QVERIFY2(refused.contains("[callback.verify]"_L1), qPrintable(refused));
        QVERIFY2(refused.contains("--insecure-callbacks"_L1), qPrintable(refused));
        const LoadedConfig insecure = load(u"bare.toml"_s, {u"--insecure-callbacks"_s});
        QVERIFY2(insecure.isValid(), qPrintable(errorsOf(insecure)));
        const LoadedConfig ranges = load(u"ranges.toml"_s);
        QVERIFY2(ranges.isValid(), qPrintable(errorsOf(ranges)));
        const QStringList addresses = registeredTexts(ranges.config);
        QCOMPARE(addresses.size(), 1);
        QVERIFY2(addresses.front().contains("https://hold.example/in/cb/mine "_L1),
                 qPrintable(addresses.front()));
        QVERIFY(errorsOf(load(u"openai"_s)).contains("the secret webhook"_L1));
        const LoadedConfig shipped = load(u"openai"_s, {u"--secret"_s, u"webhook=webhook.txt"_s});
        QVERIFY2(shipped.isValid(), qPrintable(errorsOf(shipped)));
        QVERIFY(registeredTexts(shipped.config).front().contains("https://hold.example/in/cb/openai "_L1));
    }

    void mistakes_data()
    {
        QTest::addColumn<QByteArray>("toml");
        QTest::addColumn<QString>("error");
        const auto change = [](const char *name, const QByteArray &from, const QByteArray &to,
                               const QString &error) {
            QByteArray toml = twoRoutes();
            if (!toml.contains(from))
                qFatal("%s: %s is not there", name, from.constData());
            QTest::newRow(name) << toml.replace(from, to) << error;
        };
        change("unknown profile", "\"replicate\"", "\"replicat\"", u"Did you mean replicate?"_s);
        change("unknown key", "limits =", "limit =", u"there is no key \"limit\" in a route"_s);
        change("no path", "path = \"/work/*\"\n", "", u"holdline.toml:11: route: the key path is wanted"_s);
        change("a path without a slash", "\"/v1/predictions\"", "\"v1\"", u"holdline.toml:3: route.path"_s);
        change("a star inside", "\"/v1/predictions\"", "\"/v1/*/x\"", u"route.path"_s);
        change("upstream is no URL", "\"https://api.replicate.com\"", "\"api.replicate.com\"",
               u"holdline.toml:5: route.upstream"_s);
        change("upstream with a password", "https://api", "https://a:b@api", u"without user"_s);
        change("wrong lane", "\"header:Authorization\"", "\"heder:Authorization\"", u"route.lane"_s);
        change("wrong deadline", "\"2m\"", "\"2\"", u"route.deadline"_s);
        change("no starts", "starts = 4", "starts = 0", u"route.limits.starts"_s);
        change("no running jobs", "running = 50", "running = 0", u"route.limits.running"_s);
        change("running is no number", "running = 50", "running = \"50\"", u"route.limits.running"_s);
        for (const QByteArray rate :
             {"0/1m", "-1/1m", "600", "600/", "/1m", "600/1", "600/1d", "10001/1m", "1/50ms", "1/25h",
              "1.5/1s", "600 1m", "a/1m", "1/1m/1m", "99999999999999999999/1m"})
            change(("rate " + rate).constData(), "\"600/1m\"", '"' + rate + '"',
                   u"holdline.toml:8: route.limits.rate: starts per time such as \"600/1m\" are wanted"_s);
        change("rate is a number", "\"600/1m\"", "600", u"route.limits.rate"_s);
        change("secret not named", "key = \"key.txt\"", "", u"needs the secret key"_s);
        change("no such file", "\"key.txt\"", "\"nowhere.txt\"", u"nowhere.txt"_s);
        change("a secret that is no key", "\"webhook.txt\"", "\"key.txt\"", u"webhook"_s);
        const auto secrets = [&change](const char *name, const QByteArray &value, const QString &error) {
            change(name, "deadline = \"2m\"\n", "secrets = " + value + "\n", error);
        };
        secrets(
            "a secret that the profile has not", "{ webhok = \"key\" }",
            u"holdline.toml:2: secrets: the profile replicate has no secret \"webhok\". Did you mean webhook?"_s);
        secrets("no name of a secret", "{ webhook = \"a b\" }", u"holdline.toml:7: route.secrets.webhook"_s);
        secrets("no table of secrets", "\"webhook\"", u"holdline.toml:7: route.secrets: a table"_s);
        change("a secret of the job server's own API", "profile = \"own\"",
               "profile = \"jobserver\"\nsecrets = { webhook = \"key\" }", u"has no secret \"webhook\""_s);
        change("a secret with two meanings", "{secret:key}",
               "{secret:webhook}\" }\nsecrets = { webhook = \"webhook",
               u"auth uses the secret webhook too"_s);
        change("one of our paths", "\"/v1/predictions\"", "\"/v1/jobs\"", u"Holdline's own"_s);
        change("one of our paths with an escape", "\"/v1/predictions\"", "\"/v1/%6Aobs/*\"",
               u"Holdline's own"_s);
        change("below our callbacks", "path = \"/work/*\"", "path = \"/callback/x/*\"", u"Holdline's own"_s);
        QTest::newRow("below our callbacks at another path")
            << twoRoutes().replace("/work/*", "/hooks/a") + "[server]\ncallback_url = \"http://h/hooks\"\n"
            << u"/hooks is one of Holdline's own"_s;
        change("a path with dots", "\"/v1/predictions\"", "\"/v1/../x\"", u"route.path"_s);
        change("the same path with a slash", "\"/v1/predictions\"", "\"/work/\"", u"the path is that of"_s);
        change("a lane that no request has", "\"header:Authorization\"", "\"suffix\"",
               u"a client's request has no suffix"_s);
        change("limits are no table", "limits = { starts = 4, running = 50, rate = \"600/1m\" }",
               "limits = 4", u"route.limits: a table such as { starts = … } is wanted"_s);
        change("the name of a profile", "[profile.own.start]\n", "[profile.My_API]\n[profile.own.start]\n",
               u"profile.My_API: the name of a profile is wrong: 1 to 64 small letters"_s);
        change("a wrong name", "name = \"mine\"", "name = \"a/b\"", u"route.name"_s);
        change("a star behind a word", "\"/v1/predictions\"", "\"/v1*\"", u"route.path"_s);
        change("two routes of one name", "name = \"mine\"", "name = \"replicate\"", u"another name"_s);
        change("an error in a profile", "completed = [\"done\"]", "completd = [\"done\"]", u"completd"_s);
        QTest::newRow("profiles without a route")
            << QByteArray(
                   "[profile.x.start]\ncallback = \"query:cb\"\n[profile.x.callback]\ncompleted = \"*\"\n")
            << u"profile"_s;
    }
    void mistakes()
    {
        QFETCH(QByteArray, toml);
        QFETCH(QString, error);
        const LoadedConfig loaded = RoutesPlace().load(toml);
        QVERIFY(!loaded.isValid());
        QVERIFY2(errorsOf(loaded).contains(error), qPrintable(errorsOf(loaded)));
        // A mistake is reported as one error, without further errors that follow from it.
        QVERIFY2(test::texts(loaded).size() == 1, qPrintable(errorsOf(loaded)));
    }

    /// A byte order mark, white space around lines and empty lines are not part of a secret, because editors
    /// add them unseen.
    void secretsLoseBlanks()
    {
        RoutesPlace place;
        place.write(u"key.txt"_s, "\xEF\xBB\xBF\r\n  r8_secret \t\r\n\r\nold\n\n");
        const LoadedConfig loaded = place.load(twoRoutes());
        QVERIFY2(loaded.isValid(), qPrintable(errorsOf(loaded)));
        QCOMPARE(loaded.config.routes->secrets.at("key"), "r8_secret\nold");
        place.write(u"key.txt"_s, " \r\n\t\n");
        QVERIFY(errorsOf(place.load(twoRoutes())).contains("is empty"_L1));
    }

    /// All mistakes are reported at once, each with its line.
    void tenMistakes()
    {
        const LoadedConfig loaded = RoutesPlace().load(dataFile(u"routes-with-mistakes.toml"_s));
        const QStringList texts = test::texts(loaded);
        QVERIFY2(texts.size() >= 10, qPrintable(texts.join(u'\n')));
        for (const QString &place :
             {u"holdline.toml:2"_s, u"holdline.toml:4"_s, u"holdline.toml:7"_s, u"holdline.toml:9"_s,
              u"holdline.toml:10"_s, u"holdline.toml:11"_s, u"holdline.toml:17"_s, u"holdline.toml:20"_s,
              u"holdline.toml:21"_s, u"holdline.toml:23"_s, u"holdline.toml:26"_s}) {
            QVERIFY2(
                std::any_of(texts.begin(), texts.end(),
                            [&place](const QString &text) { return text.contains(QString(place + u':')); }),
                qPrintable(place + u" in\n"_s + texts.join(u'\n')));
        }
    }

    /// Each mistake gives one error: a missing secret, an unknown profile, a profile's file that cannot be
    /// read.
    void oneErrorForEachMistake()
    {
        const QByteArray routes = twoRoutes().replace("webhook = \"webhook.txt\"\n", "");
        QCOMPARE(test::texts(RoutesPlace().load(routes)).size(), 1);
        const QString unknown =
            errorsOf(RoutesPlace().load(twoRoutes().replace("\"own\"", "\"nothing-like-it\"")));
        QVERIFY2(unknown.contains(u"\"nothing-like-it\". There are: "_s), qPrintable(unknown));
        const QString relative =
            errorsOf(RoutesPlace().load(twoRoutes().replace("\"own\"", "\"./no.toml\"")));
        QVERIFY2(relative.contains(u"A relative path starts at the working directory"_s),
                 qPrintable(relative));
    }

    void wrongFlags()
    {
        QCOMPARE(RoutesPlace().load({}, {u"--secret"_s, u"webhook"_s}).errors.size(), 1U);
        QVERIFY(errorsOf(RoutesPlace().load({}, {u"--profile"_s, u"replicate"_s, u"--insecure-callbacks"_s}))
                    .contains("--upstream"_L1));
        QVERIFY(errorsOf(RoutesPlace().load(twoRoutes(),
                                            {u"--profile"_s, u"fal"_s, u"--upstream"_s, u"http://h"_s}))
                    .contains("exclude each other"_L1));
    }
};

HOLDLINE_TEST(TestLoadRoutes)
#include "tst_loadroutes.moc"

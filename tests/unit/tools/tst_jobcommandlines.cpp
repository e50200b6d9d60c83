// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/signing.h"
#include "service/jobclient/jobclientcommand.h"
#include "service/jobserver/apimessages.h"
#include "service/jobserver/jobservercommand.h"
#include "service/jobserver/startuptext.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace holdline;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kFirstLine = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

QStringList words(const QString &line)
{
    return line.split(u' ', Qt::SkipEmptyParts);
}

}  // namespace

class TestJobCommandLines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clientCommandLine_data();
    void clientCommandLine();
    void clientCommandLineValues();
    void serverCommandLine_data();
    void serverCommandLine();
    void serverSecretErrors();
    void serverStartupText();
    void serverCommandLineValues();

private:
    QString secretFile();

    QTemporaryDir m_place;
};

void TestJobCommandLines::clientCommandLine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");  // -1 for a run, -2 for the command verify
    QTest::newRow("nothing") << u""_s << -1;
    QTest::newRow("original") << u"--url http://h/proxy --account example"_s << -1;
    QTest::newRow("everything")
        << u"--url http://[::1]:80/?a=b --account a --jobs 5 --concurrency 2 --accounts 3 "
           "--rate 10.5 --limit 1s --timeout 500ms --json"_s
        << -1;
    QTest::newRow("verify") << u"verify proof.txt"_s << -2;
    QTest::newRow("verify stdin") << u"verify - --json --limit 1s"_s << -2;
    QTest::newRow("help") << u"--help"_s << 0;
    QTest::newRow("version") << u"--version"_s << 0;
    for (const auto &wrong : {u"--jobs"_s,
                              u"--jobs 0"_s,
                              u"--jobs -1"_s,
                              u"--jobs x"_s,
                              u"--jobs 1000001"_s,
                              u"--concurrency 0"_s,
                              u"--accounts 0"_s,
                              u"--rate 0"_s,
                              u"--rate -1"_s,
                              u"--rate inf"_s,
                              u"--limit 5"_s,
                              u"--limit 0"_s,
                              u"--timeout never"_s,
                              u"--url https://h/"_s,
                              u"--url h/start"_s,
                              u"--url ftp://h/"_s,
                              u"--url http://"_s,
                              u"--url http://u:p@h/"_s,
                              u"--url http://h:0/"_s,
                              u"--nonsense"_s,
                              u"start"_s,
                              u"verify"_s,
                              u"verify a b"_s,
                              u"verify a --jobs 5"_s,
                              u"verify a --idempotency-keys"_s,
                              u"verify a --idempotency-prefix p"_s,
                              u"--idempotency-prefix \""_s,
                              u"--idempotency-prefix ä"_s,
                              u"--idempotency-prefix ''"_s,
                              u"--account ''"_s})
        QTest::newRow(qPrintable(wrong)) << wrong << 64;
}

void TestJobCommandLines::clientCommandLine()
{
    QFETCH(QString, line);
    QFETCH(int, code);
    QStringList arguments = words(u"jobclient "_s + line);
    arguments.replaceInStrings(u"''"_s, QString());
    const auto command = jobclient::parseCommandLine(arguments);
    QCOMPARE(std::holds_alternative<jobclient::RunCommand>(command), code == -1);
    QCOMPARE(std::holds_alternative<jobclient::VerifyCommand>(command), code == -2);
    if (const auto *exit = std::get_if<Exit>(&command)) {
        QCOMPARE(exit->code, code);
        QVERIFY(!exit->text.isEmpty());
    }
}

void TestJobCommandLines::clientCommandLineValues()
{
    const auto defaults = std::get<jobclient::RunCommand>(jobclient::parseCommandLine({u"jobclient"_s}));
    QCOMPARE(defaults.load.url, QUrl(u"http://127.0.0.1:3740/start"_s));
    QCOMPARE(defaults.load.jobs, 50);
    QCOMPARE(defaults.load.limit, std::chrono::milliseconds(5s));
    QCOMPARE(defaults.load.timeout, std::chrono::milliseconds(30s));
    QVERIFY(!defaults.json);
    QVERIFY(defaults.load.idempotencyPrefix.isEmpty());

    const auto set = std::get<jobclient::RunCommand>(jobclient::parseCommandLine(words(
        u"jobclient --url http://h:81/proxy --account b --jobs 5 --concurrency 2 --accounts 3 --rate 10.5 "
        "--limit 1s --timeout 500ms --idempotency-prefix p --json"_s)));
    QCOMPARE(set.load.url, QUrl(u"http://h:81/proxy"_s));
    QCOMPARE(set.load.account, "b"_ba);
    QCOMPARE(set.load.jobs, 5);
    QCOMPARE(set.load.concurrency, 2);
    QCOMPARE(set.load.accounts, 3);
    QCOMPARE(set.load.rate, 10.5);
    QCOMPARE(set.load.limit, std::chrono::milliseconds(1s));
    QCOMPARE(set.load.timeout, 500ms);
    QCOMPARE(set.load.idempotencyPrefix, "p"_ba);
    QVERIFY(set.json);

    // The keys differ from those of other clients and of the previous run.
    const auto prefix = [] {
        return std::get<jobclient::RunCommand>(
                   jobclient::parseCommandLine({u"jobclient"_s, u"--idempotency-keys"_s}))
            .load.idempotencyPrefix;
    };
    QCOMPARE(prefix().size(), 16);
    QVERIFY(prefix() != prefix());
}

void TestJobCommandLines::serverCommandLine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");  // -1 when the options are valid
    QTest::newRow("a profile with published keys") << u"--profile fal"_s << -1;
    QTest::newRow("a profile with a secret") << u"--profile replicate --secret webhook=@"_s << -1;
    QTest::newRow("a secret is wanted") << u"--profile replicate"_s << 64;
    QTest::newRow("a secret for a template only") << u"--profile mpesa --secret passkey=@"_s << -1;
    QTest::newRow("no secret at all") << u"--profile fal --secret webhook=@"_s << 64;
    QTest::newRow("a secret of another name") << u"--profile replicate --secret webhok=@"_s << 64;
    QTest::newRow("a secret of another name beside the right one")
        << u"--profile replicate --secret webhook=@ --secret token=@"_s << 64;
    QTest::newRow("no file") << u"--profile replicate --secret webhook=/no/such/file"_s << 64;
    QTest::newRow("a secret in the wrong format")
        << u"--profile replicate --secret webhook=/etc/passwd"_s << 64;
    QTest::newRow("a text in place of a file") << u"--profile replicate --secret whsec_MfKQ"_s << 64;
    QTest::newRow("the key of the proofs") << u"--secret proof=@"_s << -1;
    QTest::newRow("no key of the proofs") << u"--secret webhook=@"_s << 64;
    QTest::newRow("progress") << u"--profile replicate --secret webhook=@ --progress 2"_s << -1;
    QTest::newRow("no progress in callbacks") << u"--profile deepgram --secret token=@ --progress 1"_s << 64;
    QTest::newRow("no callbacks") << u"--profile poll-202 --progress 1"_s << 64;
    QTest::newRow("its own API") << u"--profile jobserver"_s << -1;
    QTest::newRow("registered callbacks")
        << u"--profile openai --secret webhook=@ --callback-url https://hold.example/callback/openai"_s << -1;
    QTest::newRow("unknown profile") << u"--profile nothing-like-it"_s << 64;
    QTest::newRow("no URL") << u"--profile fal --callback-url here"_s << 64;
    QTest::newRow("nothing") << u""_s << -1;
    QTest::newRow("help") << u"--help"_s << 0;
    QTest::newRow("version") << u"--version"_s << 0;
    for (const auto &wrong : {u"--listen"_s,
                              u"--listen off"_s,
                              u"--listen here"_s,
                              u"--duration 5"_s,
                              u"--duration -1s"_s,
                              u"--duration-of a"_s,
                              u"--duration-of =5s"_s,
                              u"--duration-of a=soon"_s,
                              u"--duration-of a=2h"_s,
                              u"--start-latency x"_s,
                              u"--connections-per-account 0"_s,
                              u"--slot account"_s,
                              u"--seed x"_s,
                              u"--callback-retries -1"_s,
                              u"--fault-reset 101"_s,
                              u"--fault-reset often"_s,
                              u"--fault-late"_s,
                              u"--fault-late x"_s,
                              u"--fault-late 200%:5"_s,
                              u"--fault-nonsense 5"_s,
                              u"--event-loop qt"_s,
                              u"extra"_s})
        QTest::newRow(qPrintable(wrong)) << wrong << 64;
}

void TestJobCommandLines::serverCommandLine()
{
    QFETCH(QString, line);
    QFETCH(int, code);
    const auto command =
        jobserver::parseCommandLine(words(u"jobserver "_s + line.replace(u'@', secretFile())));
    QCOMPARE(std::holds_alternative<jobserver::ServeCommand>(command), code == -1);
    if (const auto *exit = std::get_if<Exit>(&command)) {
        QCOMPARE(exit->code, code);
        QVERIFY(!exit->text.isEmpty());
        QVERIFY(!exit->text.contains(u"whsec_MfKQ"_s));
    }
}

/// The errors name the missing secret and the flag that gives it.
void TestJobCommandLines::serverSecretErrors()
{
    const auto errorOf = [this](const QString &line) {
        const auto command =
            jobserver::parseCommandLine(words(u"jobserver "_s + QString(line).replace(u'@', secretFile())));
        const auto *exit = std::get_if<Exit>(&command);
        return exit ? exit->text : QString();
    };
    QVERIFY(errorOf(u"--profile replicate"_s).contains(u"--secret webhook=FILE"_s));
    QVERIFY(errorOf(u"--profile replicate --secret webhok=@"_s).contains(u"Did you mean webhook?"_s));
    QVERIFY(errorOf(u"--profile replicate --secret webhook=no-such-file"_s)
                .contains(u"A relative path starts at the working directory"_s));
    QCOMPARE(errorOf(u"--profile replicate --secret webhook=/no-such-file"_s).count(u'\n'), 0);
}

void TestJobCommandLines::serverStartupText()
{
    const auto textOf = [this](const QString &line) {
        const auto command = jobserver::parseCommandLine(
            words(u"jobserver --seed 7 "_s + QString(line).replace(u'@', secretFile())));
        return jobserver::startupText(std::get<jobserver::ServeCommand>(command).options, u"127.0.0.1:9"_s);
    };
    QCOMPARE(textOf({}), u"jobserver: listening on http://127.0.0.1:9/start (seed 7)\n"_s);
    QCOMPARE(textOf(u"--profile replicate --secret webhook=@"_s),
             u"jobserver: listening on http://127.0.0.1:9 as the API of replicate (seed 7)\n"_s);
    QVERIFY(textOf(u"--profile fal"_s)
                .endsWith(u"jobserver: holdline's route needs jwks = "
                          "\"http://127.0.0.1:9/.well-known/jwks.json\"\n"_s));
    QVERIFY(textOf(u"--profile openai --secret webhook=@"_s)
                .endsWith(u"jobserver: callbacks go to http://127.0.0.1:3738/callback/openai\n"_s));

    QFile profile(m_place.filePath(u"ed.toml"_s));
    QVERIFY(profile.open(QIODevice::WriteOnly));
    profile.write(
        "name = \"ed\"\n[start]\ncallback = \"body:/c\"\n[callback]\nstate = \"body:/s\"\n"
        "completed = [\"ok\"]\n[callback.verify]\nscheme = \"ed25519\"\nsecret = \"public\"\n"
        "key_format = \"base64\"\nat = \"header:Sig\"\n");
    profile.close();
    const QByteArray key = profile::ed25519PublicKey(apiPrivateKey(kFirstLine)).toBase64();
    QVERIFY(textOf(u"--profile %1 --secret public=@"_s.arg(profile.fileName()))
                .endsWith(
                    u"holdline --secret public needs this public key: %1\n"_s.arg(QString::fromLatin1(key))));
}

/// Writes a secret file with two lines and returns its path, which contains no space.
QString TestJobCommandLines::secretFile()
{
    QFile file(m_place.filePath(u"secret.txt"_s));
    if (file.open(QIODevice::WriteOnly))
        file.write(kFirstLine + "\nsecond line\n");
    return file.fileName();
}

void TestJobCommandLines::serverCommandLineValues()
{
    const auto defaults = std::get<jobserver::ServeCommand>(jobserver::parseCommandLine({u"jobserver"_s}));
    QCOMPARE(defaults.listen.host, u"127.0.0.1"_s);
    QCOMPARE(defaults.listen.port, std::uint16_t(3740));
    QCOMPARE(defaults.options.duration, 500ms);
    QCOMPARE(defaults.options.connectionsPerAccount, 1);
    QVERIFY(defaults.options.slot == SlotScope::Request);
    QVERIFY(!defaults.options.idempotentStarts);
    QVERIFY(!defaults.options.secret.isEmpty());

    const auto set = std::get<jobserver::ServeCommand>(jobserver::parseCommandLine(words(
        u"jobserver --listen 127.0.0.1:0 --duration 1s --duration-of slow=5s --duration-of a=b=0ms "
        u"--start-latency 20ms --connections-per-account 2 "
        "--slot connection --idempotent-starts --seed 18446744073709551615 --secret proof=%1 --progress 3 "
        "--callback-retries 0 "
        "--fault-start-500 1 "
        "--fault-start-503 2 --fault-reset 3 --fault-garbage 4 --fault-no-callback 5 --fault-duplicate 6 "
        "--fault-early 7 --fault-late 8%:9ms --fault-wrong-id 10 --fault-failed 11"_s.arg(secretFile()))));
    const JobServerOptions &options = set.options;
    QCOMPARE(set.listen.port, std::uint16_t(0));
    QCOMPARE(options.duration, std::chrono::milliseconds(1s));
    QCOMPARE(options.durationFor("slow"), std::chrono::milliseconds(5s));
    QCOMPARE(options.durationFor("slow-12"), std::chrono::milliseconds(5s));
    QCOMPARE(options.durationFor("a=b"), 0ms);
    for (const char *other : {"slow-", "slow-x", "slow-1-1", "slower", "-1"})
        QCOMPARE(options.durationFor(other), std::chrono::milliseconds(1s));
    QCOMPARE(options.startLatency, 20ms);
    QCOMPARE(options.connectionsPerAccount, 2);
    QVERIFY(options.slot == SlotScope::Connection);
    QVERIFY(options.idempotentStarts);
    QCOMPARE(options.seed, ~std::uint64_t(0));
    QCOMPARE(options.secret, kFirstLine);
    QCOMPARE(options.progress, 3);
    QCOMPARE(options.callbackRetries, 0);
    QCOMPARE(options.faults.percent, (std::array<double, kFaultCount>{1, 2, 3, 4, 5, 6, 7, 8, 10, 11}));
    QCOMPARE(options.faults.lateBy, 9ms);
}

HOLDLINE_TEST(TestJobCommandLines)
#include "tst_jobcommandlines.moc"

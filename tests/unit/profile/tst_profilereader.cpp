// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilefields.h"
#include "core/profile/profilereader.h"
#include "tests/support/suite.h"
#include "tests/unit/profile/exchange.h"

#include <QFile>
#include <QTest>

using namespace holdline;
using namespace holdline::profile;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kPlain = R"(name = "t"
[start]
callback = "body:/c"
job = "body:/id"
[callback]
state = "body:/state"
completed = ["done"]
)";

QStringList errorsOf(const QByteArray &toml)
{
    const auto read = readProfile(toml, u"t.toml"_s);
    const auto *errors = std::get_if<QStringList>(&read);
    return errors ? *errors : QStringList();
}

}  // namespace

class TestProfileReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldIsRead();
    void names();
    void defaults();
    void tenMistakesAreTenErrors();
    void mistakesDoNotHideEachOther();
    void wordsMayBeTrueOrFalse();
    void oneMistake_data();
    void oneMistake();
    void fieldsAreChecked_data();
    void fieldsAreChecked();
    void referenceIsFresh();
};

/// Reads a profile that contains every field, each with its own value.
void TestProfileReader::everyFieldIsRead()
{
    const QByteArray text = R"(
name = "all"
about = "Everything"
[start]
request = "PUT {upstream}/x{rest}"
callback = { "query:cb" = "{callback}/a" }
set = { "body:/n" = { b = [1, 2.5, true, "{uuid}"], a = "x" }, "header:X-A" = "1" }
remove = ["body:/old", "query:q"]
headers = ["X-*", "Accept"]
accepted = { status = [201, 202], equals = { "body:/ok" = 1 } }
job = ["body:/id", "header:Location"]
location = "header:Location"
finished = "body:/state"
from_query = { "body:/p" = "{query:p}" }
[callback]
methods = ["PUT"]
job = "header:X-Id"
state = "suffix"
completed = ["done", 0]
failed = ["bad"]
progress = ["busy*"]
error = "body:/e"
answer = { status = 202, content_type = "text/html", body = "<ok/>" }
never_4xx = true
[callback.verify]
scheme = "hmac-sha512"
secret = ["a", "b"]
key_format = "base64"
at = "header:S"
encoding = "base64url"
prefix = "v="
separator = ";"
id = "header:I"
timestamp = "header:T"
tolerance = "90s"
signed = "{id}{timestamp}{url}{body}"
addresses = ["10.0.0.0/8"]
[status]
request = "POST {upstream}/ask/{job}"
set = { "form:a" = "{job}" }
result = "GET {location}"
state = ["body:/s", "status"]
completed = ["ok"]
failed = ["ko"]
progress = ["on"]
error = "header:X-Error"
after_callback = true
first = "1m"
every = "3s"
longest = "40s"
[cancel]
request = "DELETE {upstream}/{job}"
set = { "query:force" = true }
when = ["client_gone", "deadline"]
[answer]
body = "status"
part = "body:/out"
base64 = true
content_type = "application/vnd.out+json"
completed = { status = 201 }
failed = { status = 422, part = "body:/error" }
keepalive = "15s"
)";
    const Profile p = profileFrom(text);
    QCOMPARE(p.name, u"all"_s);
    QCOMPARE(p.about, u"Everything"_s);
    QCOMPARE(p.start.request.method, "PUT");
    QCOMPARE(p.start.callback.size(), 1u);
    QCOMPARE(p.start.callbackMode, StartRule::CallbackMode::InRequest);
    QCOMPARE(p.start.request.set.size(), 2u);
    TemplateValues values;
    values.uuid = "u-1";
    QCOMPARE(std::get<QByteArray>(p.start.request.set[0].value.json(values)),
             R"({"b":[1,2.5,true,"u-1"],"a":"x"})");
    QCOMPARE(p.start.remove.size(), 2u);
    QCOMPARE(p.start.headers, (std::vector<QByteArray>{"X-*", "Accept"}));
    QCOMPARE(p.start.accepted.status, (std::vector<int>{201, 202}));
    QCOMPARE(p.start.accepted.equals.at(0).second, "1");
    QCOMPARE(formatLocators(p.start.job), u"body:/id or header:Location"_s);
    QCOMPARE(formatLocators(p.start.location), u"header:Location"_s);
    QCOMPARE(formatLocators(p.start.finished), u"body:/state"_s);
    QCOMPARE(p.start.fromQuery.size(), 1u);
    QCOMPARE(p.callback->methods, std::vector<QByteArray>{"PUT"});
    QCOMPARE(formatLocators(p.callback->job), u"header:X-Id"_s);
    QCOMPARE(formatLocators(p.callback->state), u"suffix"_s);
    QCOMPARE(p.callback->words.completed, (std::vector<QByteArray>{"done", "0"}));
    QCOMPARE(p.callback->words.failed, std::vector<QByteArray>{"bad"});
    QCOMPARE(p.callback->words.progress, std::vector<QByteArray>{"busy*"});
    QCOMPARE(formatLocators(p.callback->error), u"body:/e"_s);
    QCOMPARE(p.callback->answer.status, 202);
    QCOMPARE(p.callback->answer.contentType, "text/html");
    QCOMPARE(p.callback->answer.body, "<ok/>");
    QVERIFY(p.callback->never4xx);
    const VerifyRule &v = *p.callback->verify;
    QCOMPARE(v.scheme, VerifyRule::Scheme::HmacSha512);
    QCOMPARE(v.secrets, (std::vector<QByteArray>{"a", "b"}));
    QCOMPARE(v.keyFormat, VerifyRule::KeyFormat::Base64);
    QCOMPARE(formatLocator(*v.at), u"header:S"_s);
    QCOMPARE(v.encoding, VerifyRule::Encoding::Base64Url);
    QCOMPARE(v.prefix, "v=");
    QCOMPARE(v.separator, ";");
    QCOMPARE(formatLocator(*v.id), u"header:I"_s);
    QCOMPARE(formatLocator(*v.timestamp), u"header:T"_s);
    QCOMPARE(v.tolerance.count(), 90);
    QVERIFY(v.signedText.uses().testFlag(Template::Use::PublicUrl));
    QVERIFY(contains(v.addresses, parseAddress("10.1.2.3").value()));
    QCOMPARE(p.status->request.method, "POST");
    QCOMPARE(p.status->request.set.size(), 1u);
    QVERIFY(p.status->result);
    QCOMPARE(formatLocators(p.status->state), u"body:/s or status"_s);
    QCOMPARE(p.statusWords().completed, std::vector<QByteArray>{"ok"});
    QCOMPARE(p.statusWords().failed, std::vector<QByteArray>{"ko"});
    QCOMPARE(p.statusWords().progress, std::vector<QByteArray>{"on"});
    QCOMPARE(formatLocators(p.status->error), u"header:X-Error"_s);
    QVERIFY(p.status->afterCallback);
    QCOMPARE(p.status->first.count(), 60'000);
    QCOMPARE(p.status->every.count(), 3'000);
    QCOMPARE(p.status->longest.count(), 40'000);
    QCOMPARE(p.cancel->request.method, "DELETE");
    QCOMPARE(p.cancel->request.set.size(), 1u);
    QCOMPARE(p.cancel->when, CancelOccasions(CancelOccasion::ClientGone) | CancelOccasion::Deadline);
    QCOMPARE(p.answer.body, AnswerRule::Document::Status);
    QCOMPARE(formatLocators(p.answer.part), u"body:/out"_s);
    QVERIFY(p.answer.base64);
    QCOMPARE(p.answer.contentType, "application/vnd.out+json");
    QCOMPARE(p.answer.completedStatus, 201);
    QCOMPARE(p.answer.failedStatus, 422);
    QCOMPARE(formatLocators(p.answer.failedPart), u"body:/error"_s);
    QCOMPARE(p.answer.keepalive.count(), 15'000);
    QCOMPARE(p.secretNames(), (QStringList{u"a"_s, u"b"_s}));
    // Checks that the text above contains every field; a field that is missing there would not be tested.
    const QStringList others{u"start.made"_s, u"callback.verify.jwks"_s,
                             u"callback.verify.timestamp_prefix"_s};
    for (const ProfileField &field : profileFields()) {
        const QByteArray name = QString(field.key).section(u'.', -1).toLatin1();
        QVERIFY2(others.contains(field.key) || text.contains(name + " = "), field.key.data());
    }
}

/// Each character is allowed in a name or not, and a name does not begin with a dash.
void TestProfileReader::names()
{
    const QString allowed = u"abcdefghijklmnopqrstuvwxyz0123456789-"_s;
    for (char16_t c = 0; c < 0x100; ++c) {
        const QString name = u'a' + QString(QChar(c));
        QVERIFY2(isProfileName(name) == allowed.contains(QChar(c)), qPrintable(QString::number(c)));
    }
    QVERIFY(isProfileName(u"0"_s));
    QVERIFY(!isProfileName(u"-a"_s));
    QVERIFY(!isProfileName({}));
}

void TestProfileReader::defaults()
{
    const Profile p = profileFrom(kPlain +
                                  "[status]\nrequest = \"GET {upstream}/{job}\"\nstate = \"body:/s\"\n"
                                  "[cancel]\nrequest = \"DELETE {upstream}/{job}\"\n");
    QCOMPARE(p.start.request.method, "POST");
    TemplateValues values;
    values.upstream = "https://u";
    values.rest = "/r";
    QCOMPARE(std::get<QByteArray>(p.start.request.url.render(values, Template::Position::Url)),
             "https://u/r");
    QCOMPARE(p.start.headers, std::vector<QByteArray>{"Authorization"});
    QCOMPARE(p.callback->methods, std::vector<QByteArray>{"POST"});
    QCOMPARE(p.callback->answer.status, 200);
    QVERIFY(!p.callback->verify && !p.callback->never4xx && !p.status->afterCallback);
    QCOMPARE(p.status->first.count(), 10'000);
    QCOMPARE(p.status->every.count(), 2'000);
    QCOMPARE(p.status->longest.count(), 30'000);
    QCOMPARE(p.statusWords().completed, std::vector<QByteArray>{"done"});
    QCOMPARE(p.cancel->when, CancelOccasions(CancelOccasion::Delete));
    QCOMPARE(p.answer.body, AnswerRule::Document::Callback);
    QCOMPARE(p.answer.failedStatus, 200);
    QCOMPARE(p.answer.keepalive.count(), 0);
    // When the result comes from a status query, a callback causes a query.
    const Profile thin = profileFrom(kPlain +
                                     "[status]\nrequest = \"GET {upstream}/{job}\"\nstate = \"body:/s\"\n"
                                     "[answer]\nbody = \"status\"\n");
    QVERIFY(thin.status->afterCallback);
}

void TestProfileReader::tenMistakesAreTenErrors()
{
    const QStringList errors = errorsOf(R"(name = "Bad Name"
[start]
calback = "body:/x"
callback = "cookie:x"
set = { "path:1" = "a", "body:/b" = "{nobody}" }
accepted = { status = ["200"] }
[callback]
completd = ["a"]
state = "body:x"
never_4xx = "yes"
[callback.verify]
scheme = "hmac-md5"
[nonsense]
)");
    const QStringList wanted{
        u"t.toml:1: name: "_s,
        u"t.toml:3: there is no key \"start.calback\". Did you mean start.callback?"_s,
        u"t.toml:4: start.callback: "_s,
        u"t.toml:5: start.set.\"path:1\": "_s,
        u"t.toml:5: start.set.\"body:/b\": nothing is called {nobody}"_s,
        u"t.toml:6: start.accepted.status: a text where a whole number is wanted"_s,
        u"t.toml:8: there is no key \"callback.completd\". Did you mean callback.completed?"_s,
        u"t.toml:9: callback.state: \"body:x\": "_s,
        u"t.toml:10: callback.never_4xx: a text where true or false is wanted"_s,
        u"t.toml:12: callback.verify.scheme: \"hmac-md5\": standard-webhooks, fal, twilio"_s,
        u"t.toml:13: there is no key \"nonsense\""_s,
    };
    QCOMPARE(errors.size(), wanted.size());
    for (qsizetype i = 0; i < wanted.size(); ++i)
        QVERIFY2(errors[i].startsWith(wanted[i]), qPrintable(errors[i]));
}

void TestProfileReader::oneMistake_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *line, const char *says) {
        QTest::newRow(line) << QByteArray(line) << QString::fromUtf8(says);
    };
    // These lines are appended to the table [callback] of a valid profile.
    row("methods = \"GET\"", "POST, PUT or both");
    row("answer = 200", "a table is wanted");
    row("answer = { status = 404 }", "from 200 to 299");
    row("answer = { content_type = \"text\" }", "content type");
    row("error = []", "1 to 64 locators");
    row("error = 7", "a whole number where a text is wanted");
    row("failed = [1.5]", "where a text is wanted");
    row("failed = [true, 2020-01-01]", "a date or time where a text is wanted");
    row("error = \"status\"", "a callback is a request and has no status");
    row("[start.accepted]\nstatus = [303]", "from 200 to 299");
    row("[start.accepted]\nequals = { \"query:x\" = \"1\" }", "body:, header: and status only");
    row("[start.set]\n\"body:/a\" = \"x{suffix}\"", "a client's request has no suffix");
    row("[start.from_query]\n\"body:/a\" = \"{status}\"", "a client's request has no suffix and no status");
    row("[status]\nstate = \"body:/s\"\nrequest = \"GET {upstream}/{suffix}\"",
        "a client's request has no suffix");
    row("[status]\nstate = \"body:/s\"\nrequest = \"GET {upstream}.evil.example/{job}\"", "no other host");
    row("[status]\nstate = \"body:/s\"\nrequest = \"GET {upstream}{job}\"", "no other host");
    row("[status]\nstate = \"body:/s\"\nrequest = \"GET {upstream}{rest}@evil.example/\"", "no other host");
    row("[callback.verify]\nscheme = \"secret\"\nsecret = \"a\"\nat = \"status\"", "has no status");
    row("[start.set]\n\"body:\" = 1", "a member of the body");
    row("[start.set]\n\"header:Host\" = \"x\"", "belongs to the connection");
    row("[start.set]\n\"form:a\" = { b = 1 }", "a table where a text");
    row("[start.set]\n\"body:/a\" = 2020-01-01", "a date or time where");
    row("[start.set]\n\"body:/a\" = \"{job}\"", "{job} is not known here");
    row("[start.set]\n\"body:/a\" = \"{id}\"", "{id} and {timestamp}");
    row("[status]\nrequest = \"GET https://evil.example/{job}\"", "must begin with {upstream}");
    row("[status]\nrequest = \"{upstream}/{job}\"", "a method and an address");
    row("[status]\nrequest = \"get {upstream}\"", "a method and an address");
    row("[status]\nrequest = \"GET {upstream}/a b\"", "visible ASCII");
    row("[status]\nrequest = \"GET {upstream}/?k={secret:a}\"", "a secret must not stand here");
    row("[status]\nfirst = 10", "a whole number where a text");
    row("[status]\nfirst = \"10\"", "a time with its unit");
    row("[status]\nevery = \"1ms\"", "from 100ms");
    row("[cancel]\nwhen = [\"always\"]", "delete, client_gone or deadline");
    row("[answer]\nkeepalive = \"0s\"", "from 1s");
    row("[answer]\nkeepalive = \"15s\"\npart = \"body:/text\"", "harmless only when it is JSON");
    row("[answer]\nkeepalive = \"15s\"\ncontent_type = \"text/plain\"", "harmless only when it is JSON");
    row("[answer]\nbody = \"both\"", "callback or status is wanted");
    row("[callback.verify]\nscheme = \"addresses\"\naddresses = \"10.0.0.1/8\"", "ranges of addresses");
    row("[callback.verify]\nscheme = \"fal\"\njwks = \"ftp://x\"", "an https URL");
    row("[callback.verify]\nat = \"header:X\"", "a scheme is wanted");
    row("[callback.verify]\nscheme = \"HMAC-SHA256\"", "\"HMAC-SHA256\": ");
    row("[callback.verify]\nscheme = \"HMAC-SHA256\"", ". Did you mean hmac-sha256?");
    row("[status]\nrequest = \"GET {upstream}/{id}\"\nstate = \"body:/s\"", "{job} is the job's id");
    row("[callback.verify]\nscheme = \"hmac-sha1\"\nsigned = \"{secret:a}\"", "a secret must not stand here");
}

/// Errors that only follow from another error are not reported. Independent errors are reported together.
void TestProfileReader::mistakesDoNotHideEachOther()
{
    const QStringList errors = errorsOf(R"(name = "t"
[start]
calback = "body:/x"
[callback]
state = "body:/s"
completed = ["a"]
failed = ["A"]
[callback.verify]
scheme = "hmac-sha256"
secret = "k"
[answer]
base64 = true
)");
    const QStringList wanted{u"t.toml:3: there is no key \"start.calback\". Did you mean start.callback?"_s,
                             u"t.toml:8: callback.verify.at: "_s, u"t.toml:12: answer.base64: "_s};
    QCOMPARE(errors.size(), wanted.size());
    for (qsizetype i = 0; i < wanted.size(); ++i)
        QVERIFY2(errors[i].startsWith(wanted[i]), qPrintable(errors[i]));
}

void TestProfileReader::wordsMayBeTrueOrFalse()
{
    const Profile profile = profileFrom(R"(name = "t"
[start]
callback = "body:/x"
accepted = { equals = { "body:/ok" = true } }
[callback]
state = "body:/done"
completed = [true]
failed = [false]
)");
    QCOMPARE(profile.start.accepted.equals.at(0).second, "true");
    QCOMPARE(profile.callback->words.failed, std::vector<QByteArray>{"false"});
}

void TestProfileReader::oneMistake()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QString, says);
    const QStringList errors = errorsOf(kPlain + line);
    QCOMPARE(errors.size(), 1);
    QVERIFY2(errors.front().contains(says), qPrintable(errors.front()));
    QVERIFY2(errors.front().startsWith(u"t.toml:"_s), qPrintable(errors.front()));
}

void TestProfileReader::fieldsAreChecked_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const QByteArray &text, const char *says) {
        QTest::newRow(name) << text << QString::fromUtf8(says);
    };
    const QByteArray status = "[status]\nrequest = \"GET {upstream}/{job}\"\nstate = \"body:/s\"\n";
    const QByteArray head = "name = \"t\"\n[start]\n";
    row("no TOML", "name = ", "t.toml:1: not TOML");
    row("no callback", "name = \"t\"\n", "start.callback: where the callback's address goes");
    row("an address without a slash", head + "callback = \"body:url\"\n",
        "start.callback: \"body:url\": a JSON pointer begins with a slash");
    row("an address without a kind", head + "callback = \"url\"\n",
        "start.callback: \"url\": the place of our address is wanted");
    row("an address in an answer", head + "callback = \"status\"\n",
        "start.callback: \"status\": the place of our address is wanted");
    row("nothing ends", head + "callback = \"none\"\n", "nothing ends a job");
    row("no meaning", head + "callback = \"body:/c\"\n", "[callback] is missing");
    row("none, but", head + "callback = \"none\"\n[callback]\ncompleted = \"*\"\n",
        "there is a table [callback]");
    row("address not used", head + "callback = { \"body:/c\" = \"x\" }\n[callback]\ncompleted = \"*\"\n",
        "no template of this table has {callback}");
    row("no words", head + "callback = \"body:/c\"\n[callback]\nstate = \"body:/s\"\n",
        "no words say what is final");
    row("no words for a state after which the job is asked about",
        head +
            "callback = \"body:/c\"\njob = \"body:/id\"\n[callback]\nstate = \"body:/s\"\n[status]\n"
            "request = \"GET {upstream}/{job}\"\nafter_callback = true\nstate = \"body:/s\"\n"
            "completed = [\"done\"]\n",
        "no words say what is final");
    row("words without a state", head + "callback = \"body:/c\"\n[callback]\ncompleted = \"done\"\n",
        "without a state each callback is the end");
    row("two lists", kPlain + "failed = [\"DONE\"]\n", "\"done\" is in two lists");
    row("a star inside", kPlain + "failed = [\"a*b\"]\n", "a * stands at its end");
    row("made and job", QByteArray(kPlain).replace("job =", "made = \"header:X\"\njob ="), "not both");
    row("made nowhere", QByteArray(kPlain).replace("job = \"body:/id\"", "made = \"suffix\""),
        "the id goes to");
    row("two bodies", QByteArray(kPlain).replace("job =", "set = { \"form:a\" = \"b\" }\njob ="), "not both");
    row("an answer's place", QByteArray(kPlain).replace("body:/id", "form:id"), "an answer has values at");
    row("job unknown", QByteArray(kPlain).replace("job = \"body:/id\"\n", "") + status, "{job} is used, but");
    row("location unknown", kPlain + "[cancel]\nrequest = \"DELETE {location}\"\n",
        "{location} is used, but");
    row("a GET's body", kPlain + status + "set = { \"body:/a\" = 1 }\n", "a GET has no body");
    row("pauses", kPlain + status + "every = \"1m\"\n", "the longest pause is shorter");
    row("no request", kPlain + "[status]\nstate = \"body:/s\"\n", "status.request: the request that asks");
    row("no state", kPlain + "[status]\nrequest = \"GET {upstream}\"\n", "status.state: the place");
    row("no cancel", kPlain + "[cancel]\nwhen = [\"delete\"]\n", "cancel.request: the request that cancels");
    row("status without", kPlain + "[answer]\nbody = \"status\"\n", "no table [status]");
    row("status, not asked", kPlain + status + "after_callback = false\n[answer]\nbody = \"status\"\n",
        "must be true");
    row("base64 of all", kPlain + "[answer]\nbase64 = true\n", "only a part can be base64");
    row("a body with 204", kPlain + "answer = { status = 204, body = \"x\" }\n", "has no body");
    row("a callback's status", QByteArray(kPlain).replace("body:/state", "status"),
        "a callback is a request");
    row("finished without words",
        head + "callback = \"body:/c\"\nfinished = \"body:/s\"\n[callback]\n" +
            "[status]\nrequest=\"GET {upstream}\"\nstate=\"body:/s\"\nafter_callback=true\n",
        "start.finished: no words");
    const QByteArray registered =
        "name = \"t\"\n[start]\ncallback = \"registered\"\njob = \"body:/id\"\n[callback]\njob = "
        "\"body:/id\"\n"
        "completed = \"*\"\n";
    const QByteArray proven =
        registered + "[callback.verify]\nscheme = \"addresses\"\naddresses = \"10.0.0.0/8\"\n";
    row("registered without id", QByteArray(proven).replace("[callback]\njob = \"body:/id\"", "[callback]"),
        "callback.job: with registered callbacks");
    row("registered, no id of the start",
        QByteArray(proven).replace("registered\"\njob = \"body:/id\"", "registered\""),
        "start.job: with registered callbacks");
    const QByteArray verify = kPlain + "[callback.verify]\n";
    row("no secret", verify + "scheme = \"standard-webhooks\"\n", "the name of a secret");
    row("no place", verify + "scheme = \"hmac-sha1\"\nsecret = \"a\"\n", "the place of the signature");
    row("no ranges", verify + "scheme = \"addresses\"\n", "nothing proves a callback");
    row("keys for HMAC", verify + "scheme = \"twilio\"\nsecret = \"a\"\njwks = \"https://x\"\n",
        "only the scheme ed25519");
    row("two sets of keys",
        verify + "scheme = \"fal\"\nsecret = \"a\"\nkey_format = \"hex\"\njwks = \"https://x\"\n",
        "not both");
    row("text key", verify + "scheme = \"ed25519\"\nsecret = \"a\"\nat = \"header:A\"\n", "hex or base64");
    row("id of nowhere",
        verify + "scheme = \"hmac-sha1\"\nsecret = \"a\"\nat = \"header:A\"\nsigned = \"{id}.{body}\"\n",
        "{id} here: the field that says where");
    row("time without a separator",
        verify + "scheme = \"hmac-sha1\"\nsecret = \"a\"\nat = \"header:A\"\ntimestamp_prefix = \"t=\"\n",
        "a separator is wanted");
    row("too large", QByteArray(70'000, '#'), "at most 65536 bytes");
}

void TestProfileReader::fieldsAreChecked()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, says);
    const QStringList errors = errorsOf(text);
    QVERIFY(!errors.isEmpty());
    const bool isThere = std::any_of(errors.begin(), errors.end(),
                                     [&says](const QString &error) { return error.contains(says); });
    QVERIFY2(isThere, qPrintable(errors.join(u'\n')));
}

/// With HOLDLINE_WRITE_DOCUMENTS set, this function writes the tables instead.
void TestProfileReader::referenceIsFresh()
{
    const QString path = QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/docs/profiles.md");
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString page = QString::fromUtf8(file.readAll());
    file.close();
    const qsizetype from = page.indexOf(u'\n', page.indexOf(u"<!-- fields: "_s)) + 1;
    const qsizetype to = page.indexOf(u"<!-- end of fields -->"_s);
    QVERIFY(from > 0 && to >= from);
    const QString tables = u'\n' + profileFieldsMarkdown() + u'\n';
    if (qEnvironmentVariableIsSet("HOLDLINE_WRITE_DOCUMENTS")) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write((page.first(from) + tables + page.sliced(to)).toUtf8());
        return;
    }
    if (page.mid(from, to - from) != tables)
        QFAIL("resources/docs/profiles.md is stale: run this test with HOLDLINE_WRITE_DOCUMENTS=1");
}

HOLDLINE_TEST(TestProfileReader)
#include "tst_profilereader.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Requests, responses and callbacks beyond the recorded exchanges: hostile ones, unusual ones, and limits.
#include "core/profile/messageanswers.h"
#include "core/profile/messagereading.h"
#include "core/profile/outgoingrequest.h"
#include "tests/support/suite.h"
#include "tests/unit/profile/exchange.h"

#include <QTest>

using namespace holdline;
using namespace holdline::profile;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray kPlain = R"(name = "t"
[start]
callback = "body:/hook"
job = "body:/id"
[callback]
job = "body:/id"
state = "body:/state"
completed = ["done"]
failed = ["bad"]
error = "body:/error"
)";

TemplateValues someValues()
{
    TemplateValues values;
    values.callback = "https://h.example/c/T";
    values.upstream = "https://u.example/v1";
    values.uuid = "u-1";
    return values;
}

MessageView post(QByteArrayView body)
{
    MessageView message;
    message.method = "POST";
    message.body = body;
    return message;
}

std::variant<OutgoingRequest, StartError> start(const QByteArray &toml, const MessageView &client,
                                                TemplateValues values = someValues())
{
    static const Secrets kSecrets{{"s", "x"}};
    values.secrets = &kSecrets;
    return buildStart(profileFrom(toml), client, values);
}

/// Returns the body for the upstream, or the name of the reason for the refusal.
QByteArray startBody(const QByteArray &toml, const MessageView &client)
{
    const auto built = start(toml, client);
    if (const auto *error = std::get_if<StartError>(&built))
        return QByteArray(name(error->reason).data());
    return std::get<OutgoingRequest>(built).body;
}

}  // namespace

class TestProfileRequests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jsonBodies_data();
    void jsonBodies();
    void otherBodies();
    void headersThatTravel();
    void hostileHeaderValues();
    void hostilePaths_data();
    void hostilePaths();
    void slashesAtTheEnd();
    void startsFromQueries();
    void copiesTypes();
    void addressesAtTheUpstream_data();
    void addressesAtTheUpstream();
    void startAnswers();
    void ids_data();
    void ids();
    void states_data();
    void states();
    void thinCallbacks();
    void stateWords_data();
    void stateWords();
    void answers();
    void callbackAnswers();
    void pauses();
};

void TestProfileRequests::jsonBodies_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("out");
    const auto row = [](const char *name, const QByteArray &body, const QByteArray &out) {
        QTest::newRow(name) << body << out;
    };
    const QByteArray hook = R"("hook":"https://h.example/c/T"})";
    row("empty", "", "{" + hook);
    row("huge number", R"({"n":1e999999})", R"({"n":1e999999,)" + hook);
    row("the client's own", R"({"hook":"http://mine","a":1})", R"({"hook":"https://h.example/c/T","a":1})");
    row("duplicates of ours", R"({"hook":1,"hook":2})", "bad_request");
    row("an array", "[1]", "bad_request");
    row("not JSON", "{", "invalid_json");
    row("invalid UTF-8", "{\"a\":\"\xC3\"}", "invalid_json");
    row("byte order mark", "\xEF\xBB\xBF{}", "\xEF\xBB\xBF{" + hook);
    row("two byte order marks", "\xEF\xBB\xBF\xEF\xBB\xBF{}", "invalid_json");
    row("too deep", QByteArray("{\"a\":").repeated(600) + "1" + QByteArray(600, '}'), "invalid_json");
    const QByteArray deep = QByteArray("{\"a\":").repeated(500) + "1" + QByteArray(500, '}');
    row("deep", deep, deep.chopped(1) + ',' + hook);
}

void TestProfileRequests::jsonBodies()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QByteArray, out);
    QCOMPARE(startBody(kPlain, post(body)), out);
}

void TestProfileRequests::otherBodies()
{
    const QByteArray form = QByteArray(kPlain).replace("body:/hook", "form:hook");
    QCOMPARE(startBody(form, post(QByteArray("a=%7e&").repeated(10'000) + "hook=x")),
             QByteArray("a=%7e&").repeated(10'000) + "hook=https%3A%2F%2Fh.example%2Fc%2FT");
    const auto built = start(form, post(""));
    QCOMPARE(sortedFields(std::get<OutgoingRequest>(built).headers),
             QByteArrayList{"Content-Type: application/x-www-form-urlencoded"});
    // A body that the profile does not change is not parsed either.
    const QByteArray bytes("\x00\xFF{\"a\":", 7);
    QCOMPARE(startBody(QByteArray(kPlain).replace("body:/hook", "query:hook"), post(bytes)), bytes);
    // Removing a member needs a JSON body.
    const QByteArray removing = QByteArray(kPlain).replace(
        "callback = \"body:/hook\"", "callback = \"query:h\"\nremove = [\"body:/a/b\"]");
    QCOMPARE(startBody(removing, post(R"({"a":{"b":1,"c":2}})")), R"({"a":{"c":2}})");
    QCOMPARE(startBody(removing, post(R"({"a":5})")), R"({"a":5})");
    QCOMPARE(startBody(removing, post("x")), "invalid_json");
    // A form cannot be added to a body of another type.
    const HeaderFields json{{"content-type", "application/json; charset=utf-8"}};
    const HeaderFields same{{"content-type", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"}};
    MessageView typed = post("a=1");
    typed.headers = json;
    QCOMPARE(startBody(form, typed), "bad_request");
    typed.headers = same;
    QCOMPARE(startBody(form, typed), "a=1&hook=https%3A%2F%2Fh.example%2Fc%2FT");
}

void TestProfileRequests::headersThatTravel()
{
    const HeaderFields headers{{"authorization", "A"},
                               {"Content-Type", "application/x"},
                               {"Host", "h"},
                               {"Cookie", "c"},
                               {"X-One", "1"},
                               {"X-Two", "2"},
                               {"Prefer", "wait=5"},
                               {"Connection", "close"},
                               {"Transfer-Encoding", "chunked"}};
    MessageView client = post("{}");
    client.headers = headers;
    const auto fields = [&client](const QByteArray &more) {
        const auto built = start(QByteArray(kPlain).replace("job = \"body:/id\"\n[callback]",
                                                            "job = \"body:/id\"\n" + more + "[callback]"),
                                 client);
        return sortedFields(std::get<OutgoingRequest>(built).headers);
    };
    QCOMPARE(fields(""), (QByteArrayList{"Content-Type: application/x", "authorization: A"}));
    QCOMPARE(fields("headers = []\n"), QByteArrayList{"Content-Type: application/x"});
    QCOMPARE(fields("headers = [\"x-*\"]\n"),
             (QByteArrayList{"Content-Type: application/x", "X-One: 1", "X-Two: 2"}));
    QCOMPARE(
        fields("headers = [\"*\"]\nremove = [\"header:x-two\", \"header:Cookie\"]\n"),
        (QByteArrayList{"Content-Type: application/x", "Prefer: wait=5", "X-One: 1", "authorization: A"}));
    QCOMPARE(fields("headers = [\"X-*\"]\nset = { \"header:x-one\" = \"ours\" }\n"),
             (QByteArrayList{"Content-Type: application/x", "X-Two: 2", "x-one: ours"}));
    // Repeated header fields are sent with all their values.
    const HeaderFields twice{{"X-One", "1"}, {"Cookie", "a=b"}, {"x-one", "2"}, {"cookie", "c=d"}};
    client.headers = twice;
    QCOMPARE(fields("headers = [\"*\"]\n"),
             (QByteArrayList{"Content-Type: application/json", "Cookie: a=b; c=d", "X-One: 1, 2"}));
    client.headers = headers;
    client.body = {};
    QVERIFY(!fields("headers = []\n").contains("Content-Type: application/x"));
}

void TestProfileRequests::hostileHeaderValues()
{
    const QByteArray toml = QByteArray(kPlain).replace(
        "[callback]\n", "[start.set]\n\"header:X-Name\" = \"{body:/name}\"\n[callback]\n");
    QCOMPARE(startBody(toml, post("{\"name\":\"a\\r\\nX-Admin: 1\"}")), "bad_request");
    QCOMPARE(startBody(toml, post("{\"name\":\"a\\u0000\"}")), "bad_request");
    QCOMPARE(startBody(toml, post("{}")), "bad_request");  // the profile needs the missing member
    const auto built = start(toml, post("{\"name\":\"\\u00e4\"}"));
    QCOMPARE(sortedFields(std::get<OutgoingRequest>(built).headers).value(1), "X-Name: \xC3\xA4");
}

void TestProfileRequests::hostilePaths_data()
{
    QTest::addColumn<QByteArray>("rest");
    QTest::addColumn<QByteArray>("url");  // empty when refused
    QTest::newRow("plain") << "/a%20b/c"_ba
                           << "https://u.example/v1/a%20b/c"_ba;
    QTest::newRow("dots in a name") << "/a..b/...c"_ba
                                    << "https://u.example/v1/a..b/...c"_ba;
    QTest::newRow("up") << "/../admin"_ba << QByteArray();
    QTest::newRow("up, escaped") << "/%2e%2E/admin"_ba << QByteArray();
    QTest::newRow("here") << "/./a"_ba << QByteArray();
    QTest::newRow("backslash") << "/..%5cadmin"_ba << QByteArray();
    QTest::newRow("end") << "/a/.."_ba << QByteArray();
    QTest::newRow("up behind an escaped slash") << "/a%2F..%2f..%2Fadmin"_ba << QByteArray();
    QTest::newRow("an escaped slash") << "/a%2Fb"_ba
                                      << "https://u.example/v1/a%2Fb"_ba;
    QTest::newRow("up with a parameter") << "/..;x=1/admin"_ba << QByteArray();
    QTest::newRow("a parameter") << "/a;x=..;b"_ba
                                 << "https://u.example/v1/a;x=..;b"_ba;
    QTest::newRow("a slash at the end") << "/a/"_ba
                                        << "https://u.example/v1/a/"_ba;
}

void TestProfileRequests::hostilePaths()
{
    QFETCH(const QByteArray, rest);
    QFETCH(const QByteArray, url);
    TemplateValues values = someValues();
    values.rest = rest;
    const auto built = start(kPlain, post("{}"), values);
    const auto *request = std::get_if<OutgoingRequest>(&built);
    QCOMPARE(request ? request->url : QByteArray(), url);
    values.upstream = "https://u.example/v1/";
    const auto slash = start(kPlain, post("{}"), values);
    request = std::get_if<OutgoingRequest>(&slash);
    QCOMPARE(request ? request->url : QByteArray(), url);
    // A job's id is one path segment, whatever characters it contains.
    const Profile profile = profileFrom(kPlain + "[cancel]\nrequest = \"DELETE {upstream}/{job}/x\"\n");
    values = someValues();
    values.job = "b/a?b";
    const auto cancel = buildRequest(profile, profile.cancel->request, post(""), values);
    QCOMPARE(std::get<OutgoingRequest>(cancel).url, "https://u.example/v1/b%2Fa%3Fb/x");
    for (const char *job : {"..", "../a"}) {
        values.job = job;
        QVERIFY(std::holds_alternative<QString>(
            buildRequest(profile, profile.cancel->request, post(""), values)));
    }
}

/// Some APIs require a slash at the end of a URL, others refuse it. So such a slash is neither added nor
/// removed.
void TestProfileRequests::slashesAtTheEnd()
{
    const Profile profile = profileFrom(kPlain +
                                        "[status]\nrequest = \"GET {upstream}{rest}/{job}/\"\n"
                                        "state = \"body:/s\"\n");
    TemplateValues values = someValues();
    values.job = "7";
    const auto url = [&](const QByteArray &upstream, const QByteArray &rest) {
        values.upstream = upstream;
        values.rest = rest;
        return std::get<OutgoingRequest>(buildStart(profile, post("{}"), values)).url + ' ' +
               std::get<OutgoingRequest>(buildRequest(profile, profile.status->request, post(""), values))
                   .url;
    };
    QCOMPARE(url("http://u/jobs/", ""), "http://u/jobs/ http://u/jobs/7/");
    QCOMPARE(url("http://u/jobs", ""), "http://u/jobs http://u/jobs/7/");
    QCOMPARE(url("http://u/", "/jobs/"), "http://u/jobs/ http://u/jobs/7/");
    QCOMPARE(url("http://u/", "/"), "http://u/ http://u/7/");
}

void TestProfileRequests::startsFromQueries()
{
    const QByteArray toml =
        QByteArray(kPlain).replace("[callback]\n",
                                   "[start.from_query]\n\"body:/input/prompt\" = \"{query:prompt}\"\n"
                                   "\"body:/input/n\" = \"{number:query:n}\"\n[callback]\n");
    MessageView get;
    get.method = "GET";
    const auto body = [&](const QByteArray &query) {
        get.query = query;
        return startBody(toml, get);
    };
    const QByteArray hook = R"("hook":"https://h.example/c/T"})";
    QCOMPARE(body("prompt=a+%22cat%22&n=3"), R"({"input":{"prompt":"a \"cat\"","n":3},)" + hook);
    QCOMPARE(body("prompt=a"), R"({"input":{"prompt":"a"},)" + hook);
    QCOMPARE(body(""), "{" + hook);
    QCOMPARE(body("prompt=a&other=b"), "bad_request");
    QCOMPARE(body("prompt=a&prompt=b"), "bad_request");
    QCOMPARE(body("n=3,%22x%22:1"), "bad_request");
    QCOMPARE(body("prompt=%FF"), "bad_request");
    get.query = "prompt=a";
    const auto built = start(toml, get);
    QCOMPARE(std::get<OutgoingRequest>(built).url, "https://u.example/v1");
    QCOMPARE(std::get<OutgoingRequest>(built).method, "POST");
    QCOMPARE(sortedFields(std::get<OutgoingRequest>(built).headers),
             QByteArrayList{"Content-Type: application/json"});
    QCOMPARE(startBody(kPlain, get), "method_not_allowed");
    // A GET with a body is refused, because the body would bypass the list of allowed query fields.
    get.body = R"({"other":1})";
    QCOMPARE(startBody(toml, get), "bad_request");
}

void TestProfileRequests::copiesTypes()
{
    const QByteArray toml = QByteArray(kPlain).replace("[callback]\n", R"([start.set]
"body:/copy" = "{body:/n}"
"body:/text" = "n={body:/n}"
"body:/list" = ["{body:/o}", 1, { a = "{secret:s}" }]
[callback]
)");
    // A missing secret is not the client's fault, so the reason is an internal error.
    QCOMPARE(
        std::get<StartError>(buildStart(profileFrom(toml), post(R"({"n":1,"o":2})"), someValues())).reason,
        Reason::InternalError);
    QCOMPARE(startBody(toml, post(R"({"n":1.50,"o":{ "x":[1]}})")),
             R"({"n":1.50,"o":{ "x":[1]},"copy":1.50,"text":"n=1.50","list":[{ "x":[1]},1,{"a":"x"}],)"
             R"("hook":"https://h.example/c/T"})");
}

void TestProfileRequests::addressesAtTheUpstream_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QByteArray>("address");
    const auto row = [](const char *location, const char *address) {
        QTest::newRow(location) << QByteArray(location) << QByteArray(address);
    };
    row("https://u.example/jobs/1?a=%20b#c", "https://u.example/jobs/1?a=%20b");
    row("https://U.EXAMPLE:443/j", "https://u.example:443/j");
    row("/jobs/1", "https://u.example/jobs/1");
    row("http://u.example/j", "");
    row("https://u.example:444/j", "");
    row("https://u.example.evil/j", "");
    row("https://u.example@evil.example/j", "");
    row("https://user@u.example/j", "");
    row("//evil.example/j", "");
    row("https://u.example/a/%2e%2e/../j", "https://u.example/j");
    row("file:///etc/passwd", "");
    row("https://u.example/a b", "");
    row("", "");
}

void TestProfileRequests::addressesAtTheUpstream()
{
    QFETCH(const QByteArray, location);
    QFETCH(const QByteArray, address);
    QCOMPARE(addressAtUpstream("https://u.example/v1", location), address);
}

void TestProfileRequests::startAnswers()
{
    using Verdict = StartReading::Verdict;
    const Profile profile = profileFrom(kPlain);
    const auto read = [&profile](int status, const QByteArray &body) {
        MessageView answer;
        answer.status = status;
        answer.body = body;
        return readStart(profile, answer, someValues());
    };
    QCOMPARE(read(202, R"({"id":7})").job, "7");
    QCOMPARE(read(204, "").verdict, Verdict::Accepted);  // the job is found by its token
    QVERIFY(!read(204, "").error.isEmpty());
    QCOMPARE(read(200, R"({"id":"a","id":"b"})").job, "");
    QCOMPARE(read(200, R"({"id":["a"]})").job, "");
    QCOMPARE(read(302, "").verdict, Verdict::Refused);
    QCOMPARE(read(500, R"({"id":7})").verdict, Verdict::Refused);
}

void TestProfileRequests::ids_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("id");
    QTest::newRow("plain") << "abc"_ba
                           << "abc"_ba;
    QTest::newRow("URL") << "https://u.example/jobs/a%2Fb/?x=/y#z"_ba
                         << "a/b"_ba;
    QTest::newRow("path") << "/jobs/17"_ba
                          << "17"_ba;
    QTest::newRow("a slash inside") << "project/17"_ba
                                    << "project/17"_ba;
    QTest::newRow("no segment") << "///"_ba << QByteArray();
    QTest::newRow("a space") << "a b"_ba << QByteArray();
    QTest::newRow("umlaut") << "\xC3\xA4"_ba << QByteArray();
    QTest::newRow("longest") << QByteArray(256, 'x') << QByteArray(256, 'x');
    QTest::newRow("too long") << QByteArray(257, 'x') << QByteArray();
    QTest::newRow("empty") << ""_ba << QByteArray();
}

void TestProfileRequests::ids()
{
    QFETCH(const QByteArray, value);
    QFETCH(const QByteArray, id);
    const Profile profile = profileFrom(QByteArray(kPlain).replace("body:/id", "header:X-Job"));
    const HeaderFields headers{{"X-Job", value}};
    MessageView message = post(R"({"state":"done"})");
    message.headers = headers;
    const auto read = readCallback(profile, message);
    const auto *reading = std::get_if<StateReading>(&read);
    QCOMPARE(reading ? reading->job : QByteArray(), id);
    message.status = 200;
    QCOMPARE(readStart(profile, message, someValues()).job, id);
}

void TestProfileRequests::states_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("meaning");
    const auto row = [](const char *name, const QByteArray &body, const QByteArray &meaning) {
        QTest::newRow(name) << body << meaning;
    };
    row("done", R"({"id":"a","state":"done"})", "completed done");
    row("another case", R"({"id":"a","state":"DONE"})", "completed DONE");
    row("failed", R"({"id":"a","state":"bad","error":"no\nway\u0000"})", "failed bad no?way?");
    row("unknown", R"({"id":"a","state":"processing"})", "progress processing unknown");
    row("not quite", R"({"id":"a","state":"done "})", "progress done  unknown");
    row("empty", R"({"id":"a","state":""})", "progress  unknown");
    row("truth", R"({"id":"a","state":true})", "progress true unknown");
    row("progress without an id", R"({"state":"waiting"})", "progress waiting unknown");
    row("byte order mark", "\xEF\xBB\xBF{\"id\":\"a\",\"state\":\"done\"}", "completed done");
    row("long", R"({"id":"a","state":")" + QByteArray(1000, 'x') + "\"}",
        "progress " + QByteArray(64, 'x') + " unknown");
    row("control characters", R"({"id":"a","state":"\u001b[31m"})", "progress ?[31m unknown");
    row("missing", R"({"id":"a"})", "malformed");
    row("null", R"({"id":"a","state":null})", "malformed");
    row("a list", R"({"id":"a","state":["done"]})", "malformed");
    row("twice", R"({"id":"a","state":"done","state":"bad"})", "malformed");
    row("the end without an id", R"({"state":"done"})", "malformed");
    row("not JSON", "state=done&id=a", "malformed");
    row("cut", R"({"id":"a","state":"done")", "malformed");
    row("empty body", "", "malformed");
}

void TestProfileRequests::states()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QByteArray, meaning);
    const auto read = readCallback(profileFrom(kPlain), post(body));
    const auto *reading = std::get_if<StateReading>(&read);
    QByteArray text = "malformed";
    if (reading) {
        text = outcomeName(reading->report).toUtf8() + ' ' + reading->state;
        text += reading->isKnown ? "" : " unknown";
        text += reading->error.isEmpty() ? QByteArray() : ' ' + reading->error.toUtf8();
        QVERIFY(reading->state.size() <= kMaxState);
    }
    QCOMPARE(text, meaning);
}

void TestProfileRequests::thinCallbacks()
{
    const QByteArray status =
        "[status]\nrequest = \"GET {upstream}/{job}\"\nstate = \"body:/s\"\ncompleted = \"ok\"\n"
        "after_callback = true\n";
    // A callback that contains only the job's id always causes a status query.
    const Profile bare = profileFrom(
        "name = \"t\"\n[start]\ncallback = \"form:hook\"\njob = \"body:/id\"\n[callback]\njob = "
        "\"form:id\"\n" +
        status);
    const auto read = readCallback(bare, post("id=tr_7"));
    QVERIFY(std::get<StateReading>(read).mustAsk);
    QCOMPARE(std::get<StateReading>(read).report, JobReport::Progress);
    QCOMPARE(std::get<StateReading>(read).job, "tr_7");
    QVERIFY(std::holds_alternative<QString>(readCallback(bare, post("x=1"))));
    const Profile stated = profileFrom(kPlain + status);
    QVERIFY(!std::get<StateReading>(readCallback(stated, post(R"({"id":"a","state":"busy"})"))).mustAsk);
    QVERIFY(std::get<StateReading>(readCallback(stated, post(R"({"id":"a","state":"bad"})"))).mustAsk);
    QVERIFY(std::holds_alternative<QString>(
        readCallback(profileFrom("name = \"t\"\n[start]\ncallback = \"none\"\n"
                                 "job = \"body:/id\"\n" +
                                 QByteArray(status).replace("after_callback = true\n", "")),
                     post("{}"))));
    QVERIFY(std::holds_alternative<QString>(readStatus(profileFrom(kPlain), post("{}"))));
}

void TestProfileRequests::stateWords_data()
{
    QTest::addColumn<QByteArray>("word");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("prefix") << "204"_ba
                            << "completed"_ba;
    QTest::newRow("longer prefix") << "209x"_ba
                                   << "failed"_ba;
    QTest::newRow("exact over prefix") << "202"_ba
                                       << "progress"_ba;
    QTest::newRow("everything else") << "x"_ba
                                     << "failed"_ba;
    QTest::newRow("nothing") << ""_ba
                             << "failed"_ba;
    QTest::newRow("the prefix itself") << "2"_ba
                                       << "completed"_ba;
    QTest::newRow("case of a prefix") << "OK-fine"_ba
                                      << "completed"_ba;
}

void TestProfileRequests::stateWords()
{
    QFETCH(const QByteArray, word);
    QFETCH(const QByteArray, outcome);
    const StateWords words{{"2*", "ok-*"}, {"*", "209*"}, {"202"}};
    QCOMPARE(outcomeName(meaningOf(words, word).report).toUtf8(), outcome);
    QVERIFY(meaningOf(words, word).isKnown);
    QVERIFY(!meaningOf({{"a"}, {}, {}}, word).isKnown);
}

void TestProfileRequests::answers()
{
    const auto answer = [](const QByteArray &fields, JobReport outcome, const QByteArray &body) {
        const HeaderFields headers{{"content-type", "application/json; x"}};
        MessageView document;
        document.headers = headers;
        document.body = body;
        const ProfileAnswer made =
            clientAnswer(profileFrom(kPlain + "[answer]\n" + fields), outcome, document);
        return QByteArray::number(made.status) + ' ' + made.contentType + ' ' + made.body +
               (made.note.isEmpty() ? "" : " !");
    };
    const QByteArray body = R"({"text":"a\nb","n":1e5,"o":{ "x" : 1},"b":"AP8=","u":"_-8","nil":null})";
    constexpr auto done = JobReport::Completed;
    QCOMPARE(answer("", done, body), "200 application/json; x " + body);
    QCOMPARE(answer("part = \"body:/text\"\n", done, body), "200 text/plain; charset=utf-8 a\nb");
    QCOMPARE(answer("part = \"body:/n\"\n", done, body), "200 application/json 1e5");
    QCOMPARE(answer("part = \"body:/o\"\n", done, body), "200 application/json { \"x\" : 1}");
    QCOMPARE(answer("part = \"body:/nil\"\n", done, body), "200 application/json; x " + body + " !");
    QCOMPARE(answer("part = \"body:/b\"\nbase64 = true\n", done, body),
             "200 application/octet-stream " + QByteArray("\x00\xFF", 2));
    QCOMPARE(answer("part = \"body:/u\"\nbase64 = true\ncontent_type = \"audio/mpeg\"\n", done, body),
             "200 audio/mpeg \xFF\xEF");
    QCOMPARE(answer("part = \"body:/text\"\nbase64 = true\ncontent_type = \"audio/mpeg\"\n", done, body),
             "200 application/json; x " + body + " !");
    QCOMPARE(answer("part = \"body:/text\"\ncompleted = { status = 201 }\n", done, "no JSON"),
             "201 application/json; x no JSON !");
    QCOMPARE(answer("part = \"body:/o\"\nfailed = { status = 422 }\n", JobReport::Failed, body),
             "422 application/json; x " + body);
    QCOMPARE(answer("failed = { part = \"body:/o/x\" }\n", JobReport::Failed, body),
             "200 application/json 1");
}

void TestProfileRequests::callbackAnswers()
{
    const auto answer = [](const QByteArray &fields, int status) {
        const ProfileAnswer made = callbackAnswer(profileFrom(kPlain + fields), status);
        return QByteArray::number(made.status) + ' ' + made.contentType + ' ' + made.body;
    };
    QCOMPARE(answer("", 200), "200  ");
    QCOMPARE(answer("", 404), "404  ");
    const QByteArray exact = "answer = { status = 202, body = \"Hi\", content_type = \"text/x\" }\n";
    QCOMPARE(answer(exact, 200), "202 text/x Hi");
    QCOMPARE(answer(exact, 401), "401  ");
    QCOMPARE(answer(exact, 503), "503  ");
    for (const int status : {400, 401, 403, 408, 411, 413, 414, 415, 417, 422, 429, 431})
        QCOMPARE(answer(exact + "never_4xx = true\n", status), "503  ");
    for (const int status : {404, 405, 409, 410})
        QCOMPARE(answer(exact + "never_4xx = true\n", status), "202 text/x Hi");
    QCOMPARE(answer("never_4xx = true\n", 503), "503  ");
}

void TestProfileRequests::pauses()
{
    StatusRule rule;
    rule.first = 10s;
    rule.every = 2s;
    rule.longest = 5s;
    QCOMPARE(pauseBeforeAsking(rule, 0), 10s);
    QCOMPARE(pauseBeforeAsking(rule, 1), 2s);
    QCOMPARE(pauseBeforeAsking(rule, 2), 3s);
    QCOMPARE(pauseBeforeAsking(rule, 3), 4500ms);
    QCOMPARE(pauseBeforeAsking(rule, 4), 5s);
    QCOMPARE(pauseBeforeAsking(rule, 1'000'000), 5s);
}

HOLDLINE_TEST(TestProfileRequests)
#include "tst_profilerequests.moc"

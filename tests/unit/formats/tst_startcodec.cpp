// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/suite.h"
#include "tests/unit/formats/startbodies.h"

#include <QRandomGenerator>
#include <QTest>

#include <optional>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

/// Returns the account of a body in which the account is written as this literal.
QByteArray account(const QByteArray &literal)
{
    const auto parsed = parseStart("{\"account\":" + literal + "}");
    return std::holds_alternative<StartRequest>(parsed) ? std::get<StartRequest>(parsed).account
                                                        : "refused"_ba;
}

}  // namespace

namespace {

QString textOf(JobReport report)
{
    switch (report) {
        case JobReport::Completed:
            return u"completed"_s;
        case JobReport::Failed:
            return u"failed"_s;
        case JobReport::Progress:
            break;
    }
    return u"progress"_s;
}

}  // namespace

class TestStartCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void splice_data();
    void splice();
    void waitFalse();
    void refused_data();
    void refused();
    void accounts();
    void errorsNamePlaces();
    void everyPrefixOfAValidBodyIsInvalid();
    void callbackUrlIsQuoted();
    void spliceKeepsTheRest();
    void startAnswer_data();
    void startAnswer();
    void callback_data();
    void callback();
    void report_data();
    void report();
};

void TestStartCodec::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
}

void TestStartCodec::splice_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("prefix");
    const auto row = [](const char *name, const QByteArray &body, const QByteArray &prefix) {
        QTest::newRow(name) << body << prefix;
    };
    row("plain", R"({"account":"a"})", R"({"account":"a")");
    row("wait last", R"({"account":"a","wait":true})", R"({"account":"a")");
    row("wait first", R"({"wait":true,"account":"a"})", R"({"account":"a")");
    row("both first", R"({"callback":"x","wait":true,"account":"a"})", R"({"account":"a")");
    row("around", R"({"wait":true,"account":"a","callback":null})", R"({"account":"a")");
    row("middle", R"({"account":"a","wait":true,"x":1})", R"({"account":"a","x":1)");
    row("three parts", R"({"x":1,"wait":true,"account":"a","y":2,"callback":1,"z":3})",
        R"({"x":1,"account":"a","y":2,"z":3)");
    row("both between", R"({"x":1,"wait":true,"callback":1,"account":"a"})", R"({"x":1,"account":"a")");
    row("nested ones stay", R"({"account":"a","x":{"wait":true,"callback":[]}})",
        R"({"account":"a","x":{"wait":true,"callback":[]})");
    row("escaped names",
        R"({"\u0061ccount":"a","w\u0061it":true,"\u0063\u0061\u006c\u006c\u0062\u0061\u0063\u006b":7})",
        R"({"\u0061ccount":"a")");
    row("near names stay", R"({"account":"a","Wait":1,"wait ":2,"callbacks":3,"":4})",
        R"({"account":"a","Wait":1,"wait ":2,"callbacks":3,"":4)");
    row("whitespace", "\n{ \"wait\" : true ,\n\t\"account\" :\"a\" , \"x\" : [ 1 , 2 ] \r\n} \n",
        "\n{\n\t\"account\" :\"a\" , \"x\" : [ 1 , 2 ] \r\n");
    row("a callback of any type", R"({"account":"a","callback":{"b":[1,{"wait":true}]}})",
        R"({"account":"a")");
    row("byte order mark", "\xEF\xBB\xBF{\"account\":\"a\",\"wait\":true}", "\xEF\xBB\xBF{\"account\":\"a\"");
    row("other duplicates stay", R"({"x":1,"account":"a","x":2})", R"({"x":1,"account":"a","x":2)");
}

void TestStartCodec::splice()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, prefix);
    const auto parsed = parseStart(body);
    QVERIFY(std::holds_alternative<StartRequest>(parsed));
    const auto &request = std::get<StartRequest>(parsed);
    QCOMPARE(request.account, "a"_ba);
    QVERIFY(request.wait);
    QCOMPARE(request.body, body);
    QCOMPARE(renderStart(request, kUrl), prefix + kTail);
    const QByteArray start = renderStart(request, kUrl);
    QVERIFY(isJson(start.startsWith('{') ? start : start.sliced(start.indexOf('{'))));
}

void TestStartCodec::waitFalse()
{
    const QByteArray body = R"({"account":"a","wait":false,"callback":"http://client/x"})";
    const auto request = std::get<StartRequest>(parseStart(body));
    QVERIFY(!request.wait);
    QCOMPARE(request.body, body);
}

void TestStartCodec::refused_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Reason>("reason");
    const auto row = [](const char *name, const QByteArray &body, Reason reason) {
        QTest::newRow(name) << body << reason;
    };
    row("empty body", "", Reason::InvalidJson);
    row("form", "account=a&wait=true", Reason::InvalidJson);
    row("no account", R"({"wait":true})", Reason::MissingAccount);
    row("account only inside", R"({"x":{"account":"a"}})", Reason::MissingAccount);
    row("account null", R"({"account":null})", Reason::MissingAccount);
    row("account number", R"({"account":7})", Reason::MissingAccount);
    row("account empty", R"({"account":""})", Reason::MissingAccount);
    row("account of 257 bytes", R"({"account":")" + QByteArray(257, 'a') + R"("})", Reason::MissingAccount);
    row("account of 1 MB", R"({"account":")" + QByteArray(1'000'000, 'a') + R"("})", Reason::MissingAccount);
    row("account with a line end", R"({"account":"a\nb"})", Reason::MissingAccount);
    row("account with NUL", R"({"account":"a\u0000"})", Reason::MissingAccount);
    row("account with DEL", "{\"account\":\"a\x7f\"}", Reason::MissingAccount);
    row("array", R"([{"account":"a"}])", Reason::MissingAccount);
    row("wait null", R"({"account":"a","wait":null})", Reason::BadRequest);
    row("wait text", R"({"account":"a","wait":"true"})", Reason::BadRequest);
    row("wait number", R"({"account":"a","wait":1})", Reason::BadRequest);
    row("no JSON beats no account", R"({"x":7,})", Reason::InvalidJson);
}

void TestStartCodec::refused()
{
    QFETCH(QByteArray, body);
    QFETCH(Reason, reason);
    const auto parsed = parseStart(body);
    QVERIFY(std::holds_alternative<StartError>(parsed));
    const auto &error = std::get<StartError>(parsed);
    QCOMPARE(error.reason, reason);
    QVERIFY(!error.detail.isEmpty());
    // Error texts go into messages and logs, so they must contain nothing of the body.
    QVERIFY(error.detail.size() < 200);
    for (const QChar c : error.detail)
        QVERIFY(c >= u' ' && c < u'\x7f');
}

void TestStartCodec::accounts()
{
    const QByteArray escapes = "\"\\u0061\\u00e9\\u20ac\\uD83D\\uDE00\\\"\\\\\\/\""_ba;
    QCOMPARE(account("\"acme\""), "acme"_ba);
    QCOMPARE(account(escapes), "a\u00e9\u20ac\U0001F600\"\\/"_ba);
    QCOMPARE(account("\"\u20ac uro\""), "\u20ac uro"_ba);
    QCOMPARE(account("\"" + QByteArray(256, 'x') + "\""), QByteArray(256, 'x'));
    // 256 bytes are still 256 bytes when they are written as escapes.
    QCOMPARE(account("\"" + "\\u0041"_ba.repeated(256) + "\""), QByteArray(256, 'A'));
}

void TestStartCodec::errorsNamePlaces()
{
    const auto parsed = parseStart(R"({"account":"a",})");
    QCOMPARE(std::get<StartError>(parsed).detail,
             u"The body is not JSON, at byte 15: a member's name in double quotes is wanted."_s);
    const auto cut = parseStart(R"({"account":"a")");
    QCOMPARE(std::get<StartError>(cut).detail,
             u"The body is not JSON, at byte 14: the text ends too early."_s);
}

void TestStartCodec::everyPrefixOfAValidBodyIsInvalid()
{
    const QByteArray body =
        "{\"account\":\"a\\u00e9\\uD83D\\uDE00\xc3\xa9\",\"wait\":true,\"x\":[1,-2.5e+7,{\"y\":null}]}"_ba;
    QVERIFY(!refusal(body));
    for (qsizetype size = 0; size < body.size(); ++size)
        QCOMPARE(refusal(body.first(size)), Reason::InvalidJson);
}

void TestStartCodec::callbackUrlIsQuoted()
{
    const auto request = std::get<StartRequest>(parseStart(R"({"account":"a"})"));
    const QByteArray out = renderStart(request, "http://h/\"x\\\n"_ba);
    const QByteArray wanted = R"({"account":"a","wait":false,"callback":"http://h/\"x\\\u000a"})"_ba;
    QCOMPARE(out, wanted);
    QVERIFY(isJson(out));
}

void TestStartCodec::spliceKeepsTheRest()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    const QList<QByteArray> spaces = {"", "", " ", "\n", "\t ", "\r\n  "};
    const auto space = [&] { return spaces[random.bounded(spaces.size())]; };
    const QList<QByteArray> values = {"1e400",
                                      "\"t\\u00e9xt, } ] \\\" {\"",
                                      "{ \"wait\" : true }",
                                      "[ ]",
                                      "[1 , {\"callback\":[{}]}]",
                                      "null",
                                      "-0.0",
                                      "{}",
                                      "\"\"",
                                      "true"};
    for (int round = 0; round < 5000; ++round) {
        QList<QByteArray> kept;
        QList<QByteArray> members;
        const auto add = [&](const QByteArray &key, const QByteArray &value, bool keep) {
            const QByteArray member = space() + '"' + key + '"' + space() + ':' + space() + value + space();
            const auto at = random.bounded(members.size() + 1);
            members.insert(at, (keep ? "k" : "-") + member);
        };
        add("account", "\"acme\"", true);
        for (int i = random.bounded(6); i > 0; --i)
            add("m" + QByteArray::number(i), values[random.bounded(values.size())], true);
        if (random.bounded(2))
            add("wait", "true", false);
        if (random.bounded(2))
            add(random.bounded(2) ? "callback" : "c\\u0061llback", values[random.bounded(values.size())],
                false);
        QList<QByteArray> all;
        for (const QByteArray &member : members) {
            all.append(member.sliced(1));
            if (member.startsWith('k'))
                kept.append(member.sliced(1));
        }
        const QByteArray lead = space() + '{';
        const QByteArray body = lead + all.join(',') + '}' + space();
        QCOMPARE(rendered(body), lead + kept.join(',') + kTail);
        QVERIFY2(isJson(rendered(body)), rendered(body).constData());
    }
}

void TestStartCodec::startAnswer_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("id");  // empty when refused
    QTest::newRow("the original") << R"({"state":"running","id":"4499a6e0c2ef4b98"})"_ba
                                  << "4499a6e0c2ef4b98"_ba;
    QTest::newRow("more members") << R"({"id":"1","state":"completed","proof":{"a":[1e999]}})"_ba
                                  << "1"_ba;
    QTest::newRow("256 characters") << R"({"id":")" + QByteArray(256, 'f') + R"(","state":"x"})"
                                    << QByteArray(256, 'f');
    QTest::newRow("257 characters") << R"({"id":")" + QByteArray(257, 'f') + R"(","state":"x"})"
                                    << ""_ba;
    QTest::newRow("empty") << ""_ba
                           << ""_ba;
    QTest::newRow("HTML") << "<html>"_ba
                          << ""_ba;
    QTest::newRow("cut") << R"({"state":"running","id":"4499a6)"_ba
                         << ""_ba;
    QTest::newRow("array") << "[]"_ba
                           << ""_ba;
    QTest::newRow("no id") << R"({"state":"running"})"_ba
                           << ""_ba;
    QTest::newRow("no state") << R"({"id":"1"})"_ba
                              << ""_ba;
    QTest::newRow("id a number") << R"({"id":1,"state":"running"})"_ba
                                 << ""_ba;
    QTest::newRow("state null") << R"({"id":"1","state":null})"_ba
                                << ""_ba;
    QTest::newRow("state empty") << R"({"id":"1","state":""})"_ba
                                 << ""_ba;
    QTest::newRow("id empty") << R"({"id":"","state":"running"})"_ba
                              << ""_ba;
    QTest::newRow("id with a space") << R"({"id":"a b","state":"running"})"_ba
                                     << ""_ba;
    QTest::newRow("id with a line end") << R"({"id":"a\r\nb","state":"running"})"_ba
                                        << ""_ba;
    QTest::newRow("id not ASCII") << R"({"id":"\u00e9","state":"running"})"_ba
                                  << ""_ba;
    QTest::newRow("two ids") << R"({"id":"1","id":"2","state":"running"})"_ba
                             << ""_ba;
}

void TestStartCodec::startAnswer()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, id);
    const auto parsed = parseJobMessage(body);
    QCOMPARE(std::holds_alternative<JobMessage>(parsed), !id.isEmpty());
    if (const auto *answer = std::get_if<JobMessage>(&parsed))
        QCOMPARE(answer->id, id);
    else
        QVERIFY(!std::get<QString>(parsed).isEmpty());
}

void TestStartCodec::callback_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("result");
    const auto row = [](const char *name, const QByteArray &body, const QString &result) {
        QTest::newRow(name) << body << result;
    };
    row("completed",
        R"({"id":"4499a6e0c2ef4b98","state":"completed","startedAt":"2015-06-29T15:34:16.850Z","proof":"078DC9"})",
        u"completed"_s);
    row("failed", R"({"id":"1","state":"failed"})", u"failed"_s);
    row("another final state", R"({"id":"1","state":"aborted"})", u"failed"_s);
    row("running", R"({"id":"1","state":"running"})", u"progress"_s);
    row("byte order mark", "\xEF\xBB\xBF{\"id\":\"1\",\"state\":\"completed\"}", u"completed"_s);
    row("two byte order marks", "\xEF\xBB\xBF\xEF\xBB\xBF{\"id\":\"1\",\"state\":\"completed\"}", u"error"_s);
    row("half a byte order mark", "\xEF\xBB{\"id\":\"1\",\"state\":\"completed\"}", u"error"_s);
    row("only a byte order mark", "\xEF\xBB\xBF", u"error"_s);
    row("state empty", R"({"id":"1","state":""})", u"error"_s);
    row("state a number", R"({"id":"1","state":1})", u"error"_s);
    row("escapes", R"({"id":"1","state":"c\u006fmpleted"})", u"completed"_s);
    row("empty", "", u"error"_s);
    row("not JSON", "id=1&state=completed", u"error"_s);
    row("wrong type", R"([{"id":"1","state":"completed"}])", u"error"_s);
    row("no id", R"({"state":"completed"})", u"error"_s);
    row("no state", R"({"id":"1"})", u"error"_s);
    row("two states", R"({"id":"1","state":"failed","state":"completed"})", u"error"_s);
}

void TestStartCodec::callback()
{
    QFETCH(QByteArray, body);
    QFETCH(QString, result);
    const auto parsed = parseJobMessage(body);
    if (const auto *message = std::get_if<JobMessage>(&parsed))
        QCOMPARE(textOf(message->report), result);
    else
        QCOMPARE(u"error"_s, result);
}

void TestStartCodec::report_data()
{
    QTest::addColumn<QString>("result");
    QTest::newRow("completed") << u"completed"_s;
    QTest::newRow("COMPLETED") << u"completed"_s;
    QTest::newRow("Completed") << u"completed"_s;
    for (const char *state :
         {"failed",    "FAILED",    "Failed",   "failure", "error",   "ERROR",     "errored",
          "canceled",  "cancelled", "CANCELED", "aborted", "timeout", "timed_out", "timedOut",
          "timed-out", "expired",   "rejected", "killed",  "crashed", "terminated"})
        QTest::newRow(state) << u"failed"_s;
    // States that only look like a final state mean progress.
    for (const char *state :
         {"running", "queued", "pending", "processing", "in_progress", "starting", "completing", "completed ",
          "complete", "failing", "failed_over", "not_failed", "partially_completed", "retrying", "cancelling",
          "?", " ", "completed\xC4\xB1", "fa\xC4\xB1led"})
        QTest::newRow(state) << u"progress"_s;
}

void TestStartCodec::report()
{
    QFETCH(QString, result);
    QCOMPARE(textOf(reportOf(QTest::currentDataTag())), result);
    QCOMPARE(textOf(reportOf({})), u"progress"_s);
}

HOLDLINE_TEST(TestStartCodec)
#include "tst_startcodec.moc"

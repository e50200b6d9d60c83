// SPDX-License-Identifier: GPL-3.0-or-later
// The commands profiles, explain and check-callback of holdline: their output for requests and saved
// callbacks.
#include "core/config/commandline.h"
#include "core/profile/shippedprofiles.h"
#include "core/profile/signing.h"
#include "core/routing/loadroutes.h"
#include "core/routing/routeset.h"
#include "core/routing/routetext.h"
#include "service/holdline/tools/savedrequest.h"
#include "service/holdline/tools/tools.h"
#include "tests/support/suite.h"

#include <QCryptographicHash>
#include <QFile>
#include <QMessageAuthenticationCode>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

constexpr char kToken[] = "AAAjEs2bUPpkUPpyLbZyne5JnZr9G2LFPGE";

/// A folder with a configuration of three routes, and saved messages.
class Place
{
public:
    Place()
    {
        write("webhook", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n");
        write("consumer", "key:s3cret\n");
        write("passkey", "pa55\n");
        config = write("holdline.toml", R"(
[server]
callback_url = "https://hold.example/hooks"
[[route]]
path = "/v1/predictions"
profile = "replicate"
upstream = "https://api.replicate.com"
[[route]]
path = "/mpesa/*"
profile = "mpesa"
upstream = "https://api.safaricom.co.ke/mpesa"
lane = "header:X-Shop"
auth = { oauth2 = { token = "https://auth.example/t", secret = "consumer" } }
[[route]]
path = "/fal/*"
profile = "fal"
upstream = "https://queue.fal.run"
[secrets]
)" + secret("webhook") + secret("consumer") +
                                            secret("passkey"));
    }

    QString write(const QString &name, const QByteArray &text)
    {
        const QString path = m_folder.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write");
        return path;
    }
    QString write(const char *name, const QByteArray &text) { return write(QString::fromLatin1(name), text); }

    Exit explain(const QByteArray &request, QStringList more = {})
    {
        return tools::explain(more + QStringList{u"--config"_s, config, write("request", request)});
    }
    Exit check(const QByteArray &callback, const QStringList &more)
    {
        return tools::checkCallback(more + QStringList{u"--config"_s, config, write("callback", callback)});
    }

    QString config;

private:
    QByteArray secret(const char *name) const
    {
        return QByteArray(name) + " = \"" + m_folder.filePath(QString::fromLatin1(name)).toUtf8() + "\"\n";
    }

    QTemporaryDir m_folder;
};

/// Returns a callback of Replicate that was signed at this time.
QByteArray signedCallback(const QByteArray &time, const QByteArray &body, const QByteArray &lineEnd = "\n")
{
    const QByteArray key = QByteArray::fromBase64("C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    const QByteArray signature =
        QMessageAuthenticationCode::hash("m1." + time + '.' + body, key, QCryptographicHash::Sha256)
            .toBase64();
    return "POST /hooks/" + QByteArray(kToken) + " HTTP/1.1" + lineEnd + "Content-Type: application/json" +
           lineEnd + "webhook-id: m1" + lineEnd + "webhook-timestamp: " + time + lineEnd +
           "webhook-signature: v1," + signature + lineEnd + lineEnd + body;
}

void contains(const Exit &exit, const QString &text)
{
    // Qt 6.8 writes the names of header fields in lower case.
    QVERIFY2(exit.text.contains(text, Qt::CaseInsensitive), qPrintable(text + u" in\n"_s + exit.text));
}

}  // namespace

class TestHoldlineTools : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void profiles()
    {
        const Exit list = tools::profiles({});
        QCOMPARE(list.code, int(kExitOk));
        for (const QString &name : profile::shippedProfiles())
            contains(list, profile::shippedProfile(name)->about);
        QCOMPARE(tools::profiles({u"fal"_s}).text, QString::fromUtf8(profile::shippedProfileText(u"fal"_s)));
        const Exit unknown = tools::profiles({u"fall"_s});
        QCOMPARE(unknown.code, int(kExitUsage));
        contains(unknown, u"Did you mean fal?"_s);
        QCOMPARE(tools::profiles({u"fal"_s, u"mpesa"_s}).code, int(kExitUsage));
        QCOMPARE(tools::profiles({u"--help"_s}).code, int(kExitOk));
    }

    void profilePages()
    {
        const Exit page = tools::profiles({u"fal"_s, u"--page"_s});
        QCOMPARE(page.code, int(kExitOk));
        QVERIFY(page.text.startsWith(u"# `fal`\n"_s));
        QCOMPARE(tools::profiles({u"--page"_s}).code, int(kExitUsage));
        QCOMPARE(tools::profiles({u"./none.toml"_s, u"--page"_s}).code, int(kExitNoInput));
        QTemporaryDir place;
        QFile file(place.filePath(u"mine.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("name = \"mine\"\n[start]\ncallback = \"query:to\"\n[callback]\ncompleted = \"*\"\n");
        file.close();
        QVERIFY(tools::profiles({file.fileName(), u"--page"_s}).text.startsWith(u"# `mine`\n"_s));
        QVERIFY(file.open(QIODevice::Append));
        file.write("colour = 1\n");
        file.close();
        const Exit wrong = tools::profiles({file.fileName(), u"--page"_s});
        QCOMPARE(wrong.code, int(kExitConfiguration));
        QVERIFY2(wrong.text.contains(u"mine.toml:6: "_s), qPrintable(wrong.text));
    }

    void explainStart()
    {
        Place place;
        const Exit exit = place.explain(
            "POST /v1/predictions?x=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
            "r8_mine\r\nContent-Type: application/json\r\nX-Not: 1\r\n\r\n{\"input\":1}");
        QCOMPARE(exit.code, int(kExitOk));
        contains(exit, u"Route replicate: POST on /v1/predictions goes to https://api.replicate.com."_s);
        contains(exit, u"This would leave to https://api.replicate.com "_s);
        contains(exit, u"POST /?x=1 HTTP/1.1\n"_s);
        contains(exit, u"Host: api.replicate.com\n"_s);
        contains(exit, u"Authorization: MASKED\n"_s);
        contains(
            exit,
            u"{\"input\":1,\"webhook_events_filter\":[\"completed\"],\"webhook\":\"https://hold.example/hooks/TOKEN"_s);
        QVERIFY(!exit.text.contains("r8_mine"_L1) && !exit.text.contains("X-Not"_L1));
    }

    void explainComputedFieldsAndTokens()
    {
        Place place;
        const QStringList flags{u"--path"_s,   u"/mpesa/stkpush/v1/processrequest"_s,
                                u"--header"_s, u"X-Shop: 7"_s,
                                u"--header"_s, u"Content-Type: application/json"_s};
        const Exit exit = place.explain(R"({"BusinessShortCode":"174379"})", flags);
        QCOMPARE(exit.code, int(kExitOk));
        contains(exit, u"\"mpesa/7\""_s);
        contains(exit, u"Authorization: Bearer ACCESS-TOKEN\n"_s);
        contains(exit, u"POST /mpesa/stkpush/v1/processrequest HTTP/1.1\n"_s);
        // The output must contain neither the secrets nor values computed from them.
        for (const QByteArray &secret :
             {QByteArray("pa55"), QByteArray("s3cret"), QByteArray("174379pa55").toBase64()})
            QVERIFY2(!exit.text.contains(QString::fromLatin1(secret.chopped(1))), secret.constData());
    }

    void savedBodies_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QString>("said");
        const QByteArray head = "POST /v1/predictions HTTP/1.1\r\nContent-Type: application/json\r\n";
        const QByteArray chunked = head + "Transfer-Encoding: Chunked\r\n\r\n";
        const QString sent = u"{\"input\":1,\"webhook_events_filter\""_s;
        QTest::newRow("chunked") << chunked + "5;x=\"y\"\r\n{\"inp\r\n6\r\nut\":1}\r\n0\r\nX-T: 1\r\n\r\n"
                                 << sent;
        QTest::newRow("chunked without CR")
            << QByteArray(chunked + "b\r\n{\"input\":1}\r\n0\r\n\r\n").replace("\r\n", "\n") << sent;
        QTest::newRow("cut off") << chunked + "ff\r\n{\"input\":1}\r\n" << u"ends too early"_s;
        QTest::newRow("without its end") << chunked + "b\r\n{\"input\":1}\r\n" << u"ends too early"_s;
        QTest::newRow("no sizes") << chunked + "{\"input\":1}" << u"is no chunked body"_s;
        QTest::newRow("a negative size") << chunked + "-1\r\n{\"input\":1}" << u"is no chunked body"_s;
        QTest::newRow("two lengths") << head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n{}"
                                     << u"exclude each other"_s;
        QTest::newRow("another coding")
            << head + "Transfer-Encoding: gzip, chunked\r\n\r\n{}" << u"only chunked is read"_s;
        QTest::newRow("byte order mark") << "\xEF\xBB\xBF" + head + "\r\n{\"input\":1}" << sent;
        QTest::newRow("empty lines first") << "\r\n\n" + head + "\r\n{\"input\":1}" << sent;
        QTest::newRow("an answer") << QByteArray("HTTP/1.1 200 OK\r\n\r\n{}")
                                   << u"its first line is no request line"_s;
        QTest::newRow("method in small letters")
            << "post" + head.sliced(4) + "\r\n{}" << u"its first line is no request line"_s;
        QTest::newRow("our own address")
            << QByteArray("POST /hooks/x HTTP/1.1\n\n{}") << u"/hooks is Holdline's own"_s;
    }

    void savedBodies()
    {
        QFETCH(QByteArray, request);
        QFETCH(QString, said);
        Place place;
        contains(place.explain(request), said);
    }

    void aBodyAloneMayHoldAPath()
    {
        Place place;
        const Exit exit = place.check(R"({"status":"at /home"})", {u"--route"_s, u"replicate"_s});
        contains(exit, u"verified:   no: there is no "_s);
    }

    void whyNot_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QString>("why");
        QTest::newRow("no route") << QByteArray("POST /v2/x HTTP/1.1\n\n{}")
                                  << u"404: no route takes its path"_s;
        QTest::newRow("below an exact path")
            << QByteArray("POST /v1/predictions/x HTTP/1.1\n\n{}") << u"404"_s;
        QTest::newRow("method") << QByteArray("GET /v1/predictions HTTP/1.1\n\n")
                                << u"405: GET is not taken"_s;
        QTest::newRow("coding") << QByteArray("POST /v1/predictions HTTP/1.1\nContent-Encoding: gzip\n\nx")
                                << u"415"_s;
        QTest::newRow("no lane") << QByteArray("POST /mpesa/x HTTP/1.1\n\n{}") << u"422: missing_account"_s;
        QTest::newRow("no JSON") << QByteArray(
                                        "POST /v1/predictions HTTP/1.1\nContent-Type: application/json\n\n{")
                                 << u"400: invalid_json"_s;
    }

    void whyNot()
    {
        QFETCH(QByteArray, request);
        QFETCH(QString, why);
        Place place;
        const Exit exit = place.explain(request);
        QCOMPARE(exit.code, int(kExitFailed));
        contains(exit, u"Nothing would leave."_s);
        contains(exit, why);
    }

    void explainWithoutRoutes()
    {
        Place place;
        const QString file =
            place.write("plain", "POST /start HTTP/1.1\n\n{\"account\":\"acme\",\"wait\":true}");
        const Exit exit = tools::explain({u"--upstream"_s, u"http://127.0.0.1:9/start"_s, file});
        QCOMPARE(exit.code, int(kExitOk));
        contains(exit, u"POST /start HTTP/1.1\n"_s);
        contains(exit, u"\"wait\":false"_s);
        QCOMPARE(
            tools::explain({u"--upstream"_s, u"http://127.0.0.1:9/start"_s, u"--path"_s, u"/x"_s, file}).code,
            int(kExitFailed));
    }

    void callbacks_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QStringList>("flags");
        QTest::addColumn<int>("code");
        QTest::addColumn<QStringList>("said");
        const QStringList at{u"--route"_s, u"replicate"_s, u"--at"_s, u"1700000000"_s};
        QTest::newRow("completed") << QByteArray(R"({"id":"p1","status":"succeeded"})") << at << int(kExitOk)
                                   << QStringList{u"verified:   yes"_s, u"job id:     p1"_s,
                                                  u"\"succeeded\""_s, u"matched: the job ends as completed"_s,
                                                  u"answered:   200"_s};
        QTest::newRow("failed") << QByteArray(R"({"id":"p1","status":"canceled"})") << at << int(kExitOk)
                                << QStringList{u"the job ends as failed"_s};
        QTest::newRow("progress") << QByteArray(R"({"id":"p1","status":"starting"})") << at << int(kExitOk)
                                  << QStringList{u"progress: the state is not known to be final"_s};
        QTest::newRow("another job") << QByteArray(R"({"id":"p1","status":"succeeded"})")
                                     << at + QStringList{u"--job"_s, u"p2"_s} << int(kExitFailed)
                                     << QStringList{u"mismatched"_s, u"answered:   409"_s};
        QTest::newRow("this job") << QByteArray(R"({"id":"p1","status":"succeeded"})")
                                  << at + QStringList{u"--job"_s, u"p1"_s} << int(kExitOk)
                                  << QStringList{u"matched"_s};
        QTest::newRow("no JSON") << QByteArray("x") << at << int(kExitFailed)
                                 << QStringList{u"verified:   yes"_s, u"refused as malformed"_s,
                                                u"answered:   400"_s};
        QTest::newRow("too old") << QByteArray(R"({"id":"p1","status":"succeeded"})")
                                 << QStringList{u"--route"_s, u"replicate"_s} << int(kExitFailed)
                                 << QStringList{u"verified:   no: the timestamp is"_s,
                                                u"refused as unauthorised"_s, u"answered:   401"_s};
        QTest::newRow("no route named") << QByteArray("{}") << QStringList() << int(kExitUsage)
                                        << QStringList{u"replicate, mpesa, fal"_s};
        QTest::newRow("unknown route") << QByteArray("{}") << QStringList{u"--route"_s, u"replicat"_s}
                                       << int(kExitUsage) << QStringList{u"Did you mean replicate?"_s};
    }

    void callbacks()
    {
        QFETCH(QByteArray, body);
        QFETCH(QStringList, flags);
        QFETCH(int, code);
        QFETCH(QStringList, said);
        Place place;
        const Exit exit = place.check(signedCallback("1700000000", body), flags);
        QVERIFY2(exit.code == code, qPrintable(exit.text));
        for (const QString &text : said)
            contains(exit, text);
    }

    void forgedCallback()
    {
        Place place;
        const QStringList flags{u"--route"_s, u"replicate"_s, u"--at"_s, u"2023-11-14T22:13:20Z"_s};
        QByteArray callback = signedCallback("1700000000", R"({"id":"p1","status":"succeeded"})", "\r\n");
        QCOMPARE(place.check(callback, flags).code, int(kExitOk));
        // A line break that an editor added at the end is not part of the signed bytes.
        const Exit longer = place.check(callback + '\n', flags);
        QCOMPARE(longer.code, int(kExitFailed));
        contains(longer, u"without the line break at the end of the file it is verified"_s);
        contains(place.check(callback.replace("p1", "p3"), flags), u"the signature does not fit"_s);
    }

    /// Two routes have profiles that use the same name for different secrets.
    void secretsOfARoute()
    {
        Place place;
        QFile config(place.config);
        QVERIFY(config.open(QIODevice::ReadOnly));
        QByteArray text = config.readAll();
        config.close();
        text.replace("upstream = \"https://api.replicate.com\"\n",
                     "upstream = \"https://api.replicate.com\"\nsecrets = { webhook = \"other\" }\n");
        place.config = place.write(
            "routes.toml", text + "other = \"" + place.write("other", "whsec_b3RoZXI=\n").toUtf8() + "\"\n");
        const QStringList flags{u"--route"_s, u"replicate"_s, u"--at"_s, u"1700000000"_s};
        const QByteArray callback = signedCallback("1700000000", R"({"id":"p1","status":"succeeded"})");
        contains(place.check(callback, flags), u"the signature does not fit"_s);
        place.write("other", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n");
        place.write("webhook", "whsec_b3RoZXI=\n");
        const Exit exit = place.check(callback, flags);
        QVERIFY2(exit.code == kExitOk, qPrintable(exit.text));
    }

    void publishedKeys()
    {
        Place place;
        const QByteArray seed(32, 's');
        const QString keys = place.write("keys", profile::formatKeySet({profile::ed25519PublicKey(seed)}));
        const QByteArray body = R"({"request_id":"r","status":"OK","payload":[1]})";
        const QByteArray hash = QCryptographicHash::hash(body, QCryptographicHash::Sha256).toHex();
        const QByteArray callback = "POST /hooks/" + QByteArray(kToken) +
                                    " HTTP/1.1\nX-Fal-Webhook-Request-Id: r\nX-Fal-Webhook-User-Id: u\n"
                                    "X-Fal-Webhook-Timestamp: 1700000000\nX-Fal-Webhook-Signature: " +
                                    profile::signEd25519(seed, "r\nu\n1700000000\n" + hash).toHex() + "\n\n" +
                                    body;
        const QStringList flags{u"--route"_s, u"fal"_s, u"--at"_s, u"1700000000"_s, u"--keys"_s, keys};
        const Exit exit = place.check(callback, flags);
        QVERIFY2(exit.code == kExitOk, qPrintable(exit.text));
        contains(exit, u"gets 200 application/json, 3 bytes"_s);
        place.write("keys", profile::formatKeySet({profile::ed25519PublicKey(QByteArray(32, 't'))}));
        QCOMPARE(place.check(callback, flags).code, int(kExitFailed));
    }

    /// One call explains a request and the callbacks that may follow.
    void explainWithCallbacks()
    {
        Place place;
        const QString callback =
            place.write("saved", R"({"Body":{"stkCallback":{"CheckoutRequestID":"ws_1","ResultCode":0}}})");
        const Exit exit = place.explain(
            "POST /mpesa/x HTTP/1.1\nX-Shop: 1\nContent-Type: application/json\n\n"
            "{\"BusinessShortCode\":\"1\"}",
            {u"--callback"_s, callback});
        QVERIFY2(exit.code == kExitOk, qPrintable(exit.text));
        contains(exit, u"matched: the job ends as completed"_s);
    }

    void missingFiles()
    {
        Place place;
        QCOMPARE(
            tools::checkCallback({u"--config"_s, place.config, u"--route"_s, u"mpesa"_s, u"/nowhere"_s}).code,
            int(kExitNoInput));
        QCOMPARE(tools::explain({u"--config"_s, place.config, u"/nowhere"_s}).code, int(kExitNoInput));
        QCOMPARE(tools::explain({u"--config"_s, u"/nowhere"_s, u"x"_s}).code, int(kExitConfiguration));
        QCOMPARE(tools::explain({u"--confg"_s, u"x"_s}).code, int(kExitUsage));
    }

    void savedRequests_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("read");  // "METHOD target|body"; empty when the file cannot be read
        QTest::newRow("CRLF") << QByteArray("POST /a HTTP/1.1\r\nA: b\r\n\r\nx\r\n")
                              << QByteArray("POST /a|x\r\n");
        QTest::newRow("LF") << QByteArray("PUT /a\nA: b\n\nx") << QByteArray("PUT /a|x");
        QTest::newRow("a whole URL") << QByteArray("POST https://h/a?b HTTP/1.1\n\nx")
                                     << QByteArray("POST /a?b|x");
        QTest::newRow("a whole URL without a path")
            << QByteArray("POST HTTPS://h?b HTTP/1.1\n\nx") << QByteArray("POST /?b|x");
        QTest::newRow("a slash at the end")
            << QByteArray("POST /a/?b HTTP/1.1\n\nx") << QByteArray("POST /a/?b|x");
        QTest::newRow("a signed length")
            << QByteArray("POST /a HTTP/1.1\nContent-Length: +1\n\nx\n") << QByteArray();
        QTest::newRow("two lengths") << QByteArray(
                                            "POST /a HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\nxy")
                                     << QByteArray();
        QTest::newRow("Content-Length")
            << QByteArray("POST /a HTTP/1.1\nContent-Length: 1\n\nx\n") << QByteArray("POST /a|x");
        QTest::newRow("a longer one")
            << QByteArray("POST /a HTTP/1.1\nContent-Length: 3\n\nx\n") << QByteArray();
        QTest::newRow("a shorter one")
            << QByteArray("POST /a HTTP/1.1\nContent-Length: 1\n\nxy\n") << QByteArray();
        QTest::newRow("an editor's line break behind a form")
            << QByteArray("POST /a HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na=b\r\n")
            << QByteArray("POST /a|a=b");
        QTest::newRow("no body") << QByteArray("GET /a HTTP/1.1") << QByteArray("GET /a|");
        QTest::newRow("no field") << QByteArray("POST /a HTTP/1.1\nnonsense\n\nx") << QByteArray();
        QTest::newRow("a body alone") << QByteArray("{\"a\":1}") << QByteArray();
        QTest::newRow("nothing") << QByteArray() << QByteArray();
        QTest::newRow("an escape") << QByteArray("POST /%61 HTTP/1.1\n\n") << QByteArray("POST /a|");
    }

    void savedRequests()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, read);
        const auto request = tools::readSavedRequest(text, {});
        if (read.isEmpty()) {
            QVERIFY(std::holds_alternative<QString>(request));
            return;
        }
        QVERIFY(std::holds_alternative<http::Request>(request));
        const auto &found = std::get<http::Request>(request);
        QCOMPARE(found.method + ' ' + found.target + '|' + found.body, read);
    }

    /// The routes of each shipped profile can be described in words.
    void routesInWords()
    {
        for (const QString &name : profile::shippedProfiles()) {
            RouteConfig route;
            route.name = name.toLatin1();
            route.takesRest = true;
            route.profile = {std::shared_ptr<void>(), profile::shippedProfile(name)};
            route.upstream = QUrl(u"https://up.example"_s);
            const QString text = routeText(route);
            QVERIFY2(
                text.startsWith(u"Route %1: POST on every path goes to https://up.example.\n"_s.arg(name)),
                qPrintable(text));
            QVERIFY(text.contains(route.profile->about));
            QVERIFY(!text.contains("%1"_L1) && !text.contains(". ."_L1));
        }
    }
};

HOLDLINE_TEST(TestHoldlineTools)
#include "tst_holdlinetools.moc"

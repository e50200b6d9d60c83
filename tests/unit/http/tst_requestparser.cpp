// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/suite.h"
#include "tests/unit/http/parserfixture.h"

#include <QByteArrayList>
#include <QRandomGenerator>

using namespace holdline::test;

class TestRequestParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsARequest()
    {
        const QByteArray bytes =
            "POST /start?x=%20 HTTP/1.1\r\nHost: example.org:80\r\nX-A:  1 \r\nx-a:\t2\r\n"
            "X-Empty:\r\nX-Request-Id: abc-1\r\nContent-Length: 5\r\n\r\nhello";
        const Outcome outcome = parseEveryWay(bytes + "GET / ");
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.consumed, bytes.size());
        QCOMPARE(outcome.heads, 1);
        QCOMPARE(outcome.request.method, "POST");
        QCOMPARE(outcome.request.target, "/start?x=%20");
        QCOMPARE(outcome.request.path().toByteArray(), "/start");
        QCOMPARE(outcome.request.minorVersion, 1);
        QCOMPARE(outcome.request.body, "hello");
        QCOMPARE(outcome.request.requestId, "abc-1");
        QCOMPARE(outcome.request.headers.combined("X-A").value_or(""), "1, 2");
        QVERIFY(outcome.request.headers.contains("x-empty"));
        QVERIFY(!outcome.request.headers.contains("Content-Length"));
        QVERIFY(!outcome.request.headers.contains("X-Request-Id"));
        QVERIFY(outcome.facts.keepAlive);
    }

    void isReadyForTheNextRequest()
    {
        RequestParser parser{Limits{}};
        const QByteArray bytes = chunked("3\r\nabc\r\n0\r\n\r\n") + post("Content-Length: 2\r\n", "de") +
                                 "GET /x HTTP/1.0\r\n\r\n";
        std::vector<Request> requests;
        qsizetype pos = 0;
        QVERIFY(parser.isIdle());
        while (pos < bytes.size()) {
            qsizetype consumed = 0;
            const auto status = parser.feed(QByteArrayView(bytes).sliced(pos), consumed);
            // After a refusal the parser would accept no more bytes, so it must not refuse here.
            QVERIFY(status != RequestParser::Status::Refused);
            if (status == RequestParser::Status::HeadComplete)
                QVERIFY(!parser.isIdle());
            pos += consumed;
            qsizetype none = 0;
            if (parser.feed({}, none) == RequestParser::Status::Complete)
                requests.push_back(parser.takeRequest());
        }
        QVERIFY(parser.isIdle());
        QCOMPARE(requests.size(), 3U);
        QCOMPARE(requests[0].body, "abc");
        QCOMPARE(requests[1].body, "de");
        QCOMPARE(requests[2].target, "/x");
    }

    void dropsConnectionFields()
    {
        const Outcome outcome =
            parseEveryWay(post("Connection: Upgrade, X-Hop, Host\r\nUpgrade: websocket\r\nX-Hop: "
                               "1\r\nKeep-Alive: 1\r\nTE: gzip\r\n"
                               "Proxy-Connection: a\r\nHTTP2-Settings: x\r\nTrailer: b\r\nExpect: "
                               "100-continue\r\nX-End: 1\r\n"));
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.request.headers.size(), 2U);
        QVERIFY(outcome.request.headers.contains("Host"));
        QVERIFY(outcome.request.headers.contains("X-End"));
    }

    void trustsOnlyReadableRequestIds_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::addColumn<bool>("trusted");
        QTest::addRow("plain") << QByteArray("a-Z_0:/") << true;
        QTest::addRow("128 bytes") << QByteArray(128, 'x') << true;
        QTest::addRow("129 bytes") << QByteArray(129, 'x') << false;
        QTest::addRow("blank inside") << QByteArray("a b") << false;
        QTest::addRow("high byte") << QByteArray("a\xc3\xa9") << false;
        QTest::addRow("empty") << QByteArray() << false;
    }
    void trustsOnlyReadableRequestIds()
    {
        QFETCH(QByteArray, id);
        QFETCH(bool, trusted);
        const Outcome outcome = parseEveryWay(post("X-Request-Id: " + id + "\r\n"));
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.request.requestId, trusted ? id : QByteArray());
    }

    void fieldGrammar_data()
    {
        addColumns();
        addRow("bare CR in a value", post("X-A: b\rc\r\n"), 400);
        addRow("bare CR as line end", post("X-A: b\rX-B: c\r\n"), 400);
        addRow("bare LF", post("X-A: b\n"), 400);
        addRow("bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400);
        addRow("LF only", "GET / HTTP/1.1\nHost: h\n\n", 400);
        addRow("NUL in a value", post(QByteArray("X-A: b\0c\r\n", 10)), 400);
        addRow("NUL in a name", post(QByteArray("X\0A: b\r\n", 8)), 400);
        for (int c = 1; c < 0x20; ++c) {
            if (c == '\t' || c == '\r' || c == '\n')
                continue;
            addRow(qPrintable(QStringLiteral("control byte %1").arg(c)),
                   post(QByteArray("X-A: b") + static_cast<char>(c) + "\r\n"), 400);
        }
        addRow("DEL", post("X-A: b\x7f\r\n"), 400);
        addRow("obs-fold", post("X-A: b\r\n c\r\n"), 400);
        addRow("obs-fold by tab", post("X-A: b\r\n\tc\r\n"), 400);
        addRow("space at the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400);
        addRow("space before the colon", post("X-A : b\r\n"), 400);
        addRow("tab before the colon", post("X-A\t: b\r\n"), 400);
        addRow("nameless", post(": b\r\n"), 400);
        addRow("no colon", post("X-A\r\n"), 400);
        addRow("space in a name", post("X A: b\r\n"), 400);
        addRow("high byte in a name", post("X\xe4: b\r\n"), 400);
        addRow("brackets in a name", post("X(A): b\r\n"), 400);
        addRow("high byte in a value", post("X-A: \xe4\r\n"), 200);
        addRow("odd but legal name", post("!#$%&'*+-.^_`|~: b\r\n"), 200);
        addRow("empty lines first", "\r\n\r\n" + post(""), 200);
        addRow("too many empty lines", QByteArray("\r\n").repeated(5) + post(""), 400);
        addRow("empty LF line first", "\n" + post(""), 400);
        addRow("CR, then no LF", "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    }
    void fieldGrammar() { checkStatus(); }

    void host_data()
    {
        addColumns();
        addRow("none", "GET / HTTP/1.1\r\n\r\n", 400);
        addRow("two", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
        addRow("none on HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200);
        addRow("two on HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400);
        for (const char *host : {"",         "a b",  "a/b",  "user@a", "a, b",   "a:b",     "a:99999",
                                 "a:123456", "[::1", "::1]", "[]",     "[::1]x", "[::1]:x", "http://a",
                                 "a?b",      "a#b",  "a%zz", "a%1",    "\"a\"",  ":80",     "a\\b"})
            addRow(qPrintable(QStringLiteral("'%1'").arg(QLatin1StringView(host))),
                   QByteArray("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n", 400);
        for (const char *host :
             {"a", "example.org:8080", "127.0.0.1:1", "[::1]", "[::1]:80", "a:", "a_b-c.d", "%41"})
            addRow(host, QByteArray("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n", 200);
    }
    void host() { checkStatus(); }

    void otherProtocols_data()
    {
        addColumns();
        const QByteArray rest = "\r\nHost: h\r\n\r\n";
        addRow("HTTP/2.0", "GET / HTTP/2.0" + rest, 505);
        addRow("HTTP/3.0", "GET / HTTP/3.0" + rest, 505);
        addRow("h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        addRow("HTTP/0.9", "GET /\r\n", 400);
        addRow("HTTP/0.9 spelled out", "GET / HTTP/0.9" + rest, 400);
        addRow("garbage", "\x80\x81\x82", 400);
        addRow("blank first", " GET / HTTP/1.1" + rest, 400);
        addRow("TLS hello", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01", 8), 400);
        addRow("PROXY line", "PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n", 400);
        addRow("PROXY v2", QByteArray("\r\n\r\n\0\r\nQUIT\n", 12), 400);
        addRow("lower case", "GET / http/1.1" + rest, 400);
        addRow("no digits", "GET / HTTP/1" + rest, 400);
        addRow("HTTP/1.10", "GET / HTTP/1.10" + rest, 400);
        addRow("HTTP/11", "GET / HTTP/11" + rest, 400);
        addRow("two spaces", "GET  / HTTP/1.1" + rest, 400);
        addRow("two spaces before the version", "GET /  HTTP/1.1" + rest, 400);
        addRow("tab", "GET\t/ HTTP/1.1" + rest, 400);
        addRow("space at the end", "GET / HTTP/1.1 " + rest, 400);
        addRow("SSH", "SSH-2.0-OpenSSH_9.2\r\n", 400);
        addRow("HTTP/1.2 is 1.1", "GET / HTTP/1.2" + rest, 200);
        addRow("HTTP/1.9 is 1.1", "GET / HTTP/1.9" + rest, 200);
        addRow("HTTP/9.0", "GET / HTTP/9.0" + rest, 505);
        addRow("HTTP/1.:", "GET / HTTP/1.:" + rest, 400);
        addRow("HTTP/1./", "GET / HTTP/1./" + rest, 400);
    }
    void otherProtocols() { checkStatus(); }

    void sizes_data()
    {
        addColumns();
        const QByteArray end = " HTTP/1.1\r\nHost: h\r\n\r\n";
        addRow("8 KiB target", "GET /" + QByteArray(8 * 1024 - 1, 'a') + end, 200);
        addRow("8 KiB + 1 target", "GET /" + QByteArray(8 * 1024, 'a') + end, 414);
        addRow("endless target", "GET /" + QByteArray(9000, 'a'), 414);
        addRow("head over 16 KiB", post("X-A: " + QByteArray(16 * 1024, 'a') + "\r\n"), 431);
        addRow("endless field", post("X-A: " + QByteArray(17'000, 'a')).chopped(2), 431);
        addRow("endless name", post(QByteArray(17'000, 'a')).chopped(2), 431);
        addRow("100 fields", post(QByteArray("X: a\r\n").repeated(99)), 200);
        addRow("101 fields", post(QByteArray("X: a\r\n").repeated(100)), 431);
    }
    void sizes() { checkStatus(); }

    void headAtTheLimit()
    {
        QByteArray bytes = post("X: ");
        bytes.insert(bytes.size() - 2, QByteArray(16 * 1024 - bytes.size() - 2, 'a') + "\r\n");
        QCOMPARE(bytes.size(), 16 * 1024);
        QCOMPARE(parse(bytes, bytes.size()).status, 200);
        // The limit applies to each request, not to the connection.
        RequestParser parser{Limits{}};
        const QByteArray two = bytes + bytes;
        qsizetype pos = 0;
        int complete = 0;
        while (pos < two.size()) {
            qsizetype consumed = 0;
            QVERIFY(parser.feed(QByteArrayView(two).sliced(pos), consumed) != RequestParser::Status::Refused);
            pos += consumed;
            qsizetype none = 0;
            if (parser.feed({}, none) == RequestParser::Status::Complete) {
                parser.takeRequest();
                ++complete;
            }
        }
        QCOMPARE(complete, 2);
        bytes.insert(bytes.size() - 4, 'a');
        QCOMPARE(parse(bytes, bytes.size()).status, 431);
    }

    void requestLineAtTheLimit()
    {
        Limits limits;
        const QByteArray line = "GET / HTTP/1.1\r\n";
        limits.maxHeadBytes = line.size();
        QCOMPARE(parse(line, 1, limits).status, 0);
        limits.maxHeadBytes = line.size() - 1;
        QCOMPARE(parse(line, 1, limits).status, 431);
    }

    void methods_data()
    {
        addColumns();
        const QByteArray end = " / HTTP/1.1\r\nHost: h\r\n\r\n";
        for (const char *method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
            addRow(method, method + end, 200);
        for (const char *method : {"get", "PROPFIND", "FOO", "GE", "GETT", "M-SEARCH"})
            addRow(qPrintable(QStringLiteral("%1").arg(QLatin1StringView(method))), method + end, 501);
        addRow("long", QByteArray(200, 'A') + end, 501);
        addRow("TRACE", "TRACE" + end, 405);
        addRow("CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: h\r\n\r\n", 405);
        addRow("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 200);
        addRow("GET *", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400);
        addRow("bad method", "GE(T" + end, 400);
    }
    void methods() { checkStatus(); }

    void targets_data()
    {
        addColumns();
        const QByteArray end = " HTTP/1.1\r\nHost: h\r\n\r\n";
        for (const char *target : {"/%",          "/%1",         "/%zz",
                                   "/%1g",        "/a%",         "/?%2",
                                   "/a#b",        "a",           "start",
                                   "//%",         "?x",          "http:/",
                                   "http:",       "http://",     "http:///a",
                                   "http://a b/", "http://u@a/", "ftp://a/",
                                   "http://a:b/", "https:a",     "example.org:443",
                                   "**",          "javascript:x"})
            addRow(qPrintable(QStringLiteral("%1").arg(QLatin1StringView(target))),
                   QByteArray("GET ") + target + end, 400);
        addRow("control byte", "GET /\x01" + end, 400);
        addRow("tab", "GET /\ta" + end, 400);
        addRow("NUL", QByteArray("GET /\0", 6) + end, 400);
        addRow("DEL", "GET /\x7f" + end, 400);
        addRow("high byte", "GET /\xc3\xa4" + end, 400);
        for (const char *target :
             {"/", "//", "/%00", "/../../etc/passwd", "/a?b=c&d=%41?", "/;a,b=c", "/~a", "/[x]{y}|"})
            addRow(target, QByteArray("GET ") + target + end, 200);
    }
    void targets() { checkStatus(); }

    void absoluteFormBecomesOriginForm_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("origin");
        QTest::addRow("path") << QByteArray("GET") << QByteArray("http://other:81/a?b") << QByteArray("/a?b");
        QTest::addRow("none") << QByteArray("GET") << QByteArray("HTTP://other:81") << QByteArray("/");
        QTest::addRow("query") << QByteArray("GET") << QByteArray("https://other:81?x") << QByteArray("/?x");
        QTest::addRow("options") << QByteArray("OPTIONS") << QByteArray("http://other:81") << QByteArray("*");
    }
    void absoluteFormBecomesOriginForm()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, origin);
        const Outcome outcome = parseEveryWay(method + ' ' + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.request.target, origin);
        QCOMPARE(outcome.request.headers.combined("Host").value_or(""), "other:81");
    }

    void keepAlive_data()
    {
        QTest::addColumn<QByteArray>("version");
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<bool>("keepAlive");
        const auto add = [](const char *version, const char *fields, bool keepAlive) {
            QTest::addRow("HTTP/%s %s", version, QByteArray(fields).simplified().constData())
                << QByteArray(version) << QByteArray(fields) << keepAlive;
        };
        add("1.1", "", true);
        add("1.1", "Connection: close\r\n", false);
        add("1.1", "Connection: Keep-Alive\r\n", true);
        add("1.1", "Connection: x, CLOSE\r\n", false);
        add("1.1", "Connection: x\r\nConnection: close\r\n", false);
        add("1.1", "Connection: closed\r\n", true);
        add("1.0", "", false);
        add("1.0", "Connection: Keep-Alive\r\n", true);
        add("1.0", "Connection: keep-alive, close\r\n", false);
    }
    void keepAlive()
    {
        QFETCH(QByteArray, version);
        QFETCH(QByteArray, fields);
        QFETCH(bool, keepAlive);
        const Outcome outcome = parseEveryWay(post(fields, {}, version));
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.facts.keepAlive, keepAlive);
        QCOMPARE(outcome.request.minorVersion, version == "1.1" ? 1 : 0);
    }

    void expectations_data()
    {
        addColumns();
        addRow("other", post("Expect: 200-ok\r\nContent-Length: 1\r\n"), 417);
        addRow("two", post("Expect: 100-continue, x\r\nContent-Length: 1\r\n"), 417);
        addRow("over the limit", post("Expect: 100-continue\r\nContent-Length: 99999999\r\n"), 413);
        addRow("on HTTP/1.0 ignored", post("Expect: x\r\nContent-Length: 1\r\n", "a", "1.0"), 200);
        addRow("without a body", post("Expect: 100-Continue\r\n"), 200);
    }
    void expectations() { checkStatus(); }

    void continueIsAskedForWithABodyOnly()
    {
        QVERIFY(parse(post("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"), 100).facts.expectContinue);
        QVERIFY(parse(post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 100)
                    .facts.expectContinue);
        QVERIFY(!parse(post("Expect: 100-continue\r\nContent-Length: 0\r\n"), 100).facts.expectContinue);
        QVERIFY(!parse(post("Expect: 100-continue\r\nContent-Length: 1\r\n", "a", "1.0"), 100)
                     .facts.expectContinue);
    }

    /// For any bytes, the result does not depend on how they are cut, and the buffers stay within the limits.
    void mutatedRequestsAreReadTheSameEveryWay()
    {
        const quint32 seed = 20150629;
        QRandomGenerator random(seed);
        const QByteArrayList seeds{
            post("Content-Length: 5\r\nX-A: b\r\n", "hello"),
            chunked("5;a=b\r\nhello\r\n00b\r\n 0123456789\r\n0\r\nX-T: u\r\n\r\n"),
            "GET http://h:80/a?b=%20 HTTP/1.1\r\nHost: h\r\nConnection: close, X-A\r\nX-A: b\r\n\r\n",
            "\r\nHEAD / HTTP/1.0\r\n\r\n"};
        static constexpr char kSpice[] = "\r\n\t :;,%#/*?0159afAFxX-+\"\\\0\x01\x7f\x80\xff";
        const QByteArray spice(kSpice, sizeof kSpice - 1);
        int accepted = 0;
        for (int round = 0; round < 20'000; ++round) {
            QByteArray bytes = seeds[random.bounded(seeds.size())];
            for (int edits = random.bounded(1, 4); edits > 0; --edits) {
                const qsizetype at = random.bounded(bytes.size());
                const char c = spice[random.bounded(spice.size())];
                switch (random.bounded(4)) {
                    case 0:
                        bytes[at] = c;
                        break;
                    case 1:
                        bytes.insert(at, c);
                        break;
                    case 2:
                        bytes.remove(at, random.bounded(1, 4));
                        break;
                    default:
                        bytes.insert(at, bytes.mid(at, random.bounded(1, 30)));
                }
                if (bytes.isEmpty())
                    bytes = "x";
            }
            const Outcome whole = parse(bytes, bytes.size());
            const Outcome cut = parse(bytes, random.bounded(1, 9));
            const bool same = whole.status == cut.status && whole.consumed == cut.consumed &&
                              whole.request.body == cut.request.body &&
                              whole.request.target == cut.request.target;
            QVERIFY2(same,
                     ("round " + QByteArray::number(round) + ": " + bytes.toPercentEncoding()).constData());
            if (whole.status == 200) {
                ++accepted;
                QVERIFY(whole.request.target.startsWith('/') || whole.request.target == "*");
                for (const auto &[name, value] : whole.request.headers)
                    QVERIFY(!name.isEmpty() && !value.contains('\r') && !value.contains('\n') &&
                            !value.contains('\0'));
            }
        }
        qInfo("seed %u: %d of 20000 mutated requests are still valid", seed, accepted);
        QVERIFY(accepted > 100);
    }

    void knowsWhetherARequestHasBegun()
    {
        RequestParser parser{Limits{}};
        qsizetype consumed = 0;
        QCOMPARE(parser.feed("\r\n", consumed), RequestParser::Status::NeedMore);
        QVERIFY(parser.isIdle());
        QCOMPARE(parser.feed("P", consumed), RequestParser::Status::NeedMore);
        QVERIFY(!parser.isIdle());
        QVERIFY(!parser.isInBody());
        const QByteArray rest = post("Content-Length: 2\r\n", "a").sliced(1);
        QCOMPARE(parser.feed(rest, consumed), RequestParser::Status::HeadComplete);
        QCOMPARE(parser.feed("a", consumed), RequestParser::Status::NeedMore);
        QVERIFY(parser.isInBody());
    }
};

HOLDLINE_TEST(TestRequestParser)
#include "tst_requestparser.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/requestparser.h"

#include <QByteArrayList>
#include <QRandomGenerator>
#include <QTest>

#include <ctime>
#include <optional>

using namespace holdline;
using namespace holdline::http;

namespace {

/// What became of a stream of bytes: a whole request, a refusal (its status), or neither yet.
struct Outcome
{
    int status = 0;  ///< 200: a request; 4xx, 5xx: refused; 0: more bytes are wanted
    Request request;
    HeadFacts facts;
    qsizetype consumed = 0;
    int heads = 0;  ///< how often HeadComplete was reported
};

Outcome parse(const QByteArray &bytes, qsizetype pieceSize, const Limits &limits = {},
              std::optional<qsizetype> splitAt = std::nullopt)
{
    RequestParser parser(limits);
    Outcome outcome;
    qsizetype pos = 0;
    while (pos < bytes.size()) {
        qsizetype end = std::min(bytes.size(), pos + pieceSize);
        if (splitAt && pos < *splitAt)
            end = std::min(end, *splitAt);
        bool again = true;
        while (again) {
            qsizetype consumed = 0;
            const auto status = parser.feed(QByteArrayView(bytes).sliced(pos, end - pos), consumed);
            pos += consumed;
            outcome.consumed += consumed;
            again = false;
            switch (status) {
                case RequestParser::Status::NeedMore:
                    if (pos != end)
                        qFatal("bytes left without a reason");
                    break;
                case RequestParser::Status::HeadComplete:
                    ++outcome.heads;
                    outcome.facts = parser.facts();
                    again = true;
                    break;
                case RequestParser::Status::Complete:
                    outcome.status = 200;
                    outcome.request = parser.takeRequest();
                    return outcome;
                case RequestParser::Status::Refused:
                    outcome.status = reasonInfo(parser.refusal().reason).status;
                    return outcome;
            }
        }
    }
    return outcome;
}

/// The outcome must not depend on how the bytes are cut.
Outcome parseEveryWay(const QByteArray &bytes, const Limits &limits = {})
{
    const Outcome whole = parse(bytes, bytes.size(), limits);
    const auto check = [&whole](const Outcome &other, qsizetype where) {
        if (other.status != whole.status || other.request.body != whole.request.body ||
            other.request.target != whole.request.target || other.request.method != whole.request.method ||
            other.request.headers.size() != whole.request.headers.size())
            qFatal("cut at %lld: %d instead of %d", static_cast<long long>(where), other.status,
                   whole.status);
    };
    check(parse(bytes, 1, limits), -1);
    check(parse(bytes, 3, limits), -3);
    // Every position where that is cheap, else enough of them.
    const qsizetype step = bytes.size() < 2000 ? 1 : 61;
    for (qsizetype at = 1; at < bytes.size(); at += step)
        check(parse(bytes, bytes.size(), limits, at), at);
    return whole;
}

QByteArray post(const QByteArray &fields, const QByteArray &body = {}, const QByteArray &version = "1.1")
{
    return "POST /start HTTP/" + version + "\r\nHost: h\r\n" + fields + "\r\n" + body;
}

QByteArray chunked(const QByteArray &body)
{
    return post("Transfer-Encoding: chunked\r\n", body);
}

}  // namespace

class TestRequestParser : public QObject
{
    Q_OBJECT

private:
    static void column()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
    }

    static void row(const char *name, const QByteArray &bytes, int status)
    {
        QTest::addRow("%s", name) << bytes << status;
    }

    static void check()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        QCOMPARE(parseEveryWay(bytes).status, status);
    }

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
            if (parser.feed(QByteArrayView(bytes).sliced(pos), consumed) ==
                RequestParser::Status::HeadComplete)
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

    void case13_lengthAndTransferEncoding_data()
    {
        column();
        row("case13 CL then TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            400);
        row("case13 TE then CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
            400);
        row("case13 equal", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400);
        row("case13 TE identity", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400);
    }
    void case13_lengthAndTransferEncoding() { check(); }

    void case14_badContentLength_data()
    {
        column();
        for (const char *value :
             {"-5", "+5", "0x5", "5, 5", "", "abc", "9223372036854775808", "18446744073709551615",
              "18446744073709551621", "5 5", "5,", ",5", "5;", "5.0", "1e1", "\"5\"", "00000000000000000005"})
            row(qPrintable(QStringLiteral("case14 '%1'").arg(QLatin1StringView(value))),
                post(QByteArray("Content-Length: ") + value + "\r\n", "hello"), 400);
        row("case14 twice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400);
        row("case14 twice, different", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400);
        row("leading zeros", post("Content-Length: 0005\r\n", "hello"), 200);
        row("blanks around", post("Content-Length: \t 5 \t\r\n", "hello"), 200);
    }
    void case14_badContentLength() { check(); }

    void case15_lengthOverTheLimit_data()
    {
        column();
        row("case15 one too many", post("Content-Length: 1048577\r\n"), 413);
        row("case15 2^63-1", post("Content-Length: 9223372036854775807\r\n"), 413);
        row("case15 chunk", chunked("100001\r\n"), 413);
        row("case15 second chunk", chunked("1\r\na\r\n100000\r\n"), 413);
        row("case15 huge chunk", chunked("fffffffffffffff\r\n"), 413);
        row("at the limit", post("Content-Length: 1048576\r\n"), 0);
    }
    void case15_lengthOverTheLimit() { check(); }

    void case16_transferEncodings_data()
    {
        column();
        const QByteArray body = "0\r\n\r\n";
        for (const char *value :
             {"identity", "xchunked", "chunked, identity", "chunked, chunked", "chunked,", ",chunked", "",
              "chunked;q=1", "\"chunked\"", "chun ked", "gzip", "identity, chunked", "chunkedx"})
            row(qPrintable(QStringLiteral("case16 '%1'").arg(QLatin1StringView(value))),
                post(QByteArray("Transfer-Encoding: ") + value + "\r\n", body), 400);
        row("case16 twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body), 400);
        row("case16 folded", post("Transfer-Encoding:\r\n chunked\r\n", body), 400);
        row("case16 vertical tab", post("Transfer-Encoding: \vchunked\r\n", body), 400);
        row("case16 HTTP/1.0", post("Transfer-Encoding: chunked\r\n", body, "1.0"), 400);
        row("case16 gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", body), 501);
        row("case16 gzip + chunked", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", body),
            501);
        row("upper case", post("Transfer-Encoding: CHUNKED\r\n", body), 200);
    }
    void case16_transferEncodings() { check(); }

    void case17_chunkSizes_data()
    {
        column();
        for (const char *size : {"-1", "-5", "-80000001", "zz", "", "0x5", " 5", "5 ", "0000000000000005",
                                 "1g", "+5", "5\t", "fffffffffffffffff", "5 ;a"})
            row(qPrintable(QStringLiteral("case17 '%1'").arg(QLatin1StringView(size))),
                chunked(QByteArray(size) + "\r\nhello\r\n0\r\n\r\n"), 400);
        row("15 digits", chunked("000000000000005\r\nhello\r\n0\r\n\r\n"), 200);
        row("both cases", chunked("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"), 200);
    }
    void case17_chunkSizes() { check(); }

    void case18_chunkData_data()
    {
        column();
        row("case18 too long", chunked("5\r\nhello!\r\n0\r\n\r\n"), 400);
        row("case18 too short", chunked("6\r\nhello\r\n0\r\n\r\n"), 400);
        row("case18 LF after the data", chunked("5\r\nhello\n0\r\n\r\n"), 400);
        row("case18 LF after the size", chunked("5\nhello\r\n0\r\n\r\n"), 400);
        row("case18 CR after the size", chunked("5\rhello\r\n0\r\n\r\n"), 400);
        row("case18 CR CR LF", chunked("5\r\r\nhello\r\n0\r\n\r\n"), 400);
        row("case18 no CRLF", chunked("5\r\nhello0\r\n\r\n"), 400);
        row("case18 garbage after the last chunk", chunked("0\r\ngarbage\r\n"), 400);
        row("case18 NUL after the last chunk", chunked(QByteArray("0\r\n\0", 4)), 400);
        row("case18 LF only at the end", chunked("0\r\n\n"), 400);
        row("case18 not ended", chunked("5\r\nhello\r\n0\r\n"), 0);
    }
    void case18_chunkData() { check(); }

    void case19_chunkedBodyCutAnywhere()
    {
        const Outcome outcome =
            parseEveryWay(chunked("5\r\nhello\r\n1;name=value\r\n \r\n00A\r\nnew\r\nworld\r\n"
                                  "0;last\r\nX-Trailer: a\r\n\r\n"));
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.request.body, "hello new\r\nworld");
        QVERIFY(!outcome.request.headers.contains("X-Trailer"));
    }

    void case20_trailers_data()
    {
        column();
        row("case20 one", chunked("0\r\nX-A: b\r\n\r\n"), 200);
        row("case20 a framing field is dropped too", chunked("0\r\nContent-Length: 5\r\nHost: evil\r\n\r\n"),
            200);
        row("case20 8 KiB", chunked("0\r\nX: " + QByteArray(8 * 1024 - 5, 'a') + "\r\n\r\n"), 200);
        row("case20 more", chunked("0\r\nX: " + QByteArray(8 * 1024 - 2, 'a') + "\r\n\r\n"), 431);
        row("case20 more, many", chunked("0\r\n" + QByteArray("X: a\r\n").repeated(1400) + "\r\n"), 431);
        row("case20 folded", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400);
        row("case20 nameless", chunked("0\r\n: a\r\n\r\n"), 400);
        row("case20 control byte", chunked("0\r\nX: \x01\r\n\r\n"), 400);
        row("case20 bare LF", chunked("0\r\nX: a\n\r\n"), 400);
    }
    void case20_trailers() { check(); }

    void case21_aMillionTinyChunks()
    {
        const QByteArray head = post("Transfer-Encoding: chunked\r\n");
        QByteArray bytes = head;
        bytes += QByteArray("1\r\nx\r\n").repeated(1'000'000) + "0\r\n\r\n";
        const std::clock_t before = std::clock();
        const Outcome whole = parse(bytes, 64 * 1024);
        const Outcome byBytes = parse(bytes, 1);
        const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
        QCOMPARE(whole.status, 200);
        QCOMPARE(whole.request.body.size(), 1'000'000);
        QCOMPARE(byBytes.request.body, whole.request.body);
        qInfo("twice 6 MB in %.3f s of CPU", seconds);
    }

    void case21_chunkExtensions_data()
    {
        column();
        row("case21 256 bytes", chunked("1;" + QByteArray(256, 'a') + "\r\nx\r\n0\r\n\r\n"), 200);
        row("case21 257 bytes", chunked("1;" + QByteArray(257, 'a') + "\r\nx\r\n0\r\n\r\n"), 400);
        row("case21 endless", chunked("1;" + QByteArray(300, 'a')), 400);
        row("case21 small ones without end",
            chunked(("1;" + QByteArray(200, 'a') + "\r\nx\r\n").repeated(100) + "0\r\n\r\n"), 400);
        row("quoted", chunked("1;a=\"b c\";d\r\nx\r\n0\r\n\r\n"), 200);
        row("empty", chunked("1;\r\nx\r\n0\r\n\r\n"), 400);
        row("control byte", chunked("1;a\x01\r\nx\r\n0\r\n\r\n"), 400);
        row("bare LF", chunked("1;a\nx\r\n0\r\n\r\n"), 400);
        row("CR inside", chunked("1;a\rb\r\nx\r\n0\r\n\r\n"), 400);
    }
    void case21_chunkExtensions() { check(); }

    void case22_fieldGrammar_data()
    {
        column();
        row("case22 bare CR in a value", post("X-A: b\rc\r\n"), 400);
        row("case22 bare CR as line end", post("X-A: b\rX-B: c\r\n"), 400);
        row("case22 bare LF", post("X-A: b\n"), 400);
        row("case22 bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400);
        row("case22 LF only", "GET / HTTP/1.1\nHost: h\n\n", 400);
        row("case22 NUL in a value", post(QByteArray("X-A: b\0c\r\n", 10)), 400);
        row("case22 NUL in a name", post(QByteArray("X\0A: b\r\n", 8)), 400);
        for (int c = 1; c < 0x20; ++c) {
            if (c == '\t' || c == '\r' || c == '\n')
                continue;
            row(qPrintable(QStringLiteral("case22 control byte %1").arg(c)),
                post(QByteArray("X-A: b") + static_cast<char>(c) + "\r\n"), 400);
        }
        row("case22 DEL", post("X-A: b\x7f\r\n"), 400);
        row("case22 obs-fold", post("X-A: b\r\n c\r\n"), 400);
        row("case22 obs-fold by tab", post("X-A: b\r\n\tc\r\n"), 400);
        row("case22 space at the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400);
        row("case22 space before the colon", post("X-A : b\r\n"), 400);
        row("case22 tab before the colon", post("X-A\t: b\r\n"), 400);
        row("case22 nameless", post(": b\r\n"), 400);
        row("case22 no colon", post("X-A\r\n"), 400);
        row("case22 space in a name", post("X A: b\r\n"), 400);
        row("case22 high byte in a name", post("X\xe4: b\r\n"), 400);
        row("case22 brackets in a name", post("X(A): b\r\n"), 400);
        row("high byte in a value", post("X-A: \xe4\r\n"), 200);
        row("odd but legal name", post("!#$%&'*+-.^_`|~: b\r\n"), 200);
        row("empty lines first", "\r\n\r\n" + post(""), 200);
        row("too many empty lines", QByteArray("\r\n").repeated(5) + post(""), 400);
        row("empty LF line first", "\n" + post(""), 400);
        row("CR, then no LF", "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    }
    void case22_fieldGrammar() { check(); }

    void case23_host_data()
    {
        column();
        row("case23 none", "GET / HTTP/1.1\r\n\r\n", 400);
        row("case23 two", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
        row("case23 none on HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200);
        row("case23 two on HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400);
        for (const char *host : {"",         "a b",  "a/b",  "user@a", "a, b",   "a:b",     "a:99999",
                                 "a:123456", "[::1", "::1]", "[]",     "[::1]x", "[::1]:x", "http://a",
                                 "a?b",      "a#b",  "a%zz", "a%1",    "\"a\"",  ":80",     "a\\b"})
            row(qPrintable(QStringLiteral("case23 '%1'").arg(QLatin1StringView(host))),
                QByteArray("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n", 400);
        for (const char *host :
             {"a", "example.org:8080", "127.0.0.1:1", "[::1]", "[::1]:80", "a:", "a_b-c.d", "%41"})
            row(host, QByteArray("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n", 200);
    }
    void case23_host() { check(); }

    void case24_otherProtocols_data()
    {
        column();
        const QByteArray rest = "\r\nHost: h\r\n\r\n";
        row("case24 HTTP/2.0", "GET / HTTP/2.0" + rest, 505);
        row("case24 HTTP/3.0", "GET / HTTP/3.0" + rest, 505);
        row("case24 h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        row("case24 HTTP/0.9", "GET /\r\n", 400);
        row("case24 HTTP/0.9 spelled out", "GET / HTTP/0.9" + rest, 400);
        row("case24 garbage", "\x80\x81\x82", 400);
        row("case24 blank first", " GET / HTTP/1.1" + rest, 400);
        row("case24 TLS hello", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01", 8), 400);
        row("case24 PROXY line", "PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n", 400);
        row("case24 PROXY v2", QByteArray("\r\n\r\n\0\r\nQUIT\n", 12), 400);
        row("case24 lower case", "GET / http/1.1" + rest, 400);
        row("case24 no digits", "GET / HTTP/1" + rest, 400);
        row("case24 HTTP/1.10", "GET / HTTP/1.10" + rest, 400);
        row("case24 HTTP/11", "GET / HTTP/11" + rest, 400);
        row("case24 two spaces", "GET  / HTTP/1.1" + rest, 400);
        row("case24 two spaces before the version", "GET /  HTTP/1.1" + rest, 400);
        row("case24 tab", "GET\t/ HTTP/1.1" + rest, 400);
        row("case24 space at the end", "GET / HTTP/1.1 " + rest, 400);
        row("case24 SSH", "SSH-2.0-OpenSSH_9.2\r\n", 400);
        row("HTTP/1.2 is 1.1", "GET / HTTP/1.2" + rest, 200);
    }
    void case24_otherProtocols() { check(); }

    void case25_sizes_data()
    {
        column();
        const QByteArray end = " HTTP/1.1\r\nHost: h\r\n\r\n";
        row("8 KiB target", "GET /" + QByteArray(8 * 1024 - 1, 'a') + end, 200);
        row("case25 8 KiB + 1 target", "GET /" + QByteArray(8 * 1024, 'a') + end, 414);
        row("case25 endless target", "GET /" + QByteArray(9000, 'a'), 414);
        row("case25 head over 16 KiB", post("X-A: " + QByteArray(16 * 1024, 'a') + "\r\n"), 431);
        row("case25 endless field", post("X-A: " + QByteArray(17'000, 'a')).chopped(2), 431);
        row("case25 endless name", post(QByteArray(17'000, 'a')).chopped(2), 431);
        row("100 fields", post(QByteArray("X: a\r\n").repeated(99)), 200);
        row("case25 101 fields", post(QByteArray("X: a\r\n").repeated(100)), 431);
    }
    void case25_sizes() { check(); }

    void case25_headAtTheLimit()
    {
        QByteArray bytes = post("X: ");
        bytes.insert(bytes.size() - 2, QByteArray(16 * 1024 - bytes.size() - 2, 'a') + "\r\n");
        QCOMPARE(bytes.size(), 16 * 1024);
        QCOMPARE(parse(bytes, bytes.size()).status, 200);
        bytes.insert(bytes.size() - 4, 'a');
        QCOMPARE(parse(bytes, bytes.size()).status, 431);
    }

    void case26_methods_data()
    {
        column();
        const QByteArray end = " / HTTP/1.1\r\nHost: h\r\n\r\n";
        for (const char *method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
            row(method, method + end, 200);
        for (const char *method : {"get", "PROPFIND", "FOO", "GE", "GETT", "M-SEARCH"})
            row(qPrintable(QStringLiteral("case26 %1").arg(QLatin1StringView(method))), method + end, 501);
        row("case26 long", QByteArray(200, 'A') + end, 501);
        row("case26 TRACE", "TRACE" + end, 405);
        row("case26 CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: h\r\n\r\n", 405);
        row("case26 OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 200);
        row("case26 GET *", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400);
        row("case26 bad method", "GE(T" + end, 400);
    }
    void case26_methods() { check(); }

    void case29_targets_data()
    {
        column();
        const QByteArray end = " HTTP/1.1\r\nHost: h\r\n\r\n";
        for (const char *target : {"/%",          "/%1",         "/%zz",
                                   "/%1g",        "/a%",         "/?%2",
                                   "/a#b",        "a",           "start",
                                   "//%",         "?x",          "http:/",
                                   "http:",       "http://",     "http:///a",
                                   "http://a b/", "http://u@a/", "ftp://a/",
                                   "http://a:b/", "https:a",     "example.org:443",
                                   "**",          "javascript:x"})
            row(qPrintable(QStringLiteral("case29 %1").arg(QLatin1StringView(target))),
                QByteArray("GET ") + target + end, 400);
        row("case29 control byte", "GET /\x01" + end, 400);
        row("case29 tab", "GET /\ta" + end, 400);
        row("case29 NUL", QByteArray("GET /\0", 6) + end, 400);
        row("case29 DEL", "GET /\x7f" + end, 400);
        row("case29 high byte", "GET /\xc3\xa4" + end, 400);
        for (const char *target :
             {"/", "//", "/%00", "/../../etc/passwd", "/a?b=c&d=%41?", "/;a,b=c", "/~a", "/[x]{y}|"})
            row(target, QByteArray("GET ") + target + end, 200);
    }
    void case29_targets() { check(); }

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

    void case31_case32_keepAlive_data()
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
    void case31_case32_keepAlive()
    {
        QFETCH(QByteArray, version);
        QFETCH(QByteArray, fields);
        QFETCH(bool, keepAlive);
        const Outcome outcome = parseEveryWay(post(fields, {}, version));
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.facts.keepAlive, keepAlive);
        QCOMPARE(outcome.request.minorVersion, version == "1.1" ? 1 : 0);
    }

    void case33_expectations_data()
    {
        column();
        row("case33 other", post("Expect: 200-ok\r\nContent-Length: 1\r\n"), 417);
        row("case33 two", post("Expect: 100-continue, x\r\nContent-Length: 1\r\n"), 417);
        row("case33 over the limit", post("Expect: 100-continue\r\nContent-Length: 99999999\r\n"), 413);
        row("case33 on HTTP/1.0 ignored", post("Expect: x\r\nContent-Length: 1\r\n", "a", "1.0"), 200);
        row("case33 without a body", post("Expect: 100-Continue\r\n"), 200);
    }
    void case33_expectations() { check(); }

    void case33_continueIsAskedForWithABodyOnly()
    {
        QVERIFY(parse(post("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"), 100).facts.expectContinue);
        QVERIFY(parse(post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 100)
                    .facts.expectContinue);
        QVERIFY(!parse(post("Expect: 100-continue\r\nContent-Length: 0\r\n"), 100).facts.expectContinue);
        QVERIFY(!parse(post("Expect: 100-continue\r\nContent-Length: 1\r\n", "a", "1.0"), 100)
                     .facts.expectContinue);
    }

    /// Whatever the bytes, the verdict must not depend on how they are cut, and nothing may be kept beyond
    /// the limits.
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

QTEST_GUILESS_MAIN(TestRequestParser)
#include "tst_requestparser.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/responseparser.h"

#include <QRandomGenerator>
#include <QTest>

using holdline::http::ResponseParser;
using Error = ResponseParser::Error;
using Method = ResponseParser::Method;
using State = ResponseParser::State;

Q_DECLARE_METATYPE(holdline::http::ResponseParser::Error)
Q_DECLARE_METATYPE(holdline::http::ResponseParser::Method)

namespace {

ResponseParser::Limits smallLimits()
{
    ResponseParser::Limits limits;
    limits.maxHeadBytes = 512;
    limits.maxFields = 10;
    limits.maxBodyBytes = 1000;
    limits.maxTrailerBytes = 128;
    limits.maxChunkLineBytes = 64;
    limits.maxInterim = 3;
    return limits;
}

struct Outcome
{
    State state = State::Head;
    Error error = Error::None;
    int status = 0;
    QByteArray body;
    bool keepAlive = false;
    qsizetype used = 0;

    friend bool operator==(const Outcome &, const Outcome &) = default;
};

/// Feeds the pieces; the end of the connection follows when `thenClose`.
Outcome parse(const QList<QByteArray> &pieces, bool thenClose, Method method = Method::Other)
{
    ResponseParser parser(smallLimits());
    parser.begin(method);
    Outcome outcome;
    for (const QByteArray &piece : pieces) {
        outcome.used += parser.feed(piece);
        outcome.body += parser.takeBody();
    }
    if (thenClose)
        parser.finish();
    outcome.state = parser.state();
    outcome.error = parser.error();
    if (parser.headComplete())
        outcome.status = parser.status();
    outcome.keepAlive = parser.keepAlive();
    return outcome;
}

QList<QByteArray> bytewise(const QByteArray &text)
{
    QList<QByteArray> pieces;
    for (const char c : text)
        pieces << QByteArray(1, c);
    return pieces;
}

QByteArray answer(const QByteArray &fields, const QByteArray &body = {},
                  const QByteArray &status = "HTTP/1.1 200 OK")
{
    return status + "\r\n" + fields + "\r\n" + body;
}

}  // namespace

class TestResponseParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void truncationsAreIncomplete_data() { accepts_data(); }
    void truncationsAreIncomplete();
    void leavesWhatFollows();
    void keepsStatusOfAnAnswerCutByTheLimit();
    void announcedLengthBeyondTheLimitFailsBeforeTheBody();
    void headerFieldsAsTheyCame();
    void manySmallChunks();
    void startedAndNoAnswer();
    void limitsAreExact();
    void randomBytesNeverPassLimits();
};

void TestResponseParser::accepts_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<Method>("method");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("keepAlive");
    QTest::addColumn<bool>("closeEnds");

    const auto row = [](const char *name, const QByteArray &bytes, int status, const QByteArray &body,
                        bool keepAlive, bool closeEnds = false, Method method = Method::Other) {
        QTest::newRow(name) << bytes << method << status << body << keepAlive << closeEnds;
    };
    row("content-length", answer("Content-Length: 5\r\n", "hello"), 200, "hello", true);
    row("content-length 0", answer("Content-Length: 0\r\n"), 200, "", true);
    row("leading zeros", answer("Content-Length: 005\r\n", "hello"), 200, "hello", true);
    row("no blank after colon", answer("Content-Length:5\r\n", "hello"), 200, "hello", true);
    row("tabs around value", answer("Content-Length:\t 5 \t\r\n", "hello"), 200, "hello", true);
    row("lower case names", answer("content-length: 5\r\n", "hello"), 200, "hello", true);
    row("connection close", answer("Connection: close\r\nContent-Length: 5\r\n", "hello"), 200, "hello",
        false);
    row("connection list", answer("Connection: foo , CLOSE\r\nContent-Length: 1\r\n", "x"), 200, "x", false);
    row("two connection fields", answer("Connection: a\r\nConnection: close\r\nContent-Length: 1\r\n", "x"),
        200, "x", false);
    row("close is a whole token", answer("Connection: closed\r\nContent-Length: 1\r\n", "x"), 200, "x", true);
    row("chunked", answer("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), 200,
        "hello world", true);
    row("chunked, odd case", answer("Transfer-Encoding: Chunked\r\n", "0A\r\n0123456789\r\n00\r\n\r\n"), 200,
        "0123456789", true);
    row("chunk extensions",
        answer("Transfer-Encoding: chunked\r\n", "1;a=b\r\nx\r\n1 ; q=\"1\"\r\ny\r\n0;z\r\n\r\n"), 200, "xy",
        true);
    row("trailers", answer("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n"), 200, "x",
        true);
    row("empty chunked", answer("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 200, "", true);
    row("body has line ends", answer("Content-Length: 8\r\n", "\r\n\r\nHTTP"), 200, "\r\n\r\nHTTP", true);
    row("until closed", answer("", "all of it"), 200, "all of it", false, true);
    row("until closed, empty", answer(""), 200, "", false, true);
    row("until closed, keep-alive asked", answer("Connection: keep-alive\r\n", "abc"), 200, "abc", false,
        true);
    row("1.0", answer("Content-Length: 2\r\n", "ab", "HTTP/1.0 200 OK"), 200, "ab", false);
    row("1.0 keep-alive", answer("Connection: Keep-Alive\r\nContent-Length: 2\r\n", "ab", "HTTP/1.0 200 OK"),
        200, "ab", true);
    row("1.0 until closed", answer("", "ab", "HTTP/1.0 200 OK"), 200, "ab", false, true);
    row("1.2 is 1.1", answer("Content-Length: 2\r\n", "ab", "HTTP/1.2 200 OK"), 200, "ab", true);
    row("no reason", answer("Content-Length: 2\r\n", "ab", "HTTP/1.1 200 "), 200, "ab", true);
    row("no reason, no blank", answer("Content-Length: 2\r\n", "ab", "HTTP/1.1 200"), 200, "ab", true);
    row("long reason", answer("Content-Length: 0\r\n", "", "HTTP/1.1 404 It is \xc3\xa4 pity"), 404, "",
        true);
    row("599", answer("Content-Length: 0\r\n", "", "HTTP/1.1 599 x"), 599, "", true);
    row("HEAD with length", answer("Content-Length: 5000\r\n"), 200, "", true, false, Method::Head);
    row("HEAD chunked", answer("Transfer-Encoding: chunked\r\n"), 200, "", true, false, Method::Head);
    row("HEAD nothing", answer(""), 200, "", true, false, Method::Head);
    row("204", answer("", "", "HTTP/1.1 204 No Content"), 204, "", true);
    row("304 with length", answer("Content-Length: 77\r\n", "", "HTTP/1.1 304 Not Modified"), 304, "", true);
    row("304 close", answer("Connection: close\r\n", "", "HTTP/1.1 304 Not Modified"), 304, "", false);
    row("100 first", "HTTP/1.1 100 Continue\r\n\r\n" + answer("Content-Length: 2\r\n", "ab"), 200, "ab",
        true);
    row("100, 102, 103 with fields first",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\nA: b\r\n\r\nHTTP/1.1 103 Early "
        "Hints\r\nContent-Length: 9\r\n"
        "Connection: close\r\n\r\n" +
            answer("Content-Length: 2\r\n", "ab"),
        200, "ab", true);
}

void TestResponseParser::accepts()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Method, method);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(bool, keepAlive);
    QFETCH(bool, closeEnds);

    const Outcome expected{State::Complete, Error::None, status, body, keepAlive, bytes.size()};
    QCOMPARE(parse({bytes}, closeEnds, method), expected);
    QCOMPARE(parse(bytewise(bytes), closeEnds, method), expected);
    for (qsizetype cut = 0; cut <= bytes.size(); ++cut)
        QCOMPARE(parse({bytes.first(cut), bytes.sliced(cut)}, closeEnds, method), expected);
}

void TestResponseParser::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<Error>("error");

    const auto row = [](const char *name, const QByteArray &bytes, Error error) {
        QTest::newRow(name) << bytes << error;
    };
    row("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", Error::StatusLine);
    row("garbage without a line end", "\x16\x03\x01 garbage", Error::StatusLine);
    row("empty line first", "\r\n" + answer("Content-Length: 0\r\n"), Error::StatusLine);
    row("HTTP/2.0", answer("", "", "HTTP/2.0 200 OK"), Error::StatusLine);
    row("lower case", answer("", "", "http/1.1 200 OK"), Error::StatusLine);
    row("two blanks", answer("", "", "HTTP/1.1  200 OK"), Error::StatusLine);
    row("status 99", answer("", "", "HTTP/1.1 099 OK"), Error::StatusLine);
    row("status 600", answer("", "", "HTTP/1.1 600 OK"), Error::StatusLine);
    row("status of four digits", answer("", "", "HTTP/1.1 2000 OK"), Error::StatusLine);
    row("status of two digits", answer("", "", "HTTP/1.1 20 OK"), Error::StatusLine);
    row("status with a sign", answer("", "", "HTTP/1.1 +20 OK"), Error::StatusLine);
    row("control in reason", answer("", "", "HTTP/1.1 200 O\x01K"), Error::StatusLine);
    row("bare LF after status", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", Error::StatusLine);
    row("bare CR in status", "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n", Error::StatusLine);
    row("bare LF after field", "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n", Error::Field);
    row("bare LF ends head", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n", Error::Field);
    row("bare CR in field", answer("A: b\rc\r\n"), Error::Field);
    row("NUL in value", QByteArray("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27), Error::Field);
    row("NUL in name", QByteArray("HTTP/1.1 200 OK\r\nA\0b: c\r\n\r\n", 27), Error::Field);
    row("folded", answer("A: b\r\n c\r\n"), Error::Field);
    row("no colon", answer("Abc\r\n"), Error::Field);
    row("no name", answer(": b\r\n"), Error::Field);
    row("blank before colon", answer("A : b\r\n"), Error::Field);
    row("quote in name", answer("\"A\": b\r\n"), Error::Field);
    row("high byte in name", answer("\xc3\xa4: b\r\n"), Error::Field);
    for (const char *length : {"", "-5", "+5", "0x5", "5, 5", "5,6", "abc", "5 5", "5.0",
                               "9223372036854775808", "18446744073709551615", "18446744073709551616"})
        row(qPrintable(QStringLiteral("length '%1'").arg(QLatin1StringView(length))),
            answer(QByteArray("Content-Length: ").append(length).append("\r\n")), Error::Framing);
    row("two lengths", answer("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), Error::Framing);
    row("the same length twice", answer("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
        Error::Framing);
    row("length and coding", answer("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        Error::Framing);
    row("coding on 1.0", answer("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "HTTP/1.0 200 OK"),
        Error::Framing);
    row("identity", answer("Transfer-Encoding: identity\r\n"), Error::TransferCoding);
    row("gzip, chunked", answer("Transfer-Encoding: gzip, chunked\r\n"), Error::TransferCoding);
    row("chunked twice", answer("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        Error::TransferCoding);
    row("empty coding", answer("Transfer-Encoding:\r\n"), Error::TransferCoding);
    for (const char *size : {"", "zz", "-1", "-80000001", "+5", "0x5", " 5", "5 x", "1 ", "5\t",
                             "1000000000000000", "00000000000000001"})
        row(qPrintable(QStringLiteral("chunk size '%1'").arg(QLatin1StringView(size))),
            answer("Transfer-Encoding: chunked\r\n", QByteArray(size).append("\r\nhello\r\n0\r\n\r\n")),
            Error::Chunk);
    row("chunk size, LF only", answer("Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n"), Error::Chunk);
    row("chunk data too long", answer("Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n"),
        Error::Chunk);
    row("chunk end, LF only", answer("Transfer-Encoding: chunked\r\n", "1\r\nx\n0\r\n\r\n"), Error::Chunk);
    row("control in extension", answer("Transfer-Encoding: chunked\r\n", "1;\x01\r\nx\r\n0\r\n\r\n"),
        Error::Chunk);
    row("long extension", answer("Transfer-Encoding: chunked\r\n", "1;" + QByteArray(64, 'e') + "\r\nx\r\n"),
        Error::Chunk);
    row("bad trailer", answer("Transfer-Encoding: chunked\r\n", "0\r\nnothing\r\n\r\n"), Error::Field);
    row("big trailers",
        answer("Transfer-Encoding: chunked\r\n", "0\r\nA: " + QByteArray(200, 'x') + "\r\n\r\n"),
        Error::TrailerTooLarge);
    row("many trailers",
        answer("Transfer-Encoding: chunked\r\n", "0\r\n" + QByteArray("A:\r\n").repeated(11)),
        Error::TrailerTooLarge);
    row("long field", answer("A: " + QByteArray(600, 'x') + "\r\n"), Error::HeadTooLarge);
    row("many fields", answer(QByteArray("A: b\r\n").repeated(11)), Error::HeadTooLarge);
    row("many bytes of fields", answer(QByteArray("A: " + QByteArray(95, 'x') + "\r\n").repeated(6)),
        Error::HeadTooLarge);
    row("endless status line", "HTTP/1.1 200 " + QByteArray(600, 'x'), Error::StatusLine);
    row("length beyond the limit", answer("Content-Length: 1001\r\n"), Error::BodyTooLarge);
    row("length far beyond", answer("Content-Length: 999999999999999999\r\n"), Error::BodyTooLarge);
    row("chunk beyond the limit", answer("Transfer-Encoding: chunked\r\n", "3E9\r\n"), Error::BodyTooLarge);
    row("huge chunk", answer("Transfer-Encoding: chunked\r\n", "7fffffffffffff\r\n"), Error::BodyTooLarge);
    row("chunks beyond the limit",
        answer("Transfer-Encoding: chunked\r\n", "3E8\r\n" + QByteArray(1000, 'x') + "\r\n1\r\nx"),
        Error::BodyTooLarge);
    row("until closed, beyond the limit", answer("", QByteArray(1001, 'x')), Error::BodyTooLarge);
    row("101", answer("Upgrade: x\r\n", "", "HTTP/1.1 101 Switching Protocols"), Error::Interim);
    row("endless 1xx", QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(4), Error::Interim);
}

void TestResponseParser::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Error, error);

    Outcome whole = parse({bytes}, false);
    QCOMPARE(whole.state, State::Failed);
    QCOMPARE(whole.error, error);
    QCOMPARE(whole.keepAlive, false);
    const Outcome split = parse(bytewise(bytes), false);
    QCOMPARE(split.state, State::Failed);
    QCOMPARE(split.error, error);
    QCOMPARE(split.body, whole.body);
    for (qsizetype cut = 0; cut <= bytes.size(); ++cut) {
        const Outcome cutOutcome = parse({bytes.first(cut), bytes.sliced(cut)}, true);
        QCOMPARE(cutOutcome.error, error);
    }
}

/// A connection that ends at any byte before the last is an error, but in a body that lasts until then.
void TestResponseParser::truncationsAreIncomplete()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Method, method);
    QFETCH(bool, closeEnds);

    for (qsizetype cut = 0; cut < bytes.size(); ++cut) {
        const Outcome outcome = parse({bytes.first(cut)}, true, method);
        if (closeEnds && outcome.state == State::Complete) {
            QVERIFY(bytes.first(cut).contains("\r\n\r\n"));
            continue;
        }
        QCOMPARE(outcome.state, State::Failed);
        QCOMPARE(outcome.error, cut == 0 ? Error::NoAnswer : Error::Incomplete);
    }
}

void TestResponseParser::leavesWhatFollows()
{
    const QByteArray first = answer("Content-Length: 2\r\n", "ab");
    const QByteArray second = answer("Transfer-Encoding: chunked\r\n", "1\r\nc\r\n0\r\n\r\n");
    const QByteArray both = first + second;
    ResponseParser parser(smallLimits());
    parser.begin();
    QCOMPARE(parser.feed(both), first.size());
    QCOMPARE(parser.state(), State::Complete);
    QCOMPARE(parser.feed(second), 0);
    QCOMPARE(parser.takeBody(), "ab");
    parser.begin();
    QCOMPARE(parser.state(), State::Head);
    QVERIFY(!parser.started());
    QCOMPARE(parser.feed(second), second.size());
    QCOMPARE(parser.state(), State::Complete);
    QCOMPARE(parser.takeBody(), "c");
    parser.finish();
    QCOMPARE(parser.state(), State::Complete);
}

void TestResponseParser::keepsStatusOfAnAnswerCutByTheLimit()
{
    ResponseParser parser(smallLimits());
    parser.begin();
    parser.feed(answer("Content-Type: text/plain\r\n", QByteArray(5000, 'x'), "HTTP/1.1 503 Busy"));
    QCOMPARE(parser.state(), State::Failed);
    QVERIFY(parser.headComplete());
    QCOMPARE(parser.status(), 503);
    QCOMPARE(parser.reason(), "Busy");
    QCOMPARE(parser.bodyBytes(), 1000);
    QCOMPARE(parser.takeBody().size(), 1000);
    QVERIFY(!parser.errorText().isEmpty());
}

void TestResponseParser::announcedLengthBeyondTheLimitFailsBeforeTheBody()
{
    ResponseParser parser(smallLimits());
    parser.begin();
    const QByteArray head = answer("Content-Length: 1073741824\r\n");
    QCOMPARE(parser.feed(head + "x"), head.size());
    QCOMPARE(parser.error(), Error::BodyTooLarge);
    QCOMPARE(parser.status(), 200);
    QVERIFY(parser.takeBody().isEmpty());
}

void TestResponseParser::headerFieldsAsTheyCame()
{
    ResponseParser parser;
    parser.begin();
    parser.feed(answer("X-A: 1\r\nx-a:  two words \r\nEmpty:\r\nContent-Length: 3\r\n", "ab",
                       "HTTP/1.0 201 Made it"));
    QCOMPARE(parser.state(), State::Body);
    QCOMPARE(parser.status(), 201);
    QCOMPARE(parser.reason(), "Made it");
    QCOMPARE(parser.minorVersion(), 0);
    QCOMPARE(parser.contentLength(), 3);
    QCOMPARE(parser.headers().size(), 4U);
    QCOMPARE(parser.headers().combined("X-A").value(), "1, two words");
    QVERIFY(parser.headers().contains("empty"));
    QVERIFY(parser.headers().value("Empty").isEmpty());
}

void TestResponseParser::manySmallChunks()
{
    ResponseParser parser;
    parser.begin();
    const QByteArray bytes =
        answer("Transfer-Encoding: chunked\r\n") + QByteArray("1\r\nx\r\n").repeated(200'000) + "0\r\n\r\n";
    QByteArray body;
    for (qsizetype at = 0; at < bytes.size(); at += 4099) {
        parser.feed(QByteArrayView(bytes).sliced(at, std::min<qsizetype>(4099, bytes.size() - at)));
        body += parser.takeBody();
    }
    QCOMPARE(parser.state(), State::Complete);
    QCOMPARE(body.size(), 200'000);
}

void TestResponseParser::startedAndNoAnswer()
{
    ResponseParser parser;
    parser.begin();
    QVERIFY(!parser.started());
    parser.feed({});
    QVERIFY(!parser.started());
    parser.finish();
    QCOMPARE(parser.error(), Error::NoAnswer);
    parser.begin();
    parser.feed("HTTP/1.1 100 Continue\r\n\r\n");
    QVERIFY(parser.started());
    QVERIFY(!parser.headComplete());
    QCOMPARE(parser.state(), State::Head);
    parser.finish();
    QCOMPARE(parser.error(), Error::Incomplete);
}

void TestResponseParser::limitsAreExact()
{
    const QByteArray body(1000, 'x');
    QCOMPARE(parse({answer("Content-Length: 1000\r\n", body)}, false).state, State::Complete);
    QCOMPARE(
        parse({answer("Transfer-Encoding: chunked\r\n", "3e8\r\n" + body + "\r\n0\r\n\r\n")}, false).state,
        State::Complete);
    QCOMPARE(parse({answer("", body)}, true).state, State::Complete);

    const QByteArray head = answer("Content-Length: 0\r\nA: \r\n");
    const QByteArray fill(512 - head.size(), 'f');
    QCOMPARE(parse({answer("Content-Length: 0\r\nA: " + fill + "\r\n")}, false).state, State::Complete);
    QCOMPARE(parse({answer("Content-Length: 0\r\nA: " + fill + "f\r\n")}, false).error, Error::HeadTooLarge);
    QCOMPARE(parse({answer("Content-Length: 0\r\n" + QByteArray("A:\r\n").repeated(9))}, false).state,
             State::Complete);
}

/// Whatever comes, it ends or waits, and holds no more than the limits allow.
void TestResponseParser::randomBytesNeverPassLimits()
{
    const quint32 seed = 20'240'229;
    QRandomGenerator random(seed);
    const QList<QByteArray> words{"HTTP/1.1 ",
                                  "200",
                                  " OK",
                                  "\r\n",
                                  "\r\n\r\n",
                                  "Content-Length: ",
                                  "7",
                                  "chunked",
                                  "Transfer-Encoding: ",
                                  "\n",
                                  "\r",
                                  "0",
                                  "ffff",
                                  ";",
                                  ":",
                                  " ",
                                  "x",
                                  "HTTP/1.0 204",
                                  "100 Continue",
                                  "Connection: close",
                                  QByteArray(300, 'y'),
                                  QByteArray(1, '\0')};
    for (int round = 0; round < 20'000; ++round) {
        ResponseParser parser(smallLimits());
        parser.begin();
        QByteArray all = random.bounded(4) ? "HTTP/1.1 200 OK\r\n" : "";
        qsizetype taken = 0;
        for (int i = 0; i < 30 && !parser.isOver(); ++i) {
            const QByteArray word = words[random.bounded(words.size())];
            all += word;
            parser.feed(i == 0 ? all : word);
            taken += parser.takeBody().size();
        }
        QVERIFY2(taken <= 1000, qPrintable(QStringLiteral("seed %1 round %2").arg(seed).arg(round)));
        parser.finish();
        QVERIFY(parser.isOver());
        QCOMPARE(parser.error() == Error::None, parser.state() == State::Complete);
    }
}

QTEST_APPLESS_MAIN(TestResponseParser)
#include "tst_responseparser.moc"

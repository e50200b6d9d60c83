// SPDX-License-Identifier: GPL-3.0-or-later
// Responses that ResponseParser accepts, whole and cut at every byte.
#include "tests/support/suite.h"
#include "tests/unit/http/responsetexts.h"

#include <QTest>

using namespace holdline::test;

class TestResponseParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void accepts_data();
    void accepts();
    void truncationsAreIncomplete_data() { accepts_data(); }
    void truncationsAreIncomplete();
    void leavesWhatFollows();
    void headerFieldsAsTheyCame();
    void manySmallChunks();
    void startedAndNoAnswer();
    void interimHeadsDoNotAddUp();
    void aHeadAtItsLimit();
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
    row("empty chunk extensions",
        answer("Transfer-Encoding: chunked\r\n", "1;\r\nx\r\n1\t;\r\ny\r\n0 \t; \r\n\r\n"), 200, "xy", true);
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

    const ResponseOutcome expected{State::Complete, Error::None, status, body, keepAlive, bytes.size()};
    QCOMPARE(parse({bytes}, closeEnds, method), expected);
    QCOMPARE(parse(bytewise(bytes), closeEnds, method), expected);
    for (qsizetype cut = 0; cut <= bytes.size(); ++cut)
        QCOMPARE(parse({bytes.first(cut), bytes.sliced(cut)}, closeEnds, method), expected);
}

/// If the connection ends before the last byte, the response is incomplete. The exception is a body that
/// lasts until the end of the connection.
void TestResponseParser::truncationsAreIncomplete()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Method, method);
    QFETCH(bool, closeEnds);

    for (qsizetype cut = 0; cut < bytes.size(); ++cut) {
        const ResponseOutcome outcome = parse({bytes.first(cut)}, true, method);
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

void TestResponseParser::headerFieldsAsTheyCame()
{
    ResponseParser parser;
    parser.begin();
    parser.feed(answer("X-A: 1\r\nx-a:  two words \r\nEmpty:\r\nContent-Length: 3\r\n", "ab",
                       "HTTP/1.0 201 Made it"));
    QCOMPARE(parser.state(), State::Body);
    QCOMPARE(parser.status(), 201);
    QCOMPARE(parser.reason(), "Made it");
    ResponseParser shortest;
    shortest.begin();
    shortest.feed(answer("Content-Length: 3\r\n", "ab", "HTTP/1.1 201 M"));
    QCOMPARE(shortest.reason(), "M");
    QCOMPARE(parser.minorVersion(), 0);
    QCOMPARE(parser.headers().size(), 4U);
    QCOMPARE(parser.headers().combined("X-A").value(), "1, two words");
    QVERIFY(parser.headers().contains("empty"));
    QVERIFY(parser.headers().value("Empty").isEmpty());
    QCOMPARE(parser.feed("cd"), 1);
    QCOMPARE(parser.state(), State::Complete);
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

/// The limit applies to each head, so interim responses do not add up.
void TestResponseParser::interimHeadsDoNotAddUp()
{
    const QByteArray interim = "HTTP/1.1 103 Early Hints\r\nLink: " + QByteArray(400, 'x') + "\r\n\r\n";
    const QByteArray bytes = interim + interim + interim + answer("Content-Length: 2\r\n", "ab");
    const ResponseOutcome expected{State::Complete, Error::None, 200, "ab", true, bytes.size()};
    QCOMPARE(parse({bytes}, false), expected);
    QCOMPARE(parse(bytewise(bytes), false), expected);
}

void TestResponseParser::aHeadAtItsLimit()
{
    const QByteArray start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: ";
    for (const qsizetype size : {511, 512, 513}) {
        const QByteArray bytes = start + QByteArray(size - start.size() - 4, 'x') + "\r\n\r\n";
        QCOMPARE(bytes.size(), size);
        // The head may have as many bytes as the limit, but not more.
        const State expected = size <= 512 ? State::Complete : State::Failed;
        QCOMPARE(parse({bytes}, false).state, expected);
        QCOMPARE(parse(bytewise(bytes), false).state, expected);
        for (qsizetype cut = 0; cut <= size; ++cut)
            QCOMPARE(parse({bytes.first(cut), bytes.sliced(cut)}, false).state, expected);
    }
    // A line without an end fails when it reaches the limit.
    const QByteArray line = start + QByteArray(600, 'x');
    qsizetype taken = 0;
    ResponseParser parser(smallLimits());
    parser.begin();
    while (parser.state() == State::Head && taken < line.size())
        taken += parser.feed(QByteArrayView(line).sliced(taken, 1));
    QCOMPARE(taken, 512);
}

HOLDLINE_TEST(TestResponseParser)
#include "tst_responseparser.moc"

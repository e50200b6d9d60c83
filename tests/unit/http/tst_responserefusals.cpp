// SPDX-License-Identifier: GPL-3.0-or-later
// Responses that ResponseParser refuses, whole and cut at every byte, and its limits.
#include "tests/support/suite.h"
#include "tests/unit/http/responsetexts.h"

#include <QRandomGenerator>
#include <QTest>

using namespace holdline::test;

class TestResponseRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
    void keepsStatusOfAnAnswerCutByTheLimit();
    void announcedLengthBeyondTheLimitFailsBeforeTheBody();
    void limitsAreExact();
    void defaultsAreExact();
    void randomBytesNeverPassLimits();
};

void TestResponseRefusals::refuses_data()
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
    for (const char *status : {"x00", "2x0", "20x"})
        row(qPrintable(QStringLiteral("status '%1'").arg(QLatin1StringView(status))),
            answer("", "", QByteArray("HTTP/1.1 ").append(status).append(" OK")), Error::StatusLine);
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
    const auto chunkedRow = [&](const char *name, const QByteArray &body, Error error) {
        row(name, answer("Transfer-Encoding: chunked\r\n", body), error);
    };
    chunkedRow("CR without LF after the size", "1\rx\r\n0\r\n\r\n", Error::Chunk);
    chunkedRow("CR without LF after the data", "1\r\nx\ry0\r\n\r\n", Error::Chunk);
    chunkedRow("CR CR after the data", "1\r\nx\r\r\n0\r\n\r\n", Error::Chunk);
    chunkedRow("CR without LF at the end", "0\r\n\rx\n", Error::Field);
    chunkedRow("CR CR at the end", "0\r\n\r\r\n", Error::Field);
    chunkedRow("LF only at the end", "0\r\n\n", Error::Field);
    chunkedRow("CR without LF in a trailer", "0\r\nA: b\rc\r\n\r\n", Error::Field);
    chunkedRow("empty size line", "1\r\nx\r\n\r\n", Error::Chunk);
    chunkedRow("blank before an extension without one", "1 x\r\nx\r\n", Error::Chunk);
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

void TestResponseRefusals::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Error, error);

    ResponseOutcome whole = parse({bytes}, false);
    QCOMPARE(whole.state, State::Failed);
    QCOMPARE(whole.error, error);
    QCOMPARE(whole.keepAlive, false);
    const ResponseOutcome split = parse(bytewise(bytes), false);
    QCOMPARE(split.state, State::Failed);
    QCOMPARE(split.error, error);
    QCOMPARE(split.body, whole.body);
    for (qsizetype cut = 0; cut <= bytes.size(); ++cut) {
        const ResponseOutcome cutOutcome = parse({bytes.first(cut), bytes.sliced(cut)}, true);
        QCOMPARE(cutOutcome.error, error);
    }
}

void TestResponseRefusals::keepsStatusOfAnAnswerCutByTheLimit()
{
    ResponseParser parser(smallLimits());
    parser.begin();
    parser.feed(answer("Content-Type: text/plain\r\n", QByteArray(5000, 'x'), "HTTP/1.1 503 Busy"));
    QCOMPARE(parser.state(), State::Failed);
    QVERIFY(parser.headComplete());
    QCOMPARE(parser.status(), 503);
    QCOMPARE(parser.reason(), "Busy");
    QCOMPARE(parser.takeBody().size(), 1000);
    QVERIFY(!parser.errorText().isEmpty());
}

void TestResponseRefusals::announcedLengthBeyondTheLimitFailsBeforeTheBody()
{
    ResponseParser parser(smallLimits());
    parser.begin();
    const QByteArray head = answer("Content-Length: 1073741824\r\n");
    QCOMPARE(parser.feed(head + "x"), head.size());
    QCOMPARE(parser.error(), Error::BodyTooLarge);
    QCOMPARE(parser.status(), 200);
    QVERIFY(parser.takeBody().isEmpty());
}

void TestResponseRefusals::limitsAreExact()
{
    const QByteArray body(1000, 'x');
    QCOMPARE(parse({answer("Content-Length: 1000\r\n", body)}, false).state, State::Complete);
    QCOMPARE(
        parse({answer("Transfer-Encoding: chunked\r\n", "3e8\r\n" + body + "\r\n0\r\n\r\n")}, false).state,
        State::Complete);
    QCOMPARE(parse({answer("", body)}, true).state, State::Complete);

    const auto chunks = [](const QByteArray &text) {
        return parse({answer("Transfer-Encoding: chunked\r\n", text)}, false);
    };
    const QByteArray most = "3e7\r\n" + body.chopped(1) + "\r\n";
    QCOMPARE(chunks(most + "0\r\n\r\n").state, State::Complete);
    QCOMPARE(chunks(most + "1\r\nx\r\n0\r\n\r\n").state, State::Complete);
    QCOMPARE(chunks(most + "2\r\nxx\r\n0\r\n\r\n").error, Error::BodyTooLarge);
    for (const qsizetype size : {127, 128})
        QCOMPARE(chunks("0\r\nA: " + QByteArray(size - 5, 'x') + "\r\n\r\n").state, State::Complete);
    QCOMPARE(chunks("0\r\nA: " + QByteArray(124, 'x') + "\r\n\r\n").error, Error::TrailerTooLarge);
    QCOMPARE(chunks("0\r\n" + QByteArray("A:\r\n").repeated(10) + "\r\n").state, State::Complete);
    QCOMPARE(chunks("0\r\n" + QByteArray("A:\r\n").repeated(11) + "\r\n").error, Error::TrailerTooLarge);
    const auto extended = [](qsizetype size) { return "1;" + QByteArray(size, 'e') + "\r\nx\r\n"; };
    QCOMPARE(chunks(extended(60) + "0\r\n\r\n").state, State::Complete);
    QCOMPARE(chunks(extended(61) + "0\r\n\r\n").error, Error::Chunk);
    // There is no limit for the extensions of all chunks together.
    QCOMPARE(chunks(extended(60).repeated(1000) + "0\r\n\r\n").state, State::Complete);

    const QByteArray head = answer("Content-Length: 0\r\nA: \r\n");
    const QByteArray fill(512 - head.size(), 'f');
    QCOMPARE(parse({answer("Content-Length: 0\r\nA: " + fill + "\r\n")}, false).state, State::Complete);
    QCOMPARE(parse({answer("Content-Length: 0\r\nA: " + fill + "f\r\n")}, false).error, Error::HeadTooLarge);
    QCOMPARE(parse({answer("Content-Length: 0\r\n" + QByteArray("A:\r\n").repeated(9))}, false).state,
             State::Complete);
}

/// Limits that no option can change.
void TestResponseRefusals::defaultsAreExact()
{
    for (const bool isOver : {false, true}) {
        ResponseParser parser{{}};
        parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                    QByteArray(isOver ? 257 : 256, 'e') + "\r\nx\r\n0\r\n\r\n");
        QCOMPARE(parser.state(), isOver ? ResponseParser::State::Failed : ResponseParser::State::Complete);
        ResponseParser fields{{}};
        fields.feed("HTTP/1.1 200 OK\r\n" + QByteArray("A: b\r\n").repeated(isOver ? 100 : 99) +
                    "Content-Length: 0\r\n\r\n");
        QCOMPARE(fields.state(), isOver ? ResponseParser::State::Failed : ResponseParser::State::Complete);
        ResponseParser interim{{}};
        interim.feed(QByteArray("HTTP/1.1 103 Early Hints\r\n\r\n").repeated(isOver ? 9 : 8) +
                     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        QCOMPARE(interim.state(), isOver ? ResponseParser::State::Failed : ResponseParser::State::Complete);
    }
}

/// For any bytes, the parser finishes, fails or waits for more, and stores no more than the limits allow.
void TestResponseRefusals::randomBytesNeverPassLimits()
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

HOLDLINE_TEST(TestResponseRefusals)
#include "tst_responserefusals.moc"

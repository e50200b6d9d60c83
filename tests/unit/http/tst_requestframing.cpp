// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/suite.h"
#include "tests/unit/http/parserfixture.h"

#include <ctime>

using namespace holdline::test;

class TestRequestFraming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lengthAndTransferEncoding_data()
    {
        addColumns();
        addRow("CL then TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
        addRow("TE then CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400);
        addRow("equal", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400);
        addRow("TE identity", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400);
    }
    void lengthAndTransferEncoding() { checkStatus(); }

    void badContentLength_data()
    {
        addColumns();
        for (const char *value :
             {"-5", "+5", "0x5", "5, 5", "", "abc", "9223372036854775808", "18446744073709551615",
              "18446744073709551621", "5 5", "5,", ",5", "5;", "5.0", "1e1", "\"5\"", "00000000000000000005"})
            addRow(qPrintable(QStringLiteral("'%1'").arg(QLatin1StringView(value))),
                   post(QByteArray("Content-Length: ") + value + "\r\n", "hello"), 400);
        addRow("twice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400);
        addRow("twice, different", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400);
        addRow("leading zeros", post("Content-Length: 0005\r\n", "hello"), 200);
        addRow("blanks around", post("Content-Length: \t 5 \t\r\n", "hello"), 200);
    }
    void badContentLength() { checkStatus(); }

    void lengthOverTheLimit_data()
    {
        addColumns();
        addRow("one too many", post("Content-Length: 1048577\r\n"), 413);
        addRow("2^63-1", post("Content-Length: 9223372036854775807\r\n"), 413);
        addRow("chunk", chunked("100001\r\n"), 413);
        addRow("second chunk", chunked("1\r\na\r\n100000\r\n"), 413);
        addRow("huge chunk", chunked("fffffffffffffff\r\n"), 413);
        addRow("at the limit", post("Content-Length: 1048576\r\n"), 0);
    }
    void lengthOverTheLimit() { checkStatus(); }

    void transferEncodings_data()
    {
        addColumns();
        const QByteArray body = "0\r\n\r\n";
        for (const char *value :
             {"identity", "xchunked", "chunked, identity", "chunked, chunked", "chunked,", ",chunked", "",
              "chunked;q=1", "\"chunked\"", "chun ked", "gzip", "identity, chunked", "chunkedx"})
            addRow(qPrintable(QStringLiteral("'%1'").arg(QLatin1StringView(value))),
                   post(QByteArray("Transfer-Encoding: ") + value + "\r\n", body), 400);
        addRow("twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body), 400);
        addRow("folded", post("Transfer-Encoding:\r\n chunked\r\n", body), 400);
        addRow("vertical tab", post("Transfer-Encoding: \vchunked\r\n", body), 400);
        addRow("HTTP/1.0", post("Transfer-Encoding: chunked\r\n", body, "1.0"), 400);
        addRow("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", body), 501);
        addRow("gzip + chunked", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", body),
               501);
        addRow("upper case", post("Transfer-Encoding: CHUNKED\r\n", body), 200);
    }
    void transferEncodings() { checkStatus(); }

    /// The memory for a body grows with the bytes that have arrived, not with the declared Content-Length.
    void memoryOfABody()
    {
        constexpr qsizetype kLength = 1'000'001;
        constexpr qsizetype kPiece = 16 * 1024;
        RequestParser parser{Limits()};
        const QByteArray head = post("Content-Length: 1000001\r\n");
        const QByteArray body(kLength, 'x');
        qsizetype consumed = 0;
        QCOMPARE(parser.feed(head, consumed), RequestParser::Status::HeadComplete);
        QCOMPARE(parser.feed({}, consumed), RequestParser::Status::NeedMore);
        QCOMPARE(parser.request().body.capacity(), 0);
        auto status = RequestParser::Status::NeedMore;
        for (qsizetype sent = 0; sent < kLength; sent += kPiece) {
            QCOMPARE(status, RequestParser::Status::NeedMore);
            status =
                parser.feed(QByteArrayView(body).sliced(sent, std::min(kPiece, kLength - sent)), consumed);
            const qsizetype held = parser.request().body.capacity();
            if (sent + kPiece <= 32 * 1024)
                QVERIFY2(held <= 64 * 1024, QByteArray::number(held).constData());
            else
                QCOMPARE(held, kLength);
        }
        QCOMPARE(status, RequestParser::Status::Complete);
        QCOMPARE(parser.takeRequest().body.capacity(), kLength);
    }
    void memoryOfASmallBody()
    {
        const Outcome outcome = parse(post("Content-Length: 700\r\n", QByteArray(700, 'x')), 4096);
        QCOMPARE(outcome.request.body.capacity(), 700);
    }
    void memoryOfAChunkedBody()
    {
        const Outcome outcome =
            parse(chunked("186a0\r\n" + QByteArray(100'000, 'x') + "\r\n0\r\n\r\n"), 16 * 1024);
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.request.body.size(), 100'000);
        QVERIFY(outcome.request.body.capacity() <= 100'000 + 4 * 1024);
    }

    void chunkSizes_data()
    {
        addColumns();
        for (const char *size : {"-1", "-5", "-80000001", "zz", "", "0x5", " 5", "5 ", "0000000000000005",
                                 "1g", "+5", "5\t", "fffffffffffffffff", "5 ;a"})
            addRow(qPrintable(QStringLiteral("'%1'").arg(QLatin1StringView(size))),
                   chunked(QByteArray(size) + "\r\nhello\r\n0\r\n\r\n"), 400);
        addRow("15 digits", chunked("000000000000005\r\nhello\r\n0\r\n\r\n"), 200);
        addRow("both cases", chunked("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"), 200);
    }
    void chunkSizes() { checkStatus(); }

    void chunkData_data()
    {
        addColumns();
        addRow("too long", chunked("5\r\nhello!\r\n0\r\n\r\n"), 400);
        addRow("too short", chunked("6\r\nhello\r\n0\r\n\r\n"), 400);
        addRow("LF after the data", chunked("5\r\nhello\n0\r\n\r\n"), 400);
        addRow("LF after the size", chunked("5\nhello\r\n0\r\n\r\n"), 400);
        addRow("CR after the size", chunked("5\rhello\r\n0\r\n\r\n"), 400);
        addRow("CR CR LF", chunked("5\r\r\nhello\r\n0\r\n\r\n"), 400);
        addRow("no CRLF", chunked("5\r\nhello0\r\n\r\n"), 400);
        addRow("garbage after the last chunk", chunked("0\r\ngarbage\r\n"), 400);
        addRow("NUL after the last chunk", chunked(QByteArray("0\r\n\0", 4)), 400);
        addRow("LF only at the end", chunked("0\r\n\n"), 400);
        addRow("CR without LF after the data", chunked("5\r\nhello\rx0\r\n\r\n"), 400);
        addRow("CR CR after the data", chunked("5\r\nhello\r\r\n0\r\n\r\n"), 400);
        addRow("CR without LF after the last chunk", chunked("0\rx\r\n"), 400);
        addRow("CR without LF at the end", chunked("0\r\n\rx"), 400);
        addRow("CR CR at the end", chunked("0\r\n\r\r\n"), 400);
        addRow("empty size line", chunked("5\r\nhello\r\n\r\n"), 400);
        addRow("empty size line first", chunked("\r\n"), 400);
        addRow("not ended", chunked("5\r\nhello\r\n0\r\n"), 0);
    }
    void chunkData() { checkStatus(); }

    void chunkedBodyCutAnywhere()
    {
        const Outcome outcome =
            parseEveryWay(chunked("5\r\nhello\r\n1;name=value\r\n \r\n00A\r\nnew\r\nworld\r\n"
                                  "0;last\r\nX-Trailer: a\r\n\r\n"));
        QCOMPARE(outcome.status, 200);
        QCOMPARE(outcome.request.body, "hello new\r\nworld");
        QVERIFY(!outcome.request.headers.contains("X-Trailer"));
    }

    void trailers_data()
    {
        addColumns();
        addRow("one", chunked("0\r\nX-A: b\r\n\r\n"), 200);
        addRow("a framing field is dropped too", chunked("0\r\nContent-Length: 5\r\nHost: evil\r\n\r\n"),
               200);
        addRow("8 KiB", chunked("0\r\nX: " + QByteArray(8 * 1024 - 5, 'a') + "\r\n\r\n"), 200);
        addRow("more", chunked("0\r\nX: " + QByteArray(8 * 1024 - 2, 'a') + "\r\n\r\n"), 431);
        addRow("more, many", chunked("0\r\n" + QByteArray("X: a\r\n").repeated(1400) + "\r\n"), 431);
        addRow("folded", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400);
        addRow("nameless", chunked("0\r\n: a\r\n\r\n"), 400);
        addRow("control byte", chunked("0\r\nX: \x01\r\n\r\n"), 400);
        addRow("CR without LF in a trailer", chunked("0\r\nX: a\rb\r\n\r\n"), 400);
        addRow("CR CR in a trailer", chunked("0\r\nX: a\r\r\n\r\n"), 400);
        addRow("CR in a trailer's name", chunked("0\r\nX\r\n\r\n"), 400);
        addRow("bare LF", chunked("0\r\nX: a\n\r\n"), 400);
    }
    void trailers() { checkStatus(); }

    /// Exactly as many bytes as the limit are allowed, and one byte more is refused.
    void chunkedLimitsAreExact()
    {
        Limits limits;
        limits.maxBodyBytes = 100;
        limits.maxTrailerBytes = 64;
        const auto body = [&](int first, int second) {
            const auto chunk = [](int size) {
                return QByteArray::number(size, 16) + "\r\n" + QByteArray(size, 'x') + "\r\n";
            };
            return parseEveryWay(chunked(chunk(first) + chunk(second) + "0\r\n\r\n"), limits).status;
        };
        QCOMPARE(body(60, 39), 200);
        QCOMPARE(body(60, 40), 200);
        QCOMPARE(body(60, 41), 413);
        QCOMPARE(body(100, 1), 413);
        const auto trailers = [&](qsizetype size) {
            const QByteArray last = "Y: " + QByteArray(size - 11, 'a') + "\r\n";
            return parseEveryWay(chunked("0\r\nX: a\r\n" + last + "\r\n"), limits).status;
        };
        QCOMPARE(trailers(63), 200);
        QCOMPARE(trailers(64), 200);
        QCOMPARE(trailers(65), 431);
        QCOMPARE(trailers(66), 431);
    }

    void aMillionTinyChunks()
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

    void chunkExtensions_data()
    {
        addColumns();
        addRow("one byte", chunked("1;a\r\nx\r\n0\r\n\r\n"), 200);
        addRow("256 bytes", chunked("1;" + QByteArray(256, 'a') + "\r\nx\r\n0\r\n\r\n"), 200);
        addRow("257 bytes", chunked("1;" + QByteArray(257, 'a') + "\r\nx\r\n0\r\n\r\n"), 400);
        addRow("endless", chunked("1;" + QByteArray(300, 'a')), 400);
        addRow("small ones without end",
               chunked(("1;" + QByteArray(200, 'a') + "\r\nx\r\n").repeated(100) + "0\r\n\r\n"), 400);
        // The limit for all chunk extensions together is 16 KiB.
        const QByteArray many = ("1;" + QByteArray(256, 'a') + "\r\nx\r\n").repeated(63);
        const auto summed = [&](qsizetype last) {
            return chunked(many + "0;" + QByteArray(last, 'a') + "\r\n\r\n");
        };
        addRow("together one less than allowed", summed(255), 200);
        addRow("together as many as allowed", summed(256), 200);
        addRow("together one more than allowed",
               chunked(many + "1;" + QByteArray(255, 'a') + "\r\nx\r\n0;aa\r\n\r\n"), 400);
        addRow("quoted", chunked("1;a=\"b c\";d\r\nx\r\n0\r\n\r\n"), 200);
        addRow("empty", chunked("1;\r\nx\r\n0\r\n\r\n"), 400);
        addRow("control byte", chunked("1;a\x01\r\nx\r\n0\r\n\r\n"), 400);
        addRow("bare LF", chunked("1;a\nx\r\n0\r\n\r\n"), 400);
        addRow("CR inside", chunked("1;a\rb\r\nx\r\n0\r\n\r\n"), 400);
    }
    void chunkExtensions() { checkStatus(); }
};

HOLDLINE_TEST(TestRequestFraming)
#include "tst_requestframing.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Responses byte for byte, as they are sent to the client.
#include "service/http/responsewriter.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::http;
using namespace Qt::StringLiterals;

namespace {

constexpr char kDate[] = "Sun, 06 Nov 1994 08:49:37 GMT";

Envelope envelope(BodyFraming framing = BodyFraming::Length)
{
    Envelope one;
    one.date = kDate;
    one.requestId = "r1";
    one.framing = framing;
    return one;
}

/// Returns the bytes of a response with this status line and these header fields.
QByteArray text(const QByteArray &status, const QByteArray &fields, const QByteArray &rest = {},
                const QByteArray &body = {})
{
    return "HTTP/1.1 " + status + "\r\nDate: " + kDate + "\r\n" + fields + "X-Request-Id: r1\r\n" + rest +
           "\r\n" + body;
}

}  // namespace

class TestResponseWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bodies();
    void statusesWithoutABody();
    void connections();
    void fieldsThatAreNotWritten();
    void chunks();
    void refusals();
    void dates();
};

void TestResponseWriter::bodies()
{
    const Response response{200, {{"Content-Type", "text/plain"}, {"A", "b"}}, "hello", false};
    const QByteArray fields = "Content-Type: text/plain\r\nA: b\r\n";
    QCOMPARE(serialise(response, envelope()), text("200 OK", fields, "Content-Length: 5\r\n", "hello"));
    Envelope head = envelope();
    head.isHead = true;
    QCOMPARE(serialise(response, head), text("200 OK", fields, "Content-Length: 5\r\n"));
    // The pieces of the body are written after the head.
    QCOMPARE(serialise(response, envelope(BodyFraming::Chunked)),
             text("200 OK", fields, "Transfer-Encoding: chunked\r\n"));
    QCOMPARE(serialise(response, envelope(BodyFraming::ToEnd)), text("200 OK", fields));
    QCOMPARE(serialise({404, {}, {}, false}, envelope()), text("404 Not Found", {}, "Content-Length: 0\r\n"));
}

void TestResponseWriter::statusesWithoutABody()
{
    QCOMPARE(serialise({204, {}, "x", false}, envelope()), text("204 No Content", {}));
    QCOMPARE(serialise({304, {}, "x", false}, envelope()), text("304 Not Modified", {}));
    for (int status = 100; status < 600; ++status)
        QCOMPARE(mayHaveBody(status), status >= 200 && status != 204 && status != 304);
}

void TestResponseWriter::connections()
{
    const Response response{200, {}, {}, false};
    const QByteArray length = "Content-Length: 0\r\n";
    Envelope one = envelope();
    one.isHttp10 = true;
    QCOMPARE(serialise(response, one), text("200 OK", {}, length + "Connection: keep-alive\r\n"));
    one.close = true;
    QCOMPARE(serialise(response, one), text("200 OK", {}, length + "Connection: close\r\n"));
    one.isHttp10 = false;
    QCOMPARE(serialise(response, one), text("200 OK", {}, length + "Connection: close\r\n"));
}

void TestResponseWriter::fieldsThatAreNotWritten()
{
    Response response{200, {{"A", "b"}}, {}, false};
    // The connection writes these fields itself.
    for (const char *name :
         {"Content-Length", "date", "CONNECTION", "X-Request-Id", "Keep-Alive", "Transfer-Encoding"})
        response.headers.append(name, "x");
    // These fields would change the meaning of the bytes after them.
    response.headers.append("B\r\nC", "x");
    response.headers.append("D", "x\r\nE: y");
    response.headers.append("", "x");
    response.headers.append("F:", "x");
    response.headers.append("G", QByteArray("x\0y", 3));
    response.headers.append("H", "c");
    QCOMPARE(serialise(response, envelope()), text("200 OK", "A: b\r\nH: c\r\n", "Content-Length: 0\r\n"));
}

void TestResponseWriter::chunks()
{
    QByteArray out = "before";
    appendChunk(out, QByteArray(26, 'x'));
    appendChunk(out, QByteArray());
    appendChunk(out, "y");
    QCOMPARE(out, "before1a\r\n" + QByteArray(26, 'x') + "\r\n1\r\ny\r\n");
}

void TestResponseWriter::refusals()
{
    const Response overloaded = refusalResponse({Reason::Overloaded, "Full."_L1});
    QCOMPARE(overloaded.status, 503);
    QVERIFY(overloaded.close);
    QCOMPARE(overloaded.headers.value("Retry-After"), "1"_ba);
    QVERIFY(overloaded.body.contains("Full."));
    QVERIFY(!overloaded.headers.contains("Allow"));
    const Response notAllowed = refusalResponse({Reason::MethodNotAllowed, {}});
    QCOMPARE(notAllowed.status, 405);
    QCOMPARE(notAllowed.headers.value("Allow"), QByteArray(kServedMethods));
    QVERIFY(!notAllowed.headers.contains("Retry-After"));
}

void TestResponseWriter::dates()
{
    QCOMPARE(imfDate(784'111'777), QByteArray(kDate));
    QCOMPARE(imfDate(0), "Thu, 01 Jan 1970 00:00:00 GMT"_ba);
}

HOLDLINE_TEST(TestResponseWriter)
#include "tst_responsewriter.moc"

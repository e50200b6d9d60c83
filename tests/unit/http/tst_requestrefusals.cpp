// SPDX-License-Identifier: GPL-3.0-or-later
// Each refusal of a request: its reason, its text, and the byte after which it is reported.
#include "tests/support/suite.h"
#include "tests/unit/http/parserfixture.h"

using namespace holdline;
using namespace holdline::test;

namespace {

const QByteArray kHead = "POST / HTTP/1.1\r\nHost: h\r\n";

}  // namespace

class TestRequestRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhy_data();
    void saysWhy();
};

void TestRequestRefusals::saysWhy_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("reason");
    QTest::addColumn<QByteArray>("detail");
    const auto add = [](const char *name, const QByteArray &bytes, Reason reason, const QByteArray &detail) {
        QTest::addRow("%s", name) << bytes << static_cast<int>(reason) << detail;
    };
    add("a CR before the request", "\rG", Reason::BadRequest, "A CR has no LF after it.");
    add("no method", " ", Reason::BadRequest, "The request line does not start with a method.");
    add("a long method", QByteArray(65, 'A'), Reason::NotImplemented,
        "The method is too long for a supported method.");
    add("a byte in the target", "GET /\x80", Reason::BadRequest,
        "The request target contains a byte that must be escaped.");
    add("an empty target", "GET  ", Reason::BadRequest,
        "The request target contains a byte that must be escaped.");
    add("a long target", "GET /" + QByteArray(100, 'a'), Reason::TargetTooLong, "");
    add("no version", "GET / X", Reason::BadRequest, "The request line does not end with an HTTP version.");
    add("a long version", "GET / HTTP/1.11", Reason::BadRequest,
        "The request line does not end with an HTTP version.");
    add("a CR in the request line", "GET / HTTP/1.1\r\r", Reason::BadRequest, "A CR has no LF after it.");
    add("HTTP/0.9", "GET / HTTP/0.9\r\n", Reason::BadRequest, "HTTP/0.9 is not supported.");
    add("HTTP/2.0", "GET / HTTP/2.0\r\n", Reason::VersionNotSupported,
        "Only HTTP/1.1 and HTTP/1.0 are supported.");
    add("an unknown method", "GETT / HTTP/1.1\r\n", Reason::NotImplemented, "The method is not supported.");
    add("CONNECT", "CONNECT h:1 HTTP/1.1\r\n", Reason::MethodNotAllowed,
        "CONNECT and TRACE are not supported.");
    add("TRACE", "TRACE / HTTP/1.1\r\n", Reason::MethodNotAllowed, "CONNECT and TRACE are not supported.");
    add("a broken escape", "GET /%2g HTTP/1.1\r\n", Reason::BadRequest,
        "The request target contains a broken percent escape.");
    add("a form of the target", "GET x HTTP/1.1\r\n", Reason::BadRequest,
        "The form of the request target is not supported.");
    add("a control character", kHead + "X-A: \x01", Reason::BadRequest,
        "The header contains a control character or an LF without CR.");
    add("a line that continues", kHead + " ", Reason::BadRequest,
        "A header line has no name or continues the line before.");
    add("a CR in a field", kHead + "X-A: b\rc", Reason::BadRequest, "A CR has no LF after it.");
    add("no colon", kHead + "X-A\r\n", Reason::BadRequest,
        "A header line must be a name, a colon and a value.");
    add("too many fields", kHead + QByteArray("X: 1\r\n").repeated(3), Reason::HeadersTooLarge,
        "There are too many header fields.");
    add("a long head", kHead + "X: " + QByteArray(172, 'a'), Reason::HeadersTooLarge, "");
    add("a long body", kHead + "Content-Length: 21\r\n\r\n", Reason::BodyTooLarge, "");
    add("a long chunk", kHead + "Transfer-Encoding: chunked\r\n\r\n15\r\n", Reason::BodyTooLarge, "");
    add("a broken chunk", kHead + "Transfer-Encoding: chunked\r\n\r\nx", Reason::BadRequest,
        "The chunked body is malformed.");
    add("a second coding", kHead + "Transfer-Encoding: gzip, chunked\r\n\r\n", Reason::NotImplemented,
        "Only the chunked transfer coding is supported.");
    for (const char *codings :
         {"gzip", "chunked, gzip", "chunked, chunked", "identity, chunked", "a b, chunked"})
        add(codings, kHead + "Transfer-Encoding: " + codings + "\r\n\r\n", Reason::BadRequest,
            "The last transfer coding must be chunked, exactly once.");
    add("a coding and a length", kHead + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        Reason::BadRequest, "Content-Length and Transfer-Encoding exclude each other.");
    add("a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Reason::BadRequest,
        "HTTP/1.0 does not allow Transfer-Encoding.");
    add("two lengths", kHead + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", Reason::BadRequest,
        "Content-Length is not one number.");
    add("two hosts", kHead + "Host: h\r\n\r\n", Reason::BadRequest,
        "The Host field is missing its host, malformed or present twice.");
    add("a broken host", "GET / HTTP/1.1\r\nHost: h:x\r\n\r\n", Reason::BadRequest,
        "The Host field is missing its host, malformed or present twice.");
    add("no host", "GET / HTTP/1.1\r\n\r\n", Reason::BadRequest, "An HTTP/1.1 request needs a Host field.");
    add("an expectation", kHead + "Expect: more\r\n\r\n", Reason::ExpectationFailed,
        "The only supported expectation is 100-continue.");
}

void TestRequestRefusals::saysWhy()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, reason);
    QFETCH(QByteArray, detail);
    Limits limits;
    limits.maxTargetBytes = 100;
    limits.maxHeadBytes = 200;
    limits.maxFields = 3;
    limits.maxBodyBytes = 20;
    for (const qsizetype piece : {qsizetype(1), bytes.size()}) {
        RequestParser parser(limits);
        auto status = RequestParser::Status::NeedMore;
        qsizetype at = 0;
        while (at < bytes.size() && status != RequestParser::Status::Refused) {
            qsizetype consumed = 0;
            status = parser.feed(QByteArrayView(bytes).sliced(at).first(std::min(piece, bytes.size() - at)),
                                 consumed);
            at += consumed;
            if (consumed == 0 && status != RequestParser::Status::HeadComplete)
                break;
        }
        if (piece == 1)
            QVERIFY2(at >= bytes.size() - 1, "refused too early");
        QVERIFY(status == RequestParser::Status::Refused);
        QCOMPARE(static_cast<int>(parser.refusal().reason), reason);
        QCOMPARE(QByteArray(parser.refusal().detail.data(), parser.refusal().detail.size()), detail);
    }
}

HOLDLINE_TEST(TestRequestRefusals)
#include "tst_requestrefusals.moc"

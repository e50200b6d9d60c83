// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/answerfields.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;

namespace {

using Fields = QList<std::pair<QByteArray, QByteArray>>;

const QUrl kUrl(QStringLiteral("http://jobs.example:81/v2/start?x=1"));

/// Returns the passed-on fields as "Name: value" lines.
QByteArray passed(int status, const Fields &fields)
{
    QByteArray text;
    for (const auto &[name, value] : passedOnFields(fields, status, kUrl))
        text += name + ": " + value + '\n';
    return text;
}

}  // namespace

class TestAnswerFields : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsOfStatuses_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QList<int>>("with");
        QTest::addColumn<QList<int>>("without");
        const auto row = [](const char *name, const char *value, const QList<int> &with,
                            const QList<int> &without) {
            QTest::newRow(name) << QByteArray(name) << QByteArray(value) << with << without;
        };
        row("Content-Encoding", "gzip", {200, 400, 422}, {});
        row("Content-Language", "de", {200, 404}, {});
        row("WWW-Authenticate", "Bearer realm=\"x\"", {401, 403}, {});
        row("Proxy-Authenticate", "Basic realm=\"x\"", {407}, {401, 200});
        row("Allow", "GET, PUT", {405, 403}, {});
        row("Upgrade", "TLS/1.2", {426}, {400, 200});
        row("Accept", "application/json", {415}, {400});
        row("Accept-Encoding", "gzip", {415}, {400});
        row("Content-Range", "bytes */47", {416}, {400});
        row("Location", "http://other/x", {201, 202, 301}, {400, 404});
        for (const char *name :
             {"Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Proxy-Connection",
              "Set-Cookie", "Server", "Date", "Content-Length", "Content-Type", "Retry-After", "X-Other",
              "Holdline-Job", "Server-Timing", "Strict-Transport-Security", "Cache-Control"})
            row(name, "x", {}, {200, 401, 405, 407, 415, 426, 429});
    }
    void fieldsOfStatuses()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(QList<int>, with);
        QFETCH(QList<int>, without);
        for (const int status : with) {
            QCOMPARE(passed(status, {{name, value}}), name + ": " + value + '\n');
            QCOMPARE(passed(status, {{name.toLower(), value}}), name + ": " + value + '\n');
        }
        for (const int status : without)
            QCOMPARE(passed(status, {{name, value}}), QByteArray());
    }

    void challengesAreDivided_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<QList<QByteArray>>("challenges");
        const auto row = [](const char *list, const QList<QByteArray> &challenges) {
            QTest::newRow(list) << QByteArray(list) << challenges;
        };
        row("Bearer", {"Bearer"});
        row("Basic realm=\"a\", Bearer realm=\"b\"", {"Basic realm=\"a\"", "Bearer realm=\"b\""});
        row("Digest realm=\"a, b\", nonce=\"c\\\", d\", qop=auth, Basic realm=\"x\"",
            {"Digest realm=\"a, b\", nonce=\"c\\\", d\", qop=auth", "Basic realm=\"x\""});
        row("Negotiate, NTLM,Basic realm = \"x\" , charset = \"UTF-8\"",
            {"Negotiate", "NTLM", "Basic realm = \"x\", charset = \"UTF-8\""});
        row("Negotiate YWJj==, Newauth realm=\"apps\", type=1",
            {"Negotiate YWJj==", "Newauth realm=\"apps\", type=1"});
        row(", ,Basic realm=\"x\",", {"Basic realm=\"x\""});
        row("Basic realm=\"never closed, Bearer", {"Basic realm=\"never closed, Bearer"});
        row("=, \"x", {"=, \"x"});
    }
    void challengesAreDivided()
    {
        QFETCH(QByteArray, list);
        QFETCH(QList<QByteArray>, challenges);
        QByteArray expected;
        for (const QByteArray &one : challenges)
            expected += "WWW-Authenticate: " + one + '\n';
        QCOMPARE(passed(401, {{"WWW-Authenticate", list}}), expected);
    }

    void locations()
    {
        const auto location = [](const char *value) { return passed(201, {{"Location", value}}); };
        QCOMPARE(location("/jobs/1?a"), "Location: http://jobs.example:81/jobs/1?a\n");
        QCOMPARE(location("1"), "Location: http://jobs.example:81/v2/1\n");
        QCOMPARE(location("//other/1"), "Location: http://other/1\n");
        QCOMPARE(location("https://other/1#x"), "Location: https://other/1#x\n");
        QCOMPARE(location("http://[bad"), QByteArray());
    }

    /// Content-Encoding comes first when the number of fields is limited, because without it the body cannot
    /// be read.
    void limits()
    {
        Fields many;
        for (int i = 0; i < 40; ++i)
            many.emplace_back("Allow", "M" + QByteArray::number(i));
        many.emplace_back("Content-Encoding", "gzip");
        const AnswerFields few = passedOnFields(many, 405, kUrl);
        QCOMPARE(few.size(), kMaxAnswerFields);
        QCOMPARE(few.front().first, "Content-Encoding");

        const QByteArray large(kMaxAnswerFieldBytes - 4, 'x');
        QCOMPARE(passed(405, {{"Allow", large}, {"Content-Encoding", "br"}}), "Content-Encoding: br\n");
        QCOMPARE(passed(405, {{"Allow", large.chopped(1)}, {"Content-Language", "de"}}),
                 "Allow: " + large.chopped(1) + '\n');
        QCOMPARE(passed(405, {{"Allow", "a\nb"}, {"Content-Language", QByteArray("d\0e", 3)}}), QByteArray());
    }
};

HOLDLINE_TEST(TestAnswerFields)
#include "tst_answerfields.moc"

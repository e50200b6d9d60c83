// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/problem.h"
#include "core/json/jsontext.h"
#include "tests/support/suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Problem problemOf(Reason reason)
{
    Problem problem;
    problem.reason = reason;
    return problem;
}

}  // namespace

class TestProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reasonsAreSound();
    void statusOfEachCase_data();
    void statusOfEachCase();
    void members();
    void optionalMembers();
    void hostileTexts();
    void retryAfter_data();
    void retryAfter();
};

void TestProblem::reasonsAreSound()
{
    const QRegularExpression form(u"^[a-z]+(_[a-z]+)*$"_s);
    QSet<QString> words;
    for (int i = 0; i < kReasonCount; ++i) {
        const ReasonInfo &info = reasonInfo(static_cast<Reason>(i));
        QVERIFY2(form.match(info.name).hasMatch(), info.name.data());
        QVERIFY2(!words.contains(info.name), info.name.data());
        words.insert(info.name);
        QVERIFY(info.status >= 200 && info.status < 600);
        QVERIFY(!info.title.isEmpty());
    }
}

void TestProblem::statusOfEachCase_data()
{
    QTest::addColumn<Reason>("reason");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, Reason reason, int status) {
        QTest::newRow(name) << reason << QString::fromLatin1(name) << status;
    };
    row("completed", Reason::Completed, 200);
    row("job_failed", Reason::JobFailed, 200);
    row("invalid_json", Reason::InvalidJson, 400);
    row("missing_account", Reason::MissingAccount, 422);
    row("body_too_large", Reason::BodyTooLarge, 413);
    row("unsupported_encoding", Reason::UnsupportedEncoding, 415);
    row("headers_too_large", Reason::HeadersTooLarge, 431);
    row("request_timeout", Reason::RequestTimeout, 408);
    row("not_found", Reason::NotFound, 404);
    row("method_not_allowed", Reason::MethodNotAllowed, 405);
    row("upstream_unreachable", Reason::UpstreamUnreachable, 502);
    row("upstream_error", Reason::UpstreamError, 502);
    row("start_unknown", Reason::StartUnknown, 504);
    row("callback_timeout", Reason::CallbackTimeout, 504);
    row("queue_timeout", Reason::QueueTimeout, 504);
    row("client_gone", Reason::ClientGone, 499);
    row("draining", Reason::Draining, 503);
    row("circuit_open", Reason::CircuitOpen, 503);
    row("overloaded", Reason::Overloaded, 503);
    row("deadline_unreachable", Reason::DeadlineUnreachable, 503);
    row("lane_full", Reason::LaneFull, 429);
    row("account_limit", Reason::AccountLimit, 429);
    row("unknown", Reason::CallbackUnknown, 404);
    row("mismatched", Reason::CallbackMismatched, 409);
    row("malformed", Reason::CallbackMalformed, 400);
    row("unauthorised", Reason::CallbackUnauthorised, 401);
    row("keys_unavailable", Reason::KeysUnavailable, 503);
    row("internal_error", Reason::InternalError, 500);
}

void TestProblem::statusOfEachCase()
{
    QFETCH(Reason, reason);
    QFETCH(QString, name);
    QFETCH(int, status);
    QCOMPARE(QString(reasonInfo(reason).name), name);
    QCOMPARE(problemOf(reason).status(), status);
}

void TestProblem::members()
{
    for (int i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        const QByteArray text = problemOf(reason).toJson();
        const QJsonObject object = QJsonDocument::fromJson(text).object();
        QCOMPARE(object.keys(), QStringList({u"code"_s, u"status"_s, u"title"_s, u"type"_s}));
        QCOMPARE(object.value(u"type"_s).toString(), QString(u"urn:holdline:problem:"_s + name(reason)));
        QCOMPARE(object.value(u"code"_s).toString(), QString(name(reason)));
        QCOMPARE(object.value(u"status"_s).toInt(), reasonInfo(reason).status);
        QCOMPARE(object.value(u"title"_s).toString(), QString(reasonInfo(reason).title));
    }
}

void TestProblem::optionalMembers()
{
    Problem problem;
    problem.reason = Reason::CallbackTimeout;
    problem.detail = u"No callback came within 30 s."_s;
    problem.job = "0a1b2c";
    const QJsonObject object = QJsonDocument::fromJson(problem.toJson()).object();
    QCOMPARE(object.value(u"detail"_s).toString(), problem.detail);
    QCOMPARE(object.value(u"job"_s).toString(), u"0a1b2c"_s);
}

void TestProblem::hostileTexts()
{
    Problem problem;
    problem.detail = u"\"quotes\" \\ \u0000 \n <script> \u2028 \U0001F600"_s;
    const QByteArray text = problem.toJson();
    QVERIFY2(std::holds_alternative<JsonType>(scanJson(text)), text.constData());
    QVERIFY(!text.contains('\n'));
}

void TestProblem::retryAfter_data()
{
    QTest::addColumn<qint64>("ms");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("zero") << qint64(0) << "1"_ba;
    QTest::newRow("negative") << qint64(-5000) << "1"_ba;
    QTest::newRow("1 ms") << qint64(1) << "1"_ba;
    QTest::newRow("1 s") << qint64(1000) << "1"_ba;
    QTest::newRow("1001 ms") << qint64(1001) << "2"_ba;
    QTest::newRow("an hour") << qint64(3'600'000) << "3600"_ba;
}

void TestProblem::retryAfter()
{
    QFETCH(qint64, ms);
    QFETCH(QByteArray, value);
    QCOMPARE(retryAfterSeconds(std::chrono::milliseconds(ms)), value);
}

HOLDLINE_TEST(TestProblem)
#include "tst_problem.moc"

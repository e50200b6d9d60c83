// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON of the jobs API, made from job records.
#include "service/holdline/answers/apianswers.h"
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/jobsapi/query.h"
#include "tests/support/fakejobdirectory.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QJsonObject objectOf(const QByteArray &json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
}

QByteArray compact(const QJsonValue &value)
{
    return QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
}

http::Request requestWith(const QByteArray &name, const QByteArray &value)
{
    http::Request request;
    request.headers.append(name, value);
    return request;
}

}  // namespace

class TestJobJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCompletedJob()
    {
        QCOMPARE(jobJson(recordOf("00ff", JobState::Settled)),
                 "{\"id\":\"00ff\",\"account\":\"acme\",\"state\":\"completed\",\"outcome\":\"completed\","
                 "\"status\":200,\"revision\":4,\"handed_over\":false,\"start_in_doubt\":false,"
                 "\"repeatable\":false,\"created\":\"2023-11-14T22:13:20.123Z\","
                 "\"started\":\"2023-11-14T22:13:20.135Z\",\"ended\":\"2023-11-14T22:13:20.643Z\","
                 "\"deadline\":\"2023-11-14T23:13:20.123Z\","
                 "\"timings\":{\"queue\":12,\"start\":8,\"job\":500,\"total\":520},\"attempts\":1,"
                 "\"upstream_id\":\"upstream-1\",\"idempotency_key\":\"key-1\",\"joined\":0,"
                 "\"request_id\":\"request-1\",\"links\":{\"self\":\"/v1/jobs/00ff\","
                 "\"result\":\"/v1/jobs/00ff/result\",\"events\":\"/v1/jobs/00ff/events\"}}"_ba);
    }

    void whatIsNotThereIsLeftOut()
    {
        JobRecord record = recordOf("00ff", JobState::Queued);
        record.key = QByteArray();
        record.requestId = QByteArray();
        record.status.handedOver = true;
        record.startTrouble = "HTTP \"503\"";
        const QJsonObject job = objectOf(jobJson(record));
        QCOMPARE(job.value(u"state"_s).toString(), u"queued"_s);
        QCOMPARE(job.value(u"handed_over"_s), QJsonValue(true));
        QCOMPARE(job.value(u"last_error"_s).toString(), u"HTTP \"503\""_s);
        QCOMPARE(compact(job.value(u"timings"_s)), "{}"_ba);
        for (const char *name :
             {"outcome", "status", "started", "ended", "upstream_id", "idempotency_key", "request_id"})
            QVERIFY2(!job.contains(QLatin1StringView(name)), name);
    }

    void states_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QString>("expected");
        const auto row = [](JobState state, Reason outcome, const char *expected) {
            QTest::addRow("%d %s", static_cast<int>(state), name(outcome).data())
                << static_cast<int>(state) << static_cast<int>(outcome) << QString::fromLatin1(expected);
        };
        row(JobState::Queued, Reason::InternalError, "queued");
        row(JobState::Starting, Reason::InternalError, "starting");
        row(JobState::Running, Reason::InternalError, "running");
        row(JobState::Settled, Reason::Completed, "completed");
        row(JobState::Settled, Reason::PassedThrough, "completed");
        row(JobState::Settled, Reason::Cancelled, "cancelled");
        for (const Reason reason :
             {Reason::JobFailed, Reason::StartRejected, Reason::UpstreamUnreachable, Reason::UpstreamError,
              Reason::StartUnknown, Reason::CallbackTimeout, Reason::QueueTimeout, Reason::Interrupted})
            row(JobState::Settled, reason, "failed");
    }
    void states()
    {
        QFETCH(int, state);
        QFETCH(int, outcome);
        QFETCH(QString, expected);
        JobStatus status;
        status.state = static_cast<JobState>(state);
        status.outcome = static_cast<Reason>(outcome);
        QCOMPARE(QString(apiState(status)), expected);
    }

    void neverASecret()
    {
        for (const JobState state :
             {JobState::Queued, JobState::Starting, JobState::Running, JobState::Settled}) {
            const JobRecord record = recordOf("00ff", state);
            for (const QByteArray &text : {jobJson(record), jobsJson({record}), stateEvent(record),
                                           statusAnswer(record).body, resultAnswer(record).body}) {
                QVERIFY2(!text.contains("secret"), text.constData());
                QVERIFY2(!text.contains("ffff"), text.constData());
                QVERIFY2(!text.contains("192.0.2.1"), text.constData());
            }
        }
    }

    void textsAreEscapedAndOnOneLine()
    {
        JobRecord record = recordOf("00ff", JobState::Running);
        record.account = "a\"b\\c \xc3\xa4";
        record.key = "k \"q\"";
        record.startTrouble = "line\nfeed\r";
        const QByteArray json = jobJson(record);
        QVERIFY(!json.contains('\n') && !json.contains('\r'));
        const QJsonObject job = objectOf(json);
        QCOMPARE(job.value(u"account"_s).toString().toUtf8(), record.account);
        QCOMPARE(job.value(u"idempotency_key"_s).toString().toUtf8(), record.key);
        QCOMPARE(job.value(u"last_error"_s).toString().toUtf8(), record.startTrouble);
    }

    void timings_data()
    {
        QTest::addColumn<JobRecord>("record");
        QTest::addColumn<QByteArray>("timings");
        QTest::addRow("starting") << recordOf("1", JobState::Starting) << R"({"queue":12})"_ba;
        QTest::addRow("running") << recordOf("1", JobState::Running) << R"({"queue":12,"start":8})"_ba;
        JobRecord never = recordOf("1", JobState::Queued);
        never.status.state = JobState::Settled;
        never.settled = never.created + 70ms;
        QTest::addRow("never started") << never << R"({"queue":70,"total":70})"_ba;
        JobRecord early = recordOf("1", JobState::Settled);
        early.answered = *early.settled + 5ms;
        QTest::addRow("early callback") << early << R"({"job":508,"queue":12,"start":508,"total":520})"_ba;
        JobRecord late = recordOf("1", JobState::Settled, Reason::CallbackTimeout);
        late.callback = *late.settled + 5ms;
        QTest::addRow("late callback") << late << R"({"queue":12,"start":8,"total":520})"_ba;
        JobRecord setBack = recordOf("1", JobState::Running);
        setBack.answered = *setBack.started - 1h;
        QTest::addRow("clock set back") << setBack << R"({"queue":12,"start":0})"_ba;
    }
    void timings()
    {
        QFETCH(JobRecord, record);
        QFETCH(QByteArray, timings);
        QCOMPARE(compact(objectOf(jobJson(record)).value(u"timings"_s)), timings);
    }

    void serverTimingSaysTheSame()
    {
        QCOMPARE(serverTiming(recordOf("1", JobState::Settled)),
                 "queue;dur=12.000, start;dur=8.000, job;dur=500.000, total;dur=520.000"_ba);
        QCOMPARE(serverTiming(recordOf("1", JobState::Queued)), ""_ba);
    }

    void lists()
    {
        QCOMPARE(jobsJson({}), R"({"jobs":[]})"_ba);
        JobRecord expired = recordOf("3", JobState::Settled);
        expired.expired = true;
        const QByteArray json =
            jobsJson({expired, recordOf("1", JobState::Settled), expired, recordOf("2", JobState::Queued)});
        const QJsonArray jobs = objectOf(json).value(u"jobs"_s).toArray();
        QCOMPARE(jobs.size(), 2);
        QCOMPARE(jobs[0].toObject().value(u"id"_s).toString(), u"1"_s);
        QCOMPARE(jobs[1].toObject().value(u"id"_s).toString(), u"2"_s);
    }

    void entityTags_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<bool>("has");
        QTest::newRow("same") << "\"3\""_ba << true;
        QTest::newRow("weak") << "W/\"3\""_ba << true;
        QTest::newRow("any") << "*"_ba << true;
        QTest::newRow("in a list") << "\"1\", \"3\""_ba << true;
        QTest::newRow("other") << "\"2\""_ba << false;
        QTest::newRow("bare") << "3"_ba << false;
        QTest::newRow("empty") << ""_ba << false;
        QTest::newRow("longer") << "\"33\""_ba << false;
    }
    void entityTags()
    {
        QFETCH(QByteArray, field);
        QFETCH(bool, has);
        QCOMPARE(hasRevision(requestWith("If-None-Match", field), recordOf("1", JobState::Running)), has);
        QVERIFY(!hasRevision({}, recordOf("1", JobState::Running)));
    }

    void lastEventIds()
    {
        QCOMPARE(lastEventId(requestWith("last-event-id", "12")).value_or(0), 12U);
        QVERIFY(!lastEventId(requestWith("Last-Event-ID", "x")));
        QVERIFY(!lastEventId(requestWith("Last-Event-ID", "-1")));
        QVERIFY(!lastEventId(requestWith("Last-Event-ID", "")));
        QVERIFY(!lastEventId({}));
    }

    void resultsAreTheRecordedAnswers()
    {
        JobRecord record = recordOf("1", JobState::Settled, Reason::UpstreamError);
        record.answer =
            RecordedAnswer{502, "application/problem+json", "{\"x\": 1}\n", "holdline; error=dns_error"};
        const http::Response answer = resultAnswer(record);
        QCOMPARE(answer.status, 502);
        QCOMPARE(answer.body, "{\"x\": 1}\n"_ba);
        QCOMPARE(answer.headers.value("Content-Type"), "application/problem+json"_ba);
        QCOMPARE(answer.headers.value("Proxy-Status"), "holdline; error=dns_error"_ba);
        QCOMPARE(answer.headers.value("Holdline-Job"), "1"_ba);
        record.answer.reset();
        QCOMPARE(resultAnswer(record).status, 502);
        record.status.outcome = Reason::Completed;
        QCOMPARE(resultAnswer(record).status, 500);
    }

    void queries_data()
    {
        QTest::addColumn<QByteArray>("target");
        // "a=1;b=2;"; a value that can be read in several ways is "a=x y|x+y;". Or an error text.
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *target, const char *expected) {
            QTest::newRow(target) << QByteArray(target) << QByteArray(expected);
        };
        row("/p", "");
        row("/p?", "");
        row("/p?&&", "");
        row("/p?a=1&b=2", "a=1;b=2;");
        row("/p?b=2&&a=1&", "a=1;b=2;");
        row("/p?a=%31%20%26+%C3%A4", "a=1 & \xc3\xa4|1 &+\xc3\xa4;");
        row("/p?a=order+7", "a=order 7|order+7;");
        row("/p?a=order%2B7", "a=order+7;");
        row("/p?a=order%207", "a=order 7;");
        row("/p?a=order%2b7+x", "a=order+7 x|order+7+x;");
        row("/p?a=a/b+c==&b=+", "a=a/b c==|a/b+c==;b= |+;");
        row("/p?a=%252B", "a=%2B;");
        row("/p?%61=x%3Dy=z", "a=x=y=z;");
        row("/p?c=1", "The query has an unknown parameter. Known parameters: \"a\", \"b\".");
        row("/p?A=1", "The query has an unknown parameter. Known parameters: \"a\", \"b\".");
        row("/p?a=1&a=1", "The query's parameter \"a\" is repeated.");
        row("/p?a", "The query's parameter \"a\" has no value.");
        row("/p?a=", "The query's parameter \"a\" has no value.");
    }
    void queries()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, expected);
        const auto parsed = parseQuery(target, {"a", "b"});
        if (const auto *error = std::get_if<QString>(&parsed)) {
            QCOMPARE(error->toUtf8(), expected);
            return;
        }
        QByteArray all;
        for (const auto &[name, value] : std::get<QueryParameters>(parsed))
            all += name + '=' + QByteArrayList(value.begin(), value.end()).join('|') + ';';
        QCOMPARE(all, expected);
    }
};

HOLDLINE_TEST(TestJobJson)
#include "tst_jobjson.moc"

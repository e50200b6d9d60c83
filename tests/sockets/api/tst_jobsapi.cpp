// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs API over real sockets: status, result, cancelling, lists, and waiting.
#include "tests/support/apiworld.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QRegularExpression>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const JobsApi::Options kShortSlices{4096, 80, std::chrono::hours(1), 30ms};

}  // namespace

class TestJobsApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void status_data()
    {
        QTest::addColumn<bool>("atOnce");
        QTest::addRow("at once") << true;
        QTest::addRow("later") << false;
    }
    void status()
    {
        QFETCH(bool, atOnce);
        ApiWorld world;
        world.directory.answersAtOnce = atOnce;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa?x=y"));
        QTRY_COMPARE(client.answerCount(), 1);
        const RawAnswer answer = client.answers()[0];
        QCOMPARE(answer.status, 200);
        QCOMPARE(stateOf(answer), u"running"_s);
        QCOMPARE(answer.headers.value("Content-Type"), "application/json"_ba);
        QCOMPARE(answer.headers.value("ETag"), "\"3\""_ba);
        QCOMPARE(answer.headers.value("Retry-After"), "1"_ba);
        QCOMPARE(answer.headers.value("Cache-Control"), "no-cache"_ba);
        QCOMPARE(answer.headers.value("Holdline-Job"), "00aa"_ba);
        QVERIFY(!answer.headers.contains("Preference-Applied"));
        QVERIFY(world.answered == (std::vector{std::pair(ApiRoute::Job, 200)}));
        QVERIFY(world.refused.empty());

        world.directory.put(recordOf("00aa", JobState::Settled));
        client.send(RawHttpClient::get("/v1/jobs/00aa"));
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(stateOf(client.answers()[1]), u"completed"_s);
        QVERIFY(!client.answers()[1].headers.contains("Retry-After"));
    }

    void headIsTheSameWithoutBody()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Settled));
        RawHttpClient head(world.port());
        head.setExpectsHead(true);
        head.send(
            "HEAD /v1/jobs/00aa HTTP/1.1\r\nHost: h\r\n\r\n"
            "HEAD /v1/jobs/00aa/result HTTP/1.1\r\nHost: h\r\n\r\n"
            "HEAD /v1/jobs/none HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(head.answerCount(), 3);
        QVERIFY(head.hasOnlyWholeAnswers());
        QCOMPARE(head.status(0), 200);
        QCOMPARE(head.answers()[0].headers.value("ETag"), "\"4\""_ba);
        QCOMPARE(head.status(1), 200);
        QCOMPARE(head.answers()[1].headers.value("Holdline-Job"), "00aa"_ba);
        QCOMPARE(head.status(2), 404);
    }

    void whatTheClientHasIsNotSentAgain()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa", "If-None-Match: \"3\"\r\n"));
        client.send(RawHttpClient::get("/v1/jobs/00aa", "If-None-Match: \"2\"\r\n"));
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.status(0), 304);
        QCOMPARE(client.answers()[0].headers.value("ETag"), "\"3\""_ba);
        QCOMPARE(client.status(1), 200);
        QVERIFY(client.hasOnlyWholeAnswers());
    }

    void result()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa/result"));
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.status(), 202);
        QCOMPARE(stateOf(client.answers()[0]), u"running"_s);
        QCOMPARE(client.answers()[0].headers.value("Location"), "/v1/jobs/00aa"_ba);
        QCOMPARE(client.answers()[0].headers.value("Retry-After"), "1"_ba);

        JobRecord done = recordOf("00aa", JobState::Settled, Reason::StartRejected);
        done.answer = RecordedAnswer{422, "text/weird; charset=x", "any\r\n\xff bytes", {}};
        world.directory.put(done);
        client.send(RawHttpClient::get("/v1/jobs/00aa/result"));
        QTRY_COMPARE(client.answerCount(), 2);
        const RawAnswer answer = client.answers()[1];
        QCOMPARE(answer.status, 422);
        QCOMPARE(answer.body, "any\r\n\xff bytes"_ba);
        QCOMPARE(answer.headers.value("Content-Type"), "text/weird; charset=x"_ba);
        QCOMPARE(answer.headers.value("Holdline-Job"), "00aa"_ba);
        QCOMPARE(answer.headers.value("Cache-Control"), "no-store"_ba);
        QVERIFY(answer.headers.value("Server-Timing").contains("total;dur=520"));
        QVERIFY(world.answered ==
                (std::vector{std::pair(ApiRoute::Result, 202), std::pair(ApiRoute::Result, 422)}));
        QVERIFY(world.refused.empty());
    }

    void whatIsNotThere()
    {
        ApiWorld world;
        JobRecord expired;
        expired.id = "00ee";
        expired.status.state = JobState::Settled;
        expired.expired = true;
        world.directory.put(expired);
        RawHttpClient client(world.port());
        int count = 0;
        for (const QByteArray &rest : {""_ba, "/result"_ba, "/events"_ba}) {
            client.send(RawHttpClient::get("/v1/jobs/none" + rest, "Prefer: wait=5\r\n"));
            client.send(RawHttpClient::get("/v1/jobs/00ee" + rest, "Prefer: wait=5\r\n"));
            count += 2;
            QTRY_COMPARE(client.answerCount(), count);
        }
        client.send(deleteRequest("/v1/jobs/none") + deleteRequest("/v1/jobs/00ee"));
        QTRY_COMPARE(client.answerCount(), 8);
        for (int i = 0; i < 8; i += 2) {
            QCOMPARE(client.status(i), 404);
            QCOMPARE(codeOf(client.answers()[static_cast<std::size_t>(i)]), u"not_found"_s);
            QCOMPARE(client.status(i + 1), 410);
            QCOMPARE(codeOf(client.answers()[static_cast<std::size_t>(i + 1)]), u"expired"_s);
            QCOMPARE(client.answers()[static_cast<std::size_t>(i)].headers.value("Content-Type"),
                     "application/problem+json"_ba);
        }
        QCOMPARE(world.refused.size(), 8U);
        QCOMPARE(world.answered.size(), 8U);
        QCOMPARE(world.refusedTargets[1], "/v1/jobs/00ee"_ba);
        QCOMPARE(world.api->waitingCount(), 0);
    }

    /// When the store cannot be read, a job that may exist must not be reported as unknown.
    void whatMayBeThereIsNotCalledUnknown()
    {
        ApiWorld world;
        world.directory.complete = false;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        const QByteArrayList requests{RawHttpClient::get("/v1/jobs/none"),
                                      RawHttpClient::get("/v1/jobs/none/result", "Prefer: wait=60\r\n"),
                                      RawHttpClient::get("/v1/jobs/none/events"),
                                      deleteRequest("/v1/jobs/none"),
                                      RawHttpClient::get("/v1/jobs?idempotency_key=none")};
        for (int i = 0; i < requests.size(); ++i) {
            client.send(requests[i]);
            QTRY_COMPARE(client.answerCount(), i + 1);
            QCOMPARE(client.status(i), 503);
            QCOMPARE(codeOf(client.answers().back()), u"store_unavailable"_s);
            QCOMPARE(client.answers().back().headers.value("Retry-After"), "1"_ba);
        }
        client.send(RawHttpClient::get("/v1/jobs/00aa") +
                    RawHttpClient::get("/v1/jobs?idempotency_key=key-1"));
        QTRY_COMPARE(client.answerCount(), 7);
        QCOMPARE(client.status(5), 200);
        QCOMPARE(client.status(6), 200);
    }

    void cancel()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Queued));
        world.directory.put(recordOf("00bb", JobState::Settled));
        RawHttpClient client(world.port());
        client.send(deleteRequest("/v1/jobs/00aa") + deleteRequest("/v1/jobs/00aa") +
                    deleteRequest("/v1/jobs/00bb"));
        QTRY_COMPARE(client.answerCount(), 3);
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(client.answers()[i].status, 200);
            QCOMPARE(stateOf(client.answers()[i]), u"cancelled"_s);
        }
        const RawAnswer late = client.answers()[2];
        QCOMPARE(late.status, 409);
        QCOMPARE(codeOf(late), u"already_ended"_s);
        QCOMPARE(jsonOf(late).value(u"job"_s).toString(), u"00bb"_s);
        QVERIFY(jsonOf(late).value(u"detail"_s).toString().contains(u"completed"_s));
        QVERIFY(world.answered ==
                (std::vector{std::pair(ApiRoute::Cancel, 200), std::pair(ApiRoute::Cancel, 200),
                             std::pair(ApiRoute::Cancel, 409)}));
    }

    void lists()
    {
        ApiWorld world;
        world.directory.answersAtOnce = false;
        JobRecord one = recordOf("00aa", JobState::Running);
        one.key = "a key + more";
        JobRecord two = one;
        two.id = "00bb";
        two.account = "\xc3\xa4";
        two.created += 1s;
        world.directory.put(one);
        world.directory.put(two);
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs?idempotency_key=a%20key%20+%20more"));
        client.send(RawHttpClient::get("/v1/jobs?account=%C3%A4&idempotency_key=a%20key%20%2B%20more"));
        client.send(RawHttpClient::get("/v1/jobs?idempotency_key=other"));
        QTRY_COMPARE(client.answerCount(), 3);
        const auto ids = [&client](std::size_t index) {
            QStringList all;
            const QJsonArray jobs = jsonOf(client.answers()[index]).value(u"jobs"_s).toArray();
            for (const QJsonValue job : jobs)
                all.append(job.toObject().value(u"id"_s).toString());
            return all.join(u' ');
        };
        QCOMPARE(ids(0), u"00bb 00aa"_s);
        QCOMPARE(ids(1), u"00bb"_s);
        QCOMPARE(client.answers()[2].body, R"({"jobs":[]})"_ba);
    }

    /// A plus sign in a query means a space in form encoding, and a plus sign in a URL. Both keys are found.
    void keysInFormEncoding_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("account");
        QTest::addColumn<QByteArray>("query");
        const auto row = [](const char *key, const char *account, const char *query) {
            QTest::newRow(query) << QByteArray(key) << QByteArray(account) << QByteArray(query);
        };
        row("order 7", "Acme Corp", "idempotency_key=order+7&account=Acme+Corp");
        row("order 7", "Acme Corp", "idempotency_key=order%207&account=Acme%20Corp");
        row("order 7", "Acme Corp", "account=Acme+Corp&idempotency_key=order%207");
        row("order 7", "Acme+Corp", "idempotency_key=order+7&account=Acme+Corp");
        row("order 7", "Acme+Corp", "idempotency_key=order+7&account=Acme%2BCorp");
        row("order+7", "Acme Corp", "idempotency_key=order+7&account=Acme+Corp");
        row("order+7", "Acme Corp", "idempotency_key=order%2B7&account=Acme+Corp");
        row("order+7", "Acme+Corp", "idempotency_key=order+7&account=Acme+Corp");
        row("order 7", "Acme Corp", "idempotency_key=order+7");
        row("aGk/+w==", "a", "idempotency_key=aGk/+w==&account=a");
        row("aGk/+w==", "a", "idempotency_key=aGk%2F%2Bw%3D%3D&account=a");
        row("a+b c", "a", "idempotency_key=a%2Bb+c&account=a");
        row("+", "+", "idempotency_key=+&account=+");
        row("100%", "a", "idempotency_key=100%25&account=a");
        row("%2B", "a", "idempotency_key=%252B&account=a");
    }
    void keysInFormEncoding()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, account);
        QFETCH(QByteArray, query);
        for (const bool atOnce : {true, false}) {
            ApiWorld world;
            world.directory.answersAtOnce = atOnce;
            JobRecord record = recordOf("00aa", JobState::Running);
            record.key = key;
            record.account = account;
            world.directory.put(record);
            RawHttpClient client(world.port());
            client.send(RawHttpClient::get("/v1/jobs?" + query));
            QTRY_COMPARE(client.status(), 200);
            QVERIFY2(client.answers()[0].body.contains("\"00aa\""), client.answers()[0].body.constData());
        }
    }

    /// An escaped plus sign is never a space. If jobs with both keys exist, the one according to form
    /// encoding is returned.
    void keysThatDifferInPlusSigns()
    {
        ApiWorld world;
        JobRecord spaced = recordOf("00aa", JobState::Running);
        spaced.key = "order 7";
        world.directory.put(spaced);
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs?idempotency_key=order%2B7&account=acme"));
        QTRY_COMPARE(client.answerCount(), 1);
        QCOMPARE(client.answers()[0].body, R"({"jobs":[]})"_ba);
        JobRecord plus = spaced;
        plus.id = "00bb";
        plus.key = "order+7";
        world.directory.put(plus);
        client.send(RawHttpClient::get("/v1/jobs?idempotency_key=order+7&account=acme") +
                    RawHttpClient::get("/v1/jobs?idempotency_key=order%2B7&account=acme"));
        QTRY_COMPARE(client.answerCount(), 3);
        QVERIFY(client.answers()[1].body.contains("\"00aa\""));
        QVERIFY(client.answers()[2].body.contains("\"00bb\""));
    }

    /// A client that knows only its key can wait for the end of its job.
    void attachByKey()
    {
        ApiWorld world;
        world.directory.answersAtOnce = false;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient waiting(world.port());
        waiting.send(
            RawHttpClient::get("/v1/jobs?idempotency_key=key-1&account=acme", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.directory.watching(), 1);
        const auto first = [](const RawHttpClient &client) {
            return jsonOf(client.answers().back()).value(u"jobs"_s).toArray().first().toObject();
        };
        // A request does not wait without an account, with a short time, or for a job that does not exist.
        RawHttpClient other(world.port());
        other.send(RawHttpClient::get("/v1/jobs?idempotency_key=key-1", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(other.answerCount(), 1);
        QCOMPARE(first(other).value(u"state"_s).toString(), u"running"_s);
        QVERIFY(!other.answers().back().headers.contains("Preference-Applied"));
        other.send(RawHttpClient::get("/v1/jobs?idempotency_key=key-1&account=acme", "Prefer: wait=1\r\n"));
        QTRY_COMPARE(other.answerCount(), 2);
        QCOMPARE(first(other).value(u"state"_s).toString(), u"running"_s);
        QCOMPARE(other.answers().back().headers.value("Preference-Applied"), "wait=1"_ba);
        other.send(RawHttpClient::get("/v1/jobs?idempotency_key=none&account=acme", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(other.answerCount(), 3);
        QCOMPARE(other.answers().back().body, R"({"jobs":[]})"_ba);

        QCOMPARE(waiting.answerCount(), 0);
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(waiting.answerCount(), 1);
        QCOMPARE(waiting.status(0), 200);
        QCOMPARE(first(waiting).value(u"state"_s).toString(), u"completed"_s);
        QVERIFY(!first(waiting).contains(u"journal"_s));
        QCOMPARE(waiting.answers().back().headers.value("Preference-Applied"), "wait=60"_ba);
        waiting.send(
            RawHttpClient::get("/v1/jobs?idempotency_key=key-1&account=acme", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(waiting.answerCount(), 2);
    }

    void theJournalIsShownByIdOnly()
    {
        ApiWorld world;
        JobRecord record = recordOf("00aa", JobState::Running);
        for (int i = 0; i < 20; ++i)
            record.journal.add({record.created, JournalEvent::Start, i + 1, {}});
        world.directory.put(record);
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa") +
                    RawHttpClient::get("/v1/jobs?idempotency_key=key-1") +
                    RawHttpClient::get("/v1/jobs/00aa/result"));
        QTRY_COMPARE(client.answerCount(), 3);
        const QJsonObject job = jsonOf(client.answers()[0]);
        QCOMPARE(job.value(u"journal"_s).toArray().size(), 16);
        QCOMPARE(job.value(u"journal_omitted"_s).toInt(), 4);
        QCOMPARE(QJsonDocument(job.value(u"journal"_s).toArray().first().toObject())
                     .toJson(QJsonDocument::Compact),
                 R"({"at":"2023-11-14T22:13:20.123Z","attempt":1,"event":"start"})"_ba);
        QVERIFY(!client.answers()[1].body.contains("journal"));
        QVERIFY(!client.answers()[2].body.contains("journal"));
    }

    void wrongLists_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("part");
        QTest::addRow("missing") << ""_ba << u"bad_request"_s << u"\"idempotency_key\" is missing"_s;
        QTest::addRow("account only") << "?account=a"_ba << u"bad_request"_s << u"is missing"_s;
        QTest::addRow("unknown") << "?idempotency_key=k&limit=1"_ba << u"bad_request"_s
                                 << u"unknown parameter"_s;
        QTest::addRow("twice") << "?idempotency_key=k&idempotency_key=k"_ba << u"bad_request"_s
                               << u"is repeated"_s;
        QTest::addRow("no value") << "?idempotency_key="_ba << u"bad_request"_s << u"no value"_s;
        QTest::addRow("no key") << "?idempotency_key=%0A"_ba << u"idempotency_key_invalid"_s
                                << u"printable ASCII"_s;
        QTest::addRow("too long") << "?idempotency_key=" + QByteArray(256, 'k')
                                  << u"idempotency_key_invalid"_s << u"255"_s;
    }
    void wrongLists()
    {
        QFETCH(QByteArray, query);
        QFETCH(QString, code);
        QFETCH(QString, part);
        ApiWorld world;
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs" + query));
        QTRY_COMPARE(client.status(), 400);
        QCOMPARE(codeOf(client.answers()[0]), code);
        const QString detail = jsonOf(client.answers()[0]).value(u"detail"_s).toString();
        QVERIFY2(detail.contains(part), qPrintable(detail));
    }

    void otherMethodsAreToldWhatThereIs()
    {
        ApiWorld world;
        RawHttpClient client(world.port());
        client.send(RawHttpClient::post("/v1/jobs/00aa", "{}") + deleteRequest("/v1/jobs"));
        QTRY_COMPARE(client.answerCount(), 2);
        QCOMPARE(client.status(0), 405);
        QCOMPARE(client.answers()[0].headers.value("Allow"), "DELETE, GET, HEAD, OPTIONS"_ba);
        QCOMPARE(client.status(1), 405);
    }

    // Waiting

    void waitsForTheEnd_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<bool>("atOnce");
        QTest::addRow("status") << "/v1/jobs/00aa"_ba << true;
        QTest::addRow("status, later") << "/v1/jobs/00aa"_ba << false;
        QTest::addRow("result") << "/v1/jobs/00aa/result"_ba << true;
        QTest::addRow("result, later") << "/v1/jobs/00aa/result"_ba << false;
    }
    void waitsForTheEnd()
    {
        QFETCH(QByteArray, path);
        QFETCH(bool, atOnce);
        ApiWorld world(kShortSlices);
        world.directory.answersAtOnce = atOnce;
        world.directory.put(recordOf("00aa", JobState::Queued));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get(path, "Prefer: wait=60\r\n"));
        QTRY_VERIFY(world.directory.watchCount >= 3);  // more than one slice of the wait has passed
        QCOMPARE(world.api->waitingCount(), 1);
        world.directory.put(recordOf("00aa", JobState::Running));
        const int before = world.directory.watchCount;
        QTRY_VERIFY(world.directory.watchCount > before);
        QCOMPARE(client.answerCount(), 0);
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(client.status(), 200);
        const RawAnswer answer = client.answers()[0];
        QCOMPARE(stateOf(answer), u"completed"_s);
        QCOMPARE(answer.headers.value("Preference-Applied"), "wait=60"_ba);
        QCOMPARE(world.api->waitingCount(), 0);
        QTRY_COMPARE(world.directory.watching(), 0);
        // The connection can be used again.
        client.send(RawHttpClient::get(path, "Prefer: wait=60\r\n"));
        QTRY_COMPARE(client.answerCount(), 2);
    }

    void waitsNoLongerThanItMay()
    {
        JobsApi::Options options = kShortSlices;
        options.maxWait = 1s;
        ApiWorld world(options);
        world.directory.put(recordOf("00aa", JobState::Queued));
        RawHttpClient status(world.port());
        status.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=1\r\n"));
        RawHttpClient result(world.port());
        result.send(RawHttpClient::get("/v1/jobs/00aa/result", "Prefer: wait=99999\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 2);
        world.directory.put(recordOf("00aa", JobState::Running));
        QTRY_COMPARE(status.status(), 200);
        QTRY_COMPARE(result.status(), 202);
        QCOMPARE(stateOf(status.answers()[0]), u"running"_s);
        QCOMPARE(stateOf(result.answers()[0]), u"running"_s);
        QCOMPARE(status.answers()[0].headers.value("Preference-Applied"), "wait=1"_ba);
        QCOMPARE(result.answers()[0].headers.value("Preference-Applied"), "wait=1"_ba);
    }

    /// The query parameter `wait` is for clients that cannot set header fields.
    void waitsByItsQuery_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addRow("status") << "/v1/jobs/00aa?wait=60"_ba;
        QTest::addRow("result") << "/v1/jobs/00aa/result?wait=60"_ba;
        QTest::addRow("beside others") << "/v1/jobs/00aa?x=y&&z&w%61it=%36%30"_ba;
    }
    void waitsByItsQuery()
    {
        QFETCH(QByteArray, target);
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get(target, "Prefer: respond-async\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 1);
        QCOMPARE(client.answerCount(), 0);
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(client.status(), 200);
        QCOMPARE(stateOf(client.answers()[0]), u"completed"_s);
        // Preference-Applied answers only the Prefer field, so it is missing here.
        QVERIFY(!client.answers()[0].headers.contains("Preference-Applied"));
    }

    void theFieldWinsOverTheQuery()
    {
        ApiWorld world(kShortSlices);
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa?wait=3600", "Prefer: wait=1\r\n"));
        QTRY_COMPARE(client.status(), 200);
        QCOMPARE(stateOf(client.answers()[0]), u"running"_s);
        QCOMPARE(client.answers()[0].headers.value("Preference-Applied"), "wait=1"_ba);
    }

    void queriesThatAreNoTime_data()
    {
        QTest::addColumn<QByteArray>("query");
        for (const char *query :
             {"wait=", "wait", "wait=0", "wait=-1", "wait=+1", "wait=1.5", "wait=30s", "wait=\"30\"",
              "wait=%201", "wait=9999999999", "wait=1&wait=2", "wait=1&wait=1", "wait=1%00"})
            QTest::newRow(query) << QByteArray(query);
    }
    void queriesThatAreNoTime()
    {
        QFETCH(QByteArray, query);
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        for (const QByteArray &path :
             {"/v1/jobs/00aa?"_ba, "/v1/jobs/00aa/result?"_ba, "/v1/jobs/none?"_ba}) {
            RawHttpClient client(world.port());
            // An invalid query is an error even when the Prefer field would take precedence.
            client.send(RawHttpClient::get(path + query, "Prefer: wait=1\r\n"));
            QTRY_COMPARE(client.status(), 400);
            QCOMPARE(codeOf(client.answers()[0]), u"bad_request"_s);
            QVERIFY(client.answers()[0].body.contains("one whole number of seconds"));
        }
        QVERIFY(world.refused == std::vector(3, Reason::BadRequest));
    }

    void waitsForNothingThatHasHappened()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Settled));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(client.status(), 200);
        QCOMPARE(client.answers()[0].headers.value("Preference-Applied"), "wait=60"_ba);
        QCOMPARE(world.directory.watchCount, 0);
    }

    /// A job that is only in the store, and in no shard, cannot be watched. So the API polls it.
    void aJobThatCannotBeWatchedIsAskedForNowAndThen_data()
    {
        QTest::addColumn<bool>("atOnce");
        QTest::addRow("at once") << true;
        QTest::addRow("later") << false;
    }
    void aJobThatCannotBeWatchedIsAskedForNowAndThen()
    {
        QFETCH(bool, atOnce);
        ApiWorld world;
        world.directory.answersAtOnce = atOnce;
        world.directory.canWatch = false;
        world.directory.put(recordOf("00aa", JobState::Queued));
        RawHttpClient poll(world.port());
        poll.send(RawHttpClient::get("/v1/jobs/00aa/result", "Prefer: wait=60\r\n"));
        RawHttpClient stream(world.port());
        stream.send(RawHttpClient::get("/v1/jobs/00aa/events"));
        QTRY_VERIFY(world.directory.watchCount >= 4);
        QVERIFY(world.directory.watchCount <= 8);
        QCOMPARE(world.api->waitingCount(), 2);
        QVERIFY(!stream.received().contains("\n:\n"));
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(poll.status(), 200);
        QTRY_COMPARE(stream.status(), 200);
        QCOMPARE(stream.answers()[0].body.count("event: state\n"), 2);
    }

    void aJobThatVanishesEndsTheWait()
    {
        ApiWorld world(kShortSlices);
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa/result", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 1);
        world.directory.remove("00aa");
        QTRY_COMPARE(client.status(), 404);
        QCOMPARE(world.api->waitingCount(), 0);
    }

    void aClientThatLeavesWaitsNoMore()
    {
        ApiWorld world(kShortSlices);
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 1);
        client.close();
        QTRY_COMPARE(world.api->waitingCount(), 0);
        QTRY_COMPARE(world.directory.watching(), 0);  // ends with the slice that was in progress
        QVERIFY(world.answered.empty());
    }

    void onlySoManyWait()
    {
        JobsApi::Options options;
        options.maxWaiting = 2;
        ApiWorld world(options);
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient first(world.port());
        first.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        RawHttpClient second(world.port());
        second.send(RawHttpClient::get("/v1/jobs/00aa/events"));
        QTRY_COMPARE(world.api->waitingCount(), 2);
        RawHttpClient third(world.port());
        third.send(RawHttpClient::get("/v1/jobs/00aa/result", "Prefer: wait=60\r\n") +
                   RawHttpClient::get("/v1/jobs/00aa/events") + RawHttpClient::get("/v1/jobs/00aa"));
        QTRY_COMPARE(third.answerCount(), 3);
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(third.answers()[i].status, 503);
            QCOMPARE(codeOf(third.answers()[i]), u"overloaded"_s);
            QCOMPARE(third.answers()[i].headers.value("Retry-After"), "1"_ba);
        }
        QCOMPARE(third.status(2), 200);
        first.close();
        QTRY_COMPARE(world.api->waitingCount(), 1);
        third.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 2);
    }

    void anAccountHasItsShareOfTheWaits()
    {
        JobsApi::Options options;
        options.maxWaiting = 4;
        options.accountShare = 50;
        ApiWorld world(options);
        for (const char *id : {"00aa", "00bb"}) {
            JobRecord record = recordOf(id, JobState::Running);
            record.account = id;
            world.directory.put(record);
        }
        RawHttpClient first(world.port());
        first.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        RawHttpClient second(world.port());
        second.send(RawHttpClient::get("/v1/jobs/00aa/events"));
        QTRY_COMPARE(world.api->waitingCount(), 2);
        RawHttpClient third(world.port());
        third.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n") +
                   RawHttpClient::get("/v1/jobs/00aa/events"));
        QTRY_COMPARE(third.answerCount(), 2);
        for (const auto &answer : third.answers()) {
            QCOMPARE(answer.status, 429);
            QCOMPARE(codeOf(answer), u"account_limit"_s);
            QCOMPARE(answer.headers.value("Retry-After"), "1"_ba);
        }
        third.send(RawHttpClient::get("/v1/jobs/00bb", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 3);
        // The account's share grows when other waits end.
        first.close();
        third.close();
        QTRY_COMPARE(world.api->waitingCount(), 1);
        RawHttpClient again(world.port());
        again.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 2);
    }

    void endWaitsAnswersThem()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient status(world.port());
        status.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        RawHttpClient result(world.port());
        result.send(RawHttpClient::get("/v1/jobs/00aa/result", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(world.api->waitingCount(), 2);
        world.api->endWaits();
        QTRY_COMPARE(status.status(), 200);
        QTRY_COMPARE(result.status(), 202);
        QCOMPARE(world.api->waitingCount(), 0);
        status.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
        QTRY_COMPARE(status.answerCount(), 2);
    }

    void destroyedInAnyOrder()
    {
        for (const bool serverFirst : {true, false}) {
            ApiWorld world;
            world.directory.answersAtOnce = false;
            world.directory.put(recordOf("00aa", JobState::Running));
            RawHttpClient waiting(world.port());
            waiting.send(RawHttpClient::get("/v1/jobs/00aa", "Prefer: wait=60\r\n"));
            QTRY_COMPARE(world.api->waitingCount(), 1);
            RawHttpClient asking(world.port());
            asking.send(RawHttpClient::get("/v1/jobs/00aa/events"));
            QTRY_COMPARE(world.api->waitingCount(), 2);
            if (serverFirst)
                world.server.reset();
            world.api.reset();
            world.server.reset();
            QTRY_VERIFY(waiting.isClosed() && asking.isClosed());
            world.directory.put(recordOf("00aa", JobState::Settled));
            QTRY_COMPARE(world.directory.watching(), 0);
        }
    }
};

HOLDLINE_TEST(TestJobsApi)
#include "tst_jobsapi.moc"

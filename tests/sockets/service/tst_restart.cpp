// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service is restarted with the same store, and the same or another number of threads. Clients
// find, wait for and receive their durable jobs, whichever shard has them.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int kJobs = 8;

QByteArray account(int i)
{
    return "account-" + QByteArray::number(i);
}

QByteArray keyedStart(int i)
{
    return startRequest(account(i), "Idempotency-Key: \"key-" + QByteArray::number(i) + "\"\r\n");
}

QJsonObject json(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

}  // namespace

class TestRestart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durableJobsSurvive_data()
    {
        QTest::addColumn<int>("threadsBefore");
        QTest::addColumn<int>("threadsAfter");
        QTest::newRow("one thread") << 1 << 1;
        QTest::newRow("one, then three") << 1 << 3;
        QTest::newRow("four, then three") << 4 << 3;
        QTest::newRow("four, then one") << 4 << 1;
    }
    void durableJobsSurvive()
    {
        QFETCH(const int, threadsBefore);
        QFETCH(const int, threadsAfter);
        const QTemporaryDir folder;
        Config config = WholeService::quietConfig();
        config.store.path = folder.filePath(u"holdline.db"_s);
        ScriptedServer upstream;
        QList<QByteArray> ids;

        {
            config.server.threads = threadsBefore;
            const WholeService service(upstream.url(), config);
            std::vector<std::unique_ptr<RawHttpClient>> clients;
            for (int i = 0; i < kJobs; ++i) {
                clients.push_back(std::make_unique<RawHttpClient>(service.port()));
                clients.back()->send(keyedStart(i));
            }
            QTRY_COMPARE(upstream.arrivalCount(), kJobs);
            for (int i = 0; i < kJobs; ++i) {
                const QByteArray query =
                    "/v1/jobs?account=" + account(i) + "&idempotency_key=key-" + QByteArray::number(i);
                const auto state = [&] {
                    const QJsonArray jobs =
                        json(ask(service.port(), RawHttpClient::get(query))).value("jobs"_L1).toArray();
                    const QJsonObject job = jobs.isEmpty() ? QJsonObject() : jobs.first().toObject();
                    ids.resize(i);
                    ids.append(job.value("id"_L1).toString().toLatin1());
                    return job.value("state"_L1).toString();
                };
                QTRY_COMPARE(state(), u"running"_s);
            }
        }

        config.server.threads = threadsAfter;
        WholeService service(upstream.url(), config);
        QCOMPARE(upstream.arrivalCount(), kJobs);
        const auto get = [&](const QByteArray &target) {
            return ask(service.port(), RawHttpClient::get(target));
        };
        // Each request has its own connection, so any thread may receive it.
        for (const QByteArray &id : ids)
            QCOMPARE(json(get("/v1/jobs/" + id)).value("state"_L1).toString(), u"running"_s);

        RawHttpClient joined(service.port());
        joined.send(keyedStart(0));
        for (const ScriptedServer::Arrival &start : upstream.arrivals()) {
            const QByteArray path = callbackOf(start).path().toLatin1();
            const RawAnswer answer = ask(service.port(), RawHttpClient::post(path, result()));
            QCOMPARE(answer.body, R"({"callback":"matched"})");
        }
        QTRY_COMPARE(joined.status(), 200);
        QCOMPARE(joined.answers().front().body, result());
        for (int i = 0; i < kJobs; ++i) {
            const RawAnswer replayed = ask(service.port(), keyedStart(i));
            QCOMPARE(replayed.status, 200);
            QCOMPARE(replayed.body, result());
            QCOMPARE(replayed.headers.value("Idempotent-Replayed"), "true");
            QCOMPARE(replayed.headers.value("Holdline-Job"), ids[i]);
            QCOMPARE(get("/v1/jobs/" + ids[i] + "/result").body, result());
            QCOMPARE(ask(service.port(), "DELETE /v1/jobs/" + ids[i] + " HTTP/1.1\r\nHost: h\r\n\r\n").status,
                     409);
        }
        QCOMPARE(upstream.arrivalCount(), kJobs);
    }

    void handedOverAndCancelledOnAnyThread()
    {
        Config config = WholeService::quietConfig();
        config.server.threads = 4;
        ScriptedServer upstream;
        WholeService service(upstream.url(), config);
        for (int i = 0; i < kJobs; ++i) {
            const RawAnswer accepted =
                ask(service.port(), startRequest(account(i), "Prefer: respond-async\r\n"));
            QCOMPARE(accepted.status, 202);
            const QByteArray location = accepted.headers.value("Location");
            RawHttpClient waiting(service.port());
            waiting.send(RawHttpClient::get(location + "/result", "Prefer: wait=20\r\n"));
            const RawAnswer cancelled =
                ask(service.port(), "DELETE " + location + " HTTP/1.1\r\nHost: h\r\n\r\n");
            QCOMPARE(cancelled.status, 200);
            QCOMPARE(json(cancelled).value("state"_L1).toString(), u"cancelled"_s);
            QTRY_COMPARE(waiting.status(), 503);
            QCOMPARE(json(waiting.answers().front()).value("code"_L1).toString(), u"cancelled"_s);
        }
    }

    void whatCouldNotBeReadAtTheStartIsPickedUpLater()
    {
        const QTemporaryDir folder;
        Config config = WholeService::quietConfig();
        config.store.path = folder.filePath(u"holdline.db"_s);
        ScriptedServer upstream;
        auto first = std::make_unique<WholeService>(upstream.url(), config);
        const RawAnswer accepted = ask(first->port(), startRequest("a", "Prefer: respond-async\r\n"));
        QCOMPARE(accepted.status, 202);
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        const QByteArray location = accepted.headers.value("Location");
        const QByteArray path = callbackOf(upstream.arrivals().front()).path().toLatin1();

        // The first service still has the store's lock.
        WholeService second(upstream.url(), config);
        QCOMPARE(ask(second.port(), keyedStart(1)).status, 503);
        QCOMPARE(ask(second.port(), RawHttpClient::post(path, result())).status, 503);
        first.reset();
        QTRY_COMPARE_WITH_TIMEOUT(ask(second.port(), RawHttpClient::post(path, result())).status, 200,
                                  30'000);
        QCOMPARE(ask(second.port(), RawHttpClient::get(location + "/result")).body, result());
    }

    /// Jobs that are recovered late are found by their callbacks, whichever thread their tokens name.
    void whatIsPickedUpLaterIsFoundOnEveryThread()
    {
        const QTemporaryDir folder;
        Config config = WholeService::quietConfig();
        config.store.path = folder.filePath(u"holdline.db"_s);
        config.server.threads = 4;
        ScriptedServer upstream;
        auto first = std::make_unique<WholeService>(upstream.url(), config);
        QList<QByteArray> locations;
        for (int i = 0; i < kJobs; ++i)
            locations.append(ask(first->port(), startRequest(account(i), "Prefer: respond-async\r\n"))
                                 .headers.value("Location"));
        QTRY_COMPARE(upstream.arrivalCount(), kJobs);

        // The first service still has the store's lock.
        config.server.threads = 3;
        WholeService second(upstream.url(), config);
        first.reset();
        for (const ScriptedServer::Arrival &start : upstream.arrivals()) {
            const QByteArray path = callbackOf(start).path().toLatin1();
            QTRY_COMPARE_WITH_TIMEOUT(ask(second.port(), RawHttpClient::post(path, result())).status, 200,
                                      30'000);
        }
        for (const QByteArray &location : locations)
            QCOMPARE(ask(second.port(), RawHttpClient::get(location + "/result")).body, result());
    }

    /// The store may contain an earlier revision than the job's own thread.
    void aKeyAloneShowsTheLatestState()
    {
        Config config = WholeService::quietConfig();
        config.server.threads = 4;
        ScriptedServer upstream;
        const WholeService service(upstream.url(), config);
        for (int i = 0; i < kJobs; ++i) {
            RawHttpClient client(service.port());
            client.send(keyedStart(i));
            const QByteArray query = "/v1/jobs?idempotency_key=key-" + QByteArray::number(i);
            const auto stateAt = [&](const QByteArray &target) {
                const QJsonArray jobs =
                    json(ask(service.port(), RawHttpClient::get(target))).value("jobs"_L1).toArray();
                return jobs.isEmpty() ? QString() : jobs.first().toObject().value("state"_L1).toString();
            };
            QTRY_COMPARE(stateAt(query + "&account=" + account(i)), u"running"_s);
            QCOMPARE(stateAt(query), u"running"_s);
        }
    }

    /// A restart may move the deadline of a job only once.
    void aJobEndsInACrashLoop()
    {
        const QTemporaryDir folder;
        Config config = WholeService::quietConfig();
        config.store.path = folder.filePath(u"holdline.db"_s);
        config.hold.jobDeadline = 1s;
        ScriptedServer upstream;
        auto service = std::make_unique<WholeService>(upstream.url(), config);
        const RawAnswer accepted = ask(service->port(), startRequest("a", "Prefer: respond-async\r\n"));
        QCOMPARE(accepted.status, 202);
        QTRY_COMPARE(upstream.arrivalCount(), 1);
        const QByteArray target = accepted.headers.value("Location") + "/result";
        int status = 0;
        for (int lives = 0; lives < 30 && status != 504; ++lives) {
            QTest::qWait(200);
            service = nullptr;
            service = std::make_unique<WholeService>(upstream.url(), config);
            status = ask(service->port(), RawHttpClient::get(target)).status;
        }
        QCOMPARE(status, 504);
        QCOMPARE(upstream.arrivalCount(), 1);
    }

    /// The process ends while a start request is in flight. Every response about the job says so, on any
    /// thread.
    void aStartInDoubt()
    {
        const QTemporaryDir folder;
        Config config = WholeService::quietConfig();
        config.store.path = folder.filePath(u"holdline.db"_s);
        config.server.threads = 3;
        ScriptedServer upstream;
        upstream.setDefault({ScriptedServer::hold()});
        {
            const WholeService service(upstream.url(), config);
            RawHttpClient client(service.port());
            client.send(keyedStart(0));
            RawHttpClient repeatable(service.port());
            repeatable.send(startRequest(account(1), "Prefer: repeatable\r\nIdempotency-Key: key-1\r\n"));
            QTRY_COMPARE(upstream.arrivalCount(), 2);
        }
        upstream.setDefault(
            {ScriptedServer::write(ScriptedServer::answer(200, R"({"id":"1","state":"running"})"))});
        WholeService service(upstream.url(), config);
        const auto get = [&](const QByteArray &target) {
            return ask(service.port(), RawHttpClient::get(target));
        };
        const auto listed = [&](const QByteArray &query) {
            return json(get("/v1/jobs?idempotency_key=" + query))
                .value("jobs"_L1)
                .toArray()
                .first()
                .toObject();
        };
        // The client of the second job allowed another start.
        QTRY_COMPARE(upstream.arrivalCount(), 3);
        QCOMPARE(upstream.arrivals()[2].field("Idempotency-Key").isEmpty(), false);
        QTRY_COMPARE(listed("key-1&account=" + account(1)).value("state"_L1).toString(), u"running"_s);
        QCOMPARE(listed("key-1").value("start_in_doubt"_L1), QJsonValue(false));

        QTRY_COMPARE(listed("key-0").value("start_in_doubt"_L1), QJsonValue(true));
        const QByteArray id = listed("key-0&account=" + account(0)).value("id"_L1).toString().toLatin1();
        const QJsonObject state = json(get("/v1/jobs/" + id));
        QCOMPARE(state.value("start_in_doubt"_L1), QJsonValue(true));
        const QJsonArray journal = state.value("journal"_L1).toArray();
        QStringList events;
        for (const QJsonValue entry : journal)
            events.append(entry.toObject().value("event"_L1).toString());
        QCOMPARE(events.join(u' '), u"accepted start recovered"_s);
        const RawAnswer impatient =
            ask(service.port(), startRequest(account(0), "Prefer: wait=1\r\nIdempotency-Key: key-0\r\n"));
        QCOMPARE(impatient.status, 504);
        QCOMPARE(json(impatient).value("start_in_doubt"_L1), QJsonValue(true));

        const RawAnswer deleted =
            ask(service.port(), "DELETE /v1/jobs/" + id + " HTTP/1.1\r\nHost: h\r\n\r\n");
        QCOMPARE(deleted.status, 200);
        QVERIFY(!json(deleted).contains("idempotency_key"_L1));
        RawHttpClient again(service.port());
        again.send(keyedStart(0));
        QTRY_COMPARE(upstream.arrivalCount(), 4);
    }

    void anEventStreamDoesNotHoldUpTheEnd()
    {
        ScriptedServer upstream;
        auto service = std::make_unique<WholeService>(upstream.url());
        const RawAnswer accepted = ask(service->port(), startRequest("a", "Prefer: respond-async\r\n"));
        RawHttpClient events(service->port());
        events.send(RawHttpClient::get(accepted.headers.value("Location") + "/events"));
        QTRY_VERIFY(events.received().contains("event: state"));
        bool finished = false;
        connect(&service->service(), &Service::finished, this, [&] { finished = true; });
        service->service().drain();
        QTRY_VERIFY(finished);
        QTRY_VERIFY(events.isClosed());
    }
};

HOLDLINE_TEST(TestRestart)
#include "tst_restart.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs of routes with profiles: what is sent, which callbacks are taken, what clients get, and how the
// upstream is asked and told to cancel.
#include "tests/support/coordinatorworld.h"
#include "tests/support/profiledroute.h"
#include "tests/support/suite.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QMessageAuthenticationCode>
#include <QSignalSpy>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Fate = StartResult::Fate;

namespace {

QByteArray apiProfile()
{
    QFile file(QStringLiteral(HOLDLINE_TEST_DATA "/api-profile.toml"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no profile");
    return file.readAll();
}

/// Does not ask by itself in tests of other things.
QByteArray withoutAsking()
{
    return apiProfile()
        .replace("first = \"100ms\"", "first = \"20s\"")
        .replace("every = \"100ms\"", "every = \"20s\"");
}

Config routeConfig(const QByteArray &toml)
{
    Config config = quickConfig();
    config.routes = apiRoute(toml);
    return config;
}

/// A coordinator with one route that has a profile.
struct ProfileWorld : CoordinatorWorld
{
    explicit ProfileWorld(const QByteArray &toml = withoutAsking()) : CoordinatorWorld(routeConfig(toml)) {}
    explicit ProfileWorld(const Config &config) : CoordinatorWorld(config) {}

    Client request(const QByteArray &body = R"({"n":1})", http::HeaderFields headers = {})
    {
        http::Request request = post(body, std::move(headers));
        request.target = "/work/make?fast=1";
        request.headers.append("Authorization", "Bearer mine");
        request.headers.append("X-Private", "1");
        return holdRouted(request);
    }

    QByteArray token()
    {
        const QByteArray hook = QJsonDocument::fromJson(starter.calls.at(lastTicket()).body)
                                    .object()
                                    .value("hook"_L1)
                                    .toString()
                                    .toLatin1();
        return hook.sliced(hook.lastIndexOf('/') + 1);
    }

    /// Sends the upstream's response to the start request, parsed as UpstreamClient does.
    void answerStart(const QByteArray &body, int status = 201)
    {
        const JobStarter::Ticket ticket = lastTicket();
        starter.finish(ticket, resultOf(starter.calls.at(ticket), body, status));
    }
    void answerQuery(const QByteArray &body, int status = 200)
    {
        const JobStarter::Ticket ticket = queries.order.back();
        queries.finish(ticket, resultOf(queries.calls.at(ticket), body, status));
    }
    static StartResult resultOf(const StartCall &call, const QByteArray &body, int status)
    {
        StartResult result;
        result.status = status;
        result.body = body;
        result.contentType = "application/json";
        const profile::HeaderFields fields{{"Content-Type", "application/json"}};
        profile::MessageView answer;
        answer.status = status;
        answer.headers = fields;
        answer.body = body;
        if (call.readAnswer)
            call.readAnswer(answer, result);
        return result;
    }

    /// Sends a callback without a signature from the peer address.
    http::Response callBackFrom(const QByteArray &peer)
    {
        http::Request request = post(R"({"id":"up-1","status":"done","output":7})");
        request.target = "/callback/" + m_token;
        request.peer = peer;
        return answered(send(m_token, request));
    }

    http::Response callBack(const QByteArray &body, const QByteArray &key = "secret key",
                            const QByteArray &method = "POST")
    {
        http::Request request = post(body);
        request.method = method;
        const QByteArray used = m_token.isEmpty() ? token() : m_token;
        request.target = "/callback/" + used;
        request.headers.append(
            "X-Signature", QMessageAuthenticationCode::hash(body, key, QCryptographicHash::Sha256).toHex());
        return answered(send(used, request));
    }

    /// Sends a signed callback without a result. Its answer may be sent later.
    std::shared_ptr<ExchangeLog> sendThin(const QByteArray &state = "done")
    {
        const QByteArray body = "{\"id\":\"j1\",\"status\":\"" + state + "\"}";
        http::Request request = post(body);
        request.headers.append(
            "X-Signature",
            QMessageAuthenticationCode::hash(body, "secret key", QCryptographicHash::Sha256).toHex());
        return send(m_token, request);
    }

    QByteArray m_token;
};

/// Returns a profile with thin callbacks: they only say that a job has ended, without the result.
QByteArray thinProfile()
{
    return withoutAsking()
        .replace("[cancel]", "after_callback = true\n[cancel]")
        .replace("\"delete\", \"client_gone\", \"deadline\"", "\"delete\"");
}

/// A world with a started job j1 whose callbacks are thin (see thinProfile()).
struct ThinWorld : ProfileWorld
{
    static http::HeaderFields key() { return {{"Idempotency-Key", "k"}}; }
    static Config config(std::chrono::milliseconds deadline)
    {
        Config config = routeConfig(thinProfile());
        config.hold.jobDeadline = config.hold.deadline = deadline;
        return config;
    }

    explicit ThinWorld(const http::HeaderFields &headers = key(), std::chrono::milliseconds deadline = 50ms,
                       bool isAnswered = true)
        : ProfileWorld(config(deadline)), client(request(R"({"n":1})", headers))
    {
        if (!QTest::qWaitFor([this] { return !starter.order.empty(); }))
            qFatal("no start");
        m_token = token();
        if (isAnswered)
            answerStart(R"({"id":"j1"})");
    }

    JobRecord record() const { return store.records.begin()->second; }

    const Client client;
};

}  // namespace

class TestProfiledJobs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theStart()
    {
        ProfileWorld world;
        world.request(R"({ "n" : 1.50 })");
        const StartCall call = world.starter.calls.at(world.lastTicket());
        QCOMPARE(call.method, "POST");
        QCOMPARE(call.url, "http://up.example/base/make?fast=1");
        QCOMPARE(call.body, "{ \"n\" : 1.50,\"hook\":\"http://cb/callback/" + world.token() + "\" }");
        QCOMPARE(call.account, "api");
        const auto has = [&call](const QByteArray &name) {
            return std::any_of(call.headers.begin(), call.headers.end(),
                               [&name](const auto &field) { return field.first == name; });
        };
        QVERIFY(has("Authorization"));
        QVERIFY(has("X-Request-Id"));
        QVERIFY(!has("X-Private"));
    }

    void whatCannotBeMadeIsRefusedAtOnce()
    {
        ProfileWorld world;
        const Client client = world.request("not JSON");
        QCOMPARE(client.log->status(), 400);
        QVERIFY(world.starter.order.empty());
    }

    void fromStartToResult()
    {
        ProfileWorld world;
        const Client client = world.request();
        const QByteArray token = world.token();
        world.m_token = token;
        world.answerStart(R"({"id":"j1","status":"new"})");
        const JobKey key = world.lastTicket();
        QCOMPARE(world.coordinator.jobs().find(key)->upstreamId, "j1");
        http::Request request = post(R"({"id":"j1","status":"half"})");
        const auto signedBy = [](http::Request message, const QByteArray &secret) {
            message.headers.append(
                "X-Signature",
                QMessageAuthenticationCode::hash(message.body, secret, QCryptographicHash::Sha256).toHex());
            return message;
        };
        // The first callback is forged, the second reports progress, and the third contains the result.
        http::Response response = world.answered(world.send(token, signedBy(request, "guess")));
        QCOMPARE(response.status, 401);
        QCOMPARE(code(response), "unauthorised");
        QVERIFY(response.headers.contains("WWW-Authenticate"));
        response = world.answered(world.send(token, signedBy(request, "secret key")));
        QCOMPARE(response.status, 200);
        QCOMPARE(response.body, "thanks");
        QVERIFY(client.log->answers.empty());
        request.body = R"({"id":"other","status":"done"})";
        QCOMPARE(world.answered(world.send(token, signedBy(request, "secret key"))).status, 409);
        request.body = R"({"id":"j1","status":"DONE","output":[1, 2]})";
        QCOMPARE(world.answered(world.send(token, signedBy(request, "secret key"))).body, "thanks");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), "[1, 2]");
        QCOMPARE(header(client, "Content-Type"), "application/json");
        const CallbackLedger &ledger = world.coordinator.ledger();
        QCOMPARE(ledger.count(CallbackOutcome::Unauthorised), 1U);
        QCOMPARE(ledger.count(CallbackOutcome::Progress), 1U);
        QCOMPARE(ledger.count(CallbackOutcome::Matched), 1U);
        QCOMPARE(world.answered(world.send(token, signedBy(request, "secret key"))).body, "thanks");
        QCOMPARE(ledger.count(CallbackOutcome::Duplicate), 1U);
    }

    void wordsForProgress_data()
    {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<bool>("isKnown");
        QTest::newRow("of the profile") << QByteArray("Waiting") << true;
        QTest::newRow("unknown") << QByteArray("dome") << false;
    }
    /// A state that is unknown to the profile may be a misspelt final state.
    void wordsForProgress()
    {
        QFETCH(QByteArray, state);
        QFETCH(bool, isKnown);
        ProfileWorld world(withoutAsking().replace("failed = [\"broken\"]",
                                                   "failed = [\"broken\"]\nprogress = [\"wait*\"]"));
        const Client client = world.request();
        world.m_token = world.token();
        world.answerStart(R"({"id":"up-1","status":"new"})");
        QSignalSpy progressed(&world.coordinator, &JobCoordinator::jobProgressed);
        const QByteArray body = "{\"id\":\"up-1\",\"status\":\"" + state + "\"}";
        QCOMPARE(world.callBack(body).status, 200);
        QCOMPARE(progressed.size(), 1);
        QCOMPARE(progressed.front().at(1).toBool(), isKnown);
        QVERIFY(client.log->answers.empty());
    }

    void callbacksOfAddresses_data()
    {
        QTest::addColumn<QByteArray>("peer");
        QTest::addColumn<int>("status");
        QTest::newRow("IPv4") << QByteArray("192.0.2.9:80") << 200;
        QTest::newRow("IPv4 at a socket for both") << QByteArray("[::ffff:192.0.2.9]:80") << 200;
        QTest::newRow("IPv6") << QByteArray("[2001:db8::7]:80") << 200;
        QTest::newRow("another IPv4") << QByteArray("192.0.3.9:80") << 401;
        QTest::newRow("another IPv6") << QByteArray("[2001:db9::7]:80") << 401;
        QTest::newRow("no address") << QByteArray() << 401;
    }
    void callbacksOfAddresses()
    {
        QFETCH(QByteArray, peer);
        QFETCH(int, status);
        QByteArray toml = withoutAsking();
        const qsizetype from = toml.indexOf("scheme =");
        toml.replace(from, toml.indexOf("[status]") - from,
                     "scheme = \"addresses\"\naddresses = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n");
        ProfileWorld world(toml);
        const Client client = world.request();
        world.m_token = world.token();
        world.answerStart(R"({"id":"up-1","status":"waiting"})");
        QCOMPARE(world.callBackFrom(peer).status, status);
        QCOMPARE(!client.log->answers.empty(), status == 200);
    }

    void aFailedJob()
    {
        ProfileWorld world;
        const Client client = world.request();
        world.m_token = world.token();
        world.answerStart(R"({"id":"j1"})");
        const QByteArray body = R"({"id":"j1","status":"broken","why":"no"})";
        http::Request request = post(body);
        request.headers.append(
            "X-Signature",
            QMessageAuthenticationCode::hash(body, "secret key", QCryptographicHash::Sha256).toHex());
        world.answered(world.send(world.m_token, request));
        QCOMPARE(client.log->status(), 502);
        QCOMPARE(client.log->body(), body);
    }

    void theAnswerToTheStartIsTheResult()
    {
        ProfileWorld world;
        const Client client = world.request();
        world.answerStart(R"({"id":"j1","status":"done","output":"hi"})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), "hi");
    }

    void aRefusedStartPassesThrough()
    {
        ProfileWorld world;
        const Client client = world.request();
        world.starter.answer(world.lastTicket(), Fate::Rejected, 422);
        QCOMPARE(client.log->status(), 422);
        QCOMPARE(client.log->body(), "upstream says 422");
    }

    void askingBringsTheResult()
    {
        ProfileWorld world{apiProfile()};
        const Client client = world.request();
        world.answerStart(R"({"id":"j/1"})");
        QTRY_COMPARE(world.queries.order.size(), 1U);
        const StartCall call = world.queries.calls.at(world.queries.order.back());
        QCOMPARE(call.method, "GET");
        QCOMPARE(call.url, "http://up.example/base/jobs/j%2F1");
        QVERIFY(std::find(call.headers.begin(), call.headers.end(),
                          std::pair<QByteArray, QByteArray>("Authorization", "Bearer mine")) !=
                call.headers.end());
        world.answerQuery(R"({"id":"j/1","status":"half"})");
        QTRY_COMPARE(world.queries.order.size(), 2U);
        QVERIFY(client.log->answers.empty());
        // A failed status query changes nothing.
        world.answerQuery("gateway", 503);
        QTRY_COMPARE(world.queries.order.size(), 3U);
        world.answerQuery(R"({"id":"j/1","status":"done","output":{"a":1}})");
        QCOMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), R"({"a":1})");
        QTest::qWait(100);
        QCOMPARE(world.queries.order.size(), 3U);
    }

    void nobodyIsAskedWhileTheCircuitIsOpen()
    {
        Config config = routeConfig(apiProfile());
        config.circuit.failures = 1;
        config.circuit.accounts = 1;
        config.circuit.probeAfter = 1h;
        config.circuit.openFor = 1h;
        config.retry.attempts = 1;
        ProfileWorld world(config);
        world.request();
        world.answerStart(R"({"id":"j1"})");
        world.request();
        world.starter.answer(world.lastTicket(), Fate::NotStarted, 500);
        QVERIFY(world.coordinator.guards().ofRoute("api").circuit.isOpen());
        QTest::qWait(200);
        QVERIFY(world.queries.order.empty());
    }

    void cancelledAtTheUpstream_data()
    {
        QTest::addColumn<QString>("how");
        QTest::newRow("by an operator") << u"cancel"_s;
        QTest::newRow("its client left") << u"leave"_s;
        QTest::newRow("at its deadline") << u"deadline"_s;
        QTest::newRow("not after its result") << u"result"_s;
    }
    void cancelledAtTheUpstream()
    {
        QFETCH(QString, how);
        Config config = routeConfig(withoutAsking());
        if (how == "deadline"_L1)
            config.hold.deadline = 50ms;
        ProfileWorld world(config);
        const Client client = world.request();
        const JobKey key = world.lastTicket();
        world.answerStart(how == "result"_L1 ? R"({"id":"j1","status":"done"})" : R"({"id":"j1"})");
        if (how == "cancel"_L1)
            world.coordinator.cancel(key);
        else if (how == "leave"_L1)
            client.exchange->leave();
        if (how == "result"_L1) {
            QVERIFY(world.queries.order.empty());
            return;
        }
        QTRY_COMPARE(world.queries.order.size(), 1U);
        const StartCall call = world.queries.calls.at(world.queries.order.back());
        QCOMPARE(call.method, "DELETE");
        QCOMPARE(call.url, "http://up.example/base/jobs/j1");
        QSignalSpy cancelled(&world.coordinator, &JobCoordinator::upstreamCancelled);
        world.answerQuery("", 204);
        QCOMPARE(cancelled.count(), 1);
        QCOMPARE(cancelled.front().at(1).value<UpstreamCancel>(), UpstreamCancel::Done);
        QCOMPARE(cancelled.front().at(2).toInt(), 204);
    }

    /// A cancel for which no request is sent is reported and counted too.
    void aCancelThatIsNotSent()
    {
        Config config = routeConfig(withoutAsking());
        ProfileWorld world(config);
        QSignalSpy cancelled(&world.coordinator, &JobCoordinator::upstreamCancelled);
        const auto results = [&cancelled](UpstreamCancel result) {
            return std::count_if(cancelled.begin(), cancelled.end(), [result](const QVariantList &one) {
                return one.at(1).value<UpstreamCancel>() == result;
            });
        };
        // The upstream's answer contains no job id, so the job cannot be cancelled there.
        world.request();
        world.coordinator.cancel(world.lastTicket());
        world.answerStart("{}");
        QCOMPARE(results(UpstreamCancel::NotSent), 1);
        // The upstream does not answer cancel requests, until kMaxCalls of them are in flight.
        const auto most = static_cast<qsizetype>(StatusQueries::kMaxCalls);
        for (qsizetype i = 0; i <= most; ++i) {
            world.request();
            world.answerStart("{\"id\":\"j" + QByteArray::number(i) + "\"}");
            world.coordinator.cancel(world.lastTicket());
        }
        QCOMPARE(static_cast<qsizetype>(world.queries.order.size()), most);
        QCOMPARE(results(UpstreamCancel::NotSent), 2);
        // After an answer, another cancel request may be sent.
        world.answerQuery("", 404);
        QCOMPARE(results(UpstreamCancel::Refused), 1);
        world.request();
        world.answerStart(R"({"id":"last"})");
        world.coordinator.cancel(world.lastTicket());
        QCOMPARE(static_cast<qsizetype>(world.queries.order.size()), most + 1);
    }

    void cancelledWhileItsStartIsUnderWay_data()
    {
        QTest::addColumn<bool>("leaves");
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("cancels");
        const QByteArray runs = R"({"id":"j1"})";
        QTest::newRow("by an operator") << false << runs << 201 << 1;
        QTest::newRow("its client left") << true << runs << 201 << 1;
        QTest::newRow("it was refused") << true << QByteArray("no") << 400 << 0;
        QTest::newRow("it has ended") << true << QByteArray(R"({"id":"j1","status":"done"})") << 201 << 0;
    }
    /// The answer to the start request names the job, so the cancel request waits for this answer.
    void cancelledWhileItsStartIsUnderWay()
    {
        QFETCH(bool, leaves);
        QFETCH(QByteArray, answer);
        QFETCH(int, status);
        QFETCH(int, cancels);
        ProfileWorld world;
        const Client client = world.request();
        const JobKey key = world.lastTicket();
        if (leaves)
            client.exchange->leave();
        else
            world.coordinator.cancel(key);
        QVERIFY(world.coordinator.jobs().find(key)->isSettled());
        QVERIFY(world.queries.order.empty());
        if (status < 300)
            world.answerStart(answer, status);
        else
            world.starter.answer(world.lastTicket(), Fate::Rejected, status);
        QCOMPARE(static_cast<int>(world.queries.order.size()), cancels);
        if (cancels == 0)
            return;
        const StartCall call = world.queries.calls.at(world.queries.order.back());
        QCOMPARE(call.method, "DELETE");
        QCOMPARE(call.url, "http://up.example/base/jobs/j1");
    }

    /// Some APIs answer `Retry-After: 0`. It is ignored, because requests without a pause would flood the
    /// API.
    void aRetryAfterOfNothing()
    {
        ProfileWorld world{apiProfile()};
        world.request();
        world.answerStart(R"({"id":"j1"})");
        QTRY_COMPARE(world.queries.order.size(), 1U);
        const JobStarter::Ticket ticket = world.queries.order.back();
        StartResult result =
            ProfileWorld::resultOf(world.queries.calls.at(ticket), R"({"id":"j1","status":"half"})", 200);
        result.retryAfter = 0ms;
        QElapsedTimer timer;
        timer.start();
        world.queries.finish(ticket, result);
        QTRY_COMPARE(world.queries.order.size(), 2U);
        // The profile's pause is 100 ms, and may be a fifth shorter.
        QVERIFY2(timer.elapsed() >= 75, qPrintable(QString::number(timer.elapsed())));
    }

    /// Many progress callbacks must fill neither the memory nor the queue of the store.
    void muchProgressIsOneWrite()
    {
        ProfileWorld world;
        world.request(R"({"n":1})", {{"Idempotency-Key", "k"}});
        QTRY_VERIFY(!world.starter.order.empty());
        world.m_token = world.token();
        world.answerStart(R"({"id":"j1"})");
        const std::size_t before = world.store.puts.size();
        for (int i = 0; i < 50; ++i)
            QCOMPARE(
                world.callBack("{\"id\":\"j1\",\"status\":\"part " + QByteArray::number(i) + "\"}").status,
                200);
        QCOMPARE(world.store.puts.size(), before);
        const auto tidy = [&world] {
            world.store.setUnavailable(u"away"_s);
            world.store.setUnavailable({});
        };
        tidy();
        QCOMPARE(world.store.puts.size(), before + 1);
        // A later progress callback causes another write.
        QCOMPARE(world.callBack(R"({"id":"j1","status":"nearly"})").status, 200);
        tidy();
        QCOMPARE(world.store.puts.size(), before + 2);
        QCOMPARE(world.store.puts.back().progress.state, "nearly");
    }

    /// After a restart, Holdline can still accept callbacks, query the job's state and cancel the job.
    void afterARestart()
    {
        ProfileWorld before{apiProfile()};
        before.request(R"({"n":1})", {{"Idempotency-Key", "k"}});
        QVERIFY(QTest::qWaitFor([&] { return !before.starter.order.empty(); }));
        before.answerStart(R"({"id":"j1"})");
        QTRY_COMPARE(before.store.records.begin()->second.status.state, JobState::Running);
        JobRecord record = before.store.records.begin()->second;
        QCOMPARE(record.route, "api");
        QVERIFY(record.request);
        ProfileWorld next{apiProfile()};
        next.store.records = {{record.id, record}};
        next.coordinator.recover({record});
        QTRY_COMPARE(next.queries.order.size(), 1U);
        const StartCall call = next.queries.calls.at(next.queries.order.back());
        QCOMPARE(call.url, "http://up.example/base/jobs/j1");
        QVERIFY(std::find(call.headers.begin(), call.headers.end(),
                          std::pair<QByteArray, QByteArray>("Authorization", "Bearer mine")) !=
                call.headers.end());
        next.answerQuery(R"({"id":"j1","status":"done","output":"late"})");
        QTRY_VERIFY(next.store.records.begin()->second.answer);
        QCOMPARE(next.store.records.begin()->second.answer->body, "late");
        // A client with the same key gets the late result.
        const Client client = next.request(R"({"n":1})", {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(client.log->status(), 200);
        QCOMPARE(client.log->body(), "late");
    }

    /// The RequestEnd of a durable job's request names the route, however the request ends. The access log
    /// uses it.
    void theRouteOfARequest()
    {
        ProfileWorld world;
        QSignalSpy ended(&world.coordinator, &JobCoordinator::requestAnswered);
        const http::HeaderFields key{{"Idempotency-Key", "k"}};
        const Client first = world.request(R"({"n":1})", key);
        QTRY_COMPARE(world.starter.order.size(), 1U);
        const Client leaving = world.request(R"({"n":1})", key);
        leaving.exchange->leave();
        QTRY_COMPARE(ended.size(), 1);
        world.answerStart(R"({"id":"j1","status":"done","output":"hi"})");
        QTRY_COMPARE(ended.size(), 2);
        const Client replayed = world.request(R"({"n":1})", key);
        QTRY_COMPARE(ended.size(), 3);
        const Reason reasons[]{Reason::ClientGone, Reason::Completed, Reason::Replayed};
        for (int i = 0; i < 3; ++i) {
            const auto end = ended.at(i).front().value<RequestEnd>();
            QCOMPARE(end.reason, reasons[i]);
            QCOMPARE(end.route, "api");
        }
    }

    /// A callback that only says that the job has ended.
    void aThinCallback()
    {
        ProfileWorld world{thinProfile()};
        const Client client = world.request();
        world.m_token = world.token();
        world.answerStart(R"({"id":"j1"})");
        QCOMPARE(world.answered(world.sendThin()).status, 200);
        QVERIFY(client.log->answers.empty());
        QTRY_COMPARE(world.queries.order.size(), 1U);
        world.answerQuery(R"({"id":"j1","status":"done","output":"fetched"})");
        QCOMPARE(client.log->body(), "fetched");
    }

    void aLateThinCallback_data()
    {
        QTest::addColumn<bool>("isRemembered");
        QTest::newRow("its job is in memory") << true;
        QTest::newRow("its job is in the store") << false;
    }
    /// A thin callback arrives after the deadline of its job. The result is fetched and retained, like the
    /// result in a late callback that contains one.
    void aLateThinCallback()
    {
        QFETCH(bool, isRemembered);
        ThinWorld first;
        QTRY_COMPARE(first.client.log->status(), 504);
        const JobRecord ended = first.record();
        QCOMPARE(ended.status.outcome, Reason::CallbackTimeout);
        QVERIFY(ended.request);
        ProfileWorld next{thinProfile()};
        next.m_token = first.m_token;
        next.store.records = {{ended.id, ended}};
        ProfileWorld &world = isRemembered ? first : next;

        // When the result cannot be fetched, the sender gets 502 and sends the callback again.
        auto sender = world.sendThin();
        QTRY_COMPARE(world.queries.order.size(), 1U);
        const StartCall call = world.queries.calls.at(world.queries.order.back());
        QCOMPARE(call.url, "http://up.example/base/jobs/j1");
        QVERIFY(std::find(call.headers.begin(), call.headers.end(),
                          std::pair<QByteArray, QByteArray>("Authorization", "Bearer mine")) !=
                call.headers.end());
        QCOMPARE(world.answered(world.sendThin()).status, 502);  // only one fetch per job at a time
        QVERIFY(sender->answers.empty());
        world.answerQuery("gateway", 503);
        QCOMPARE(world.answered(sender).status, 502);
        sender = world.sendThin();
        QTRY_COMPARE(world.queries.order.size(), 2U);
        world.answerQuery(R"({"id":"j1","status":"half"})");
        QCOMPARE(world.answered(sender).status, 502);
        QCOMPARE(world.store.records.begin()->second.status.outcome, Reason::CallbackTimeout);

        sender = world.sendThin();
        QTRY_COMPARE(world.queries.order.size(), 3U);
        world.answerQuery(R"({"id":"j1","status":"done","output":"fetched"})");
        QVERIFY(sender->answers.empty());  // nothing is durable yet
        QCOMPARE(world.answered(sender).body, "thanks");
        const JobRecord kept = world.store.records.begin()->second;
        QCOMPARE(kept.status.outcome, Reason::Completed);
        QCOMPARE(kept.answer->body, "fetched");
        QVERIFY(!kept.request);
        QCOMPARE(world.coordinator.ledger().count(CallbackOutcome::Late), 3U);
        const Client again = world.request(R"({"n":1})", {{"Idempotency-Key", "k"}});
        QTRY_COMPARE(again.log->status(), 200);
        QCOMPARE(again.log->body(), "fetched");
        QCOMPARE(world.answered(world.sendThin()).body, "thanks");
        QCOMPARE(world.coordinator.ledger().count(CallbackOutcome::Duplicate), 1U);
        QCOMPARE(world.queries.order.size(), 3U);
    }

    void aLateThinCallbackOfAFailure()
    {
        ThinWorld world;
        QTRY_COMPARE(world.client.log->status(), 504);
        const auto sender = world.sendThin("broken");
        QTRY_COMPARE(world.queries.order.size(), 1U);
        world.answerQuery(R"({"id":"j1","status":"broken"})");
        QCOMPARE(world.answered(sender).body, "thanks");
        QCOMPARE(world.record().status.outcome, Reason::JobFailed);
        QCOMPARE(world.record().answer->status, 502);
    }

    /// No result is fetched when nobody could get it: the job had no Idempotency-Key, or somebody cancelled
    /// it.
    void aLateThinCallbackThatNobodyNeeds()
    {
        for (const bool isPlain : {true, false}) {
            ThinWorld world(isPlain ? http::HeaderFields() : ThinWorld::key(), isPlain ? 50ms : 1h);
            if (!isPlain)
                world.coordinator.cancel(world.lastTicket());
            QTRY_COMPARE(world.client.log->status(), isPlain ? 504 : 503);
            const std::size_t asked = world.queries.order.size();
            QCOMPARE(world.answered(world.sendThin()).body, "thanks");
            QCOMPARE(world.coordinator.ledger().count(CallbackOutcome::Late), 0U);
            QCOMPARE(world.queries.order.size(), asked);
            if (!isPlain)
                QTRY_VERIFY(world.record().isSettled() && !world.record().request);
        }
    }

    /// The answer to the start request was lost, so only the callback says the upstream's job id.
    void aLateThinCallbackOfAStartInDoubt()
    {
        ThinWorld world(ThinWorld::key(), 50ms, false);
        world.starter.answer(world.lastTicket(), Fate::Unknown, 0);
        QTRY_COMPARE(world.client.log->status(), 504);
        QCOMPARE(world.record().status.outcome, Reason::StartUnknown);
        const auto sender = world.sendThin();
        QTRY_COMPARE(world.queries.order.size(), 1U);
        QCOMPARE(world.queries.calls.at(world.queries.order.back()).url, "http://up.example/base/jobs/j1");
        world.answerQuery(R"({"id":"j1","status":"done","output":"fetched"})");
        QCOMPARE(world.answered(sender).body, "thanks");
        QCOMPARE(world.record().upstreamId, "j1");
        QCOMPARE(world.record().answer->body, "fetched");
    }

    void theStoreFailsUnderALateThinCallback()
    {
        ThinWorld world;
        QTRY_COMPARE(world.client.log->status(), 504);
        world.store.setUnavailable(u"full"_s);
        QCOMPARE(world.answered(world.sendThin()).status, 503);
        world.store.setUnavailable({});
        const auto sender = world.sendThin();
        QTRY_COMPARE(world.queries.order.size(), 1U);
        world.store.failNext(1, u"full"_s);
        world.answerQuery(R"({"id":"j1","status":"done","output":"fetched"})");
        QCOMPARE(world.answered(sender).status, 503);
        const auto again = world.sendThin();
        QTRY_COMPARE(world.queries.order.size(), 2U);
        world.answerQuery(R"({"id":"j1","status":"done","output":"fetched"})");
        QCOMPARE(world.answered(again).body, "thanks");
        QCOMPARE(world.record().answer->body, "fetched");
    }
};

HOLDLINE_TEST(TestProfiledJobs)
#include "tst_profiledjobs.moc"

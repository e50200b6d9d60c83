// SPDX-License-Identifier: GPL-3.0-or-later
// Callbacks at a URL that is registered with the API beforehand, over real sockets. Many clients, the whole
// service with one thread and with four, and an upstream that answers like OpenAI or Dropbox Sign. The
// signatures are made here from the APIs' documentation, not by the code under test.
#include "core/profile/shippedprofiles.h"
#include "core/routing/routeset.h"
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray kWebhookKey = "a key of thirty two bytes or so.";
const QByteArray kApiKey = "8b2a1e9c0d";
const QByteArray kHello = "Hello API Event Received";

/// A callback as its sender posts it.
struct Signed
{
    QByteArray fields;
    QByteArray body;
};

/// One API: its requests, responses and callbacks.
struct Api
{
    QString name;
    QByteArray path;
    QByteArray taken;  ///< the exact body of the response to an accepted callback

    static Api openAi() { return {u"openai"_s, "/v1/responses", ""}; }
    static Api dropboxSign() { return {u"dropbox-sign"_s, "/v3/signature_request/send", kHello}; }
    static Api byName(const QString &name) { return name == "openai"_L1 ? openAi() : dropboxSign(); }
    bool isThin() const { return name == "openai"_L1; }

    static QByteArray idOf(int number) { return "job_" + QByteArray::number(number); }

    QByteArray startBody(int number) const
    {
        const QByteArray text = QByteArray::number(number);
        return isThin() ? QByteArray("{\"input\":\"n" + text + ";\"}")
                        : QByteArray("--x1\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nn" +
                                     text + ";\r\n--x1--\r\n");
    }
    QByteArray contentType() const
    {
        return isThin() ? "application/json" : "multipart/form-data; boundary=x1";
    }
    QByteArray startAnswer(const QByteArray &id) const
    {
        return isThin() ? QByteArray("{\"id\":\"" + id + "\",\"status\":\"queued\"}")
                        : QByteArray("{\"signature_request\":{\"signature_request_id\":\"" + id + "\"}}");
    }
    QByteArray completedWord() const
    {
        return isThin() ? "response.completed" : "signature_request_all_signed";
    }
    QByteArray failedWord() const { return isThin() ? "response.failed" : "signature_request_declined"; }
    QByteArray progressWord() const { return isThin() ? "response.in_progress" : "signature_request_signed"; }

    Signed callback(const QByteArray &id, const QByteArray &word, const QByteArray &when = now()) const
    {
        return isThin() ? webhook(id, word, when) : event(id, word, when);
    }
    static QByteArray now() { return QByteArray::number(QDateTime::currentSecsSinceEpoch()); }

    /// Standard Webhooks 1.0: base64 of HMAC-SHA256 over id.timestamp.body.
    static Signed webhook(const QByteArray &id, const QByteArray &word, const QByteArray &when)
    {
        const QByteArray body =
            "{\"object\":\"event\",\"type\":\"" + word + "\",\"data\":{\"id\":\"" + id + "\"}}";
        const QByteArray message = "wh_" + id + word;
        const QByteArray signature = QMessageAuthenticationCode::hash(message + '.' + when + '.' + body,
                                                                      kWebhookKey, QCryptographicHash::Sha256)
                                         .toBase64();
        return {"Content-Type: application/json\r\nwebhook-id: " + message +
                    "\r\nwebhook-timestamp: " + when + "\r\nwebhook-signature: v1," + signature + "\r\n",
                body};
    }
    /// Dropbox Sign: hex of HMAC-SHA256 over time and type, in a field of a multipart body.
    static Signed event(const QByteArray &id, const QByteArray &word, const QByteArray &when)
    {
        const QByteArray hash =
            QMessageAuthenticationCode::hash(when + word, kApiKey, QCryptographicHash::Sha256).toHex();
        const QByteArray request =
            id.isEmpty() ? QByteArray()
                         : QByteArray(",\"signature_request\":{\"signature_request_id\":\"" + id + "\"}");
        return {"Content-Type: multipart/form-data; boundary=b1\r\n",
                "--b1\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"event\":{\"event_type\":\"" +
                    word + "\",\"event_time\":\"" + when + "\",\"event_hash\":\"" + hash + "\"}" + request +
                    "}\r\n--b1--\r\n"};
    }
};

/// A service in front of an upstream of this API.
class World
{
public:
    explicit World(const Api &which, int threads = 1, const QString &storePath = u"memory"_s)
        : api(which), upstream(QHostAddress::LocalHost)
    {
        upstream.setResponder([this](const ScriptedServer::Arrival &arrival) { return answer(arrival); });
        config = WholeService::quietConfig();
        config.store.path = storePath;
        config.server.threads = threads;
        auto profile = std::make_shared<profile::Profile>(*profile::shippedProfile(api.name));
        if (profile->status)
            profile->status->first = 60s;
        setProfile(profile);
    }

    void setProfile(const std::shared_ptr<const profile::Profile> &profile)
    {
        auto set = std::make_shared<RouteSet>();
        RouteConfig route;
        route.name = api.name.toLatin1();
        route.takesRest = true;
        route.profile = profile;
        route.upstream = upstream.url(u""_s);
        // Each client is its own account, so that their jobs are in all threads.
        route.lane.kind = LaneSource::Kind::Value;
        route.lane.value = std::get<profile::Locator>(profile::parseLocator(u"header:Authorization"_s));
        set->routes.push_back(route);
        set->secrets = {{"webhook", "whsec_" + kWebhookKey.toBase64()}, {"api-key", kApiKey}};
        config.routes = set;
    }
    void start() { m_service = std::make_unique<WholeService>(upstream.url(u""_s), config); }
    void stop() { m_service.reset(); }
    WholeService &service()
    {
        if (!m_service)
            start();
        return *m_service;
    }

    std::unique_ptr<RawHttpClient> request(int number, const QByteArray &fields = {})
    {
        auto client = std::make_unique<RawHttpClient>(service().port());
        client->send(RawHttpClient::post(api.path, api.startBody(number),
                                         "Authorization: Bearer client-" + QByteArray::number(number) +
                                             "\r\nContent-Type: " + api.contentType() + "\r\n" + fields));
        return client;
    }
    std::unique_ptr<RawHttpClient> send(const Signed &callback, const QByteArray &behind = {},
                                        const QByteArray &method = "POST")
    {
        auto sender = std::make_unique<RawHttpClient>(service().port());
        QByteArray bytes =
            RawHttpClient::post("/callback/" + api.name.toLatin1() + behind, callback.body, callback.fields);
        sender->send(bytes.replace(0, 4, method));
        return sender;
    }
    /// Sends a callback and checks that it is accepted with the exact response.
    void take(const Signed &callback)
    {
        const auto sender = send(callback);
        QTRY_COMPARE(sender->answerCount(), 1);
        QCOMPARE(sender->status(), 200);
        QCOMPARE(sender->answers().front().body, api.taken);
    }
    /// Returns the body that the job's client gets after this callback.
    QByteArray expected(int number, const Signed &callback) const
    {
        if (api.isThin())
            return statusBody(Api::idOf(number));
        const qsizetype from = callback.body.indexOf('{');
        return callback.body.sliced(from, callback.body.lastIndexOf('}') + 1 - from);
    }
    double counted(const QByteArray &outcome)
    {
        return service().metric("holdline_callbacks_total{result=\"" + outcome + "\"}");
    }
    int starts() const
    {
        return static_cast<int>(std::count_if(
            upstream.arrivals().begin(), upstream.arrivals().end(),
            [this](const auto &arrival) { return arrival.head.startsWith("POST " + api.path + ' '); }));
    }

    const Api api;
    ScriptedServer upstream;
    Config config;
    bool holdsStarts = false;         ///< responses to start requests wait for releaseOne()
    QByteArray status = "completed";  ///< the state of each job in responses to status queries

private:
    QByteArray statusBody(const QByteArray &id) const
    {
        return "{\"id\":\"" + id + "\",\"status\":\"" + status + "\",\"output\":\"of " + id + "\"}";
    }
    ScriptedServer::Script answer(const ScriptedServer::Arrival &arrival) const
    {
        static const QRegularExpression kNumber(u"n([0-9]+);"_s);
        static const QRegularExpression kId(u"^GET [^ ]*/(job_[0-9]+) "_s);
        const auto asked = kId.match(QString::fromLatin1(arrival.head));
        if (asked.hasMatch())
            return {
                ScriptedServer::write(ScriptedServer::answer(200, statusBody(asked.captured(1).toLatin1())))};
        const auto started = kNumber.match(QString::fromLatin1(arrival.body));
        if (!started.hasMatch())
            return {ScriptedServer::write(ScriptedServer::answer(200, "{}"))};
        const auto last = ScriptedServer::write(
            ScriptedServer::answer(200, api.startAnswer(Api::idOf(started.captured(1).toInt()))));
        return holdsStarts ? ScriptedServer::Script{ScriptedServer::hold(), last}
                           : ScriptedServer::Script{last};
    }

    std::unique_ptr<WholeService> m_service;
};

}  // namespace

class TestRegisteredCallbacks : public QObject
{
    Q_OBJECT

    static void everyWay()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("threads");
        for (const char *name : {"openai", "dropbox-sign"}) {
            for (const int threads : {1, 4})
                QTest::addRow("%s, %d threads", name, threads) << QString::fromLatin1(name) << threads;
        }
    }

private Q_SLOTS:
    void fiftyAtOnce_data() { everyWay(); }
    void fiftyAtOnce()
    {
        constexpr int kClients = 50;
        QFETCH(QString, name);
        QFETCH(int, threads);
        World world(Api::byName(name), threads);
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < kClients; ++i)
            clients.push_back(world.request(i));
        QTRY_COMPARE(world.starts(), kClients);
        std::vector<std::unique_ptr<RawHttpClient>> senders;
        std::vector<Signed> callbacks;
        for (int i = 0; i < kClients; ++i) {
            const QByteArray word = i % 5 == 4 ? world.api.failedWord() : world.api.completedWord();
            callbacks.push_back(world.api.callback(Api::idOf(i), word));
            senders.push_back(world.send(callbacks.back()));
        }
        for (int i = 0; i < kClients; ++i) {
            const auto at = static_cast<std::size_t>(i);
            QTRY_COMPARE(senders[at]->status(), 200);
            QCOMPARE(senders[at]->answers().front().body, world.api.taken);
            QTRY_COMPARE(clients[at]->status(), 200);
            QCOMPARE(clients[at]->answers().front().body, world.expected(i, callbacks[at]));
        }
        QCOMPARE(world.counted("unknown"), 0);
        QCOMPARE(world.counted("duplicate"), 0);
        // Senders repeat their callbacks.
        for (int i = 0; i < kClients; ++i)
            world.take(callbacks[static_cast<std::size_t>(i)]);
        QCOMPARE(world.counted("duplicate"), kClients);
        QCOMPARE(world.starts(), kClients);
    }

    void failure_data() { everyWay(); }
    void failure()
    {
        QFETCH(QString, name);
        QFETCH(int, threads);
        World world(Api::byName(name), threads);
        world.status = "failed";
        const auto client = world.request(1);
        QTRY_COMPARE(world.starts(), 1);
        const Signed callback = world.api.callback("job_1", world.api.failedWord());
        world.take(callback);
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(client->answers().front().body, world.expected(1, callback));
        QTRY_COMPARE(world.service().metric("holdline_route_jobs_total{route=\"" + name.toLatin1() +
                                            "\",outcome=\"job_failed\"}"),
                     1);
    }

    void progress_data() { everyWay(); }
    void progress()
    {
        QFETCH(QString, name);
        QFETCH(int, threads);
        World world(Api::byName(name), threads);
        const auto client = world.request(1);
        QTRY_COMPARE(world.starts(), 1);
        const Signed progress = world.api.callback("job_1", world.api.progressWord());
        world.take(progress);
        // The same progress report again changes nothing.
        world.take(progress);
        QCOMPARE(world.counted("progress"), 1);
        QCOMPARE(world.counted("duplicate"), 1);
        QCOMPARE(client->answerCount(), 0);
        world.take(world.api.callback("job_1", world.api.completedWord()));
        QTRY_COMPARE(client->status(), 200);
    }

    void forged_data() { everyWay(); }
    void forged()
    {
        QFETCH(QString, name);
        QFETCH(int, threads);
        World world(Api::byName(name), threads);
        const auto client = world.request(1);
        QTRY_COMPARE(world.starts(), 1);
        Signed unsign = world.api.callback("job_1", world.api.completedWord());
        unsign.fields = "Content-Type: application/json\r\n";
        Signed other = world.api.callback("job_1", world.api.completedWord());
        if (world.api.isThin())
            other.body.replace("job_1", "job_2");
        else
            other.body.replace("\"event_hash\":\"", "\"event_hash\":\"00");
        for (const Signed &forged : {unsign, other}) {
            const auto sender = world.send(forged);
            QTRY_COMPARE(sender->status(), 401);
        }
        if (world.api.isThin()) {
            const Signed old = Api::webhook("job_1", "response.completed",
                                            QByteArray::number(QDateTime::currentSecsSinceEpoch() - 400));
            const auto sender = world.send(old);
            QTRY_COMPARE(sender->status(), 401);
        }
        QCOMPARE(world.counted("unauthorised"), world.api.isThin() ? 3 : 2);
        QCOMPARE(client->answerCount(), 0);
        world.take(world.api.callback("job_1", world.api.completedWord()));
        QTRY_COMPARE(client->status(), 200);
    }

    void beforeTheStartsAnswer_data() { everyWay(); }
    void beforeTheStartsAnswer()
    {
        constexpr int kClients = 8;
        QFETCH(QString, name);
        QFETCH(int, threads);
        World world(Api::byName(name), threads);
        world.holdsStarts = true;
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < kClients; ++i)
            clients.push_back(world.request(i));
        QTRY_COMPARE(world.upstream.holding(), kClients);
        std::vector<std::unique_ptr<RawHttpClient>> senders;
        for (int i = 0; i < kClients; ++i)
            senders.push_back(world.send(world.api.callback(Api::idOf(i), world.api.completedWord())));
        // A callback for a job of somebody else with the same API account.
        const auto other = world.send(world.api.callback("job_99", world.api.completedWord()));
        QTRY_COMPARE(world.service().metric("holdline_callbacks_waiting_for_starts"), kClients + 1);
        for (const auto &sender : senders)
            QCOMPARE(sender->answerCount(), 0);
        QCOMPARE(other->answerCount(), 0);
        world.upstream.releaseAll();
        for (int i = 0; i < kClients; ++i) {
            QTRY_COMPARE(clients[static_cast<std::size_t>(i)]->status(), 200);
            QTRY_COMPARE(senders[static_cast<std::size_t>(i)]->status(), 200);
            QCOMPARE(senders[static_cast<std::size_t>(i)]->answers().front().body, world.api.taken);
        }
        QTRY_COMPARE(other->status(), 200);
        QCOMPARE(other->answers().front().body, world.api.taken);
        QTRY_COMPARE(world.service().metric("holdline_callbacks_waiting_for_starts"), 0);
        QCOMPARE(world.counted("unknown"), 1);
        QCOMPARE(world.counted(world.api.isThin() ? "progress" : "early"), kClients);
    }

    /// A callback counts even if its sender closes the connection before the response.
    void senderOfAnEarlyOneLeaves()
    {
        World world(Api::dropboxSign());
        world.holdsStarts = true;
        const auto client = world.request(1);
        QTRY_COMPARE(world.upstream.holding(), 1);
        const Signed callback = world.api.callback("job_1", world.api.completedWord());
        auto sender = world.send(callback);
        QTRY_COMPARE(world.service().metric("holdline_callbacks_waiting_for_starts"), 1);
        sender->reset();
        world.upstream.releaseAll();
        QTRY_COMPARE(client->status(), 200);
        QCOMPARE(client->answers().front().body, world.expected(1, callback));
        world.take(callback);
        QCOMPARE(world.counted("duplicate"), 1);
    }

    void late_data() { everyWay(); }
    void late()
    {
        QFETCH(QString, name);
        QFETCH(int, threads);
        World world(Api::byName(name), threads);
        const auto client = world.request(1, "Prefer: wait=1\r\n");
        QTRY_COMPARE(client->status(), 504);
        world.take(world.api.callback("job_1", world.api.completedWord()));
        QCOMPARE(world.counted("unknown"), 0);
        if (!world.api.isThin())
            QCOMPARE(world.counted("late"), 1);
        const Signed again = world.api.callback("job_1", world.api.completedWord(), "1");
        if (!world.api.isThin()) {
            world.take(again);
            QCOMPARE(world.counted("duplicate"), 1);
        }
    }

    void restart_data() { everyWay(); }
    void restart()
    {
        QFETCH(QString, name);
        QFETCH(int, threads);
        const QTemporaryDir folder;
        World world(Api::byName(name), threads, folder.filePath(u"holdline.db"_s));
        const QByteArray key = "Idempotency-Key: \"k\"\r\n";
        std::vector<std::unique_ptr<RawHttpClient>> clients;
        for (int i = 0; i < 6; ++i)
            clients.push_back(world.request(i, key));
        QTRY_COMPARE(world.starts(), 6);
        const auto allRun = [&] {
            return std::all_of(clients.begin(), clients.end(), [&, i = 0](const auto &) mutable {
                const QByteArray query = "/v1/jobs?idempotency_key=k";
                Q_UNUSED(i);
                const QJsonArray jobs =
                    QJsonDocument::fromJson(ask(world.service().port(), RawHttpClient::get(query)).body)
                        .object()
                        .value("jobs"_L1)
                        .toArray();
                return jobs.size() == 6 && std::all_of(jobs.begin(), jobs.end(), [](const QJsonValue &job) {
                           return job.toObject().value("state"_L1) == u"running"_s;
                       });
            });
        };
        QTRY_VERIFY(allRun());
        world.stop();
        clients.clear();

        // After the restart, jobs may be in other threads.
        world.config.server.threads = threads == 1 ? 3 : 1;
        world.start();
        clients.push_back(world.request(0, key));
        std::vector<Signed> callbacks;
        for (int i = 0; i < 6; ++i) {
            callbacks.push_back(world.api.callback(Api::idOf(i), world.api.completedWord()));
            world.take(callbacks.back());
        }
        QTRY_COMPARE(clients.front()->status(), 200);
        QCOMPARE(clients.front()->answers().front().body, world.expected(0, callbacks.front()));
        QCOMPARE(world.counted("unknown"), 0);
        for (int i = 1; i < 6; ++i) {
            const auto client = world.request(i, key);
            QTRY_COMPARE(client->status(), 200);
            QCOMPARE(client->answers().front().body,
                     world.expected(i, callbacks[static_cast<std::size_t>(i)]));
        }
        QCOMPARE(world.starts(), 6);

        // After another restart, only the store knows these jobs.
        world.stop();
        world.start();
        for (const Signed &callback : callbacks)
            world.take(callback);
        QCOMPARE(world.counted("duplicate"), 6);
        QCOMPARE(world.counted("unknown"), 0);
    }

    /// Dropbox Sign tests a callback URL before it uses it, and the API account may have other users.
    void ofNoJob()
    {
        for (const int threads : {1, 4}) {
            World world(Api::dropboxSign(), threads);
            const auto client = world.request(1);
            QTRY_COMPARE(world.starts(), 1);
            world.take(Api::event({}, "callback_test", Api::now()));
            world.take(Api::event({}, "account_confirmed", Api::now()));
            world.take(Api::event("somebody-elses", "signature_request_all_signed", Api::now()));
            QCOMPARE(world.counted("unknown"), 3);
            QCOMPARE(world.service().metric("holdline_dead_letters_stored_total{kind=\"callback\"}"), 0);
            QCOMPARE(client->answerCount(), 0);
            world.take(Api::event("job_1", "signature_request_all_signed", Api::now()));
            QTRY_COMPARE(client->status(), 200);
        }
    }

    /// Dropbox Sign's hash covers only time and type. Callbacks of two jobs in the same second have the same
    /// hash.
    void sameSignatureOfTwoJobs()
    {
        World world(Api::dropboxSign(), 4);
        const auto first = world.request(1);
        const auto second = world.request(2);
        QTRY_COMPARE(world.starts(), 2);
        world.take(Api::event("job_1", "signature_request_all_signed", "1773500900"));
        world.take(Api::event("job_2", "signature_request_all_signed", "1773500900"));
        QTRY_COMPARE(first->status(), 200);
        QTRY_COMPARE(second->status(), 200);
        QCOMPARE(world.counted("duplicate"), 0);
    }

    void addresses()
    {
        World world(Api::dropboxSign());
        const auto client = world.request(1);
        QTRY_COMPARE(world.starts(), 1);
        const Signed progress = world.api.callback("job_1", "signature_request_viewed");
        const auto put = world.send(progress, {}, "PUT");
        QTRY_COMPARE(put->status(), 400);
        QCOMPARE(ask(world.service().port(), RawHttpClient::get("/callback/dropbox-sign")).status, 405);
        QCOMPARE(ask(world.service().port(),
                     RawHttpClient::post("/callback/other", progress.body, progress.fields))
                     .status,
                 404);
        const auto behind = world.send(progress, "/and/more?a=b");
        QTRY_COMPARE(behind->status(), 200);
        const auto slash = world.send(world.api.callback("job_1", "signature_request_all_signed"), "/");
        QTRY_COMPARE(slash->status(), 200);
        QTRY_COMPARE(client->status(), 200);
    }

    /// A proxy may strip the beginning of the path.
    void behindAProxy()
    {
        World world(Api::openAi());
        world.config.server.callbackUrl = QUrl(u"https://hold.example/hooks/cb"_s);
        const auto client = world.request(1);
        QTRY_COMPARE(world.starts(), 1);
        const Signed callback = world.api.callback("job_1", "response.in_progress");
        int number = 0;
        for (const char *path : {"/hooks/cb/openai", "/cb/openai", "/openai"}) {
            const Signed one = world.api.callback("job_1", "response.step_" + QByteArray::number(++number));
            QCOMPARE(ask(world.service().port(), RawHttpClient::post(path, one.body, one.fields)).status,
                     200);
        }
        QCOMPARE(world.counted("progress"), 3);
        // Callbacks at these paths must not be taken for client requests.
        QCOMPARE(world.starts(), 1);
        world.take(world.api.callback("job_1", "response.completed"));
        QTRY_COMPARE(client->status(), 200);
    }
};

HOLDLINE_TEST(TestRegisteredCallbacks)
#include "tst_registeredcallbacks.moc"

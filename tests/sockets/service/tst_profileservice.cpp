// SPDX-License-Identifier: GPL-3.0-or-later Tests each shipped profile in all situations of a job, over real
// sockets: with a client, the service, and an upstream that answers and calls back as in the profile's
// recorded exchange. The table kProfiles says what each API can do. The test fails when a profile of
// resources/profiles is missing in the table, or when the table is wrong about a profile.
#include "core/job/jobid.h"
#include "core/profile/shippedprofiles.h"
#include "core/routing/routeset.h"
#include "tests/support/asking.h"
#include "tests/support/recordedapi.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Client = std::unique_ptr<RawHttpClient>;
using End = RecordedApi::End;

/// What an API can do, according to its documentation.
enum class Has {
    CallsBack = 1 << 0,
    Registered = 1 << 1,  ///< the callback address is registered at the API beforehand
    Thin = 1 << 2,        ///< callbacks only say that a job has ended, without the result
    NamesJob = 1 << 3,    ///< callbacks contain the job's id
    Signs = 1 << 4,       ///< callbacks contain a signature or a secret
    Fails = 1 << 5,       ///< the API has a state for a failed job
    Progress = 1 << 6,    ///< callbacks may say that a job still runs
    Answers = 1 << 7,     ///< the API answers status requests
    Cancels = 1 << 8,
};
Q_DECLARE_FLAGS(Facts, Has)
Q_DECLARE_OPERATORS_FOR_FLAGS(Facts)

constexpr Facts kCalls = Has::CallsBack | Has::NamesJob;
constexpr Facts kTells = kCalls | Has::Fails | Has::Progress;

/// The facts about each profile of resources/profiles.
const std::map<QString, Facts> kProfiles{
    {u"apify"_s, kTells | Has::Signs | Has::Answers | Has::Cancels},
    {u"assemblyai"_s, kTells | Has::Thin | Has::Signs | Has::Answers},
    {u"deepgram"_s, kCalls | Has::Signs},
    {u"dropbox-sign"_s, kTells | Has::Registered | Has::Signs},
    {u"fal"_s, kTells | Has::Signs | Has::Answers | Has::Cancels},
    {u"mpesa"_s, kCalls | Has::Fails | Has::Answers},
    {u"mtn-momo"_s, Has::CallsBack | Has::Fails | Has::Progress | Has::Answers},
    {u"ogc-processes"_s, Has::CallsBack | Has::Fails | Has::Progress | Has::Answers | Has::Cancels},
    {u"openai"_s, kTells | Has::Registered | Has::Thin | Has::Signs | Has::Answers | Has::Cancels},
    {u"openfaas"_s, kCalls | Has::Fails},
    {u"poll-202"_s, Has::Fails | Has::Answers | Has::Cancels},
    {u"replicate"_s, kTells | Has::Signs | Has::Answers | Has::Cancels},
    {u"twilio-call"_s, kTells | Has::Signs | Has::Answers | Has::Cancels},
};

/// Adds a row for each profile that has all wanted facts.
void addProfiles(Facts wanted)
{
    QTest::addColumn<QString>("name");
    for (const QString &name : profile::shippedProfiles()) {
        const auto known = kProfiles.find(name);
        // everyProfileIsHere() fails for a profile that is not in the table.
        if (known != kProfiles.end() && (known->second & wanted) == wanted)
            QTest::newRow(qPrintable(name)) << name;
    }
}

bool has(const QString &name, Has fact)
{
    return kProfiles.at(name).testFlag(fact);
}

enum class Asks {
    Never,
    IfNeeded,  ///< only when the API has no callbacks
    Soon
};

RouteConfig routeTo(const RecordedApi &api, const QString &name, Asks asks)
{
    auto profile = std::make_shared<profile::Profile>(*profile::shippedProfile(name));
    if (profile->status) {
        const bool asksSoon = asks == Asks::Soon || (asks == Asks::IfNeeded && !profile->callback);
        profile->status->first = profile->status->every = profile->status->longest =
            asksSoon ? 10ms : 60'000ms;
    }
    RouteConfig route;
    route.name = name.toLatin1();
    route.takesRest = true;
    route.profile = profile;
    route.upstream = QUrl::fromEncoded(api.url());
    if (profile->callback && profile->callback->verify && !profile->callback->verify->jwks.isEmpty())
        route.jwks = api.keysUrl();
    return route;
}

Config configFor(const std::vector<RouteConfig> &routes, const profile::Secrets &secrets)
{
    auto set = std::make_shared<RouteSet>();
    set->routes = routes;
    set->secrets = secrets;
    Config config = WholeService::quietConfig();
    config.routes = set;
    config.server.callbackUrl = QUrl(QString::fromLatin1(RecordedApi::kCallbackUrl));
    return config;
}

/// Makes the upstream end a job as its API does: by a callback, or by the answer to a status request. Returns
/// the request of the callback. Returns an empty text for an API that does not call back.
QByteArray endingOf(RecordedApi &api, const QString &name, int start, End end)
{
    const QJsonObject ask = api.askOf(end == End::Completed ? u"completed"_s : u"failed"_s);
    if (!ask.isEmpty() && (has(name, Has::Thin) || !has(name, Has::CallsBack)))
        api.setAsk(ask);
    return has(name, Has::CallsBack) ? api.callback(start, api.callbackOf(end)) : QByteArray();
}

/// Returns the recorded answer that the job's client gets after endingOf().
QJsonObject expectedAfter(const RecordedApi &api, const QString &name, End end)
{
    if (has(name, Has::CallsBack))
        return api.clientAnswerTo(api.callbackOf(end));
    return api.askOf(end == End::Completed ? u"completed"_s : u"failed"_s)["client"_L1].toObject();
}

Client sendTo(quint16 port, const QByteArray &bytes)
{
    auto client = std::make_unique<RawHttpClient>(port);
    client->send(bytes);
    return client;
}

/// A service with one route, and the upstream of this route.
class World
{
public:
    explicit World(const QString &which, Asks asks = Asks::IfNeeded,
                   std::chrono::milliseconds jobDeadline = 1h)
        : name(which), api(which)
    {
        Config config = configFor({routeTo(api, name, asks)}, api.secrets());
        config.hold.jobDeadline = jobDeadline;
        m_service = std::make_unique<WholeService>(QUrl::fromEncoded(api.url()), config);
    }

    Client request(const QByteArray &fields = {}) { return send(api.request(fields)); }
    /// Sends a client's request and waits until the upstream has received the start request.
    Client startedJob(const QByteArray &fields = {})
    {
        const int before = api.startCount();
        Client client = request(fields);
        if (!waitUntil([&] { return api.startCount() > before; }))
            qFatal("no start of %s came: %s", qPrintable(name), client->received().constData());
        return client;
    }
    Client callBack(int start, const QJsonObject &recorded, RecordedApi::Key key = RecordedApi::Key::Right)
    {
        return send(api.callback(start, recorded, key));
    }
    Client send(const QByteArray &bytes) { return sendTo(m_service->port(), bytes); }
    /// Ends a job (see endingOf()) and sends its callback. Returns null when the API does not call back.
    Client end(int start, End end)
    {
        const QByteArray callback = endingOf(api, name, start, end);
        return callback.isEmpty() ? nullptr : send(callback);
    }
    QJsonObject expectedAfter(End end) const { return ::expectedAfter(api, name, end); }
    int counted(const QByteArray &word)
    {
        return static_cast<int>(m_service->metric("holdline_callbacks_total{result=\"" + word + "\"}"));
    }
    double jobsThat(const QByteArray &outcome)
    {
        return m_service->metric("holdline_route_jobs_total{route=\"" + name.toLatin1() + "\",outcome=\"" +
                                 outcome + "\"}");
    }
    WholeService &service() { return *m_service; }
    quint16 port() const { return m_service->port(); }

    const QString name;
    RecordedApi api;

private:
    std::unique_ptr<WholeService> m_service;
};

QByteArray bodyOf(const QJsonObject &message)
{
    return message.contains("bodyBase64"_L1)
               ? QByteArray::fromBase64(message["bodyBase64"_L1].toString().toLatin1())
               : message["body"_L1].toString().toUtf8();
}

/// Checks that the client got the expected answer about its job, and no other answer.
void compareWithRecorded(const RecordedApi &api, const RawHttpClient &client, int start,
                         const QJsonObject &expected)
{
    QVERIFY(!expected.isEmpty());
    SOON_COMPARE(client.answerCount(), 1);
    const RawAnswer answer = client.answers().front();
    QCOMPARE(answer.status, expected["status"_L1].toInt());
    QCOMPARE(answer.body, api.aboutJob(start, bodyOf(expected)));
    QCOMPARE(answer.headers.value("Content-Type"), expected["contentType"_L1].toString().toLatin1());
}

/// Checks that the sender of a callback got exactly the recorded answer.
void compareReply(const RawHttpClient &sender, const QJsonObject &callback)
{
    const QJsonObject reply = callback["reply"_L1].toObject();
    QVERIFY(!reply.isEmpty());
    SOON_COMPARE(sender.answerCount(), 1);
    QCOMPARE(sender.status(), reply["status"_L1].toInt());
    QCOMPARE(sender.answers().front().body, bodyOf(reply));
    QCOMPARE(sender.answers().front().headers.value("Content-Type"),
             reply["contentType"_L1].toString().toLatin1());
}

#define STOP_IF_FAILED()                \
    do {                                \
        if (QTest::currentTestFailed()) \
            return;                     \
    } while (false)

const QByteArray kKey = "Idempotency-Key: \"k\"\r\n";

/// One service with one job of each API, each with an Idempotency-Key. The service is killed and started
/// again.
class KilledService
{
public:
    KilledService()
    {
        const QString file = m_folder.filePath(u"first.db"_s);
        for (const auto &[name, facts] : kProfiles) {
            auto api = std::make_unique<RecordedApi>(name);
            m_secrets.insert(api->secrets().begin(), api->secrets().end());
            m_apis[name] = std::move(api);
        }
        // Several APIs have a secret with this name. All get that of openai, because its secret must have a
        // special format.
        m_secrets["webhook"] = RecordedApi(u"openai"_s).secrets().at("webhook");
        for (const auto &[name, api] : m_apis)
            api->secrets() = m_secrets;
        const auto first = service(file, Asks::Never);
        std::vector<Client> clients;
        for (const auto &[name, api] : m_apis)
            clients.push_back(sendTo(first->port(), api->request(kKey, "/" + name.toLatin1())));
        // Each job is stored twice: before its start request is sent, and after the answer to it.
        const double writes = 2 * static_cast<double>(m_apis.size());
        if (!waitUntil([&] { return first->metric("holdline_store_writes_total") >= writes; }))
            qFatal("the jobs are not stored");
        // A copy of the store's files is what a killed process leaves on the disk.
        for (const char *part : {"", "-wal"}) {
            if (!QFile::copy(file + QLatin1StringView(part),
                             m_folder.filePath(u"next.db"_s) + QLatin1StringView(part)))
                qFatal("cannot copy the store");
        }
        m_next = service(m_folder.filePath(u"next.db"_s), Asks::IfNeeded);
    }

    RecordedApi &api(const QString &name) { return *m_apis.at(name); }
    WholeService &next() { return *m_next; }

private:
    std::unique_ptr<WholeService> service(const QString &file, Asks asks) const
    {
        std::vector<RouteConfig> routes;
        for (const auto &[name, api] : m_apis) {
            routes.push_back(routeTo(*api, name, asks));
            routes.back().path = '/' + name.toLatin1();
        }
        Config config = configFor(routes, m_secrets);
        config.store.path = file;
        return std::make_unique<WholeService>(routes.front().upstream, config);
    }

    const QTemporaryDir m_folder;
    profile::Secrets m_secrets;
    std::map<QString, std::unique_ptr<RecordedApi>> m_apis;
    std::unique_ptr<WholeService> m_next;
};

}  // namespace

class TestProfileService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"holdline.*.info=false"_s); }

    /// The table kProfiles has every profile, and its facts agree with the profile's file.
    void everyProfileIsHere()
    {
        const QStringList files =
            QDir(QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/profiles")).entryList({u"*.toml"_s});
        QVERIFY(!files.isEmpty());
        QStringList known;
        for (const auto &[name, facts] : kProfiles)
            known += name + u".toml"_s;
        QCOMPARE(files, known);
        for (const auto &[name, facts] : kProfiles) {
            const profile::Profile *profile = profile::shippedProfile(name);
            QVERIFY2(profile, qPrintable(name));
            const auto &callback = profile->callback;
            Facts actual;
            actual.setFlag(Has::CallsBack, callback.has_value());
            actual.setFlag(Has::Registered,
                           profile->start.callbackMode == profile::StartRule::CallbackMode::Registered);
            actual.setFlag(Has::Thin, callback && profile->status && profile->status->afterCallback);
            actual.setFlag(Has::NamesJob, callback && !callback->job.empty());
            actual.setFlag(Has::Signs, callback && callback->verify);
            actual.setFlag(Has::Answers, profile->status.has_value());
            actual.setFlag(Has::Cancels, profile->cancel.has_value());
            // These two facts follow from the recorded exchange only.
            const RecordedApi api(name);
            actual.setFlag(Has::Fails,
                           !api.callbackOf(End::Failed).isEmpty() || !api.askOf(u"failed"_s).isEmpty());
            actual.setFlag(Has::Progress, !api.progress().empty());
            QVERIFY2(actual == facts, qPrintable(u"%1: %2, not %3"_s.arg(name).arg(actual).arg(facts)));
            QVERIFY2(api.isSigned() == facts.testFlag(Has::Signs), qPrintable(name));
        }
    }

    void fiftyAtOnce_data() { addProfiles({}); }
    /// The main scenario: fifty clients at once. Each client gets the result of its own job.
    void fiftyAtOnce()
    {
        constexpr int kClients = 50;
        QFETCH(QString, name);
        World world(name);
        std::vector<Client> clients;
        for (int i = 0; i < kClients; ++i)
            clients.push_back(world.request("X-Request-Id: client-" + QByteArray::number(i) + "\r\n"));
        SOON_COMPARE(world.api.startCount(), kClients);
        std::vector<Client> senders;
        // The jobs end in reverse order.
        for (int i = kClients - 1; i >= 0; --i) {
            if (Client sender = world.end(i, End::Completed))
                senders.push_back(std::move(sender));
        }
        for (int i = 0; i < kClients; ++i) {
            const QByteArray &id = world.api.starts()[static_cast<std::size_t>(i)].requestId;
            QVERIFY(id.startsWith("client-"));
            const Client &client = clients[id.sliced(7).toUInt()];
            compareWithRecorded(world.api, *client, i, world.expectedAfter(End::Completed));
            STOP_IF_FAILED();
        }
        for (const Client &sender : senders)
            SOON_COMPARE(sender->status() / 100, 2);
        QCOMPARE(world.jobsThat("completed"), kClients);
        QCOMPARE(world.api.startCount(), kClients);
        QCOMPARE(world.api.strangers(), QByteArrayList());
    }

    void success_data() { addProfiles({}); }
    void success() { ends(End::Completed, "completed"); }
    void failure_data() { addProfiles(Has::Fails); }
    void failure() { ends(End::Failed, "job_failed"); }

    void progress_data() { addProfiles(Has::Progress); }
    /// A progress callback does not end the job, and its sender gets the recorded answer.
    void progress()
    {
        QFETCH(QString, name);
        World world(name);
        const Client client = world.startedJob();
        for (const QJsonObject &callback : world.api.progress()) {
            compareReply(*world.callBack(0, callback), callback);
            STOP_IF_FAILED();
            QCOMPARE(client->answerCount(), 0);
        }
        QCOMPARE(world.counted("progress"), int(world.api.progress().size()));
        const Client sender = world.end(0, End::Completed);
        compareWithRecorded(world.api, *client, 0, world.expectedAfter(End::Completed));
    }

    void forged_data() { addProfiles(Has::CallsBack); }
    /// Forged callbacks: without the right secret at the job's callback address, with a guessed token, and at
    /// the address of another job.
    void forged()
    {
        QFETCH(QString, name);
        World world(name);
        const Client client = world.startedJob();
        const QJsonObject success = world.api.callbackOf(End::Completed);
        const auto isRefused = [&](const QByteArray &bytes, const std::vector<int> &statuses,
                                   const QByteArray &word) {
            const int before = world.counted(word);
            const Client sender = world.send(bytes);
            SOON_COMPARE(sender->answerCount(), 1);
            QVERIFY2(std::find(statuses.begin(), statuses.end(), sender->status()) != statuses.end(),
                     sender->received().constData());
            QCOMPARE(world.counted(word), before + 1);
            QCOMPARE(client->answerCount(), 0);
        };
        if (has(name, Has::Signs)) {
            QVERIFY(!world.api.forged().empty());
            for (const QJsonObject &callback : world.api.forged()) {
                isRefused(world.api.callback(0, callback, RecordedApi::Key::AsRecorded),
                          {callback["reply"_L1]["status"_L1].toInt()}, "unauthorised");
                STOP_IF_FAILED();
            }
            const int status = world.api.forged().front()["reply"_L1]["status"_L1].toInt();
            isRefused(world.api.callback(0, success, RecordedApi::Key::Wrong), {status}, "unauthorised");
            STOP_IF_FAILED();
        }
        if (!has(name, Has::Registered)) {
            QByteArray guessed = world.api.callback(0, success);
            const QByteArray token = world.api.starts().front().token;
            guessed.replace(token, QByteArray(token).replace(20, 4, "AAAA"));
            // A sender that never repeats a callback after a 4xx gets the answer for an accepted callback.
            isRefused(guessed, {404, 200}, "unknown");
            STOP_IF_FAILED();
        }
        if (has(name, Has::NamesJob) && !has(name, Has::Registered)) {
            // The callback has a valid proof but names another job.
            const Client other = world.startedJob();
            QByteArray mixed = world.api.callback(1, success);
            mixed.replace(world.api.starts()[1].token, world.api.starts()[0].token);
            // Twilio's signature covers the callback address, so it is wrong at another address.
            isRefused(mixed, {409, 200, 401}, name == "twilio-call"_L1 ? "unauthorised" : "mismatched");
            STOP_IF_FAILED();
            QCOMPARE(other->answerCount(), 0);
        }
        const Client sender = world.end(0, End::Completed);
        compareReply(*sender, success);
        compareWithRecorded(world.api, *client, 0, world.expectedAfter(End::Completed));
    }

    /// For an API without callbacks, a callback to any callback address gets 404 and does not end the job.
    void anApiWithoutCallbacksTakesNone()
    {
        for (const auto &[name, facts] : kProfiles) {
            if (facts.testFlag(Has::CallsBack))
                continue;
            World world(name);
            const Client client = world.startedJob();
            for (const QByteArray &path : {name.toLatin1(), QByteArray(35, 'A'), QByteArray("x")}) {
                const RawAnswer answer =
                    ask(world.port(),
                        RawHttpClient::post("/callback/" + path, R"({"id":"77-0","status":"succeeded"})",
                                            "Content-Type: application/json\r\n"));
                QCOMPARE(answer.status, 404);
            }
            QCOMPARE(client->answerCount(), 0);
            world.end(0, End::Completed);
            compareWithRecorded(world.api, *client, 0, world.expectedAfter(End::Completed));
            STOP_IF_FAILED();
        }
    }

    void duplicate_data() { addProfiles(Has::CallsBack); }
    /// The same callback arrives twice at the same moment, and once more when the job has ended.
    void duplicate()
    {
        QFETCH(QString, name);
        World world(name);
        const QJsonObject success = world.api.callbackOf(End::Completed);
        const Client client = world.startedJob();
        const Client first = world.end(0, End::Completed);
        const Client second = world.end(0, End::Completed);
        compareReply(*first, success);
        compareReply(*second, success);
        compareWithRecorded(world.api, *client, 0, world.expectedAfter(End::Completed));
        STOP_IF_FAILED();
        const int before = world.counted("duplicate");
        const Client third = world.end(0, End::Completed);
        compareReply(*third, success);
        QCOMPARE(world.counted("duplicate"), before + 1);
        QCOMPARE(client->answerCount(), 1);
        QCOMPARE(world.jobsThat("completed"), 1);
    }

    void early_data() { addProfiles(Has::CallsBack); }
    /// The callback arrives before the answer to the start request.
    void early()
    {
        QFETCH(QString, name);
        World world(name);
        world.api.setHoldsStarts(true);
        const Client client = world.startedJob();
        const Client sender = world.end(0, End::Completed);
        if (has(name, Has::Registered)) {
            // Only the answer to the start request says to which job a registered callback belongs.
            SOON_COMPARE(world.service().metric("holdline_callbacks_waiting_for_starts"), 1);
            QCOMPARE(sender->answerCount(), 0);
            world.api.server().releaseAll();
        }
        compareWithRecorded(world.api, *client, 0, world.expectedAfter(End::Completed));
        compareReply(*sender, world.api.callbackOf(End::Completed));
        STOP_IF_FAILED();
        QCOMPARE(world.counted(has(name, Has::Thin) ? "progress" : "early"), 1);
        // The answer to the start request arrives now and changes nothing.
        world.api.server().releaseAll();
        SOON_COMPARE(world.service().metric("holdline_starts_in_flight"), 0);
        QCOMPARE(client->answerCount(), 1);
        QCOMPARE(world.jobsThat("completed"), 1);
    }

    void late_data() { addProfiles(Has::CallsBack); }
    /// The callback arrives after the deadline of a job with an Idempotency-Key. A client that repeats its
    /// request with the key gets the result.
    void late()
    {
        QFETCH(QString, name);
        World &world = overdue(name);
        SOON_COMPARE(m_overdueClients[name]->status(), 504);
        QCOMPARE(world.jobsThat("callback_timeout"), 1);
        const Client sender = world.end(0, End::Completed);
        compareReply(*sender, world.api.callbackOf(End::Completed));
        STOP_IF_FAILED();
        QCOMPARE(world.counted("late"), 1);
        const Client again = world.request(kKey);
        compareWithRecorded(world.api, *again, 0, world.expectedAfter(End::Completed));
        STOP_IF_FAILED();
        QCOMPARE(again->answers().front().headers.value("Idempotent-Replayed"), "true");
        compareReply(*world.end(0, End::Completed), world.api.callbackOf(End::Completed));
        QCOMPARE(world.counted("duplicate"), 1);
        QCOMPARE(world.api.startCount(), 1);
    }

    void killed_data() { addProfiles({}); }
    /// The service is killed while the job runs, and started again with the store that is left. The client
    /// repeats its request with its Idempotency-Key.
    void killed()
    {
        QFETCH(QString, name);
        if (!m_killed)
            m_killed = std::make_unique<KilledService>();
        RecordedApi &api = m_killed->api(name);
        const quint16 port = m_killed->next().port();
        QCOMPARE(api.startCount(), 1);
        const QByteArray request = api.request(kKey, "/" + name.toLatin1());
        const Client client = sendTo(port, request);
        const QByteArray callback = endingOf(api, name, 0, End::Completed);
        if (!callback.isEmpty()) {
            const Client sender = sendTo(port, callback);
            compareReply(*sender, api.callbackOf(End::Completed));
            STOP_IF_FAILED();
        }
        compareWithRecorded(api, *client, 0, expectedAfter(api, name, End::Completed));
        STOP_IF_FAILED();
        const Client again = sendTo(port, request);
        compareWithRecorded(api, *again, 0, expectedAfter(api, name, End::Completed));
        STOP_IF_FAILED();
        QCOMPARE(again->answers().front().headers.value("Idempotent-Replayed"), "true");
        QCOMPARE(api.startCount(), 1);
        QCOMPARE(api.strangers(), QByteArrayList());
    }

    void asked_data() { addProfiles(Has::Answers); }
    /// No callback arrives. The upstream answers status requests, first that the job runs, then that it has
    /// ended.
    void asked()
    {
        QFETCH(QString, name);
        int ended = 0;
        const QJsonArray asks = RecordedApi(name).record()["asks"_L1].toArray();
        for (const QJsonValue ask : asks) {
            const QJsonObject expected = ask["client"_L1].toObject();
            if (expected.isEmpty())
                continue;
            World world(name, Asks::Soon);
            const Client client = world.startedJob();
            // Until now the upstream answers that the job still runs, or without a state.
            QVERIFY(waitUntil([&] { return world.api.askedCount() >= 2; }));
            QCOMPARE(client->answerCount(), 0);
            world.api.setAsk(ask.toObject());
            compareWithRecorded(world.api, *client, 0, expected);
            STOP_IF_FAILED();
            QCOMPARE(world.jobsThat(ask["outcome"_L1] == u"failed"_s ? "job_failed" : "completed"), 1);
            QCOMPARE(world.api.strangers(), QByteArrayList());
            ++ended;
        }
        QVERIFY(ended > 0);
    }

    void cancelled_data() { addProfiles(Has::Cancels); }
    /// A DELETE of the jobs API cancels the job. The upstream gets the recorded cancel request. A callback
    /// after that does not count as a result.
    void cancelled()
    {
        QFETCH(QString, name);
        World world(name);
        const Client client = world.startedJob("Prefer: respond-async\r\n");
        SOON_COMPARE(client->status(), 202);
        const QByteArray location = client->answers().front().headers.value("Location");
        const auto state = [&] {
            return QJsonDocument::fromJson(ask(world.port(), RawHttpClient::get(location)).body)["state"_L1]
                .toString();
        };
        SOON_COMPARE(state(), u"running"_s);
        QCOMPARE(ask(world.port(), "DELETE " + location + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
        SOON_COMPARE(world.api.cancels().size(), 1);
        SOON_COMPARE(world.service().metric("holdline_upstream_cancels_total{result=\"done\"}"), 1);
        const RecordedMessage wanted(world.api.record()["cancel"_L1].toObject());
        const ScriptedServer::Arrival &cancel = world.api.cancels().front();
        const QByteArray url = world.api.record()["cancel"_L1]["url"_L1].toString().toUtf8();
        const QByteArray target = world.api.aboutJob(0, url).sliced(world.api.url().size());
        QCOMPARE(cancel.head.first(cancel.head.indexOf(" HTTP/")), wanted.method + ' ' + target);
        QCOMPARE(cancel.body, wanted.body);
        for (const auto &[field, value] : wanted.headers)
            QCOMPARE(cancel.field(field.constData()), value);
        if (has(name, Has::CallsBack))
            compareReply(*world.end(0, End::Completed), world.api.callbackOf(End::Completed));
        QCOMPARE(state(), u"cancelled"_s);
    }

    void tooLarge_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<int>("status");
        const QByteArray callback = "/callback/" + CallbackToken::make(0, 1).toText();
        QTest::newRow("a sender that gives up on a 4xx") << u"assemblyai"_s << callback << 503;
        QTest::newRow("with a suffix") << u"assemblyai"_s << callback + "/x?y=1" << 503;
        QTest::newRow("its client") << u"assemblyai"_s << QByteArray("/v2/transcript") << 413;
        QTest::newRow("another sender") << u"replicate"_s << callback << 413;
    }
    /// The listener refuses a callback that is too large before its token is looked up. Its answer still
    /// obeys `never_4xx`.
    void tooLarge()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, path);
        QFETCH(int, status);
        World world(name);
        const Client client =
            world.send("POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
        SOON_COMPARE(client->answerCount(), 1);
        QCOMPARE(client->answers().front().status, status);
        QCOMPARE(client->received().contains("Retry-After: 1\r\n"), status == 503);
    }

    /// The upstream gets all of a client's request: also a slash at the end of the path, and all values of
    /// repeated header fields.
    void theRequestTravelsWhole()
    {
        World world(u"openfaas"_s);
        const Client client = world.send(
            RawHttpClient::post("/async-function/f/?a=b/", "x",
                                "X-A: 1\r\nCookie: a=b\r\nx-a: 2\r\nCookie: c=d\r\nX-Hop: 1\r\n"
                                "Connection: X-Hop\r\nTraceParent: 00-1-2-01\r\nX-Request-ID: mine\r\n"));
        SOON_COMPARE(world.api.server().arrivalCount(), 1);
        const ScriptedServer::Arrival arrival = world.api.server().arrivals().front();
        QVERIFY2(arrival.head.startsWith("POST /async-function/f/?a=b/ HTTP/1.1\r\n"),
                 arrival.head.constData());
        QCOMPARE(arrival.field("X-A"), "1, 2");
        QCOMPARE(arrival.field("Cookie"), "a=b; c=d");
        QCOMPARE(arrival.field("X-Hop"), "");
        QCOMPARE(arrival.field("traceparent"), "00-1-2-01");
        QCOMPARE(arrival.field("X-Request-Id"), "mine");
        QCOMPARE(arrival.head.toLower().count("\r\nx-request-id:"), 1);
    }

    void whatNoRouteTakes()
    {
        World world(u"replicate"_s);
        const Client get = world.send(RawHttpClient::get("/v1/predictions"));
        SOON_COMPARE(get->status(), 405);
        QCOMPARE(get->answers().front().headers.value("Allow"), "POST, OPTIONS");
        // A route for every path does not replace Holdline's own paths.
        const Client jobs = world.send(RawHttpClient::get("/v1/jobs?idempotency_key=x"));
        SOON_COMPARE(jobs->status(), 200);
    }

    void cleanupTestCase()
    {
        m_overdueClients.clear();
        m_overdue.clear();
        m_killed.reset();
    }

private:
    static void ends(End end, const QByteArray &outcome)
    {
        QFETCH(QString, name);
        World world(name);
        const Client client = world.startedJob();
        QCOMPARE(client->answerCount(), 0);
        const Client sender = world.end(0, end);
        if (sender)
            compareReply(*sender, world.api.callbackOf(end));
        compareWithRecorded(world.api, *client, 0, world.expectedAfter(end));
        STOP_IF_FAILED();
        QCOMPARE(world.jobsThat(outcome), 1);
        QCOMPARE(world.api.startCount(), 1);
        QCOMPARE(world.api.strangers(), QByteArrayList());
    }

    /// Returns the world of a profile whose job reaches its deadline. The jobs of all profiles are started at
    /// the first call, so that their deadlines pass at the same time.
    World &overdue(const QString &name)
    {
        if (m_overdue.empty()) {
            for (const auto &[api, facts] : kProfiles) {
                if (!facts.testFlag(Has::CallsBack))
                    continue;
                World &world = *(m_overdue[api] = std::make_unique<World>(api, Asks::IfNeeded, 600ms));
                m_overdueClients[api] = world.startedJob(kKey);
            }
        }
        return *m_overdue.at(name);
    }

    std::map<QString, std::unique_ptr<World>> m_overdue;
    std::map<QString, Client> m_overdueClients;
    std::unique_ptr<KilledService> m_killed;
};

HOLDLINE_TEST(TestProfileService)
#include "tst_profileservice.moc"

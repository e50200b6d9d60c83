// SPDX-License-Identifier: GPL-3.0-or-later
// Tests the simulated API for the shipped profiles: Holdline must read the API's responses and callbacks as
// the API means them. The start requests come from the recorded exchanges.
#include "core/profile/messageanswers.h"
#include "core/profile/messagereading.h"
#include "core/profile/outgoingrequest.h"
#include "core/profile/shippedprofiles.h"
#include "core/profile/signing.h"
#include "core/profile/verification.h"
#include "service/jobserver/profileapi.h"
#include "tests/support/suite.h"
#include "tests/unit/profile/exchange.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using profile::Profile;
using Verdict = profile::StartReading::Verdict;

namespace {

const QByteArray kId = "4499a6e0c2ef4b98";
const QUrl kRegistered(u"http://127.0.0.1:3738/callback/registered"_s);

/// A shipped profile, with the start request that Holdline sends for the recorded client request.
struct World
{
    explicit World(const QString &name) : exchange(name), profile(*profile::shippedProfile(name))
    {
        const RecordedMessage client(exchange.json["client"_L1].toObject());
        auto built = buildStart(profile, client.view(), exchange.values());
        if (const auto *error = std::get_if<StartError>(&built))
            qFatal("%s", qPrintable(error->detail));
        auto &out = std::get<profile::OutgoingRequest>(built);
        request.method = out.method;
        request.target = out.url.sliced(exchange.upstream.size());
        request.body = out.body;
        for (const auto &[field, value] : out.headers)
            request.headers.append(field, value);
        request.headers.append("Host", "127.0.0.1:3740");
        const auto &verify = profile.callback ? profile.callback->verify : std::nullopt;
        if (verify && !verify->secrets.empty())
            key = exchange.secrets.at(verify->secrets.front()).split('\n').front();
    }

    ApiStart start() const
    {
        auto read = readApiStart(profile, request, kRegistered);
        if (const auto *error = std::get_if<RequestError>(&read))
            qFatal("%s", qPrintable(error->text));
        return std::get<ApiStart>(read);
    }

    QByteArray id() const { return profile.start.made ? exchange.uuid : kId; }

    profile::TemplateValues values() const
    {
        profile::TemplateValues values;
        values.upstream = "http://127.0.0.1:3740";
        values.uuid = exchange.uuid;
        return values;
    }

    static profile::MessageView view(const http::Response &response)
    {
        profile::MessageView view;
        view.status = response.status;
        view.headers = response.headers.all();
        view.body = response.body;
        return view;
    }

    Exchange exchange;
    const Profile &profile;
    http::Request request;
    QByteArray key = "any key";
};

/// A callback, as Holdline receives it.
struct Received
{
    explicit Received(const CallbackMessage &message, const QByteArray &told) : m_message(message)
    {
        address = message.url.toEncoded();
        const qsizetype mark = address.indexOf('?');
        path = mark < 0 ? address : address.first(mark);
        query = mark < 0 ? QByteArray() : address.sliced(mark + 1);
        suffix = path.startsWith(told + '/') ? path.sliced(told.size() + 1) : QByteArray();
    }

    profile::MessageView view() const
    {
        return {m_message.method, 0, path, query, suffix, m_message.headers, m_message.body};
    }

    QByteArray address;
    QByteArray path;
    QByteArray query;
    QByteArray suffix;

private:
    const CallbackMessage m_message;
};

void addProfiles()
{
    QTest::addColumn<QString>("name");
    for (const QString &name : profile::shippedProfiles())
        QTest::newRow(qPrintable(name)) << name;
}

}  // namespace

class TestApiMessages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startAnswers_data() { addProfiles(); }
    void startAnswers()
    {
        QFETCH(QString, name);
        const World world(name);
        const http::Response answer = apiStartAnswer(world.profile, world.start(), world.id());
        const auto reading = readStart(world.profile, World::view(answer), world.values());
        QVERIFY2(reading.verdict == Verdict::Accepted, qPrintable(reading.error));
        if (!world.profile.start.job.empty() || world.profile.start.made)
            QCOMPARE(reading.job, world.id());
        QCOMPARE(reading.location.isEmpty(), world.profile.start.location.empty());
    }

    void callbacks_data() { addProfiles(); }
    void callbacks()
    {
        QFETCH(QString, name);
        const World world(name);
        if (!world.profile.callback)
            return;
        const ApiStart start = world.start();
        for (const ApiState state : {ApiState::Completed, ApiState::Failed}) {
            const WallTime now = wallNow();
            const CallbackMessage message =
                apiCallback(world.profile, start, world.id(), state, world.key, now);
            const bool isRegistered =
                world.profile.start.callbackMode == profile::StartRule::CallbackMode::Registered;
            QVERIFY(message.url.toEncoded().startsWith(isRegistered ? kRegistered.toEncoded()
                                                                    : world.exchange.callback));
            QVERIFY(takesMethod(world.profile, message.method));
            const Received received(message, world.exchange.callback);
            const auto read = readCallback(world.profile, received.view());
            QVERIFY2(std::holds_alternative<profile::StateReading>(read),
                     qPrintable(std::holds_alternative<QString>(read) ? std::get<QString>(read) : QString()));
            const auto &reading = std::get<profile::StateReading>(read);
            if (!world.profile.callback->job.empty())
                QCOMPARE(reading.job, world.id());
            const bool canFail = !world.profile.callback->state.empty();
            if (!reading.mustAsk)
                QCOMPARE(reading.report,
                         state == ApiState::Failed && canFail ? JobReport::Failed : JobReport::Completed);
            verify(world, received, now);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void questions_data() { addProfiles(); }
    void questions()
    {
        QFETCH(QString, name);
        const World world(name);
        if (!world.profile.status)
            return;
        for (const ApiState state : {ApiState::Running, ApiState::Completed, ApiState::Failed}) {
            const http::Response answer = apiStatusAnswer(world.profile, world.id(), state);
            const auto read = readStatus(world.profile, World::view(answer));
            QVERIFY2(std::holds_alternative<profile::StateReading>(read), answer.body.constData());
            const bool canFail = !world.profile.statusWords().failed.empty();
            const JobReport expected = state == ApiState::Running     ? JobReport::Progress
                                       : state == ApiState::Completed ? JobReport::Completed
                                       : canFail                      ? JobReport::Failed
                                                                      : JobReport::Progress;
            QVERIFY2(std::get<profile::StateReading>(read).report == expected, answer.body.constData());
        }
    }

    /// The API recognises Holdline's status and cancel requests, with and without a path in the upstream's
    /// URL.
    void requestsAboutJobs_data() { addProfiles(); }
    void requestsAboutJobs()
    {
        QFETCH(QString, name);
        const World world(name);
        ProfileApi api({std::shared_ptr<void>(), &world.profile}, world.key, kRegistered);
        const auto start = std::make_shared<const ApiStart>(world.start());
        QVERIFY(std::holds_alternative<ProfileApi::Start>(api.read(world.request)));
        api.started(world.id(), start);
        const RecordedMessage client(world.exchange.json["client"_L1].toObject());
        profile::TemplateValues values = world.exchange.values();
        values.job = world.id();
        const QByteArray location = world.exchange.upstream + "/jobs/" + world.id();
        values.location = location;
        const auto send = [&](const profile::RequestRule &rule) {
            auto built = buildRequest(world.profile, rule, client.view(), values);
            if (const auto *error = std::get_if<QString>(&built))
                qFatal("%s", qPrintable(*error));
            auto &out = std::get<profile::OutgoingRequest>(built);
            http::Request request;
            request.method = out.method;
            request.target = "/prefix" + out.url.sliced(world.exchange.upstream.size());
            request.body = out.body;
            return api.read(request);
        };
        if (world.profile.status) {
            const auto read = send(world.profile.status->request);
            QVERIFY(std::holds_alternative<http::Response>(read));
            QCOMPARE(std::get<http::Response>(read).status / 100, 2);
            if (world.profile.status->result) {
                QCOMPARE(std::get<http::Response>(send(*world.profile.status->result)).status, 404);
                api.ended(world.id(), false);
                QCOMPARE(std::get<http::Response>(send(*world.profile.status->result)).status, 200);
            }
        }
        if (world.profile.cancel) {
            const auto read = send(world.profile.cancel->request);
            QVERIFY(std::holds_alternative<ProfileApi::Cancel>(read));
            QCOMPARE(std::get<ProfileApi::Cancel>(read).id, world.id());
        }
    }

    void theOldestStartsAreForgotten()
    {
        const World world(u"replicate"_s);
        ProfileApi api({std::shared_ptr<void>(), &world.profile}, world.key, {});
        const auto start = [&](const QByteArray &id, const QByteArray &body) {
            ApiStart made = world.start();
            made.request.body = body;
            api.started(id, std::make_shared<const ApiStart>(made));
        };
        const auto isKnown = [&](const QByteArray &id) {
            http::Request question;
            question.method = "GET";
            question.target = "/v1/predictions/" + id;
            return std::holds_alternative<http::Response>(api.read(question));
        };
        const QByteArray large(ProfileApi::kMostBytes / 3, ' ');
        start("a", large);
        start("b", large);
        // A job that is added again counts once.
        start("b", large);
        QVERIFY(isKnown("a") && isKnown("b"));
        start("c", large);
        QVERIFY(!isKnown("a"));
        QVERIFY(isKnown("b") && isKnown("c"));
    }

    void wrongStarts()
    {
        World fal(u"fal"_s);
        fal.request.target = "/fal-ai/flux";
        QVERIFY(std::holds_alternative<RequestError>(readApiStart(fal.profile, fal.request, {})));
        World replicate(u"replicate"_s);
        replicate.request.body = "{";
        const auto read = readApiStart(replicate.profile, replicate.request, {});
        QCOMPARE(std::get<RequestError>(read).status, 400);
        World momo(u"mtn-momo"_s);
        momo.request.headers.remove("X-Reference-Id");
        QCOMPARE(std::get<RequestError>(readApiStart(momo.profile, momo.request, {})).status, 422);
    }

    void publishedThings()
    {
        const World fal(u"fal"_s);
        const ProfileApi api({std::shared_ptr<void>(), &fal.profile}, "my key", {});
        http::Request request;
        request.method = "GET";
        request.target = "/.well-known/jwks.json";
        const auto keys = api.read(request);
        QCOMPARE(std::get<profile::PublicKeys>(profile::parseKeySet(std::get<http::Response>(keys).body)),
                 profile::PublicKeys{profile::ed25519PublicKey(apiPrivateKey("my key"))});
        request.target = "/oauth/v1/generate?grant_type=client_credentials";
        QVERIFY(std::get<http::Response>(api.read(request)).body.contains("access_token"));
        request.target = "/nothing";
        QCOMPARE(std::get<RequestError>(api.read(request)).status, 404);
    }

    void privateKeys()
    {
        const QByteArray seed(32, '\x07');
        QCOMPARE(apiPrivateKey(seed.toHex()), seed);
        QCOMPARE(apiPrivateKey(seed.toBase64()), seed);
        QCOMPARE(apiPrivateKey("any text").size(), 32);
    }

private:
    static void verify(const World &world, const Received &received, WallTime now)
    {
        const auto &rule = world.profile.callback->verify;
        if (!rule)
            return;
        profile::VerificationContext context;
        const profile::PublicKeys keys{profile::ed25519PublicKey(apiPrivateKey(world.key))};
        context.url = received.address;
        context.peer = "127.0.0.1";
        context.now = now;
        context.secrets = &world.exchange.secrets;
        context.keySet = &keys;
        const auto verified = verifyCallback(*rule, received.view(), context);
        QVERIFY2(std::holds_alternative<profile::Verified>(verified),
                 qPrintable(std::holds_alternative<profile::Forged>(verified)
                                ? std::get<profile::Forged>(verified).text
                                : QString()));
        // With another key the callback is not verified.
        if (rule->scheme == profile::VerifyRule::Scheme::None)
            return;
        profile::Secrets others;
        for (const QByteArray &name : rule->secrets)
            others[name] = "c29tZSBvdGhlciBrZXk=";
        context.secrets = &others;
        const profile::PublicKeys otherKeys{profile::ed25519PublicKey(QByteArray(32, 'o'))};
        context.keySet = &otherKeys;
        QVERIFY(std::holds_alternative<profile::Forged>(verifyCallback(*rule, received.view(), context)));
    }
};

HOLDLINE_TEST(TestApiMessages)
#include "tst_apimessages.moc"

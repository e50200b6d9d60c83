// SPDX-License-Identifier: GPL-3.0-or-later
// Tests each shipped profile with messages that were written from its API's documentation.
#include "core/profile/messageanswers.h"
#include "core/profile/messagereading.h"
#include "core/profile/outgoingrequest.h"
#include "core/profile/profilereader.h"
#include "core/profile/shippedprofiles.h"
#include "core/profile/verification.h"
#include "tests/support/suite.h"
#include "tests/unit/profile/exchange.h"

#include <QDir>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QTest>

using namespace holdline;
using namespace holdline::profile;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

const QStringList kNames{u"apify"_s,    u"assemblyai"_s, u"deepgram"_s,   u"dropbox-sign"_s,  u"fal"_s,
                         u"mpesa"_s,    u"mtn-momo"_s,   u"openai"_s,     u"ogc-processes"_s, u"openfaas"_s,
                         u"poll-202"_s, u"replicate"_s,  u"twilio-call"_s};

QString verdictName(StartReading::Verdict verdict)
{
    using Verdict = StartReading::Verdict;
    switch (verdict) {
        case Verdict::Refused:
            return u"refused"_s;
        case Verdict::Accepted:
            return u"accepted"_s;
        case Verdict::Completed:
            return u"completed"_s;
        case Verdict::Failed:
            return u"failed"_s;
        case Verdict::Unreadable:
            return u"unreadable"_s;
    }
    return {};
}

void compareRequest(const OutgoingRequest &request, const QJsonObject &wanted)
{
    const RecordedMessage message(wanted);
    QCOMPARE(request.method, message.method);
    QCOMPARE(QString::fromUtf8(request.url), wanted["url"_L1].toString());
    QCOMPARE(request.body, message.body);
    QCOMPARE(sortedFields(request.headers), sortedFields(message.headers));
}

void compareAnswer(const ProfileAnswer &answer, const QJsonObject &wanted)
{
    QCOMPARE(answer.status, wanted["status"_L1].toInt());
    QCOMPARE(QString::fromUtf8(answer.contentType), wanted["contentType"_L1].toString());
    QCOMPARE(answer.body, RecordedMessage(wanted).body);
}

}  // namespace

class TestProfileExchanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thirteenShip();
    void filesAreShort_data() { profiles(); }
    void filesAreShort();
    void starts_data() { profiles(); }
    void starts();
    void startAnswers_data() { profiles(); }
    void startAnswers();
    void callbacks_data();
    void callbacks();
    void mutatedCallbacks_data() { callbacks_data(); }
    void mutatedCallbacks();
    void asking_data() { profiles(); }
    void asking();
    void cancelling_data() { profiles(); }
    void cancelling();
    void exchangesAreComplete_data() { profiles(); }
    void exchangesAreComplete();

private:
    static void profiles();
};

void TestProfileExchanges::profiles()
{
    QTest::addColumn<QString>("name");
    for (const QString &name : kNames)
        QTest::newRow(qPrintable(name)) << name;
}

void TestProfileExchanges::thirteenShip()
{
    QStringList sorted = kNames;
    sorted.sort();
    QCOMPARE(shippedProfiles(), sorted);
    QCOMPARE(shippedProfile(u"nobody"_s), nullptr);
    QVERIFY(shippedProfileText(u"nobody"_s).isEmpty());
}

void TestProfileExchanges::filesAreShort()
{
    QFETCH(const QString, name);
    const QByteArray text = shippedProfileText(name);
    QVERIFY(!text.isEmpty());
    QVERIFY2(text.count('\n') <= 40, qPrintable(QString::number(text.count('\n'))));
    for (const QByteArray &line : text.split('\n'))
        QVERIFY2(line.size() <= 120, line.constData());
    const auto read = readProfile(text, name);
    if (const auto *errors = std::get_if<QStringList>(&read))
        QFAIL(qPrintable(errors->join(u'\n')));
    QCOMPARE(std::get<Profile>(read).name, name);
    QVERIFY(!std::get<Profile>(read).about.isEmpty());
}

void TestProfileExchanges::starts()
{
    QFETCH(const QString, name);
    const Exchange exchange(name);
    const Profile *profile = shippedProfile(name);
    QVERIFY(profile);
    const RecordedMessage client(exchange.json["client"_L1].toObject());
    const auto built = buildStart(*profile, client.view(), exchange.values());
    if (const auto *error = std::get_if<StartError>(&built))
        QFAIL(qPrintable(error->detail));
    compareRequest(std::get<OutgoingRequest>(built), exchange.json["start"_L1].toObject());
}

void TestProfileExchanges::startAnswers()
{
    QFETCH(const QString, name);
    const Exchange exchange(name);
    QJsonArray answers = exchange.json["otherAnswers"_L1].toArray();
    answers.prepend(exchange.json["answer"_L1]);
    for (const QJsonValue &value : answers) {
        const QJsonObject wanted = value.toObject();
        const RecordedMessage answer(wanted);
        const StartReading reading = readStart(*shippedProfile(name), answer.view(), exchange.values());
        QCOMPARE(verdictName(reading.verdict), wanted["verdict"_L1].toString());
        QCOMPARE(QString::fromUtf8(reading.job), wanted["job"_L1].toString());
        QCOMPARE(QString::fromUtf8(reading.state), wanted["state"_L1].toString());
        QCOMPARE(QString::fromUtf8(reading.location), wanted["location"_L1].toString());
        QCOMPARE(reading.error.isEmpty(), wanted["verdict"_L1] != "unreadable"_L1);
    }
}

void TestProfileExchanges::callbacks_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QJsonObject>("wanted");
    for (const QString &name : kNames) {
        const QJsonArray callbacks = Exchange(name).json["callbacks"_L1].toArray();
        for (const QJsonValue &callback : callbacks) {
            const QJsonObject wanted = callback.toObject();
            QTest::newRow(qPrintable(name + u", "_s + wanted["name"_L1].toString())) << name << wanted;
        }
    }
}

void TestProfileExchanges::callbacks()
{
    QFETCH(const QString, name);
    QFETCH(const QJsonObject, wanted);
    const Exchange exchange(name);
    const Profile &profile = *shippedProfile(name);
    const RecordedMessage callback(wanted);
    QVERIFY(takesMethod(profile, callback.method));
    if (profile.callback->verify) {
        const auto keys = parseKeySet(exchange.text("keySet"));
        VerificationContext context;
        const QByteArray url =
            exchange.callback + (callback.query.isEmpty() ? QByteArray() : '?' + callback.query);
        context.url = url;
        context.now = exchange.now;
        context.secrets = &exchange.secrets;
        context.keySet = std::get_if<PublicKeys>(&keys);
        const auto verified = verifyCallback(*profile.callback->verify, callback.view(), context);
        const auto *forged = std::get_if<Forged>(&verified);
        QVERIFY2((forged != nullptr) == wanted["forged"_L1].toBool(),
                 forged ? qPrintable(forged->text) : "was verified");
        if (forged) {
            compareAnswer(callbackAnswer(profile, 401), wanted["reply"_L1].toObject());
            return;
        }
    }
    const auto read = readCallback(profile, callback.view());
    const auto *error = std::get_if<QString>(&read);
    QVERIFY2((error != nullptr) == wanted["malformed"_L1].toBool(), error ? qPrintable(*error) : "was read");
    if (error)
        return;
    const auto &reading = std::get<StateReading>(read);
    QCOMPARE(outcomeName(reading.report), wanted["outcome"_L1].toString());
    QCOMPARE(QString::fromUtf8(reading.state), wanted["state"_L1].toString());
    QCOMPARE(QString::fromUtf8(reading.job), wanted["job"_L1].toString());
    QCOMPARE(reading.mustAsk, wanted["mustAsk"_L1].toBool());
    QCOMPARE(reading.error, wanted["error"_L1].toString());
    compareAnswer(callbackAnswer(profile, 200), wanted["reply"_L1].toObject());
    if (reading.report != JobReport::Progress)
        compareAnswer(clientAnswer(profile, reading.report, callback.view()), wanted["client"_L1].toObject());
}

/// Reading changed, cut or doubled bytes must not crash. Such callbacks are verified only if the change is in
/// bytes that the signature does not cover.
void TestProfileExchanges::mutatedCallbacks()
{
    QFETCH(const QString, name);
    QFETCH(const QJsonObject, wanted);
    const Exchange exchange(name);
    const Profile &profile = *shippedProfile(name);
    const bool isCovered =
        !wanted["forged"_L1].toBool() && (name == u"replicate"_s || name == u"fal"_s || name == u"openai"_s);
    const auto keys = parseKeySet(exchange.text("keySet"));
    VerificationContext context;
    context.url = exchange.callback;
    context.now = exchange.now;
    context.secrets = &exchange.secrets;
    context.keySet = std::get_if<PublicKeys>(&keys);
    QRandomGenerator random(20260314);
    for (int i = 0; i < 300; ++i) {
        RecordedMessage callback(wanted);
        QByteArray &body = callback.body;
        const auto at = [&random, &body] {
            return body.isEmpty() ? 0 : random.bounded(static_cast<int>(body.size()));
        };
        const QByteArray before = body;
        for (int change = random.bounded(1, 4); change > 0; --change) {
            const qsizetype from = at();
            if (random.bounded(3) == 0)
                body.remove(from, random.bounded(8));
            else if (random.bounded(2) == 0)
                body.insert(from, body.mid(at(), random.bounded(20)));
            else if (!body.isEmpty())
                body[from] = static_cast<char>(random.bounded(256));
        }
        if (profile.callback->verify) {
            const auto verified = verifyCallback(*profile.callback->verify, callback.view(), context);
            QVERIFY2(!isCovered || body == before || std::holds_alternative<Forged>(verified),
                     body.constData());
        }
        const auto read = readCallback(profile, callback.view());
        const auto *reading = std::get_if<StateReading>(&read);
        if (!reading)
            continue;
        QVERIFY(reading->state.size() <= kMaxState && reading->state.isValidUtf8());
        QVERIFY(reading->job.size() <= kMaxJobId && reading->error.size() <= kMaxErrorText + 1);
        // Only a state that the profile lists can be final.
        const bool isFinal = reading->report != JobReport::Progress;
        QVERIFY(!isFinal || profile.callback->state.empty() ||
                meaningOf(profile.callback->words, reading->state).report == reading->report);
        if (isFinal)
            QVERIFY(clientAnswer(profile, reading->report, callback.view()).status >= 200);
    }
}

void TestProfileExchanges::asking()
{
    QFETCH(const QString, name);
    const Exchange exchange(name);
    const Profile &profile = *shippedProfile(name);
    const QJsonArray asks = exchange.json["asks"_L1].toArray();
    QCOMPARE(asks.isEmpty(), !profile.status.has_value());
    const RecordedMessage client(exchange.json["client"_L1].toObject());
    TemplateValues values = exchange.values();
    const RecordedMessage started(exchange.json["answer"_L1].toObject());
    const StartReading start = readStart(profile, started.view(), values);
    values.job = start.job;
    values.location = start.location;
    for (const QJsonValue &value : asks) {
        const QJsonObject ask = value.toObject();
        if (ask.contains("request"_L1)) {
            const auto built = buildRequest(profile, profile.status->request, client.view(), values);
            QVERIFY(std::holds_alternative<OutgoingRequest>(built));
            compareRequest(std::get<OutgoingRequest>(built), ask["request"_L1].toObject());
        }
        const RecordedMessage answer(ask["answer"_L1].toObject());
        const auto read = readStatus(profile, answer.view());
        if (ask["outcome"_L1] == "unreadable"_L1) {
            QVERIFY(std::holds_alternative<QString>(read));
            continue;
        }
        if (const auto *error = std::get_if<QString>(&read))
            QFAIL(qPrintable(*error));
        const auto &reading = std::get<StateReading>(read);
        QCOMPARE(outcomeName(reading.report), ask["outcome"_L1].toString());
        QCOMPARE(reading.error, ask["error"_L1].toString());
        if (reading.report == JobReport::Progress)
            continue;
        RecordedMessage document = answer;
        if (ask.contains("result"_L1)) {
            const auto built = buildRequest(profile, *profile.status->result, client.view(), values);
            QVERIFY(std::holds_alternative<OutgoingRequest>(built));
            compareRequest(std::get<OutgoingRequest>(built), ask["result"_L1].toObject());
            document = RecordedMessage(ask["resultAnswer"_L1].toObject());
        }
        compareAnswer(clientAnswer(profile, reading.report, document.view()), ask["client"_L1].toObject());
    }
}

void TestProfileExchanges::cancelling()
{
    QFETCH(const QString, name);
    const Exchange exchange(name);
    const Profile &profile = *shippedProfile(name);
    QCOMPARE(exchange.json.contains("cancel"_L1), profile.cancel.has_value());
    if (!profile.cancel)
        return;
    QCOMPARE(profile.cancel->when, CancelOccasions(CancelOccasion::Delete));
    const RecordedMessage client(exchange.json["client"_L1].toObject());
    TemplateValues values = exchange.values();
    const RecordedMessage started(exchange.json["answer"_L1].toObject());
    const StartReading start = readStart(profile, started.view(), values);
    values.job = start.job;
    values.location = start.location;
    const auto built = buildRequest(profile, profile.cancel->request, client.view(), values);
    QVERIFY(std::holds_alternative<OutgoingRequest>(built));
    compareRequest(std::get<OutgoingRequest>(built), exchange.json["cancel"_L1].toObject());
}

/// A profile that verifies callbacks needs a forged callback in its exchange. A profile with callbacks needs
/// a successful one.
void TestProfileExchanges::exchangesAreComplete()
{
    QFETCH(const QString, name);
    const Exchange exchange(name);
    const Profile &profile = *shippedProfile(name);
    int forged = 0;
    int ended = 0;
    const QJsonArray callbacks = exchange.json["callbacks"_L1].toArray();
    for (const QJsonValue &value : callbacks) {
        const QJsonObject callback = value.toObject();
        forged += callback["forged"_L1].toBool();
        ended += callback["outcome"_L1] == "completed"_L1 || callback["mustAsk"_L1].toBool();
    }
    QCOMPARE(forged > 0, profile.callback && profile.callback->verify);
    QCOMPARE(ended > 0, profile.callback.has_value());
    QStringList secrets;
    for (const auto &[secret, value] : exchange.secrets)
        secrets += QString::fromUtf8(secret);
    QStringList used = profile.secretNames();
    used.sort();
    QCOMPARE(used, secrets);
}

HOLDLINE_TEST(TestProfileExchanges)
#include "tst_profileexchanges.moc"

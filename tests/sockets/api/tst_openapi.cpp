// SPDX-License-Identifier: GPL-3.0-or-later
// Compares /openapi.json with the code: its routes, its enumerations, and the real responses.
#include "service/holdline/answers/jobjson.h"
#include "service/holdline/jobsapi/openapi.h"
#include "service/holdline/routes/httpfront.h"
#include "service/holdline/shards/shardrouter.h"
#include "tests/support/apiworld.h"
#include "tests/support/coordinatorworld.h"
#include "tests/support/jsonschema.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QRegularExpression>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QStringList kMethods{u"get"_s, u"put"_s, u"post"_s, u"delete"_s, u"options"_s, u"head"_s, u"patch"_s};

QSet<QString> wordsOf(const QJsonValue &schema)
{
    QSet<QString> words;
    for (const QJsonValue word : schema.toObject().value(u"enum"_s).toArray())
        words.insert(word.toString());
    return words;
}

QString sorted(const QSet<QString> &words)
{
    QStringList all(words.begin(), words.end());
    all.sort();
    return all.join(u' ');
}

}  // namespace

class TestOpenApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QJsonParseError error;
        m_document = QJsonDocument::fromJson(openApiDocument(), &error).object();
        QCOMPARE(error.error, QJsonParseError::NoError);
        m_schema = std::make_unique<JsonSchema>(m_document);
        collectReferences(m_document);
    }

    void isOfThisVersion()
    {
        QCOMPARE(m_document.value(u"openapi"_s).toString(), u"3.1.0"_s);
        QCOMPARE(m_document.value(u"info"_s).toObject().value(u"version"_s).toString(),
                 QStringLiteral(HOLDLINE_VERSION));
    }

    void referencesLeadSomewhere()
    {
        QVERIFY(m_references.size() > 20);
        for (const QString &reference : std::as_const(m_references))
            QVERIFY2(m_schema->resolve(reference).isObject(), qPrintable(reference));
    }

    void everythingIsUsed()
    {
        const QJsonObject components = m_document.value(u"components"_s).toObject();
        for (const QString &kind : components.keys()) {
            for (const QString &name : components.value(kind).toObject().keys()) {
                const QString reference = u"#/components/"_s + kind + u'/' + name;
                QVERIFY2(m_references.contains(reference), qPrintable(reference));
            }
        }
    }

    void routesAreThoseThatAreServed()
    {
        FrontWorld world;
        std::vector<std::pair<QByteArray, QByteArray>> described;
        const QJsonObject paths = m_document.value(u"paths"_s).toObject();
        for (const QString &path : paths.keys()) {
            QJsonObject item = paths.value(path).toObject();
            if (item.contains(u"$ref"_s))
                item = m_schema->resolve(item.value(u"$ref"_s).toString()).toObject();
            QString pattern = path;
            pattern.replace(QRegularExpression(u"\\{[a-z]+\\}"_s), u"<arg>"_s);
            for (const QString &method : kMethods) {
                if (item.contains(method))
                    described.emplace_back(method.toUpper().toLatin1(), pattern.toLatin1());
            }
        }
        std::sort(described.begin(), described.end());
        QCOMPARE(described, world.front.routes());
    }

    // Rules of linters (Redocly, Spectral, swagger-parser) and of client generators.

    void operationsHaveNamesOfTheirOwn()
    {
        QSet<QString> tags;
        for (const QJsonValue tag : m_document.value(u"tags"_s).toArray())
            tags.insert(tag.toObject().value(u"name"_s).toString());
        QSet<QString> names;
        for (const auto &[place, operation] : operations()) {
            const QString name = operation.value(u"operationId"_s).toString();
            QVERIFY2(!name.isEmpty() && !names.contains(name), qPrintable(place + u' ' + name));
            names.insert(name);
            for (const QString &text : {u"summary"_s, u"description"_s})
                QVERIFY2(!operation.value(text).toString().isEmpty(), qPrintable(place + u' ' + text));
            const QJsonArray its = operation.value(u"tags"_s).toArray();
            QVERIFY2(its.size() == 1 && tags.contains(its.first().toString()), qPrintable(place));
        }
        QCOMPARE(names.size(), 12);
        const QJsonObject info = m_document.value(u"info"_s).toObject();
        QVERIFY(info.contains(u"contact"_s) && info.contains(u"license"_s));
    }

    /// Every error has a schema, so that generated clients know its type.
    void errorsAreProblems()
    {
        for (const auto &[place, operation] : operations()) {
            const QJsonObject responses = operation.value(u"responses"_s).toObject();
            QSet<QChar> kinds;
            for (const QString &status : responses.keys()) {
                kinds.insert(status.front());
                const QJsonObject response = resolved(responses.value(status).toObject());
                const QJsonObject content = response.value(u"content"_s).toObject();
                QVERIFY2(!response.value(u"description"_s).toString().isEmpty(), qPrintable(place));
                for (const QString &type : content.keys()) {
                    QVERIFY2(!type.contains(u'*'), qPrintable(place + u' ' + status));
                    QVERIFY2(content.value(type).toObject().contains(u"schema"_s), qPrintable(place));
                }
                if (status.front() < u'4')
                    continue;
                const QJsonObject schema =
                    content.value(u"application/problem+json"_s).toObject().value(u"schema"_s).toObject();
                QVERIFY2(schema.value(u"$ref"_s).toString() == "#/components/schemas/Problem"_L1,
                         qPrintable(place + u' ' + status));
            }
            QVERIFY2(kinds.contains(u'2') && kinds.contains(u'4'), qPrintable(place));
        }
    }

    void parametersAreDefinedOnce()
    {
        const QJsonObject paths = m_document.value(u"paths"_s).toObject();
        for (const QString &path : paths.keys()) {
            const QJsonObject item = paths.value(path).toObject();
            for (const QString &method : kMethods) {
                if (!item.contains(method))
                    continue;
                QJsonArray all = item.value(u"parameters"_s).toArray();
                for (const QJsonValue one : item.value(method).toObject().value(u"parameters"_s).toArray())
                    all.append(one);
                QSet<QString> seen;
                for (const QJsonValue one : std::as_const(all)) {
                    const QJsonObject parameter = resolved(one.toObject());
                    const QString place = parameter.value(u"in"_s).toString();
                    const QString name = parameter.value(u"name"_s).toString();
                    QVERIFY2(!seen.contains(place + name), qPrintable(path + name));
                    seen.insert(place + name);
                    QVERIFY(parameter.contains(u"schema"_s) && parameter.contains(u"description"_s));
                    if (place == "path"_L1)
                        QVERIFY2(parameter.value(u"required"_s).toBool() && path.contains(u'{' + name + u'}'),
                                 qPrintable(path + name));
                }
                static const QRegularExpression segment(u"\\{([a-z]+)\\}"_s);
                for (const auto &match : segment.globalMatch(path))
                    QVERIFY2(seen.contains(u"path"_s + match.captured(1)), qPrintable(path));
            }
        }
    }

    /// `{"account":"a"}` is a complete request. Client generators treat a member with a default as always
    /// present, unless its schema is used only in a request.
    void waitIsOptional()
    {
        const QJsonObject schema =
            m_schema->resolve(u"#/components/requestBodies/Start/content/application~1json/schema"_s)
                .toObject();
        QCOMPARE(schema.value(u"required"_s).toArray(), QJsonArray{u"account"_s});
        const QJsonObject wait = schema.value(u"properties"_s).toObject().value(u"wait"_s).toObject();
        QCOMPARE(wait.value(u"type"_s).toString(), u"boolean"_s);
        QCOMPARE(wait.value(u"default"_s), QJsonValue(true));
        const QJsonValue shared = m_document.value(u"components"_s).toObject().value(u"schemas"_s);
        QVERIFY(!QJsonDocument(shared.toObject()).toJson().contains("\"default\""));
    }

    void codesAreTheReasonsThatAreProblems()
    {
        QSet<QString> reasons;
        for (int i = 0; i < kReasonCount; ++i) {
            const auto reason = static_cast<Reason>(i);
            // StartRejected passes the upstream's response on. After ClientGone no client receives a
            // response.
            if (reasonInfo(reason).status >= 400 && reason != Reason::StartRejected &&
                reason != Reason::ClientGone)
                reasons.insert(name(reason));
        }
        const QJsonValue codes = m_schema->resolve(u"#/components/schemas/Problem/properties/code"_s);
        QCOMPARE(sorted(wordsOf(codes)), sorted(reasons));
    }

    void outcomesAreThoseAJobCanHave()
    {
        QSet<QString> outcomes;
        for (int i = 0; i < static_cast<int>(Reason::HandedOver); ++i)
            outcomes.insert(name(static_cast<Reason>(i)));
        outcomes << name(Reason::Draining) << name(Reason::StoreUnavailable);
        QCOMPARE(sorted(wordsOf(m_schema->resolve(u"#/components/schemas/Outcome"_s))), sorted(outcomes));
    }

    void callbackWordsAreThoseThatAreTaken()
    {
        const QSet<QString> taken{name(CallbackOutcome::Matched), name(CallbackOutcome::Early),
                                  name(CallbackOutcome::Progress), name(CallbackOutcome::Duplicate),
                                  name(CallbackOutcome::Late)};
        const QJsonValue words =
            m_schema->resolve(u"#/components/schemas/CallbackTaken/properties/callback"_s);
        QCOMPARE(sorted(wordsOf(words)), sorted(taken));
    }

    void journalEventsAreAllThereAre()
    {
        QSet<QString> events;
        for (int i = 0; i < kJournalEventCount; ++i)
            events.insert(name(static_cast<JournalEvent>(i)));
        const QJsonValue words = m_schema->resolve(u"#/components/schemas/JournalEntry/properties/event"_s);
        QCOMPARE(sorted(wordsOf(words)), sorted(events));
    }

    /// Tests that the schema validator itself reports faults.
    void theValidatorSeesFaults_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        const QByteArray job = jobJson(recordOf("00aa", JobState::Running));
        QTest::addRow("none") << job << QString();
        const auto row = [&job](const char *name, const QByteArray &from, const QByteArray &to,
                                const char *error) {
            QTest::newRow(name) << QByteArray(job).replace(from, to) << QString::fromLatin1(error);
        };
        row("enum", "\"running\"", "\"walking\"", "Job.state violates enum");
        row("type", "\"revision\":3", "\"revision\":\"3\"", "Job.revision violates");
        row("fraction", "\"attempts\":1", "\"attempts\":1.5", "Job.attempts violates type");
        row("pattern", "\"00aa\"", "\"00AA\"", "Job.id violates pattern");
        row("required", "\"joined\":0,", "", "Job has no joined");
        row("others", "\"joined\":0", "\"joined\":0,\"token\":\"x\"", "Job may not have token");
        row("minimum", "\"joined\":0", "\"joined\":-1", "Job.joined violates minimum");
    }
    void theValidatorSeesFaults()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, error);
        const QString found = m_schema->check(QJsonDocument::fromJson(json).object(), u"Job"_s);
        QVERIFY2(error.isEmpty() ? found.isEmpty() : found.startsWith(error), qPrintable(found));
    }

    void everyJobConforms()
    {
        for (const JobState state :
             {JobState::Queued, JobState::Starting, JobState::Running, JobState::Settled}) {
            for (int i = 0; i < static_cast<int>(Reason::HandedOver); ++i) {
                JobRecord record = recordOf("00aa", state, static_cast<Reason>(i));
                record.startTrouble = i % 2 == 0 ? "HTTP 503" : "";
                for (int event = 0; event < kJournalEventCount; ++event)
                    record.journal.add({record.created, static_cast<JournalEvent>(event), 200 + event,
                                        event % 2 == 0 ? "detail" : ""});
                const QString error =
                    m_schema->check(QJsonDocument::fromJson(jobJson(record)).object(), u"Job"_s) +
                    m_schema->check(QJsonDocument::fromJson(jobJsonWithJournal(record)).object(), u"Job"_s);
                QVERIFY2(error.isEmpty(), qPrintable(error));
            }
        }
    }

    void whatTheApiAnswersConforms()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        world.directory.put(recordOf("00bb", JobState::Settled));
        JobRecord expired = recordOf("00cc", JobState::Settled);
        expired.expired = true;
        world.directory.put(expired);
        struct Case
        {
            QByteArray request;
            const char *path;
            const char *method;
            int status;
            const char *schema;
        };
        const std::vector<Case> cases{
            {RawHttpClient::get("/v1/jobs/00aa"), "/v1/jobs/{id}", "get", 200, "Job"},
            {RawHttpClient::get("/v1/jobs/none"), "/v1/jobs/{id}", "get", 404, "Problem"},
            {RawHttpClient::get("/v1/jobs/00cc"), "/v1/jobs/{id}", "get", 410, "Problem"},
            {RawHttpClient::get("/v1/jobs/00aa/result"), "/v1/jobs/{id}/result", "get", 202, "Job"},
            {RawHttpClient::get("/v1/jobs/00bb/result"), "/v1/jobs/{id}/result", "get", 200, "Anything"},
            {RawHttpClient::get("/v1/jobs/none/events"), "/v1/jobs/{id}/events", "get", 404, "Problem"},
            {RawHttpClient::get("/v1/jobs?idempotency_key=key-1"), "/v1/jobs", "get", 200, "JobList"},
            {RawHttpClient::get("/v1/jobs?idempotency_key=key-1&account=acme", "Prefer: wait=1\r\n"),
             "/v1/jobs", "get", 200, "JobList"},
            {RawHttpClient::get("/v1/jobs"), "/v1/jobs", "get", 400, "Problem"},
            {deleteRequest("/v1/jobs/00bb"), "/v1/jobs/{id}", "delete", 409, "Problem"},
            {deleteRequest("/v1/jobs/00aa"), "/v1/jobs/{id}", "delete", 200, "Job"},
        };
        RawHttpClient client(world.port());
        for (std::size_t i = 0; i < cases.size(); ++i) {
            const Case &one = cases[i];
            client.send(one.request);
            QTRY_COMPARE(client.answerCount(), static_cast<int>(i) + 1);
            const RawAnswer answer = client.answers()[i];
            QCOMPARE(answer.status, one.status);
            checkAnswer(answer, operation(QString::fromLatin1(one.path), QString::fromLatin1(one.method)),
                        QString::fromLatin1(one.schema));
            if (QTest::currentTestFailed())
                return;
        }
    }

    /// Checks the whole service's responses to clients that start jobs.
    void whatTheServiceAnswersConforms()
    {
        JobServerOptions jobs = WholeService::quickJobs();
        jobs.duration = 500ms;
        WholeService world(jobs);
        RawHttpClient client(world.port());
        const QJsonObject start = operation(u"/start"_s, u"post"_s);
        const auto ask = [&](const QByteArray &body, const QByteArray &fields) {
            const int before = client.answerCount();
            client.send(RawHttpClient::post("/start", body, fields));
            QTRY_COMPARE(client.answerCount(), before + 1);
        };
        const QByteArray body = R"({"account":"acme"})";
        const QByteArray key = "Idempotency-Key: \"k\"\r\n";
        ask(body, "Prefer: respond-async\r\n");
        QCOMPARE(client.answers().back().status, 202);
        checkAnswer(client.answers().back(), start, u"Job"_s);
        ask(body, key);
        QCOMPARE(client.answers().back().status, 200);
        checkAnswer(client.answers().back(), start, u"Anything"_s);
        ask(body, key);
        QCOMPARE(client.answers().back().headers.value("Idempotent-Replayed"), "true"_ba);
        checkAnswer(client.answers().back(), start, u"Anything"_s);
        ask(R"({"account":"other"})", "Prefer: wait=1\r\nIdempotency-Key: a b\r\n");
        checkProblem(client.answers().back(), start, 400, u"idempotency_key_invalid"_s);
        ask(R"({"account":"acme","other":1})", key);
        checkProblem(client.answers().back(), start, 422, u"idempotency_key_reused"_s);
        ask("{}", {});
        checkProblem(client.answers().back(), start, 422, u"missing_account"_s);
        client.send(RawHttpClient::get("/openapi.json"));
        QTRY_COMPARE(client.answers().back().body, openApiDocument());
    }

private:
    /// An HttpFront with all its routes.
    struct FrontWorld
    {
        FrontWorld() { front.serve(api); }

        ShardBox box;
        FakeJobStarter starter;
        FakeJobStarter queries;
        FakeJobStore store;
        JobCoordinator coordinator{Config(), "http://cb/callback", starter, queries, store};
        ShardRouter router{coordinator, ShardContext{0, AccountShards(1, 1), {&box}, nullptr}};
        FakeJobDirectory directory;
        JobsApi api{directory};
        HttpFront front{http::Limits(), CallbackPaths(), router.startHandler(), router.callbackHandler()};
    };

    void collectReferences(const QJsonValue &value)
    {
        if (value.isArray()) {
            for (const QJsonValue element : value.toArray())
                collectReferences(element);
        }
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (it.key() == u"$ref"_s)
                m_references.insert(it.value().toString());
            else
                collectReferences(it.value());
        }
    }

    /// Returns all operations with their method and path, including those of callbacks.
    std::vector<std::pair<QString, QJsonObject>> operations() const
    {
        std::vector<std::pair<QString, QJsonObject>> all;
        const auto add = [&all](const QString &path, const QJsonObject &item) {
            for (const QString &method : kMethods) {
                if (item.contains(method))
                    all.emplace_back(method + u' ' + path, item.value(method).toObject());
            }
        };
        const QJsonObject paths = m_document.value(u"paths"_s).toObject();
        for (const QString &path : paths.keys())
            add(path, resolved(paths.value(path).toObject()));
        for (std::size_t i = 0, end = all.size(); i < end; ++i) {
            const QJsonObject callbacks = all[i].second.value(u"callbacks"_s).toObject();
            for (const QJsonValue callback : callbacks) {
                const QJsonObject items = callback.toObject();
                for (const QString &expression : items.keys())
                    add(expression, items.value(expression).toObject());
            }
        }
        return all;
    }

    QJsonObject resolved(const QJsonObject &object) const
    {
        return object.contains(u"$ref"_s) ? m_schema->resolve(object.value(u"$ref"_s).toString()).toObject()
                                          : object;
    }

    QJsonObject operation(const QString &path, const QString &method) const
    {
        const QJsonObject paths = m_document.value(u"paths"_s).toObject();
        return resolved(paths.value(path).toObject()).value(method).toObject();
    }

    void checkProblem(const RawAnswer &answer, const QJsonObject &operation, int status, const QString &code)
    {
        QCOMPARE(answer.status, status);
        QCOMPARE(codeOf(answer), code);
        checkAnswer(answer, operation, u"Problem"_s);
    }

    /// Checks that the document describes the response's status, its schema, and each of Holdline's header
    /// fields.
    void checkAnswer(const RawAnswer &answer, const QJsonObject &operation, const QString &schema)
    {
        const QJsonObject responses = operation.value(u"responses"_s).toObject();
        const QString status = QString::number(answer.status);
        QVERIFY2(responses.contains(status), qPrintable(status));
        const QJsonObject response = resolved(responses.value(status).toObject());
        const QJsonObject content = response.value(u"content"_s).toObject();
        const QString type =
            QString::fromLatin1(answer.headers.value("Content-Type")).section(u';', 0, 0).trimmed();
        const QJsonObject described = content.value(type).toObject();
        QCOMPARE(described.value(u"schema"_s).toObject().value(u"$ref"_s).toString(),
                 u"#/components/schemas/"_s + schema);
        const QString error = m_schema->check(jsonOf(answer), schema);
        QVERIFY2(error.isEmpty(), qPrintable(error + u": "_s + QString::fromUtf8(answer.body)));
        for (const QString &name :
             m_document.value(u"components"_s).toObject().value(u"headers"_s).toObject().keys()) {
            if (answer.headers.contains(name.toLatin1())) {
                QVERIFY2(response.value(u"headers"_s).toObject().contains(name),
                         qPrintable(status + u' ' + name));
            }
        }
    }

    QJsonObject m_document;
    std::unique_ptr<JsonSchema> m_schema;
    QSet<QString> m_references;
};

HOLDLINE_TEST(TestOpenApi)
#include "tst_openapi.moc"

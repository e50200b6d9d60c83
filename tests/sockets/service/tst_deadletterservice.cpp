// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with a failing upstream: which failures become dead letters, what the admin listener and
// the observers show, and how dead letters are redriven.
#include "tests/support/asking.h"
#include "tests/support/suite.h"
#include "tests/support/watcher.h"
#include "tests/support/wholeservice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Verb = Command::Verb;

namespace {

/// A service whose upstream answers start requests and sends callbacks when the test says so.
class World
{
public:
    explicit World(std::chrono::milliseconds jobDeadline = 1h) : service(upstream.url(), config(jobDeadline))
    {
    }

    RawAnswer handOver(const QByteArray &account = "acme")
    {
        return ask(service.port(), startRequest(account, "Prefer: respond-async\r\n"));
    }
    RawAnswer admin(const QByteArray &method, const QByteArray &target)
    {
        return ask(service.adminPort(),
                   method + ' ' + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    }
    QJsonArray letters(const QByteArray &query = {})
    {
        const RawAnswer answer = admin("GET", "/v1/dead-letters" + query);
        return QJsonDocument::fromJson(answer.body).object().value("dead_letters"_L1).toArray();
    }
    QByteArray firstId(const QByteArray &query = {})
    {
        return letters(query).at(0).toObject().value("id"_L1).toString().toLatin1();
    }
    QString socket() const { return m_folder.filePath(u"s"_s); }

private:
    Config config(std::chrono::milliseconds jobDeadline) const
    {
        Config config = WholeService::quietConfig();
        config.server.monitorSocket = socket();
        config.hold.jobDeadline = jobDeadline;
        return config;
    }

    QTemporaryDir m_folder;

public:
    ScriptedServer upstream;
    WholeService service;
};

const JobRow *ended(const Watcher &watcher, const QByteArray &id)
{
    for (const JobRow &row : watcher.state.ended) {
        if (row.id == id)
            return &row;
    }
    return nullptr;
}

}  // namespace

class TestDeadLetterService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aHandedOverJobThatFailedIsMadeAgain()
    {
        World world(300ms);
        const RawAnswer first = world.handOver();
        QCOMPARE(first.status, 202);
        QTRY_COMPARE(world.letters("?kind=job").size(), 1);
        const QJsonObject letter = world.letters().at(0).toObject();
        QCOMPARE(letter.value("reason"_L1).toString(), u"callback_timeout"_s);
        QCOMPARE(letter.value("account"_L1).toString(), u"acme"_s);
        const QByteArray id = world.firstId();
        const RawAnswer whole = world.admin("GET", "/v1/dead-letters/" + id);
        QVERIFY(whole.body.contains(R"(\"account\":\"acme\")"));

        const int starts = world.upstream.arrivalCount();
        const RawAnswer again = world.admin("POST", "/v1/dead-letters/" + id + "/redrive");
        QCOMPARE(again.status, 202);
        const QByteArray place = again.headers.value("Location");
        QVERIFY2(
            place.startsWith("http://127.0.0.1:" + QByteArray::number(world.service.port()) + "/v1/jobs/"),
            place.constData());
        QTRY_COMPARE(world.upstream.arrivalCount(), starts + 1);
        QCOMPARE(world.admin("GET", "/v1/dead-letters/" + id).status, 404);
        // The redriven job gets no callback either, and becomes another dead letter.
        QTRY_COMPARE(world.letters("?kind=job").size(), 1);
        QVERIFY(world.firstId() != id);
    }

    void aCallbackNobodyKnowsIsKept()
    {
        World world;
        const RawAnswer unknown =
            ask(world.service.port(), RawHttpClient::post("/callback/never-given-out", result()));
        QCOMPARE(unknown.status, 404);
        QTRY_COMPARE(world.letters("?kind=callback").size(), 1);
        const QByteArray id = world.firstId();
        const RawAnswer again = world.admin("POST", "/v1/dead-letters/" + id + "/redrive");
        QCOMPARE(again.status, 404);
        QCOMPARE(world.letters().at(0).toObject().value("redriven"_L1).toInt(), 1);
        QCOMPARE(world.letters().size(), 1);
        QCOMPARE(world.service.metric("holdline_dead_letters{kind=\"callback\"}"), 1.0);
        QCOMPARE(world.service.metric("holdline_dead_letters_stored_total{kind=\"callback\"}"), 1.0);
        QCOMPARE(world.admin("DELETE", "/v1/dead-letters/" + id).status, 204);
        QCOMPARE(world.letters().size(), 0);
    }

    void aMismatchedCallbackIsDrivenAgain()
    {
        World world;
        QCOMPARE(world.handOver().status, 202);
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        const ScriptedServer::Arrival start = world.upstream.arrivals().front();
        QCOMPARE(postCallback(start, "no json").status, 400);
        QTRY_COMPARE(world.letters().size(), 1);
        QVERIFY(!world.letters().at(0).toObject().value("job"_L1).toString().isEmpty());
        QCOMPARE(postCallback(start).status, 200);
        // Another callback has ended the job meanwhile. This callback is still malformed.
        QCOMPARE(world.admin("POST", "/v1/dead-letters/" + world.firstId() + "/redrive").status, 400);
    }

    void thoseWhoWatchAreToldAndMayAsk()
    {
        World world;
        Watcher watcher(world.socket());
        QTRY_VERIFY(watcher.state.complete);
        const RawAnswer taken = world.handOver();
        QCOMPARE(taken.status, 202);
        const QByteArray id = taken.headers.value("Holdline-Job");
        QVERIFY(!id.isEmpty());
        QTRY_VERIFY(watcher.state.live.contains(id));
        QTRY_COMPARE(watcher.state.live.at(id).state, RowState::Running);
        QVERIFY(watcher.state.live.at(id).durable);
        QVERIFY(watcher.state.live.at(id).handedOver);
        QTRY_COMPARE(watcher.state.sample->durable, 1);
        QTRY_VERIFY(watcher.state.sample->store && watcher.state.sample->store->available);
        QVERIFY(!watcher.state.sample->store->durable);

        watcher.send(Command{"early", Verb::Result, id});
        QTRY_VERIFY(watcher.replyTo("early"));
        QVERIFY(!watcher.replyTo("early")->ok);
        watcher.send(Command{"j", Verb::Journal, id});
        QTRY_VERIFY(watcher.replyTo("j"));
        const Reply &running = *watcher.replyTo("j");
        QVERIFY2(running.ok, qPrintable(running.text));
        QCOMPARE(running.journal->job, id);
        QCOMPARE(running.journal->omitted, 0);
        QCOMPARE(running.journal->entries.size(), std::size_t(3));
        QCOMPARE(running.journal->entries.back().event, JournalEvent::Answered);

        QCOMPARE(postCallback(world.upstream.arrivals().front()).status, 200);
        QTRY_VERIFY(ended(watcher, id));
        QVERIFY(ended(watcher, id)->handedOver);
        watcher.send(Command{"r", Verb::Result, id});
        QTRY_VERIFY(watcher.replyTo("r"));
        const Reply &reply = *watcher.replyTo("r");
        QVERIFY2(reply.ok, qPrintable(reply.text));
        QCOMPARE(reply.result->job, id);
        QCOMPARE(reply.result->status, 200);
        QCOMPARE(reply.result->body.bytes, result());
        watcher.send(Command{"k", Verb::Journal, id});
        QTRY_VERIFY(watcher.replyTo("k"));
        QCOMPARE(watcher.replyTo("k")->journal->entries.back().event, JournalEvent::Ended);
        watcher.send(Command{"y", Verb::Journal, "no-such-job"});
        QTRY_VERIFY(watcher.replyTo("y"));
        QVERIFY(!watcher.replyTo("y")->ok);
        watcher.send(Command{"x", Verb::Result, "no-such-job"});
        QTRY_VERIFY(watcher.replyTo("x"));
        QVERIFY(!watcher.replyTo("x")->ok);
        QVERIFY2(watcher.problem().isEmpty(), qPrintable(watcher.problem()));
    }

    void thoseWhoWatchDealWithLetters()
    {
        World world;
        Watcher watcher(world.socket());
        QTRY_VERIFY(watcher.state.complete);
        for (const char *token : {"one", "two"})
            ask(world.service.port(), RawHttpClient::post(QByteArray("/callback/") + token, result()));
        QTRY_COMPARE(watcher.state.sample->deadLetters[0], 2);
        QCOMPARE(watcher.state.sample->deadLettersStored, std::uint64_t(2));
        watcher.send(Command{"list", Verb::DeadLetters, {}});
        QTRY_VERIFY(watcher.replyTo("list"));
        QCOMPARE(watcher.replyTo("list")->deadLetters->size(), std::size_t(2));
        const QByteArray id = watcher.replyTo("list")->deadLetters->front().id;
        watcher.send(Command{"show", Verb::DeadLetter, id});
        watcher.send(Command{"drive", Verb::Redrive, id});
        watcher.send(Command{"drop", Verb::Discard, id});
        QTRY_VERIFY(watcher.replyTo("show") && watcher.replyTo("drive") && watcher.replyTo("drop"));
        QCOMPARE(watcher.replyTo("show")->deadLetter->id, id);
        QCOMPARE(watcher.replyTo("show")->body->bytes, result());
        QVERIFY(!watcher.replyTo("drive")->ok);
        QVERIFY(watcher.replyTo("drive")->text.contains(u"404"_s));
        QVERIFY(watcher.replyTo("drop")->ok);
        watcher.send(Command{"again", Verb::Discard, id});
        QTRY_VERIFY(watcher.replyTo("again"));
        QVERIFY(!watcher.replyTo("again")->ok);
        QTRY_COMPARE(watcher.state.sample->deadLetters[0], 1);
        QVERIFY2(watcher.problem().isEmpty(), qPrintable(watcher.problem()));
    }

    void metricsTellOfDurableJobs()
    {
        World world;
        const QByteArray keyed = startRequest("acme", "Idempotency-Key: \"k1\"\r\n");
        RawHttpClient one(world.service.port());
        RawHttpClient two(world.service.port());
        one.send(keyed);
        QTRY_COMPARE(world.upstream.arrivalCount(), 1);
        two.send(keyed);
        QTRY_COMPARE(world.service.metric("holdline_jobs_joined_total"), 1.0);
        QCOMPARE(world.service.metric("holdline_jobs_promised"), 1.0);
        QCOMPARE(world.service.metric("holdline_clients_waiting"), 2.0);
        QCOMPARE(postCallback(world.upstream.arrivals().front()).status, 200);
        QTRY_COMPARE(one.status(), 200);
        QTRY_COMPARE(two.status(), 200);
        QCOMPARE(world.service.metric("holdline_clients_waiting"), 0.0);
        QTRY_COMPARE(world.service.metric("holdline_jobs_promised"), 0.0);
        QCOMPARE(world.service.metric("holdline_store_available"), 1.0);
        QCOMPARE(world.service.metric("holdline_store_jobs"), 1.0);
        QVERIFY(world.service.metric("holdline_store_writes_total") >= 2);
        QVERIFY(world.service.metric("holdline_store_write_duration_seconds_count") >= 2);
    }
};

HOLDLINE_TEST(TestDeadLetterService)
#include "tst_deadletterservice.moc"

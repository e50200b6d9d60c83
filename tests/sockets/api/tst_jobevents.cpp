// SPDX-License-Identifier: GPL-3.0-or-later
// The event streams of the jobs API over real sockets.
#include "tests/support/apiworld.h"
#include "tests/support/suite.h"

#include <QRegularExpression>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const JobsApi::Options kShortSlices{4096, 80, std::chrono::hours(1), 30ms};

struct Event
{
    QByteArray id;
    QByteArray name;
    QJsonObject data;
};

/// Reads event streams as WHATWG specifies, as far as these tests need it.
class EventReader
{
public:
    EventReader(const ApiWorld &world, const QByteArray &id, const QByteArray &fields = {})
        : m_client(world.port())
    {
        m_client.send(RawHttpClient::get("/v1/jobs/" + id + "/events", fields));
    }

    RawHttpClient &client() { return m_client; }

    /// Returns the body so far, with its chunks joined.
    QByteArray body() const
    {
        QByteArray rest = m_client.received();
        rest = rest.mid(rest.indexOf("\r\n\r\n") + 4);
        QByteArray all;
        while (!rest.isEmpty()) {
            const qsizetype line = rest.indexOf("\r\n");
            const qsizetype size = rest.left(line).toLongLong(nullptr, 16);
            all += rest.mid(line + 2, size);
            rest = rest.mid(line + 2 + size + 2);
        }
        return all;
    }

    std::vector<Event> events() const
    {
        std::vector<Event> all;
        for (QByteArray block : split(body())) {
            Event event;
            for (const QByteArray &line : block.split('\n')) {
                if (line.startsWith("id: "))
                    event.id = line.mid(4);
                else if (line.startsWith("event: "))
                    event.name = line.mid(7);
                else if (line.startsWith("data: "))
                    event.data = QJsonDocument::fromJson(line.mid(6)).object();
            }
            if (!event.name.isEmpty())
                all.push_back(event);
        }
        return all;
    }
    int eventCount() const { return static_cast<int>(events().size()); }
    int heartbeats() const { return static_cast<int>(split(body()).count(":")); }

private:
    static QList<QByteArray> split(const QByteArray &text)
    {
        QList<QByteArray> blocks;
        qsizetype from = 0;
        for (qsizetype to = text.indexOf("\n\n"); to >= 0; to = text.indexOf("\n\n", from)) {
            blocks.append(text.mid(from, to - from));
            from = to + 2;
        }
        return blocks;
    }

    RawHttpClient m_client;
};

}  // namespace

class TestJobEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void eachStateIsAnEvent_data()
    {
        QTest::addColumn<bool>("atOnce");
        QTest::addRow("at once") << true;
        QTest::addRow("later") << false;
    }
    void eachStateIsAnEvent()
    {
        QFETCH(bool, atOnce);
        ApiWorld world;
        world.directory.answersAtOnce = atOnce;
        world.directory.put(recordOf("00aa", JobState::Queued));
        EventReader reader(world, "00aa");
        QTRY_COMPARE(reader.eventCount(), 1);
        QTRY_COMPARE(world.directory.watching(), 1);
        world.directory.put(recordOf("00aa", JobState::Starting));
        QTRY_COMPARE(reader.eventCount(), 2);
        QTRY_COMPARE(world.directory.watching(), 1);
        world.directory.put(recordOf("00aa", JobState::Running));
        QTRY_COMPARE(reader.eventCount(), 3);
        QCOMPARE(reader.client().answerCount(), 0);
        QTRY_COMPARE(world.directory.watching(), 1);
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(reader.client().answerCount(), 1);
        QVERIFY(reader.client().hasOnlyWholeAnswers());
        const auto events = reader.events();
        QCOMPARE(events.size(), 4U);
        const char *states[] = {"queued", "starting", "running", "completed"};
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(events[i].id, QByteArray::number(i + 1));
            QCOMPARE(events[i].name, "state"_ba);
            QCOMPARE(events[i].data.value(u"state"_s).toString(), QString::fromLatin1(states[i]));
        }
        const RawAnswer answer = reader.client().answers()[0];
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.body.startsWith("retry: 2000\n\n"));
        QCOMPARE(answer.headers.value("Content-Type"), "text/event-stream"_ba);
        QCOMPARE(answer.headers.value("Cache-Control"), "no-store"_ba);
        QCOMPARE(answer.headers.value("X-Accel-Buffering"), "no"_ba);
        QTRY_COMPARE(world.api->waitingCount(), 0);
        QVERIFY(world.answered == (std::vector{std::pair(ApiRoute::Events, 200)}));
        reader.client().send(RawHttpClient::get("/v1/jobs/00aa"));
        QTRY_COMPARE(reader.client().status(1), 200);
    }

    void whatWasSeenIsNotSentAgain()
    {
        ApiWorld world(kShortSlices);
        world.directory.put(recordOf("00aa", JobState::Running));
        EventReader reader(world, "00aa", "Last-Event-ID: 3\r\n");
        QTRY_VERIFY(reader.heartbeats() >= 2);
        QCOMPARE(reader.eventCount(), 0);
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(reader.client().answerCount(), 1);
        QCOMPARE(reader.eventCount(), 1);
        QCOMPARE(reader.events()[0].id, "4"_ba);
    }

    void whatWasMissedIsSent_data()
    {
        QTest::addColumn<QByteArray>("lastSeen");
        QTest::addRow("older") << "1"_ba;
        QTest::addRow("none") << ""_ba;
        QTest::addRow("not ours") << "abc"_ba;
        QTest::addRow("of a life before") << "77"_ba;
    }
    void whatWasMissedIsSent()
    {
        QFETCH(QByteArray, lastSeen);
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        EventReader reader(world, "00aa", "Last-Event-ID: " + lastSeen + "\r\n");
        QTRY_COMPARE(reader.eventCount(), 1);
        QCOMPARE(reader.events()[0].id, "3"_ba);
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_COMPARE(reader.client().answerCount(), 1);
        QCOMPARE(reader.eventCount(), 2);
    }

    void whoHasSeenTheEndIsSentAway()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Settled));
        EventReader seen(world, "00aa", "Last-Event-ID: 4\r\n");
        QTRY_COMPARE(seen.client().status(), 204);
        EventReader missed(world, "00aa", "Last-Event-ID: 3\r\n");
        QTRY_COMPARE(missed.client().status(), 200);
        QCOMPARE(missed.eventCount(), 1);
        QCOMPARE(missed.events()[0].data.value(u"outcome"_s).toString(), u"completed"_s);
    }

    void headIsTheHeadOnly()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.setExpectsHead(true);
        client.send("HEAD /v1/jobs/00aa/events HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(client.status(), 200);
        QVERIFY(client.hasOnlyWholeAnswers());
        QCOMPARE(client.answers()[0].headers.value("Content-Type"), "text/event-stream"_ba);
        QTRY_COMPARE(world.api->waitingCount(), 0);
    }

    void http10()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        RawHttpClient client(world.port());
        client.send("GET /v1/jobs/00aa/events HTTP/1.0\r\nHost: h\r\n\r\n");
        QTRY_VERIFY(client.received().contains("event: state\n"));
        world.directory.put(recordOf("00aa", JobState::Settled));
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.answers()[0].body.count("event: state\n"), 2);
    }

    void aReaderThatLeavesEndsItsStream()
    {
        ApiWorld world(kShortSlices);
        world.directory.put(recordOf("00aa", JobState::Running));
        EventReader reader(world, "00aa");
        QTRY_COMPARE(reader.eventCount(), 1);
        reader.client().close();
        QTRY_COMPARE(world.api->waitingCount(), 0);
        QTRY_COMPARE(world.directory.watching(), 0);
        const int before = world.directory.watchCount;
        world.directory.put(recordOf("00aa", JobState::Settled));
        QCOMPARE(world.directory.watchCount, before);
        QTRY_COMPARE(world.server->listener().connectionCount(), 0);
    }

    void aJobThatVanishesEndsTheStream()
    {
        ApiWorld world(kShortSlices);
        world.directory.put(recordOf("00aa", JobState::Running));
        EventReader reader(world, "00aa");
        QTRY_COMPARE(reader.eventCount(), 1);
        world.directory.remove("00aa");
        QTRY_COMPARE(reader.client().answerCount(), 1);
        QVERIFY(reader.client().hasOnlyWholeAnswers());
    }

    /// An open event stream must not keep the service from ending.
    void endWaitsLetsTheConnectionsGo()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        std::vector<std::unique_ptr<EventReader>> readers;
        for (int i = 0; i < 20; ++i)
            readers.push_back(std::make_unique<EventReader>(world, "00aa"));
        QTRY_COMPARE(world.api->waitingCount(), 20);
        world.server->listener().closeIdle();
        world.api->endWaits();
        QCOMPARE(world.api->waitingCount(), 0);
        QTRY_COMPARE(world.server->listener().connectionCount(), 0);
        for (const auto &reader : readers) {
            QTRY_VERIFY(reader->client().isClosed());
            QVERIFY(reader->client().hasOnlyWholeAnswers());
            QCOMPARE(reader->eventCount(), 1);
        }
    }

    void noStreamBeginsAfterTheEnd()
    {
        ApiWorld world;
        world.directory.put(recordOf("00aa", JobState::Running));
        world.api->endWaits();
        EventReader reader(world, "00aa");
        QTRY_COMPARE(reader.client().status(), 503);
        QCOMPARE(codeOf(reader.client().answers()[0]), u"draining"_s);
        QVERIFY(world.refused == std::vector{Reason::Draining});
    }
};

HOLDLINE_TEST(TestJobEvents)
#include "tst_jobevents.moc"

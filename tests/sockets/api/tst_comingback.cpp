// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs API of the whole service with four threads: a client finds its job on any connection. Run this
// test with the tsan preset too.
#include "tests/support/apiworld.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kThreads = 4;
constexpr int kJobs = 12;

Config threadedConfig()
{
    Config config = WholeService::quietConfig();
    config.server.threads = kThreads;
    return config;
}

JobServerOptions jobsOf(std::chrono::milliseconds duration)
{
    JobServerOptions options = WholeService::quickJobs();
    options.duration = duration;
    return options;
}

/// A request on a connection of its own, so that any thread may receive it.
class Visit
{
public:
    Visit(const WholeService &world, const QByteArray &request) : m_client(world.port())
    {
        m_client.send(request);
    }

    bool isAnswered() const { return m_client.answerCount() == 1; }
    RawAnswer answer() const { return m_client.answers().at(0); }
    RawHttpClient &client() { return m_client; }

private:
    RawHttpClient m_client;
};

using Visits = std::vector<std::unique_ptr<Visit>>;

bool areAnswered(const Visits &visits)
{
    return std::all_of(visits.begin(), visits.end(), [](const auto &visit) { return visit->isAnswered(); });
}

}  // namespace

class TestComingBack : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jobsAreFoundFromEverywhere()
    {
        WholeService world(jobsOf(800ms), threadedConfig());
        const QByteArrayList paths = handOver(world, "k");
        QCOMPARE(paths.size(), kJobs);
        Visits streams;
        Visits polls;
        Visits results;
        for (const QByteArray &path : paths) {
            streams.push_back(get(world, path + "/events"));
            polls.push_back(get(world, path, "Prefer: wait=30\r\n"));
            results.push_back(get(world, path + "/result", "Prefer: wait=30\r\n"));
        }
        Visits lists;
        lists.push_back(get(world, "/v1/jobs?idempotency_key=k"));
        lists.push_back(get(world, "/v1/jobs?idempotency_key=k&account=a3"));
        QTRY_VERIFY_WITH_TIMEOUT(areAnswered(streams) && areAnswered(polls) && areAnswered(results), 30'000);
        for (std::size_t i = 0; i < kJobs; ++i) {
            QVERIFY(streams[i]->answer().body.contains("\"state\":\"completed\""));
            QCOMPARE(stateOf(polls[i]->answer()), u"completed"_s);
            QCOMPARE(polls[i]->answer().headers.value("Preference-Applied"), "wait=30"_ba);
            QCOMPARE(results[i]->answer().status, 200);
            QCOMPARE(jsonOf(results[i]->answer()).value(u"id"_s),
                     jsonOf(polls[i]->answer()).value(u"upstream_id"_s));
        }
        QTRY_VERIFY(areAnswered(lists));
        QCOMPARE(jsonOf(lists[0]->answer()).value(u"jobs"_s).toArray().size(), kJobs);
        const QJsonArray one = jsonOf(lists[1]->answer()).value(u"jobs"_s).toArray();
        QCOMPARE(one.size(), 1);
        QCOMPARE(one[0].toObject().value(u"account"_s).toString(), u"a3"_s);
        QCOMPARE(world.metric("holdline_api_answers_total{route=\"events\",status=\"200\"}"), double(kJobs));
        QCOMPARE(world.metric("holdline_api_answers_total{route=\"job\",status=\"200\"}"), double(kJobs));
        QCOMPARE(world.metric("holdline_api_waiting"), 0.0);
    }

    void jobsAreCancelledFromEverywhere()
    {
        WholeService world(jobsOf(1h), threadedConfig());
        const QByteArrayList paths = handOver(world, "k");
        Visits polls;
        for (const QByteArray &path : paths)
            polls.push_back(get(world, path + "/result", "Prefer: wait=30\r\n"));
        QTRY_COMPARE(world.metric("holdline_api_waiting"), double(kJobs));
        for (int round = 0; round < 2; ++round) {  // a second DELETE is not an error
            Visits cancels;
            for (const QByteArray &path : paths)
                cancels.push_back(std::make_unique<Visit>(world, deleteRequest(path)));
            QTRY_VERIFY(areAnswered(cancels));
            for (const auto &cancel : cancels) {
                QCOMPARE(cancel->answer().status, 200);
                QCOMPARE(stateOf(cancel->answer()), u"cancelled"_s);
            }
        }
        QTRY_VERIFY(areAnswered(polls));
        for (const auto &poll : polls) {
            QCOMPARE(poll->answer().status, 503);
            QCOMPARE(codeOf(poll->answer()), u"cancelled"_s);
        }
        Visits late;
        late.push_back(get(world, "/v1/jobs/00ff"));
        late.push_back(get(world, "/v1/jobs/zz"));
        late.push_back(get(world, "/v1/jobs/" + QByteArray(5000, 'f')));
        QTRY_VERIFY(areAnswered(late));
        for (const auto &visit : late)
            QCOMPARE(visit->answer().status, 404);
    }

    /// Event streams and long polls must not delay the end of the service.
    void theServiceEndsWhileClientsWait()
    {
        WholeService world(jobsOf(1h), threadedConfig());
        const QByteArrayList paths = handOver(world, "k");
        Visits streams;
        Visits polls;
        for (const QByteArray &path : paths) {
            streams.push_back(get(world, path + "/events"));
            polls.push_back(get(world, path, "Prefer: wait=60\r\n"));
        }
        QTRY_COMPARE(world.metric("holdline_api_waiting"), double(2 * kJobs));
        QSignalSpy finished(&world.service(), &Service::finished);
        world.service().drain();
        QTRY_COMPARE(finished.count(), 1);
        QTRY_VERIFY(areAnswered(streams) && areAnswered(polls));
        for (const auto &visit : streams) {
            QVERIFY(visit->client().hasOnlyWholeAnswers());
            QTRY_VERIFY(visit->client().isClosed());
            QVERIFY(!visit->client().wasReset());
        }
        for (const auto &visit : polls) {
            QCOMPARE(visit->answer().status, 200);
            QVERIFY(!jsonOf(visit->answer()).contains(u"ended"_s));
        }
    }

private:
    static std::unique_ptr<Visit> get(const WholeService &world, const QByteArray &target,
                                      const QByteArray &fields = {})
    {
        return std::make_unique<Visit>(world, RawHttpClient::get(target, fields));
    }

    /// Starts kJobs jobs, each of another account, and returns their locations.
    static QByteArrayList handOver(const WholeService &world, const QByteArray &key)
    {
        Visits starts;
        for (int i = 0; i < kJobs; ++i) {
            const QByteArray body = "{\"account\":\"a" + QByteArray::number(i) + "\"}";
            starts.push_back(std::make_unique<Visit>(
                world, RawHttpClient::post("/start", body,
                                           "Prefer: respond-async\r\nIdempotency-Key: " + key + "\r\n")));
        }
        QByteArrayList paths;
        if (!QTest::qWaitFor([&starts] { return areAnswered(starts); }, 30'000))
            return paths;
        for (const auto &start : starts)
            paths.append(start->answer().headers.value("Location"));
        return paths;
    }
};

HOLDLINE_TEST(TestComingBack)
#include "tst_comingback.moc"

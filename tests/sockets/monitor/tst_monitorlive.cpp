// SPDX-License-Identifier: GPL-3.0-or-later
// A monitor connected to a real service: client, data, tables and recordings together.
#include "monitor/client/recordingplayer.h"
#include "monitor/client/streamrecorder.h"
#include "monitor/data/historytable.h"
#include "monitor/data/jobstable.h"
#include "tests/support/suite.h"
#include "tests/support/wholeservice.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using State = SourceStatus::State;

namespace {

/// All parts of a monitor between the socket and the views.
struct Monitor
{
    explicit Monitor(const QString &path)
    {
        QObject::connect(&client, &UpdateSource::received, &data, &LiveData::apply);
        QObject::connect(&client, &UpdateSource::replied, &client,
                         [this](const Reply &reply) { replies.push_back(reply); });
        client.open(path);
    }
    bool isLive() const { return client.status().state == State::Live; }

    LiveData data;
    JobsTable jobs{data};
    HistoryTable history{data};
    MonitorClient client{MonitorClient::Limits{30s, 5ms, 20ms, 256 * 1024}};
    std::vector<Reply> replies;
};

std::set<QByteArray> idsOf(const LiveData &data)
{
    std::set<QByteArray> ids;
    for (const JobPtr &row : data.history())
        ids.insert(row->id);
    return ids;
}

LoadOptions jobsOf(int jobs)
{
    LoadOptions options;
    options.jobs = jobs;
    options.accounts = 5;
    return options;
}

}  // namespace

class TestMonitorLive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void beforeAndAfter();
    void steers();
    void serviceRestarts();
    void records();

private:
    Config config() const
    {
        Config config = WholeService::quietConfig();
        config.server.monitorSocket = m_folder.filePath(u"s"_s);
        return config;
    }
    /// Returns options for jobs that run long enough to be observed.
    static JobServerOptions longJobs()
    {
        JobServerOptions options = WholeService::quickJobs();
        options.duration = 800ms;
        return options;
    }

    QTemporaryDir m_folder;
};

void TestMonitorLive::beforeAndAfter()
{
    WholeService world(longJobs(), config());
    Monitor before(world.service().monitorSocket());
    QTRY_VERIFY(before.isLive());
    QVERIFY(before.data.service().has_value());
    QSignalSpy counts(&before.jobs, &RecordTable::countsChanged);
    int most = 0;
    connect(&before.jobs, &RecordTable::countsChanged, this,
            [&] { most = std::max(most, before.jobs.shownCount()); });
    const holdline::Report report = world.run(jobsOf(100));
    QCOMPARE(report.succeeded, 100);
    QTRY_COMPARE(before.history.shownCount(), 100);
    QTRY_COMPARE(before.jobs.shownCount(), 0);
    QVERIFY2(most > 10, "live ones were seen as well");
    before.history.setFilter(std::get<FilterQuery>(
        FilterQuery::parse(u"outcome=completed status=200 total>=800 account:example attempts=1"_s)));
    QCOMPARE(before.history.shownCount(), 100);
    QTRY_VERIFY(!before.data.samples().isEmpty() &&
                before.data.samples().samples().back().requests[std::size_t(Reason::Completed)] == 100);
    // An observer that connects later gets these jobs too.
    Monitor after(world.service().monitorSocket());
    QTRY_VERIFY(after.isLive());
    QCOMPARE(idsOf(after.data), idsOf(before.data));
    QCOMPARE(after.data.omitted() + before.data.omitted(), std::uint64_t(0));
}

void TestMonitorLive::steers()
{
    WholeService world(longJobs(), config());
    Monitor monitor(world.service().monitorSocket());
    QTRY_VERIFY(monitor.isLive());
    const QByteArray pause = monitor.client.send(Command::Verb::PauseLane, "example");
    QTRY_COMPARE(monitor.replies.size(), std::size_t(1));
    QVERIFY2(monitor.replies[0].ok && monitor.replies[0].id == pause, qPrintable(monitor.replies[0].text));
    LoadOptions options = jobsOf(3);
    options.accounts = 1;
    options.url = world.startUrl();
    LoadGenerator load(options);
    QSignalSpy finished(&load, &LoadGenerator::finished);
    load.start();
    QTRY_COMPARE(monitor.data.count(RowState::Queued), 3);
    QTRY_VERIFY(monitor.data.lanes().value("example").paused);
    // The queue positions of the jobs follow the order of arrival.
    std::set<int> places;
    for (const JobPtr &row : monitor.data.jobs())
        places.insert(monitor.data.queuePosition(*row));
    QCOMPARE(places, (std::set<int>{1, 2, 3}));
    QTRY_COMPARE(monitor.jobs.shownCount(), 3);
    const QByteArray victim = monitor.jobs.idAt(0);
    monitor.client.send(Command::Verb::Cancel, victim);
    QTRY_COMPARE(monitor.data.count(RowState::Ended), 1);
    QCOMPARE(monitor.data.history().front()->id, victim);
    QVERIFY(monitor.data.history().front()->outcome == Reason::Cancelled);
    monitor.client.send(Command::Verb::ResumeLane, "example");
    QTRY_COMPARE(monitor.data.count(RowState::Ended), 3);
    QTRY_COMPARE(finished.count(), 1);
    QCOMPARE(monitor.data.jobs().size(), 0);
}

void TestMonitorLive::serviceRestarts()
{
    auto world = std::make_unique<WholeService>(WholeService::quickJobs(), config());
    Monitor monitor(world->service().monitorSocket());
    QTRY_VERIFY(monitor.isLive());
    world->run(jobsOf(10));
    QTRY_COMPARE(monitor.data.count(RowState::Ended), 10);
    world.reset();
    QTRY_COMPARE(monitor.client.status().state, State::Disconnected);
    QVERIFY(!monitor.client.status().error.isEmpty());
    world = std::make_unique<WholeService>(WholeService::quickJobs(), config());
    QTRY_VERIFY(monitor.isLive());
    world->run(jobsOf(5));
    QTRY_COMPARE(monitor.data.count(RowState::Ended), 15);
    QCOMPARE(monitor.data.jobs().size(), 0);
}

void TestMonitorLive::records()
{
    WholeService world(WholeService::quickJobs(), config());
    Monitor monitor(world.service().monitorSocket());
    QTRY_VERIFY(monitor.isLive());
    world.run(jobsOf(20));
    QTRY_COMPARE(monitor.data.count(RowState::Ended), 20);
    StreamRecorder recorder(monitor.client);
    const QString path = m_folder.filePath(u"r.ndjson"_s);
    QCOMPARE(recorder.start(path), QString());
    world.run(jobsOf(20));
    QTRY_COMPARE(monitor.data.count(RowState::Ended), 40);
    recorder.stop();
    QVERIFY2(recorder.error().isEmpty(), qPrintable(recorder.error()));

    LiveData played;
    RecordingPlayer player;
    connect(&player, &UpdateSource::received, &played, &LiveData::apply);
    QSignalSpy opened(&player, &RecordingPlayer::opened);
    player.open(path);
    QTRY_VERIFY2(opened.count() == 1, qPrintable(player.status().error));
    player.seek(player.duration());
    QTRY_COMPARE(idsOf(played), idsOf(monitor.data));
    QCOMPARE(played.jobs().size(), 0);
    QVERIFY(played.service() == monitor.data.service());
}

HOLDLINE_TEST(TestMonitorLive)
#include "tst_monitorlive.moc"

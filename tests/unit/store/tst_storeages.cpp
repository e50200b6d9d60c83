// SPDX-License-Identifier: GPL-3.0-or-later
// The ages of stored jobs. A change of the wall clock must not expire a result or move a deadline. A database
// in an earlier format keeps its jobs.
#include "core/job/jobs.h"
#include "service/holdline/store/recordbytes.h"
#include "service/holdline/store/sqliteschema.h"
#include "service/holdline/store/store.h"
#include "tests/support/manualclocks.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QLoggingCategory>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kKeep = 24h;

struct World
{
    explicit World(const QString &kind) : isMemory(kind == u"memory")
    {
        limits.keepFor = kKeep;
        make();
    }
    ~World() { close(); }

    QString path() const { return isMemory ? u"memory"_s : folder.filePath(u"holdline.db"_s); }
    void make()
    {
        backend = makeBackend(path(), limits, clocks.reader());
        reader = backend->makeReader();
        error = backend->open();
    }
    void close()
    {
        if (reader)
            reader->close();
        if (backend)
            backend->close();
    }
    /// Simulates a new process that opens the same file.
    void restart(const std::function<void()> &meanwhile)
    {
        close();
        meanwhile();
        make();
    }
    void put(const JobRecord &record) { QCOMPARE(backend->commit({PutJob{record}}).of(0), QString()); }
    int tidy()
    {
        int expired = 0;
        for (bool more = true; more;) {
            const Tidied step = backend->tidy();
            if (!step.error.isEmpty())
                return -1;
            expired += step.expired;
            more = step.more;
        }
        return expired;
    }
    bool knows(const JobRecord &record)
    {
        return reader->findByKey(record.account, record.key).value == record;
    }
    /// Returns the time left to an unfinished job, as the job's shard computes it.
    milliseconds left(const QByteArray &id)
    {
        for (const JobRecord &record : backend->unsettled().value) {
            if (record.id != id)
                continue;
            Jobs jobs({});
            const TimePoint now = Clock::now();
            const Job *job = jobs.restore(record, now);
            return std::chrono::round<milliseconds>(job->deadline - now);
        }
        return milliseconds::min();
    }

    const bool isMemory;
    QTemporaryDir folder;
    ManualClocks clocks;
    Config::Store limits;
    std::unique_ptr<StoreBackend> backend;
    std::unique_ptr<StoreReader> reader;
    QString error;
};

bool isAbout(milliseconds left, milliseconds expected)
{
    // The test itself takes time, so the time left may be shorter.
    const bool is = left <= expected + 1s && left >= expected - 60s;
    if (!is)
        qInfo("%lld ms are left, not %lld", static_cast<long long>(left.count()),
              static_cast<long long>(expected.count()));
    return is;
}

/// A database in the first format.
class FirstForm
{
public:
    explicit FirstForm(const QString &path)
    {
        m_good = m_connection.open(path, SqliteConnection::Access::Write) && setUpWriter(m_connection, {}) &&
                 migrate(m_connection, {storeMigrations().front()});
    }
    void add(const JobRecord &record)
    {
        const QByteArray bytes = toBytes(record);
        const auto token = CallbackToken::fromText(record.token);
        const QVariant end = record.isSettled()
                                 ? QVariant(static_cast<qint64>(record.settled->time_since_epoch().count()))
                                 : QVariant();
        QSqlQuery *row = m_connection.run(
            "INSERT INTO jobs (id, account, key, lookup, ended, expired, data, sum) VALUES (?,?,?,?,?,?,?,?)",
            {record.id, record.account, record.key,
             token ? QVariant(static_cast<qint64>(token->lookup)) : QVariant(), end, record.expired ? 1 : 0,
             bytes, checksum(record.id, bytes)});
        m_good = m_good && row;
        if (!row)
            return;
        const QVariant number = row->lastInsertId();
        if (record.request)
            write("INSERT INTO requests VALUES (?, ?, ?)", number, record.id, toBytes(*record.request));
        if (record.answer)
            write("INSERT INTO answers VALUES (?, ?, ?)", number, record.id, toBytes(*record.answer));
    }
    bool isGood() const { return m_good; }

private:
    void write(const char *sql, const QVariant &number, const QByteArray &id, const QByteArray &bytes)
    {
        m_good = m_connection.run(sql, {number, bytes, checksum(id, bytes)}) && m_good;
    }

    SqliteConnection m_connection;
    bool m_good = false;
};

}  // namespace

class TestStoreAges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"holdline.service.warning=false"_s); }
    void cleanupTestCase() { QLoggingCategory::setFilterRules({}); }
    void stepsExpireNothing_data();
    void stepsExpireNothing();
    void timeThatPassesExpires_data();
    void timeThatPassesExpires();
    void aLateResultDoesNotMakeAnEndYounger_data() { timeThatPassesExpires_data(); }
    void aLateResultDoesNotMakeAnEndYounger();
    void deadlinesFollowTheMachine_data();
    void deadlinesFollowTheMachine();
    void theShownTimesFollowTheJob();
    void theFirstForm_data();
    void theFirstForm();
};

void TestStoreAges::stepsExpireNothing_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<milliseconds>("step");
    QTest::addColumn<QString>("when");
    for (const milliseconds step : {0ms + 1h, 0ms - 1h, 0ms + 24h, 0ms - 24h, 0ms + 87'600h, 0ms - 87'600h}) {
        const QByteArray hours = QByteArray::number(static_cast<qint64>(step / 1h)) + " h";
        QTest::newRow(("memory, running, " + hours).constData()) << u"memory"_s << step << u"running"_s;
        for (const QString &when : {u"running"_s, u"closed"_s, u"reboot"_s, u"unknown boot"_s, u"both"_s})
            QTest::newRow(("sqlite, " + when.toLatin1() + ", " + hours).constData())
                << u"sqlite"_s << step << when;
    }
}

void TestStoreAges::stepsExpireNothing()
{
    QFETCH(const QString, kind);
    QFETCH(const milliseconds, step);
    QFETCH(const QString, when);
    World world(kind);
    if (when == u"unknown boot") {
        world.restart([&] { world.clocks.forgetBoot(); });
    }
    QCOMPARE(world.error, QString());
    const JobRecord before = ended(openJob("a", "before"), "x");
    world.put(before);
    world.clocks.pass(1h);
    QCOMPARE(world.tidy(), 0);
    if (when == u"running" || when == u"both")
        world.clocks.step(step);
    if (when != u"running")
        world.restart([&] {
            if (when == u"reboot" || when == u"both")
                world.clocks.reboot(step);
            else
                world.clocks.step(step);
        });
    QCOMPARE(world.error, QString());
    QCOMPARE(world.tidy(), 0);
    QVERIFY(world.knows(before));
    const JobRecord after = ended(openJob("a", "after"), "y");
    world.put(after);
    world.clocks.pass(1s);
    world.clocks.step(-step);
    QCOMPARE(world.tidy(), 0);
    QVERIFY(world.knows(before) && world.knows(after));
    // The result still has its real age.
    world.clocks.pass(kKeep - 1h + 1s);
    QCOMPARE(world.tidy(), 1);
    QVERIFY(!world.knows(before) && world.knows(after));
}

void TestStoreAges::timeThatPassesExpires_data()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("memory") << u"memory"_s;
    QTest::newRow("sqlite") << u"sqlite"_s;
}

void TestStoreAges::timeThatPassesExpires()
{
    QFETCH(const QString, kind);
    World world(kind);
    const JobRecord record = ended(openJob("a", "k"), "x");
    world.put(record);
    world.clocks.pass(kKeep);
    QCOMPARE(world.tidy(), 0);
    if (!world.isMemory)
        world.restart([&] { world.clocks.pass(1s); });
    else
        world.clocks.pass(1s);
    QCOMPARE(world.tidy(), 1);
    QVERIFY(!world.knows(record));
    QVERIFY(world.reader->find(record.id).value->expired);
}

void TestStoreAges::aLateResultDoesNotMakeAnEndYounger()
{
    QFETCH(const QString, kind);
    World world(kind);
    JobRecord record = ended(openJob("a", "k"), "timed out");
    world.put(record);
    world.clocks.pass(kKeep - 1s);
    record.answer->body = "the late result";
    ++record.revision;
    world.put(record);
    QVERIFY(world.knows(record));
    world.clocks.pass(2s);
    QCOMPARE(world.tidy(), 1);
}

void TestStoreAges::deadlinesFollowTheMachine_data()
{
    QTest::addColumn<milliseconds>("step");
    for (const milliseconds step :
         {0ms, 0ms + 1h, 0ms - 1h, 0ms + 24h, 0ms - 24h, 0ms + 87'600h, 0ms - 87'600h})
        QTest::newRow((QByteArray::number(static_cast<qint64>(step / 1h)) + " h").constData()) << step;
}

void TestStoreAges::deadlinesFollowTheMachine()
{
    QFETCH(const milliseconds, step);
    World world(u"sqlite"_s);
    JobRecord record = openJob("a", "k");
    record.deadline = record.created + milliseconds(1h);
    world.put(record);
    QVERIFY(isAbout(world.left(record.id), 1h));
    world.restart([&] {
        world.clocks.pass(600s);
        world.clocks.step(step);
    });
    QVERIFY(isAbout(world.left(record.id), 50min));
    // The shard writes the record with the times that it computed.
    record = world.backend->unsettled().value.front();
    ++record.revision;
    world.put(record);
    world.restart([&] { world.clocks.pass(600s); });
    QVERIFY(isAbout(world.left(record.id), 40min));
    // The time during which the machine was off does not count.
    world.restart([&] { world.clocks.reboot(step); });
    QVERIFY(isAbout(world.left(record.id), 40min));
    record = world.backend->unsettled().value.front();
    ++record.revision;
    world.put(record);
    world.restart([&] { world.clocks.pass(600s); });
    QVERIFY(isAbout(world.left(record.id), 30min));
}

/// For a job that continues after a reboot, the shown times follow the wall clock.
void TestStoreAges::theShownTimesFollowTheJob()
{
    World world(u"sqlite"_s);
    JobRecord record = openJob("a", "k");
    record.created = world.clocks.now().wall;
    record.deadline = record.created + milliseconds(1h);
    world.put(record);
    world.restart([&] { world.clocks.reboot(10h); });
    const JobRecord found = world.backend->unsettled().value.front();
    QCOMPARE(found.created, record.created);
    QCOMPARE(std::chrono::round<std::chrono::minutes>(Clock::now() - *found.made), 600min);
    QCOMPARE(std::chrono::round<std::chrono::minutes>(found.deadline - record.deadline), 600min);
    // If the wall clock is behind after a reboot, the job's age is not negative.
    world.restart([&] { world.clocks.reboot(-100h); });
    const JobRecord again = world.backend->unsettled().value.front();
    QVERIFY(Clock::now() - *again.made < 60s);
    QCOMPARE(again.deadline, record.deadline);
}

void TestStoreAges::theFirstForm_data()
{
    QTest::addColumn<QList<qint64>>("endedHoursAgo");
    QTest::addColumn<milliseconds>("wrong");
    using Hours = QList<qint64>;
    for (const milliseconds wrong : {0ms, 0ms + 87'600h, 0ms - 87'600h}) {
        const QByteArray clock = wrong == 0ms  ? ""
                                 : wrong > 0ms ? ", the clock is ahead"
                                               : ", the clock is behind";
        QTest::newRow(("nothing" + clock).constData()) << Hours{} << wrong;
        QTest::newRow(("a day of results" + clock).constData()) << Hours{23, 20, 10, 0} << wrong;
        QTest::newRow(("all old" + clock).constData()) << Hours{500, 490, 480} << wrong;
        QTest::newRow(("the clock was ahead once" + clock).constData()) << Hours{20, 10, -87'600, 1} << wrong;
        QTest::newRow(("the clock was behind once" + clock).constData()) << Hours{20, 87'600, 10, 1} << wrong;
    }
}

void TestStoreAges::theFirstForm()
{
    QFETCH(const QList<qint64>, endedHoursAgo);
    QFETCH(const milliseconds, wrong);
    World world(u"sqlite"_s);
    world.close();
    world.backend.reset();
    QVERIFY(QFile::remove(world.path()));
    std::vector<JobRecord> results;
    JobRecord open = openJob("a", "open");
    {
        FirstForm first(world.path());
        for (const qint64 ago : endedHoursAgo) {
            const QByteArray key = "k" + QByteArray::number(results.size());
            results.push_back(
                ended(openJob("a", key), "x", world.clocks.now().wall - std::chrono::hours(ago)));
            first.add(results.back());
        }
        JobRecord tombstone;
        tombstone.id = makeJobId();
        tombstone.account = "a";
        tombstone.status.state = JobState::Settled;
        tombstone.settled = world.clocks.now().wall;
        tombstone.expired = true;
        first.add(tombstone);
        first.add(open);
        QVERIFY(first.isGood());
    }
    world.clocks.step(wrong);
    world.make();
    QCOMPARE(world.error, QString());
    QCOMPARE(world.tidy(), 0);
    for (const JobRecord &result : results)
        QVERIFY(world.knows(result));
    QCOMPARE(world.backend->size().tombstones, 1);
    QVERIFY(isAbout(world.left(open.id), 1h));
    // From now on the job ages like any other job.
    world.restart([&] {
        world.clocks.step(-wrong);
        world.clocks.pass(30min);
    });
    QCOMPARE(world.error, QString());
    QVERIFY(isAbout(world.left(open.id), 30min));
    world.clocks.pass(kKeep);
    QCOMPARE(world.tidy(), static_cast<int>(results.size()));
}

HOLDLINE_TEST(TestStoreAges)
#include "tst_storeages.moc"

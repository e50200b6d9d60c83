// SPDX-License-Identifier: GPL-3.0-or-later
// The store's threads and their links: batched writes, errors and recovery, limits, and the destruction of a
// link or the store while work is in progress.
#include "service/holdline/store/store.h"
#include "service/holdline/store/storelink.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <latch>

#include <sys/resource.h>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Longer than any machine has been running. The steady clock begins at boot.
constexpr std::chrono::hours kForever(87'600);

/// A store in memory. The test delays its commits or makes them fail.
class ScriptedBackend : public StoreBackend
{
public:
    QString open() override
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return !m_holdsOpen; });
        return m_error;
    }
    void close() override {}
    bool isDurable() const override { return false; }
    std::unique_ptr<StoreReader> makeReader() override { return m_memory->makeReader(); }
    Result<std::vector<JobRecord>> unsettled() override { return m_memory->unsettled(); }
    Result<std::vector<StoredKey>> keysAfter(const StoredKey &last, int most) override
    {
        return m_memory->keysAfter(last, most);
    }
    CommitResult commit(const std::vector<StoreWrite> &writes) override
    {
        std::unique_lock lock(m_mutex);
        batches.push_back(writes);
        sizes->push_back(writes.size());
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return !m_holding; });
        if (!m_error.isEmpty())
            return {m_error, {}};
        return m_memory->commit(writes);
    }
    QString probe() override { return error(); }
    Tidied tidy() override { return m_memory->tidy(); }
    StoreSize size() const override { return m_memory->size(); }

    void hold()
    {
        const std::lock_guard lock(m_mutex);
        m_holding = true;
    }
    /// Makes open() block until release().
    void holdOpen()
    {
        const std::lock_guard lock(m_mutex);
        m_holdsOpen = true;
    }
    StoreBackend &memory() { return *m_memory; }
    void release()
    {
        const std::lock_guard lock(m_mutex);
        m_holding = false;
        m_holdsOpen = false;
        m_changed.notify_all();
    }
    void setError(const QString &error)
    {
        const std::lock_guard lock(m_mutex);
        m_error = error;
    }
    /// Blocks until `count` commits have begun.
    void awaitCommits(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return batches.size() >= count; });
    }
    /// The sizes of all batches. This list outlives the backend.
    const std::shared_ptr<std::vector<std::size_t>> sizes = std::make_shared<std::vector<std::size_t>>();

    std::size_t batchSize(std::size_t batch)
    {
        const std::lock_guard lock(m_mutex);
        return batches.at(batch).size();
    }

private:
    QString error()
    {
        const std::lock_guard lock(m_mutex);
        return m_error;
    }

    const std::unique_ptr<StoreBackend> m_memory = makeBackend(u"memory"_s, {});
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<std::vector<StoreWrite>> batches;
    bool m_holding = false;
    bool m_holdsOpen = false;
    QString m_error;
};

struct World
{
    explicit World(const Config::Store &config = {}, int durable = Config::Hold().durable,
                   Allowance early = StoreThread::Options().early)
    {
        auto scripted = std::make_unique<ScriptedBackend>();
        backend = scripted.get();
        store = std::make_unique<Store>(
            std::move(scripted),
            StoreThread::Options{.store = config, .retryInterval = 10ms, .durable = durable, .early = early},
            u"memory"_s);
        opened = store->open();
        link = std::make_unique<StoreLink>(*store);
    }
    ~World()
    {
        if (store)
            backend->release();
    }
    /// Returns a callback that appends the write's error to `errors`.
    JobStore::Done counted()
    {
        return [this](const QString &error) { errors.append(error); };
    }

    ScriptedBackend *backend = nullptr;
    std::unique_ptr<Store> store;
    std::unique_ptr<StoreLink> link;
    QStringList errors;
    bool opened = false;
};

/// Waits for the result of a look-up by id. Only for a store without other users.
std::optional<JobRecord> found(StoreLink &link, const QByteArray &id)
{
    std::optional<std::optional<JobRecord>> answer;
    link.find(id, [&answer](std::optional<JobRecord> record) { answer = std::move(record); });
    return QTest::qWaitFor([&answer] { return answer.has_value(); }) ? *answer : std::nullopt;
}

}  // namespace

class TestStoreThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesThatWaitGoTogether();
    void oneAfterTheOtherNeedsNoPause();
    void aBusyStoreWaitsForMore();
    void earlyCommitsAreLimited();
    void writesOfTheSameJobAreOne();
    void oneTooManyFails();
    void aFailureIsToldAndPasses();
    void itCannotBeOpenedAtFirst();
    void oneRefusedWriteFailsAlone();
    void aLinkGoesWithQuestionsOpen();
    void whatWasPostedBeforeTheEndIsOnDisk();
    void aFullDiskIsToldAndPasses();
    void manyLinksInManyThreads_data();
    void manyLinksInManyThreads();
    void deadLettersAndStatus();
    void aDiskThatHangs();
    void aDiskThatHangsAtTheStart_data();
    void aDiskThatHangsAtTheStart();
    void storedKeysStayKnown();
};

void TestStoreThread::writesThatWaitGoTogether()
{
    World world;
    QVERIFY(world.opened);
    world.backend->hold();
    world.link->put(openJob("a", "first"), world.counted());
    world.backend->awaitCommits(1);
    for (int i = 0; i < 10; ++i)
        world.link->put(openJob("a", "k" + QByteArray::number(i)), world.counted());
    world.backend->release();
    QTRY_COMPARE(world.errors, QStringList(11, QString()));
    QCOMPARE(world.backend->batchSize(0), std::size_t(1));
    QCOMPARE(world.backend->batchSize(1), std::size_t(10));
}

/// In one lane, each write comes after the commit of the previous one. So no write may wait for the commit
/// interval.
void TestStoreThread::oneAfterTheOtherNeedsNoPause()
{
    Config::Store config;
    config.commitInterval = kForever;
    World world(config);
    for (int i = 0; i < 20; ++i) {
        world.link->put(openJob("a", "k" + QByteArray::number(i)), world.counted());
        QTRY_COMPARE(world.errors.size(), i + 1);
        QCOMPARE(world.backend->batchSize(static_cast<std::size_t>(i)), std::size_t(1));
    }
}

void TestStoreThread::aBusyStoreWaitsForMore()
{
    Config::Store config;
    config.commitInterval = kForever;
    World world(config);
    world.backend->hold();
    world.link->put(openJob("a", "first"), world.counted());
    world.backend->awaitCommits(1);
    for (int i = 0; i < 2; ++i)
        world.link->put(openJob("a", "early " + QByteArray::number(i)), world.counted());
    world.backend->release();
    QTRY_COMPARE(world.errors.size(), 1);
    for (int i = 0; i < 5; ++i)
        world.link->put(openJob("a", "late " + QByteArray::number(i)), world.counted());
    const auto sizes = world.backend->sizes;
    world.link.reset();
    // Destroying the store ends the pause between commits.
    world.store.reset();
    QCOMPARE(*sizes, (std::vector<std::size_t>{1, 7}));
}

/// Many small commits would cost more CPU time than the jobs.
void TestStoreThread::earlyCommitsAreLimited()
{
    Config::Store config;
    config.commitInterval = kForever;
    World world(config, Config::Hold().durable, Allowance(3, 1h));
    const auto write = [&] { world.link->put(openJob("a", makeJobId()), world.counted()); };
    for (int i = 0; i < 4; ++i) {  // the first commit follows no other
        write();
        QTRY_COMPARE(world.errors.size(), i + 1);
    }
    write();
    write();
    const auto sizes = world.backend->sizes;
    world.link.reset();
    world.store.reset();
    QCOMPARE(*sizes, (std::vector<std::size_t>{1, 1, 1, 1, 2}));
}

void TestStoreThread::writesOfTheSameJobAreOne()
{
    World world;
    world.backend->hold();
    world.link->put(openJob("a", "first"), world.counted());
    world.backend->awaitCommits(1);
    const JobRecord record = openJob("a", "k");
    JobRecord later = record;
    later.request.reset();
    later.status.state = JobState::Running;
    later.revision = 2;
    world.link->put(record, world.counted());
    world.link->put(openJob("a", "other"), world.counted());
    world.link->put(later, world.counted());
    world.backend->release();
    QTRY_COMPARE(world.errors.size(), 4);
    QCOMPARE(world.backend->batchSize(1), std::size_t(2));
    later.request = record.request;
    QCOMPARE(found(*world.link, record.id), later);
}

void TestStoreThread::oneTooManyFails()
{
    Config::Store config;
    config.queued = 3;
    World world(config);
    world.backend->hold();
    for (int i = 0; i < 4; ++i)
        world.link->put(openJob("a", "k" + QByteArray::number(i)), world.counted());
    QVERIFY(world.errors.isEmpty());
    QTRY_COMPARE(world.errors.size(), 1);
    QVERIFY2(world.errors[0].contains(u"store.queued"), qPrintable(world.errors[0]));
    QVERIFY(world.link->isAvailable());
    world.backend->release();
    QTRY_COMPARE(world.errors.size(), 4);
    QCOMPARE(world.errors.count(QString()), 3);
    world.link->put(openJob("a", "later"), world.counted());
    QTRY_COMPARE(world.errors.count(QString()), 4);
}

void TestStoreThread::aFailureIsToldAndPasses()
{
    World world;
    QSignalSpy changed(world.link.get(), &JobStore::availabilityChanged);
    world.backend->setError(u"no room"_s);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the store is not available: .*no room"_s));
    world.link->put(openJob("a", "k"), world.counted());
    QTRY_COMPARE(world.errors, QStringList{u"no room"_s});
    QTRY_COMPARE(changed.size(), 1);
    QVERIFY(!world.link->isAvailable());
    QCOMPARE(world.link->errorString(), u"no room"_s);
    world.link->put(openJob("a", "k"), world.counted());
    QTRY_COMPARE(world.errors, QStringList(2, u"no room"_s));
    // A new link gets the store's state at once.
    QVERIFY(!StoreLink(*world.store).isAvailable());
    world.backend->setError({});
    QTRY_VERIFY(world.link->isAvailable());
    world.link->put(openJob("a", "k"), world.counted());
    QTRY_COMPARE(world.errors.size(), 3);
    QCOMPARE(world.errors.last(), QString());
}

void TestStoreThread::itCannotBeOpenedAtFirst()
{
    auto scripted = std::make_unique<ScriptedBackend>();
    ScriptedBackend *backend = scripted.get();
    backend->setError(u"locked"_s);
    Store store(std::move(scripted), {{}, 10ms}, u"memory"_s);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the store is not available: .*locked"_s));
    QVERIFY(!store.open());
    QCOMPARE(store.errorString(), u"locked"_s);
    StoreLink link(store);
    QVERIFY(!link.isAvailable());
    backend->setError({});
    QTRY_VERIFY(link.isAvailable());
}

void TestStoreThread::oneRefusedWriteFailsAlone()
{
    World world;
    world.backend->hold();
    world.link->put(openJob("a", "first"), world.counted());
    world.backend->awaitCommits(1);
    world.link->put(openJob("a", "k"), world.counted());
    world.link->put(openJob("a", "k"), world.counted());
    world.link->put(openJob("a", "l"), world.counted());
    world.backend->release();
    QTRY_COMPARE(world.errors.size(), 4);
    QVERIFY(!world.errors[2].isEmpty());
    QCOMPARE(world.errors.count(QString()), 3);
    QVERIFY(world.link->isAvailable());
}

void TestStoreThread::aLinkGoesWithQuestionsOpen()
{
    World world;
    const JobRecord record = openJob("a", "k");
    world.backend->hold();
    world.link->put(record, world.counted());
    world.link->find(record.id, [](const auto &) { QFAIL("nobody is there to be answered"); });
    world.link->askStatus([](const StoreStatus &) { QFAIL("nobody is there to be answered"); });
    world.link.reset();
    world.backend->release();
    StoreLink other(*world.store);
    QTRY_COMPARE(found(other, record.id), record);
    QVERIFY(world.errors.isEmpty());
}

void TestStoreThread::whatWasPostedBeforeTheEndIsOnDisk()
{
    const QTemporaryDir folder;
    Config::Store config;
    config.path = folder.filePath(u"holdline.db"_s);
    std::vector<JobRecord> records;
    {
        const auto store = makeStore(config, Config::Hold().durable);
        QVERIFY2(store->open(), qPrintable(store->errorString()));
        QVERIFY(store->takeRecovered().empty());
        StoreLink link(*store);
        QVERIFY(link.isDurable());
        for (int i = 0; i < 1000; ++i) {
            records.push_back(openJob("a", "k" + QByteArray::number(i)));
            link.put(records.back(), {});
        }
    }
    const auto store = makeStore(config, Config::Hold().durable);
    QVERIFY(store->open());
    std::vector<JobRecord> recovered = store->takeRecovered();
    for (JobRecord &record : recovered)
        record.made.reset();
    QCOMPARE(recovered, records);
}

/// The system lets no file grow any further, as on a full disk.
void TestStoreThread::aFullDiskIsToldAndPasses()
{
    const QTemporaryDir folder;
    Config::Store config;
    config.path = folder.filePath(u"holdline.db"_s);
    Store store(makeBackend(config.path, config), {config, 50ms}, config.path);
    QVERIFY2(store.open(), qPrintable(store.errorString()));
    StoreLink link(store);
    JobRecord record = ended(openJob("a", "k"), QByteArray(1024 * 1024, 'x'));

    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit small{512 * 1024, limit.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    QStringList errors;
    const auto counted = [&errors](const QString &error) { errors.append(error); };
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the store is not available: .*"_s));
    link.put(record, counted);
    const bool failed = QTest::qWaitFor([&] { return errors.size() == 1 && !link.isAvailable(); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, before);
    QVERIFY(failed);
    QVERIFY2(errors[0].contains(config.path), qPrintable(errors[0]));
    QTRY_VERIFY(link.isAvailable());
    QVERIFY(!found(link, record.id));
    link.put(record, counted);
    QTRY_COMPARE(errors.size(), 2);
    QCOMPARE(errors[1], QString());
    QCOMPARE(found(link, record.id), record);
}

void TestStoreThread::manyLinksInManyThreads_data()
{
    QTest::addColumn<bool>("onDisk");
    QTest::newRow("memory") << false;
    QTest::newRow("disk") << true;
}

/// Each thread writes jobs one after the other, and looks up each job as soon as it is stored.
void TestStoreThread::manyLinksInManyThreads()
{
    QFETCH(bool, onDisk);
    constexpr int kThreads = 4;
    constexpr int kJobs = 200;
    const QTemporaryDir folder;
    Config::Store config;
    config.path = onDisk ? folder.filePath(u"holdline.db"_s) : u"memory"_s;
    const auto store = makeStore(config, Config::Hold().durable);
    QVERIFY2(store->open(), qPrintable(store->errorString()));
    std::array<int, kThreads> right{};
    std::latch over(kThreads);
    std::vector<std::unique_ptr<QThread>> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back(QThread::create([&, i] {
            {
                StoreLink link(*store);
                QEventLoop loop;
                int open = kJobs;
                for (int job = 0; job < kJobs; ++job) {
                    const JobRecord record =
                        openJob("account " + QByteArray::number(i), QByteArray::number(job));
                    link.put(record, [&, record](const QString &error) {
                        link.findByKey(record.account, record.key, [&, record, error](const auto &stored) {
                            right[static_cast<std::size_t>(i)] += error.isEmpty() && stored == record ? 1 : 0;
                            if (--open == 0)
                                loop.quit();
                        });
                    });
                }
                loop.exec();
            }
            over.count_down();
        }));
        threads.back()->start();
    }
    over.wait();
    for (const auto &thread : threads)
        thread->wait();
    for (const int count : right)
        QCOMPARE(count, kJobs);
}

void TestStoreThread::deadLettersAndStatus()
{
    World world;
    const DeadLetter message = deadLetter(DeadLetter::Kind::Job, "body");
    world.link->putDeadLetter(message, world.counted());
    world.link->put(openJob("a", "k"), world.counted());
    QTRY_COMPARE(world.errors, QStringList(2, QString()));
    std::vector<DeadLetter> listed;
    world.link->listDeadLetters({}, 10, [&](std::vector<DeadLetter> all) { listed = std::move(all); });
    QTRY_COMPARE(listed.size(), std::size_t(1));
    QCOMPARE(listed[0].id, message.id);
    std::optional<DeadLetter> whole;
    world.link->findDeadLetter(message.id, [&](std::optional<DeadLetter> one) { whole = std::move(one); });
    QTRY_COMPARE(whole, message);
    world.link->removeDeadLetter(message.id, world.counted());
    QTRY_COMPARE(world.errors.size(), 3);
    std::optional<StoreStatus> status;
    world.link->askStatus([&](const StoreStatus &now) { status = now; });
    QTRY_VERIFY(status);
    QVERIFY(status->available);
    QCOMPARE(status->writes, std::uint64_t(3));
    QCOMPARE(status->writeTook.count(), std::uint64_t(3));
    QCOMPARE(status->commitTook.count(), status->commits);
    QCOMPARE(status->failedWrites, std::uint64_t(0));
    QCOMPARE(status->records, 1);
    QCOMPARE(status->open, 1);
    QCOMPARE(status->queued, 0);
}

void TestStoreThread::aDiskThatHangs()
{
    Config::Store config;
    config.patience = 200ms;
    World world(config);
    world.backend->hold();
    const JobRecord record = openJob("a", "k");
    world.link->put(record, world.counted());
    QCOMPARE(found(*world.link, "an id"), std::nullopt);
    QVERIFY(world.link->isAvailable());
    QTRY_COMPARE(world.errors.size(), 1);
    QVERIFY2(world.errors[0].contains(u"store.patience"), qPrintable(world.errors[0]));
    QVERIFY(!world.link->isAvailable());
    QCOMPARE(world.link->errorString(), world.errors[0]);
    // A store that hangs gets no more writes.
    world.link->put(openJob("a", "later"), world.counted());
    QTRY_COMPARE(world.errors.size(), 2);
    QCOMPARE(found(*world.link, record.id), std::nullopt);
    std::optional<StoreStatus> status;
    world.link->askStatus([&status](const StoreStatus &told) { status = told; });
    QTRY_VERIFY(status);
    QVERIFY(!status->available);
    QCOMPARE(status->error, world.errors[0]);

    QSignalSpy changes(world.link.get(), &JobStore::availabilityChanged);
    world.backend->release();
    QTRY_COMPARE(changes.size(), 1);
    QVERIFY(world.link->isAvailable());
    QCOMPARE(world.errors.size(), 2);
    // The write that hung was carried out. The writes refused meanwhile were not.
    QCOMPARE(found(*world.link, record.id), record);
    QCOMPARE(world.backend->batchSize(0), std::size_t(1));
    world.link->remove(record.id, world.counted());
    QTRY_COMPARE(world.errors.size(), 3);
    QCOMPARE(world.errors[2], QString());
    QCOMPARE(found(*world.link, record.id), std::nullopt);
}

void TestStoreThread::aDiskThatHangsAtTheStart_data()
{
    QTest::addColumn<QString>("error");
    QTest::newRow("it opens at last") << QString();
    QTest::newRow("it fails at last") << u"no disk"_s;
}

/// The service starts without its store. When the disk responds, the service gets the store's jobs.
void TestStoreThread::aDiskThatHangsAtTheStart()
{
    QFETCH(const QString, error);
    auto scripted = std::make_unique<ScriptedBackend>();
    ScriptedBackend *backend = scripted.get();
    const JobRecord record = openJob("a", "k");
    QCOMPARE(backend->memory().commit({PutJob{record}}).of(0), QString());
    backend->holdOpen();
    Config::Store config;
    config.patience = 100ms;
    Store store(std::move(scripted), {.store = config, .retryInterval = 10ms}, u"a path"_s);
    QTest::ignoreMessage(
        QtWarningMsg, QRegularExpression(u"the store is not available: a path: the disk has not answered"_s));
    QVERIFY(!store.open());
    QVERIFY2(store.errorString().contains(u"store.patience"), qPrintable(store.errorString()));
    QVERIFY(store.takeRecovered().empty());
    StoreLink link(store);
    StoreLink other(store);
    QVERIFY(!link.isAvailable());
    QCOMPARE(link.errorString(), store.errorString());
    QStringList errors;
    link.put(openJob("a", "refused"), [&errors](const QString &why) { errors.append(why); });
    QTRY_COMPARE(errors, QStringList{store.errorString()});
    QCOMPARE(found(link, record.id), std::nullopt);

    std::vector<JobRecord> late;
    const auto takeLate = [&] {
        for (JobRecord &one : link.takeLate([](const JobRecord &) { return true; }))
            late.push_back(std::move(one));
    };
    connect(&link, &JobStore::availabilityChanged, &link, takeLate);
    if (!error.isEmpty()) {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the store is not available: no disk"_s));
        backend->setError(error);
    }
    backend->release();
    if (!error.isEmpty()) {
        QTRY_COMPARE(link.errorString(), error);
        QTRY_COMPARE(other.errorString(), error);
        QVERIFY(!link.isAvailable());
        backend->setError({});
    }
    QTRY_VERIFY(link.isAvailable());
    QTRY_VERIFY(other.isAvailable());
    QCOMPARE(store.errorString(), QString());
    QCOMPARE(late, std::vector{record});
    QCOMPARE(found(link, record.id), record);
    std::optional<StoreStatus> status;
    link.askStatus([&status](const StoreStatus &told) { status = told; });
    QTRY_VERIFY(status);
    QCOMPARE(status->recovered, 1);
}

/// Keys that are added and removed must not push a stored key out of the filter of known keys.
void TestStoreThread::storedKeysStayKnown()
{
    constexpr int kStored = 20;
    Config::Store config;
    config.jobs = kStored;
    World world(config, kStored);
    // The results end now, because old results would expire.
    const WallTime now = wallNow();
    for (int i = 0; i < kStored; ++i)
        world.link->put(ended(openJob("a", "stays" + QByteArray::number(i)), "result", now), world.counted());
    QTRY_COMPARE(world.errors.size(), kStored);
    const auto isFound = [&world](int i) {
        std::optional<bool> is;
        world.link->findByKey("a", "stays" + QByteArray::number(i),
                              [&is](const std::optional<JobRecord> &record) { is = record.has_value(); });
        return QTest::qWaitFor([&is] { return is.has_value(); }) && *is;
    };
    for (int i = 0; i < 40 * kStored; ++i) {
        const JobRecord record = openJob("a", "goes" + QByteArray::number(i));
        world.link->put(record, {});
        world.link->remove(record.id, {});
        QVERIFY2(isFound(i % kStored), qPrintable(QString::number(i)));
    }
}

HOLDLINE_TEST(TestStoreThread)
#include "tst_storethread.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the store: batched writes, look-ups, opening with many results, and how long commits take.
#include "service/holdline/store/store.h"
#include "tests/support/manualclocks.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Returns the number of stored results. For real figures set HOLDLINE_MICRO_RESULTS=100000; the default only
/// shows that the code works.
int resultCount()
{
    return qEnvironmentVariableIsSet("HOLDLINE_MICRO_RESULTS")
               ? qEnvironmentVariableIntValue("HOLDLINE_MICRO_RESULTS")
               : 2'000;
}

QByteArray resultBody()
{
    return QByteArray("0123456789abcdef").repeated(32);
}

std::chrono::microseconds cpuTime()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds(used.tv_sec) +
                                                                 std::chrono::nanoseconds(used.tv_nsec));
}

}  // namespace

class MicroStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void jobs_data();
    void jobs();
    void find();
    void findByKey();
    void open();
    void pausesWhileExpiring();

private:
    QString path() const { return m_folder.filePath(u"holdline.db"_s); }

    QTemporaryDir m_folder;
    std::vector<JobRecord> m_results;
};

void MicroStore::initTestCase()
{
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    std::vector<StoreWrite> writes;
    for (int i = 0; i < resultCount(); ++i) {
        m_results.push_back(
            ended(openJob("account " + QByteArray::number(i % 1000), "key-" + QByteArray::number(i)),
                  resultBody(), wallTime(i)));
        writes.push_back(PutJob{m_results.back()});
        if (writes.size() == 1000 || i + 1 == resultCount()) {
            QCOMPARE(backend->commit(writes).error, QString());
            writes.clear();
        }
    }
    qInfo("%d results take %lld KiB", resultCount(), static_cast<long long>(backend->size().bytes / 1024));
}

void MicroStore::jobs_data()
{
    QTest::addColumn<int>("batch");
    for (const int batch : {1, 10, 100})
        QTest::newRow(qPrintable(QString::number(batch))) << batch;
}

/// Measures the three writes of a job, in batches of equal size. Reports the CPU time per job.
void MicroStore::jobs()
{
    QFETCH(int, batch);
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    std::vector<JobRecord> made;
    for (int i = 0; i < std::min(resultCount(), 3000); ++i)
        made.push_back(openJob("account " + QByteArray::number(i),
                               "fresh-" + QByteArray::number(batch) + '-' + QByteArray::number(i)));
    const auto step = static_cast<std::size_t>(batch);
    const auto before = cpuTime();
    // Each stage runs some jobs behind the previous stage, as in a real service.
    for (std::size_t at = 0; at < made.size() + 2 * step; at += step) {
        std::vector<StoreWrite> writes;
        const auto add = [&](std::size_t behind, auto make) {
            for (std::size_t i = at - std::min(at, behind);
                 at >= behind && i < at - behind + step && i < made.size(); ++i)
                writes.push_back(PutJob{make(made[i])});
        };
        add(0, [](const JobRecord &job) { return job; });
        add(step, [](JobRecord job) {
            job.request.reset();
            job.status.state = JobState::Running;
            job.started = wallTime(1);
            return job;
        });
        add(2 * step, [](const JobRecord &job) { return ended(job, resultBody()); });
        QCOMPARE(backend->commit(writes).error, QString());
    }
    const auto used = cpuTime() - before;
    for (const JobRecord &job : made)
        QCOMPARE(backend->commit({RemoveJob{job.id}}).error, QString());
    QTest::setBenchmarkResult(static_cast<double>(used.count()) * 1e-3 / static_cast<double>(made.size()),
                              QTest::WalltimeMilliseconds);
}

void MicroStore::find()
{
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    const auto reader = backend->makeReader();
    std::mt19937 random(1);
    QBENCHMARK
    {
        const JobRecord &wanted = m_results[random() % m_results.size()];
        QCOMPARE(reader->find(wanted.id).value->answer, wanted.answer);
    }
    reader->close();
}

void MicroStore::findByKey()
{
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    const auto reader = backend->makeReader();
    std::mt19937 random(1);
    QBENCHMARK
    {
        const JobRecord &wanted = m_results[random() % m_results.size()];
        QCOMPARE(reader->findByKey(wanted.account, wanted.key).value->id, wanted.id);
    }
    reader->close();
}

/// Includes the store's integrity checks.
void MicroStore::open()
{
    const auto backend = makeBackend(path(), {});
    QBENCHMARK
    {
        backend->close();
        QCOMPARE(makeBackend(path(), {})->open(), QString());
    }
}

/// All results have expired. While the store deletes them, a job's three writes are committed every few
/// steps. A write may wait for the longest commit plus the longest step.
void MicroStore::pausesWhileExpiring()
{
    Config::Store limits;
    limits.keepFor = 1s;
    ManualClocks clocks;
    const auto backend = makeBackend(path(), limits, clocks.reader());
    QCOMPARE(backend->open(), QString());
    clocks.pass(std::chrono::hours(1000));
    // Wall-clock time and CPU time. CPU time is exact even on a busy machine.
    struct Times
    {
        std::vector<double> wall;
        std::vector<double> cpu;
    };
    Times commits;
    Times steps;
    const auto timed = [](Times &into, auto what) {
        const TimePoint from = Clock::now();
        const auto before = cpuTime();
        what();
        into.cpu.push_back(std::chrono::duration<double, std::milli>(cpuTime() - before).count());
        into.wall.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
    };
    QString error;
    for (bool more = true; more;) {
        timed(steps, [&] {
            const Tidied step = backend->tidy();
            more = step.more;
            error = step.error;
        });
        QCOMPARE(error, QString());
        const JobRecord job = openJob("a", makeJobId());
        timed(commits, [&] { QCOMPARE(backend->commit({PutJob{job}}).error, QString()); });
    }
    const auto show = [](const char *what, std::vector<double> &all) {
        std::sort(all.begin(), all.end());
        qInfo("%s: %zu, median %.2f ms, p99 %.2f ms, longest %.2f ms", what, all.size(), all[all.size() / 2],
              all[all.size() * 99 / 100], all.back());
    };
    show("commits", commits.wall);
    show("commits, CPU", commits.cpu);
    show("steps", steps.wall);
    show("steps, CPU", steps.cpu);
    QCOMPARE(backend->size().ended, 0);
}

HOLDLINE_TEST(MicroStore)
#include "micro_store.moc"

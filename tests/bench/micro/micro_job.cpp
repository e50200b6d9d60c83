// SPDX-License-Identifier: GPL-3.0-or-later
// Measures code without input and output: job machine, registry, lanes, deadlines, ids, histograms.
#include "core/eventloop/deadlines.h"
#include "core/job/jobid.h"
#include "core/job/jobmachine.h"
#include "core/job/jobs.h"
#include "core/job/lanes.h"
#include "core/telemetry/latencyhistogram.h"
#include "tests/support/suite.h"

#include <QTest>

#include <random>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr int kDeadlines = 100'000;
constexpr TimePoint kEpoch{};

QByteArray accountName(int number)
{
    return "account-" + QByteArray::number(number);
}

/// Returns as many deadlines as a full service has, all within a minute.
Deadlines<JobKey> manyDeadlines()
{
    Deadlines<JobKey> table;
    std::mt19937 random(1);
    for (JobKey key = 0; key < kDeadlines; ++key)
        table.set(key, kEpoch + std::chrono::microseconds(random() % 60'000'000));
    return table;
}

}  // namespace

class MicroJob : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void machine();
    void registry();
    void laneTurn_data();
    void laneTurn();
    void deadlineMoved();
    void deadlineSetAndCleared();
    void deadlineTaken();
    void jobId();
    void token();
    void tokenRead();
    void histogram();
};

/// Measures the three events of a successful job.
void MicroJob::machine()
{
    JobStatus status;
    QBENCHMARK
    {
        status = JobStatus{};
        for (const JobEvent event :
             {JobEvent::TurnGranted, JobEvent::StartAccepted, JobEvent::CallbackCompleted})
            status = step(status, event).status;
    }
    QVERIFY(status.state == JobState::Settled);
}

/// Measures the same events with a job in the registry: made, found by its token, settled, retained.
void MicroJob::registry()
{
    Jobs jobs({});
    const TimePoint now = kEpoch + 1s;
    QBENCHMARK
    {
        Job &job = jobs.make("account", false, now, now + 30s);
        jobs.apply(job, JobEvent::TurnGranted, now);
        jobs.apply(job, JobEvent::StartAccepted, now);
        jobs.apply(*jobs.findByToken(job.token->toText()), JobEvent::CallbackCompleted, now);
    }
    QCOMPARE(jobs.heldCount(), 0);
}

void MicroJob::laneTurn_data()
{
    QTest::addColumn<int>("queued");
    for (const int queued : {1, 1'000, 100'000})
        QTest::addRow("%d queued", queued) << queued;
}

/// Measures one turn of a lane: a start is granted and ended, and another job is queued, so that the queue
/// keeps its length.
void MicroJob::laneTurn()
{
    QFETCH(const int, queued);
    Lanes lanes({1, 512, 1'000'000, 1'000'000});
    JobKey key = 0;
    for (int i = 0; i < queued; ++i)
        lanes.enqueue(accountName(i % 1'000), ++key);
    QBENCHMARK
    {
        const auto grant = lanes.grant();
        lanes.endTurn(grant->account, 1ms);
        lanes.enqueue(grant->account, ++key);
    }
    QCOMPARE(lanes.totalQueued(), queued);
    QCOMPARE(lanes.totalInFlight(), 0);
}

void MicroJob::deadlineMoved()
{
    Deadlines<JobKey> table = manyDeadlines();
    std::mt19937 random(2);
    QBENCHMARK
    {
        table.set(random() % kDeadlines, kEpoch + std::chrono::microseconds(random() % 60'000'000));
    }
    QCOMPARE(table.size(), std::size_t(kDeadlines));
}

/// Measures setting and clearing a deadline, as for a request that is answered in time.
void MicroJob::deadlineSetAndCleared()
{
    Deadlines<JobKey> table = manyDeadlines();
    JobKey key = kDeadlines;
    QBENCHMARK
    {
        table.set(++key, kEpoch + 30s);
        table.clear(key);
    }
    QCOMPARE(table.size(), std::size_t(kDeadlines));
}

void MicroJob::deadlineTaken()
{
    Deadlines<JobKey> table = manyDeadlines();
    TimePoint last = kEpoch + 60s;
    QBENCHMARK
    {
        const auto key = table.takeExpired(TimePoint::max());
        table.set(*key, last += 1us);
    }
    QCOMPARE(table.size(), std::size_t(kDeadlines));
}

void MicroJob::jobId()
{
    QByteArray id;
    QBENCHMARK
    {
        id = makeJobId();
    }
    QCOMPARE(id.size(), 32);
}

void MicroJob::token()
{
    QByteArray text;
    QBENCHMARK
    {
        text = CallbackToken::make(0, 0).toText();
    }
    QCOMPARE(text.size(), CallbackToken::kTextLength);
}

void MicroJob::tokenRead()
{
    const QByteArray text = CallbackToken::make(1, 2).toText();
    std::optional<CallbackToken> token;
    QBENCHMARK
    {
        token = CallbackToken::fromText(text);
    }
    QCOMPARE(token->toText(), text);
}

void MicroJob::histogram()
{
    LatencyHistogram histogram;
    std::chrono::nanoseconds took = 1us;
    QBENCHMARK
    {
        histogram.record(took);
        took = took * 3 % 1'000'000'007;
    }
    QVERIFY(histogram.count() > 0);
}

HOLDLINE_TEST(MicroJob)
#include "micro_job.moc"

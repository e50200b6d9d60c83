// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobs.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <initializer_list>
#include <random>
#include <vector>

using namespace holdline;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kNow{1'000h};

/// A Jobs object, and a list of the jobs that it settled.
struct Registry
{
    explicit Registry(const Jobs::Limits &limits = {}, std::uint8_t node = 0, std::uint8_t shard = 0)
        : jobs(limits, node, shard)
    {
    }

    Job &make(TimePoint now = kNow) { return jobs.make("account", false, now, now + 30s); }
    /// Makes a job that was answered by its callback.
    Job &makeDone(TimePoint now = kNow)
    {
        Job &job = make(now);
        run(job, {JobEvent::TurnGranted, JobEvent::StartAccepted, JobEvent::CallbackCompleted}, now);
        return job;
    }
    /// Makes a job that ended at its deadline and whose late result is retained.
    JobKey makeLate(const QByteArray &body, TimePoint now = kNow)
    {
        Job &job = make(now);
        run(job, {JobEvent::TurnGranted, JobEvent::StartAccepted, JobEvent::Deadline}, now);
        jobs.apply(job, JobEvent::CallbackCompleted, now);
        lastKept = jobs.keepResult(job, body);
        return job.key;
    }
    JobStep apply(Job &job, JobEvent event, TimePoint now)
    {
        const JobStep step = jobs.apply(job, event, now);
        if (step.actions.testFlag(JobAction::Settle))
            settled.push_back(job.key);
        return step;
    }
    void run(Job &job, std::initializer_list<JobEvent> events, TimePoint now)
    {
        for (const JobEvent event : events)
            apply(job, event, now);
    }

    Jobs jobs;
    std::vector<JobKey> settled;
    bool lastKept = false;
};

}  // namespace

class TestJobs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aNewJob();
    void aJobThatPassesThroughHasNoToken();
    void settledOnce();
    void settledJobsAreComplete();
    void findByToken();
    void tokensThatAreNotOurs_data();
    void tokensThatAreNotOurs();
    void retainedByCount();
    void retainedByCountBetweenTwoExpires();
    void retainedByAge();
    void retainedByBytes();
    void aStartUnderWayKeepsItsJob();
    void heldKeysAreOldestFirst();
    void aRestoredJobIsWhatItWas();
    void aRestoredJobCountsAsHeld();
    void aStartInFlightIsNotRestored();
    void restoreFollowsTheAge();
    void restoreRefuses_data();
    void restoreRefuses();
    void aRestoredTokenIsErasedWithItsJob();
    void times();
    void timesOfARetry();
    void timesOfAnEarlyCallback();
    void countsUnderRandomEvents_data();
    void countsUnderRandomEvents();
};

void TestJobs::aNewJob()
{
    Registry registry({}, 5, 6);
    const auto before = std::chrono::system_clock::now();
    Job &job = registry.jobs.make("someone", false, kNow, kNow + 30s);
    QVERIFY(job.times.createdWall >= before);
    QVERIFY(job.times.createdWall <= std::chrono::system_clock::now());
    QCOMPARE(job.account, "someone");
    QCOMPARE(job.id.size(), 32);
    QCOMPARE(job.deadline, kNow + 30s);
    QCOMPARE(job.times.created, kNow);
    QCOMPARE(job.status.state, JobState::Queued);
    QVERIFY(job.token);
    QCOMPARE(job.token->node, 5);
    QCOMPARE(job.token->shard, 6);
    QCOMPARE(registry.jobs.find(job.key), &job);
    QCOMPARE(registry.jobs.find(job.key + 1), nullptr);
    QCOMPARE(registry.jobs.heldCount(), 1);
    Job &other = registry.make();
    QVERIFY(other.key != job.key);
    QVERIFY(other.id != job.id);
    QCOMPARE(registry.jobs.find(job.key), &job);
}

void TestJobs::aJobThatPassesThroughHasNoToken()
{
    Registry registry;
    const Job &job = registry.jobs.make("someone", true, kNow, kNow + 30s);
    QVERIFY(!job.token);
    QVERIFY(job.status.passThrough);
}

void TestJobs::settledOnce()
{
    Registry registry;
    Job &job = registry.make();
    for (int i = 0; i < kJobEventCount * 3; ++i)
        registry.apply(job, static_cast<JobEvent>(i % kJobEventCount), kNow + i * 1ms);
    QCOMPARE(registry.settled, std::vector<JobKey>{job.key});
    QVERIFY(job.isSettled());
}

void TestJobs::settledJobsAreComplete()
{
    Registry registry;
    registry.make();
    Job &job = registry.make();
    registry.jobs.apply(job, JobEvent::Cancel, kNow + 1s);
    QCOMPARE(registry.jobs.heldCount(), 1);
    QCOMPARE(job.times.settled, std::optional(kNow + 1s));
    QCOMPARE(job.status.outcome, Reason::Cancelled);
    QCOMPARE(registry.jobs.retainedCount(), 1);
}

void TestJobs::findByToken()
{
    Registry registry({}, 1, 2);
    std::vector<std::pair<QByteArray, JobKey>> tokens;
    for (int i = 0; i < 1000; ++i) {
        const Job &job = registry.make();
        tokens.emplace_back(job.token->toText(), job.key);
    }
    for (const auto &[text, key] : tokens) {
        const Job *job = registry.jobs.findByToken(text);
        QVERIFY(job);
        QCOMPARE(job->key, key);
    }
    // Settled jobs stay until they expire, so that late callbacks are recognised.
    Job &job = *registry.jobs.find(tokens.front().second);
    registry.jobs.apply(job, JobEvent::ClientGone, kNow);
    QCOMPARE(registry.jobs.findByToken(tokens.front().first), &job);
    registry.jobs.expire(kNow + 1h);
    QCOMPARE(registry.jobs.findByToken(tokens.front().first), nullptr);
}

void TestJobs::tokensThatAreNotOurs_data()
{
    QTest::addColumn<QByteArray>("kind");
    for (const char *kind : {"wrong secret", "wrong lookup", "wrong node", "wrong shard", "empty", "10 KB",
                             "one character short", "job id", "other registry"})
        QTest::newRow(kind) << QByteArray(kind);
}

void TestJobs::tokensThatAreNotOurs()
{
    QFETCH(const QByteArray, kind);
    Registry registry({}, 1, 2);
    const Job &job = registry.make();
    CallbackToken token = *job.token;
    QByteArray text = token.toText();
    QVERIFY(registry.jobs.findByToken(text));
    if (kind == "wrong secret") {
        for (qsizetype i = 0; i < CallbackToken::kSecretBytes; ++i) {
            CallbackToken guess = token;
            guess.secret[i] = static_cast<char>(guess.secret.at(i) ^ 1);
            QVERIFY(!registry.jobs.findByToken(guess.toText()));
        }
        token.secret.fill('\0');
        text = token.toText();
    } else if (kind == "wrong lookup") {
        ++token.lookup;
        text = token.toText();
    } else if (kind == "wrong node") {
        ++token.node;
        text = token.toText();
    } else if (kind == "wrong shard") {
        --token.shard;
        text = token.toText();
    } else if (kind == "empty") {
        text.clear();
    } else if (kind == "10 KB") {
        text.append(10'240, 'A');
    } else if (kind == "one character short") {
        text.chop(1);
    } else if (kind == "job id") {
        text = job.id;
    } else {
        Registry other({}, 1, 2);
        text = other.make().token->toText();
    }
    QCOMPARE(registry.jobs.findByToken(text), nullptr);
}

void TestJobs::retainedByCount()
{
    Registry registry({10, 1'000'000, 600s});
    std::vector<JobKey> keys;
    for (int i = 0; i < 10; ++i)
        keys.push_back(registry.makeDone().key);
    const JobKey held = registry.make().key;
    keys.push_back(registry.makeDone().key);
    QCOMPARE(registry.jobs.retainedCount(), 11);
    registry.jobs.expire(kNow);
    QCOMPARE(registry.jobs.retainedCount(), 10);
    QVERIFY2(!registry.jobs.find(keys[0]), "the oldest goes first");
    for (std::size_t i = 1; i < keys.size(); ++i)
        QVERIFY(registry.jobs.find(keys[i]));
    registry.jobs.setLimits({0, 1'000'000, 600s});
    registry.jobs.expire(kNow);
    QCOMPARE(registry.jobs.retainedCount(), 0);
    QVERIFY2(registry.jobs.find(held), "what is held is never forgotten");
    QCOMPARE(registry.jobs.heldCount(), 1);
}

/// Many short jobs must not use more memory than allowed, even before the next expire().
void TestJobs::retainedByCountBetweenTwoExpires()
{
    Registry registry({10, 1'000'000, 600s});
    for (int i = 0; i < 1000; ++i) {
        registry.makeDone();
        QVERIFY(registry.jobs.retainedCount() <= 11);
    }
}

void TestJobs::retainedByAge()
{
    Registry registry({1000, 1'000'000, 60s});
    const JobKey first = registry.makeDone(kNow).key;
    const JobKey second = registry.makeDone(kNow + 10s).key;
    // This job was held for a long time and settled last. Its retention time begins when it settles.
    Job &slow = registry.make(kNow);
    registry.jobs.apply(slow, JobEvent::Cancel, kNow + 20s);
    registry.jobs.expire(kNow + 60s - 1ms);
    QCOMPARE(registry.jobs.retainedCount(), 3);
    registry.jobs.expire(kNow + 60s);
    QVERIFY(!registry.jobs.find(first));
    QVERIFY(registry.jobs.find(second));
    registry.jobs.expire(kNow + 79s);
    QVERIFY(!registry.jobs.find(second));
    QCOMPARE(registry.jobs.retainedCount(), 1);
    registry.jobs.expire(kNow + 80s);
    QCOMPARE(registry.jobs.retainedCount(), 0);
}

void TestJobs::retainedByBytes()
{
    Registry registry({1000, 100, 60s});
    const JobKey first = registry.makeLate(QByteArray(60, 'a'));
    QVERIFY(registry.lastKept);
    QCOMPARE(registry.jobs.find(first)->retainedResult, QByteArray(60, 'a'));
    QCOMPARE(registry.jobs.retainedResultBytes(), 60);
    const JobKey second = registry.makeLate(QByteArray(41, 'b'), kNow + 1s);
    QVERIFY2(!registry.lastKept, "more than the limit");
    QVERIFY(registry.jobs.find(second)->retainedResult.isEmpty());
    QCOMPARE(registry.jobs.retainedResultBytes(), 60);
    registry.makeLate(QByteArray(40, 'c'), kNow + 1s);
    QVERIFY(registry.lastKept);
    QCOMPARE(registry.jobs.retainedResultBytes(), 100);
    // A second retained result of a job replaces the first.
    QVERIFY(registry.jobs.keepResult(*registry.jobs.find(first), QByteArray(50, 'd')));
    QCOMPARE(registry.jobs.retainedResultBytes(), 90);
    registry.jobs.expire(kNow + 60s);
    QCOMPARE(registry.jobs.retainedResultBytes(), 40);
    registry.jobs.expire(kNow + 61s);
    QCOMPARE(registry.jobs.retainedResultBytes(), 0);
}

/// A job with a start request in flight must stay, because the lane's turn ends through the job's status.
void TestJobs::aStartUnderWayKeepsItsJob()
{
    Registry registry({0, 0, 0s});
    Job &job = registry.make();
    const JobKey key = job.key;
    registry.run(job, {JobEvent::TurnGranted, JobEvent::ClientGone}, kNow);
    QVERIFY(job.isSettled());
    QCOMPARE(registry.jobs.heldCount(), 0);
    registry.jobs.expire(kNow + 1h);
    QCOMPARE(registry.jobs.find(key), &job);
    QVERIFY(registry.jobs.heldKeys().empty());
    QCOMPARE(registry.jobs.apply(job, JobEvent::StartAccepted, kNow + 1h).actions,
             JobActions(JobAction::EndTurn));
    registry.jobs.expire(kNow + 1h);
    QCOMPARE(registry.jobs.find(key), nullptr);
}

void TestJobs::heldKeysAreOldestFirst()
{
    Registry registry;
    std::vector<JobKey> held;
    for (int i = 0; i < 100; ++i) {
        held.push_back(registry.make().key);
        registry.makeDone();
    }
    QCOMPARE(registry.jobs.heldKeys(), held);
    QCOMPARE(registry.jobs.heldCount(), 100);
}

/// Returns the record of a job that was running when the process ended.
static JobRecord recordOfARunningJob()
{
    JobRecord record;
    record.id = makeJobId();
    record.account = "acme";
    record.token = CallbackToken::make(0, 3).toText();
    record.status.durable = record.status.attempted = true;
    record.status.state = JobState::Running;
    record.attempts = 3;
    record.upstreamId = "1f";
    record.requestId = "request-7";
    record.client = "127.0.0.1:7";
    record.startTrouble = "HTTP 503";
    const WallTime now = wallNow();
    record.created = now - 20s;
    record.started = now - 15s;
    record.answered = now - 14s;
    record.deadline = now + 40s;
    return record;
}

void TestJobs::aRestoredJobIsWhatItWas()
{
    Registry registry;
    const JobRecord record = recordOfARunningJob();
    const Job *job = registry.jobs.restore(record, kNow);
    QVERIFY(job);
    QCOMPARE(job->id, record.id);
    QCOMPARE(job->account, record.account);
    QCOMPARE(job->token->toText(), record.token);
    QVERIFY(job->status == record.status);
    QCOMPARE(job->attempts, 3);
    QCOMPARE(job->upstreamId, record.upstreamId);
    QCOMPARE(job->requestId, record.requestId);
    QCOMPARE(job->client, record.client);
    QCOMPARE(job->startTrouble, record.startTrouble);
    QCOMPARE(registry.jobs.findByToken(record.token), job);
    QCOMPARE(registry.jobs.find(job->key), job);
    // The restored times come from the system clock, which the test reads a moment earlier.
    const auto near = [](TimePoint at, Duration since) {
        return at <= kNow + since && at > kNow + since - 5s;
    };
    QVERIFY(near(job->times.created, -20s));
    QVERIFY(near(*job->times.started, -15s));
    QVERIFY(near(*job->times.answered, -14s));
    QVERIFY(near(job->deadline, 40s));
    QVERIFY(!job->times.callback && !job->times.settled);
    QCOMPARE(job->times.createdWall, std::chrono::system_clock::time_point(record.created));
}

void TestJobs::aRestoredJobCountsAsHeld()
{
    Registry registry;
    const JobKey before = registry.make().key;
    const Job *restored = registry.jobs.restore(recordOfARunningJob(), kNow);
    QCOMPARE(restored->key, before + 1);
    QCOMPARE(registry.make().key, before + 2);
    QCOMPARE(registry.jobs.heldCount(), 3);
    QCOMPARE(registry.jobs.heldPeak(), 3);
    registry.apply(*registry.jobs.find(before + 1), JobEvent::CallbackCompleted, kNow);
    QCOMPARE(registry.jobs.heldCount(), 2);
    QCOMPARE(registry.jobs.heldPeak(), 3);
    QCOMPARE(registry.jobs.retainedCount(), 1);
}

/// No response can arrive for a start request of another process, so it is not restored as in flight.
void TestJobs::aStartInFlightIsNotRestored()
{
    Registry registry;
    JobRecord record = recordOfARunningJob();
    record.status.state = JobState::Starting;
    record.status.startInFlight = true;
    Job *job = registry.jobs.restore(record, kNow);
    QVERIFY(!job->status.startInFlight);
    registry.apply(*job, JobEvent::Cancel, kNow);
    QCOMPARE(registry.jobs.retainedCount(), 1);
}

/// Restoring uses the age of a record, so the wall clock may be wrong by any amount.
void TestJobs::restoreFollowsTheAge()
{
    Registry registry;
    JobRecord record = recordOfARunningJob();
    record.made = kNow - 20min;
    for (const auto step : {0h, 24h, -24h, 87'600h, -87'600h}) {
        Registry other;
        JobRecord shifted = record;
        for (WallTime *time : {&shifted.created, &shifted.deadline, &*shifted.started, &*shifted.answered})
            *time += step;
        const Job *job = other.jobs.restore(shifted, kNow);
        QVERIFY(job);
        QCOMPARE(job->times.created, kNow - 20min);
        QCOMPARE(job->deadline, kNow - 20min + (record.deadline - record.created));
        QCOMPARE(*job->times.started, kNow - 20min + (*record.started - record.created));
        QCOMPARE(WallTime(std::chrono::floor<std::chrono::milliseconds>(job->times.createdWall)),
                 shifted.created);
    }
}

void TestJobs::restoreRefuses_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<bool>("isRestored");
    QTest::newRow("taken") << QByteArray("taken") << false;
    QTest::newRow("no token") << QByteArray("nonsense") << false;
    QTest::newRow("one that passes through has none") << QByteArray() << true;
}

void TestJobs::restoreRefuses()
{
    QFETCH(QByteArray, token);
    QFETCH(const bool, isRestored);
    Registry registry;
    const Job &other = registry.make();
    const JobKey key = other.key;
    const QByteArray taken = other.token->toText();
    JobRecord record = recordOfARunningJob();
    record.token = token == "taken" ? taken : token;
    const Job *job = registry.jobs.restore(record, kNow);
    QCOMPARE(job != nullptr, isRestored);
    QVERIFY(!job || !job->token);
    // The existing job is unchanged. The rejected job has not used up a key.
    QCOMPARE(registry.jobs.findByToken(taken)->key, key);
    QCOMPARE(registry.jobs.heldCount(), isRestored ? 2 : 1);
    QCOMPARE(registry.make().key, key + (isRestored ? 2 : 1));
}

void TestJobs::aRestoredTokenIsErasedWithItsJob()
{
    Registry registry({1, 1'000'000, 600s});
    const JobRecord record = recordOfARunningJob();
    registry.apply(*registry.jobs.restore(record, kNow), JobEvent::Cancel, kNow);
    QVERIFY(registry.jobs.findByToken(record.token));
    registry.makeDone();
    registry.jobs.expire(kNow);
    QVERIFY(!registry.jobs.findByToken(record.token));
    // Once a token is free, a job with this token can be restored again.
    QVERIFY(registry.jobs.restore(record, kNow));
}

void TestJobs::times()
{
    Registry registry;
    Job &job = registry.make();
    QVERIFY(!job.phases(kNow).start);
    QVERIFY(!job.phases(kNow).job);
    registry.jobs.apply(job, JobEvent::TurnGranted, kNow + 10ms);
    registry.jobs.apply(job, JobEvent::StartAccepted, kNow + 15ms);
    registry.jobs.apply(job, JobEvent::CallbackCompleted, kNow + 515ms);
    const JobPhases phases = job.phases(kNow + 1h);
    QCOMPARE(phases.queue, std::optional<Duration>(10ms));
    QCOMPARE(phases.start, std::optional<Duration>(5ms));
    QCOMPARE(phases.job, std::optional<Duration>(500ms));
    QCOMPARE(phases.total, Duration(515ms));
}

void TestJobs::timesOfARetry()
{
    Registry registry;
    Job &job = registry.make();
    registry.jobs.apply(job, JobEvent::TurnGranted, kNow + 10ms);
    registry.jobs.apply(job, JobEvent::RetryFailed, kNow + 20ms);
    registry.jobs.apply(job, JobEvent::TurnGranted, kNow + 100ms);
    registry.jobs.apply(job, JobEvent::Deadline, kNow + 130ms);
    JobPhases phases = job.phases(kNow + 1h);
    QCOMPARE(phases.queue, std::optional<Duration>(100ms));
    QCOMPARE(phases.start, std::optional<Duration>(30ms));
    QVERIFY(!phases.job);
    // A response after the job's end does not change the times that were reported to the client.
    registry.jobs.apply(job, JobEvent::StartAccepted, kNow + 400ms);
    phases = job.phases(kNow + 1h);
    QCOMPARE(phases.start, std::optional<Duration>(30ms));
    QCOMPARE(phases.total, Duration(130ms));
}

void TestJobs::timesOfAnEarlyCallback()
{
    Registry registry;
    Job &job = registry.make();
    registry.jobs.apply(job, JobEvent::TurnGranted, kNow + 10ms);
    registry.jobs.apply(job, JobEvent::CallbackCompleted, kNow + 30ms);
    registry.jobs.apply(job, JobEvent::StartAccepted, kNow + 90ms);
    const JobPhases phases = job.phases(kNow + 1h);
    QCOMPARE(phases.job, std::optional<Duration>(20ms));
    QCOMPARE(phases.start, std::optional<Duration>(20ms));
    QCOMPARE(phases.total, Duration(30ms));
}

void TestJobs::countsUnderRandomEvents_data()
{
    QTest::addColumn<quint64>("seed");
    if (const QByteArray replay = qgetenv("HOLDLINE_TEST_SEED"); !replay.isEmpty()) {
        QTest::newRow("replay") << replay.toULongLong();
        return;
    }
    for (quint64 seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %llu", seed) << seed;
    const quint64 fresh = std::random_device()();
    QTest::addRow("fresh seed %llu", fresh) << fresh;
}

void TestJobs::countsUnderRandomEvents()
{
    QFETCH(const quint64, seed);
    std::mt19937_64 random(seed);
    const auto below = [&random](int bound) {
        return std::uniform_int_distribution<int>(0, bound - 1)(random);
    };
    constexpr int kRetained = 20;
    constexpr std::int64_t kBytes = 500;
    Registry registry({kRetained, kBytes, 300ms});
    std::vector<JobKey> keys;
    TimePoint now = kNow;
    for (int i = 0; i < 20'000; ++i) {
        now += below(3) * 1ms;
        const int dice = below(20);
        if (dice == 0) {
            keys.push_back(registry.jobs.make("a", below(5) == 0, now, now + 30s).key);
        } else if (dice == 1) {
            registry.jobs.expire(now);
            QVERIFY(registry.jobs.retainedCount() <= kRetained);
        } else if (!keys.empty()) {
            const JobKey key = keys[static_cast<std::size_t>(below(static_cast<int>(keys.size())))];
            if (Job *job = registry.jobs.find(key)) {
                const auto event = static_cast<JobEvent>(below(kJobEventCount));
                if (registry.apply(*job, event, now).actions.testFlag(JobAction::KeepResult))
                    registry.jobs.keepResult(*job, QByteArray(below(200), 'x'));
            }
        }
        // Counts the jobs one by one, to compare with the counters.
        int held = 0;
        std::int64_t bytes = 0;
        std::erase_if(keys, [&](JobKey key) {
            const Job *job = registry.jobs.find(key);
            if (!job)
                return true;
            held += job->isSettled() ? 0 : 1;
            bytes += job->retainedResult.size();
            return false;
        });
        QCOMPARE(registry.jobs.heldCount(), held);
        QCOMPARE(registry.jobs.retainedResultBytes(), bytes);
        QVERIFY(bytes <= kBytes);
    }
    std::vector<JobKey> settled = registry.settled;
    std::sort(settled.begin(), settled.end());
    QVERIFY2(std::adjacent_find(settled.begin(), settled.end()) == settled.end(), "settled twice");
}

HOLDLINE_TEST(TestJobs)
#include "tst_jobs.moc"

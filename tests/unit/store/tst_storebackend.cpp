// SPDX-License-Identifier: GPL-3.0-or-later
// The contract that every store backend must fulfil, in memory and on disk.
#include "service/holdline/store/recordbytes.h"
#include "tests/support/suite.h"
#include "tests/unit/store/backendworld.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Returns the age of the oldest result by the store's clock; -1 ms without a result.
std::chrono::milliseconds oldestAge(const BackendWorld &world)
{
    const StoreSize size = world.backend->size();
    return size.oldestEnd ? size.now - *size.oldestEnd : -1ms;
}

}  // namespace

class TestStoreBackend : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void everyMemberComesBack();
    void aKeyIsFreed();
    void recordsOfAnEarlierForm();
    void aJobFromIntentToResult();
    void theRequestStaysUntilItIsNotNeeded();
    void aKeyBelongsToOneJob();
    void aFreedKeyIsAnothersToTake();
    void allWithAKey();
    void aTokenFindsItsJob();
    void anIdOfTheUpstreamFindsItsJob();
    void aRemovedJobNeverWas();
    void oneRefusedWriteLeavesTheOthers();
    void whatHasNotEndedIsListed();
    void oldResultsBecomeTombstones();
    void tooManyResultsBecomeTombstones();
    void tooManyBytesBecomeTombstones();
    void tombstonesGo();
    void deadLetters();
    void deadLettersAreBoundedByKind();
    void deadLettersAreBoundedByBytes();
};

void TestStoreBackend::initTestCase_data()
{
    addBackends();
}

void TestStoreBackend::everyMemberComesBack()
{
    const BackendWorld world;
    QCOMPARE(world.openError, QString());
    JobRecord record = openJob("an account\0with a zero", "key");
    record.status = {JobState::Settled,  true, true, true, true, true, true, true, true, true,
                     Reason::Interrupted};
    record.revision = 7'000'000'000;
    record.attempts = 3;
    record.upstreamId = "77";
    record.startTrouble = "HTTP 503";
    record.progress = {5, "step"};
    record.route = "route";
    record.upstreamLocation = "http://up/jobs/77";
    record.addressTold = true;
    record.fetchable = true;
    record.joined = 12;
    record.repeatable = true;
    for (int i = 0; i < 20; ++i)
        record.journal.add({wallTime(i), static_cast<JournalEvent>(i % kJournalEventCount), i, "HTTP 503"});
    record.started = wallTime(1);
    record.answered = wallTime(2);
    record.callback = wallTime(3);
    record.settled = wallTime(4);
    record.request->body = QByteArray("\0\xff\n", 3);
    record.request->headers.push_back({"X-Empty", ""});
    record.request->method = "GET";
    record.answer = RecordedAnswer{502,
                                   "text/plain",
                                   QByteArray("a\0b", 3),
                                   "holdline; error=x",
                                   {{"WWW-Authenticate", "Basic realm=\"a\""}, {"WWW-Authenticate", ""}}};
    QCOMPARE(world.write(PutJob{record}), QString());
    QCOMPARE(world.find(record.id), record);
    QVERIFY(!world.find("nobody"));

    JobRecord bare;
    bare.id = makeJobId();
    QVERIFY2(world.write(PutJob{bare}).contains(u"request is missing"), "a queued job could never start");
    bare.status.state = JobState::Running;
    QCOMPARE(world.write(PutJob{bare}), QString());
    const auto found = world.find(bare.id);
    QCOMPARE(found, bare);
    QVERIFY(found->key.isNull() && found->token.isNull());
}

/// Only a job that ended without a result gives up its key. FreeKey must be harmless in every other state.
void TestStoreBackend::aKeyIsFreed()
{
    const BackendWorld world;
    JobRecord record = openJob("a", "k");
    QCOMPARE(world.write(PutJob{record}), QString());
    QCOMPARE(world.write(FreeKey{record.id}), QString());
    QCOMPARE(world.find(record.id)->key, "k");
    JobRecord unknown = ended(record, "problem");
    unknown.status.outcome = Reason::Interrupted;
    unknown.status.resultSeen = false;
    unknown.status.handedOver = true;
    QCOMPARE(world.write(PutJob{unknown}), QString());
    const auto before = world.find(record.id);
    QCOMPARE(world.write(FreeKey{record.id}), QString());
    auto expected = before;
    expected->key = {};
    ++expected->revision;
    QCOMPARE(world.find(record.id), expected);
    QCOMPARE(world.write(FreeKey{record.id}), QString());
    QCOMPARE(world.write(FreeKey{"nobody"}), QString());
    QCOMPARE(world.find(record.id), expected);
    // Another job now has the key. A job with a result keeps its key.
    JobRecord other = openJob("a", "k");
    QCOMPARE(world.write(PutJob{other}), QString());
    other = ended(other, "result");
    QCOMPARE(world.write(PutJob{other}), QString());
    QCOMPARE(world.write(FreeKey{other.id}), QString());
    QCOMPARE(world.find(other.id)->key, "k");
}

void TestStoreBackend::recordsOfAnEarlierForm()
{
    JobRecord record = openJob("a", "k");
    record.request.reset();
    QByteArray bytes = toBytes(record);
    RecordedAnswer answer{200, "application/json", "{}", {}};
    QByteArray answerBytes = toBytes(answer);
    // Format 1 has no header fields at the end. This record has none either.
    answerBytes.chop(4);
    answerBytes[0] = 1;
    QCOMPARE(fromBytes<RecordedAnswer>(answerBytes), std::optional(answer));
    answerBytes[0] = 3;
    QVERIFY(!fromBytes<RecordedAnswer>(answerBytes));
    // Removes the last bytes to get earlier forms of a record. Form 3 ends before `fetchable`, form 2 before
    // the members for progress and route, and form 1 before `repeatable` and the journal, which is empty
    // here.
    QCOMPARE(bytes.front(), '\4');
    bytes.chop(1);
    bytes.front() = '\3';
    QCOMPARE(fromBytes<JobRecord>(bytes), std::optional(record));
    bytes.front() = '\4';
    QVERIFY(!fromBytes<JobRecord>(bytes));
    bytes.chop(2 + 4 * static_cast<qsizetype>(sizeof(qint32)));
    bytes.front() = '\2';
    QCOMPARE(fromBytes<JobRecord>(bytes), std::optional(record));
    bytes.front() = '\3';
    QVERIFY(!fromBytes<JobRecord>(bytes));
    bytes.chop(1 + 2 * static_cast<qsizetype>(sizeof(qint32)));
    bytes.front() = '\1';
    QCOMPARE(fromBytes<JobRecord>(bytes), std::optional(record));
    for (const char form : {'\0', '\2', '\3', '\4', '\5'}) {
        bytes.front() = form;
        QVERIFY(!fromBytes<JobRecord>(bytes));
    }
}

void TestStoreBackend::aJobFromIntentToResult()
{
    const BackendWorld world;
    JobRecord record = openJob("a", "k");
    QCOMPARE(world.write(PutJob{record}), QString());
    const JobRecord intent = record;
    record.request.reset();
    record.status.state = JobState::Running;
    record.revision = 2;
    QCOMPARE(world.write(PutJob{record}), QString());
    QCOMPARE(world.find(record.id)->request, intent.request);
    QCOMPARE(world.find(record.id)->revision, std::uint64_t(2));
    const JobRecord result = ended(record, "the proof");
    QCOMPARE(world.write(PutJob{result}), QString());
    QCOMPARE(world.find(record.id), result);
    QCOMPARE(world.reader->findByKey("a", "k").value, result);
    QCOMPARE(world.backend->size().ended, 1);
    QCOMPARE(world.backend->size().open, 0);
    // Another client joined the job later.
    JobRecord again = result;
    again.joined = 3;
    QCOMPARE(world.write(PutJob{again}), QString());
    QCOMPARE(world.find(record.id), again);
}

void TestStoreBackend::theRequestStaysUntilItIsNotNeeded()
{
    const BackendWorld world;
    struct Case
    {
        Reason outcome;
        bool handedOver;
        bool stays;
        bool fetchable = false;
    };
    for (const Case &one :
         {Case{Reason::Completed, true, false}, Case{Reason::Cancelled, true, false},
          Case{Reason::CallbackTimeout, true, true}, Case{Reason::JobFailed, true, false},
          Case{Reason::StartRejected, true, true}, Case{Reason::PassedThrough, true, false},
          Case{Reason::CallbackTimeout, false, false}, Case{Reason::CallbackTimeout, false, true, true},
          Case{Reason::StartUnknown, false, true, true}, Case{Reason::Completed, false, false, true},
          Case{Reason::Cancelled, false, false, true}}) {
        const JobRecord record = openJob("a", {});
        QCOMPARE(world.write(PutJob{record}), QString());
        JobRecord end = ended(record, "x");
        end.status.outcome = one.outcome;
        end.status.handedOver = one.handedOver;
        end.fetchable = one.fetchable;
        QCOMPARE(world.write(PutJob{end}), QString());
        QCOMPARE(world.find(record.id)->request, one.stays ? record.request : std::nullopt);
    }
}

void TestStoreBackend::aKeyBelongsToOneJob()
{
    const BackendWorld world;
    const JobRecord first = openJob("a", "k");
    QCOMPARE(world.write(PutJob{first}), QString());
    const JobRecord second = openJob("a", "k");
    QVERIFY(!world.write(PutJob{second}).isEmpty());
    QVERIFY(!world.find(second.id));
    QCOMPARE(world.reader->findByKey("a", "k").value, first);
    // The same key with another account is a different key.
    QCOMPARE(world.write(PutJob{openJob("b", "k")}), QString());
    QCOMPARE(world.backend->size().open, 2);
    QVERIFY(!world.reader->findByKey("c", "k").value);
}

void TestStoreBackend::aFreedKeyIsAnothersToTake()
{
    const BackendWorld world;
    JobRecord first = openJob("a", "k");
    QCOMPARE(world.write(PutJob{first}), QString());
    first = ended(first, "no start");
    first.key = {};
    QCOMPARE(world.write(PutJob{first}), QString());
    QVERIFY(!world.reader->findByKey("a", "k").value);
    const JobRecord second = openJob("a", "k");
    QCOMPARE(world.write(PutJob{second}), QString());
    QCOMPARE(world.reader->findByKey("a", "k").value, second);
    QCOMPARE(world.find(first.id), first);
}

void TestStoreBackend::allWithAKey()
{
    const BackendWorld world;
    std::vector<JobRecord> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(openJob("account " + QByteArray::number(i), "shared"));
        // The order is that of the writes, although the wall clock goes back here.
        all.back().created = wallTime(-i);
        QCOMPARE(world.write(PutJob{all.back()}), QString());
    }
    QCOMPARE(world.write(PutJob{openJob("a", "other")}), QString());
    const auto found = world.reader->findAllByKey("shared", 3).value;
    QCOMPARE(found, (std::vector<JobRecord>{all[4], all[3], all[2]}));
    QCOMPARE(world.reader->findAllByKey("shared", 100).value.size(), std::size_t(5));
    QVERIFY(world.reader->findAllByKey({}, 100).value.empty());
}

void TestStoreBackend::aTokenFindsItsJob()
{
    const BackendWorld world;
    JobRecord record = openJob("a", "k");
    QCOMPARE(world.write(PutJob{record}), QString());
    QCOMPARE(world.reader->findByToken(record.token).value, record);
    // A token with the same job number and another secret must not match.
    auto token = *CallbackToken::fromText(record.token);
    token.secret[0] = static_cast<char>(token.secret[0] ^ 1);
    QVERIFY(!world.reader->findByToken(token.toText()).value);
    QVERIFY(!world.reader->findByToken("nonsense").value);
    QVERIFY(!world.reader->findByToken({}).value);
    // A new token replaces the old one.
    const QByteArray before = record.token;
    record.token = CallbackToken::make(0, 1).toText();
    QCOMPARE(world.write(PutJob{record}), QString());
    QCOMPARE(world.reader->findByToken(record.token).value, record);
    QVERIFY(!world.reader->findByToken(before).value);
    const JobRecord result = ended(record, "x");
    QCOMPARE(world.write(PutJob{result}), QString());
    QCOMPARE(world.reader->findByToken(record.token).value, result);
}

void TestStoreBackend::anIdOfTheUpstreamFindsItsJob()
{
    const BackendWorld world;
    JobRecord record = openJob("a", "k");
    record.route = "api";
    QCOMPARE(world.write(PutJob{record}), QString());
    QVERIFY(!world.reader->findByUpstreamId("api", {}).value);
    // The upstream's id is known when the start request is answered.
    record.upstreamId = "x/1";
    QCOMPARE(world.write(PutJob{record}), QString());
    QCOMPARE(world.reader->findByUpstreamId("api", "x/1").value, record);
    QVERIFY(!world.reader->findByUpstreamId("other", "x/1").value);
    QVERIFY(!world.reader->findByUpstreamId("api", "x/2").value);
    QVERIFY(!world.reader->findByUpstreamId({}, "x/1").value);
    JobRecord result = ended(record, "x");
    result.upstreamId = "x/1";
    QCOMPARE(world.write(PutJob{result}), QString());
    QCOMPARE(world.reader->findByUpstreamId("api", "x/1").value, result);
    // Writes an ended job again.
    ++result.revision;
    QCOMPARE(world.write(PutJob{result}), QString());
    QCOMPARE(world.reader->findByUpstreamId("api", "x/1").value, result);
    // A later job with the same id is found instead.
    JobRecord later = openJob("b", "k");
    later.route = "api";
    later.upstreamId = "x/1";
    QCOMPARE(world.write(PutJob{later}), QString());
    QCOMPARE(world.reader->findByUpstreamId("api", "x/1").value, later);
    ++result.revision;
    QCOMPARE(world.write(PutJob{result}), QString());
    QCOMPARE(world.reader->findByUpstreamId("api", "x/1").value, later);
    QCOMPARE(world.write(RemoveJob{later.id}), QString());
    QCOMPARE(world.reader->findByUpstreamId("api", "x/1").value, result);
    // Without a route there are other ways to find a job.
    JobRecord usual = openJob("c", "k");
    usual.upstreamId = "x/1";
    QCOMPARE(world.write(PutJob{usual}), QString());
    QVERIFY(!world.reader->findByUpstreamId({}, "x/1").value);
}

void TestStoreBackend::aRemovedJobNeverWas()
{
    const BackendWorld world;
    const JobRecord open = openJob("a", "k");
    const JobRecord result = ended(openJob("a", "l"), "x");
    QCOMPARE(world.backend->commit({PutJob{open}, PutJob{result}}).error, QString());
    QCOMPARE(world.backend->commit({RemoveJob{open.id}, RemoveJob{result.id}, RemoveJob{"nobody"}}).error,
             QString());
    QVERIFY(!world.find(open.id));
    QVERIFY(!world.find(result.id));
    QVERIFY(!world.reader->findByKey("a", "k").value);
    QCOMPARE(world.backend->size().open + world.backend->size().ended, 0);
    QCOMPARE(world.write(PutJob{open}), QString());
    QCOMPARE(world.find(open.id), open);
}

void TestStoreBackend::oneRefusedWriteLeavesTheOthers()
{
    const BackendWorld world;
    const JobRecord first = openJob("a", "k");
    const JobRecord refused = openJob("a", "k");
    const JobRecord last = openJob("a", "l");
    const CommitResult result = world.backend->commit({PutJob{first}, PutJob{refused}, PutJob{last}});
    QCOMPARE(result.error, QString());
    QCOMPARE(result.of(0), QString());
    QVERIFY(!result.of(1).isEmpty());
    QCOMPARE(result.of(2), QString());
    QCOMPARE(world.find(first.id), first);
    QVERIFY(!world.find(refused.id));
    QCOMPARE(world.find(last.id), last);
    QCOMPARE(world.backend->size().open, 2);
}

void TestStoreBackend::whatHasNotEndedIsListed()
{
    const BackendWorld world;
    std::vector<JobRecord> open;
    for (int i = 0; i < 20; ++i) {
        const JobRecord record = openJob("a", "k" + QByteArray::number(i));
        QCOMPARE(world.write(PutJob{record}), QString());
        if (i % 3 == 0)
            QCOMPARE(world.write(PutJob{ended(record, "x")}), QString());
        else
            open.push_back(record);
    }
    std::vector<JobRecord> listed = world.backend->unsettled().value;
    for (JobRecord &record : listed)
        record.made.reset();
    QCOMPARE(listed, open);
}

void TestStoreBackend::oldResultsBecomeTombstones()
{
    Config::Store limits;
    limits.keepFor = 10s;
    BackendWorld world(limits);
    std::vector<JobRecord> results;
    for (int i = 0; i < 300; ++i) {
        results.push_back(ended(openJob("a", "k" + QByteArray::number(i)), "x"));
        QCOMPARE(world.write(PutJob{results.back()}), QString());
        world.clocks.pass(100ms);
    }
    const JobRecord open = openJob("a", "open");
    QCOMPARE(world.write(PutJob{open}), QString());
    // 200 of these results ended in the first 20 s of 30 s.
    QCOMPARE(world.tidy(), 200);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto found = world.find(results[i].id);
        QVERIFY(i < 200 ? isTombstone(found, results[i]) : found == results[i]);
    }
    QVERIFY(!world.reader->findByKey("a", "k0").value);
    QVERIFY(!world.reader->findByToken(results[0].token).value);
    QCOMPARE(world.find(open.id), open);
    QCOMPARE(world.backend->size().tombstones, 200);
    QCOMPARE(world.backend->size().ended, 100);
    // Their retention time was over, so they do not count as removed early.
    QCOMPARE(world.total.tooMany + world.total.tooLarge, 0);
    QCOMPARE(oldestAge(world), 10s);
    // The key of a tombstone is free again.
    QCOMPARE(world.write(PutJob{openJob("a", "k0")}), QString());
}

void TestStoreBackend::tooManyResultsBecomeTombstones()
{
    Config::Store limits;
    limits.jobs = 10;
    BackendWorld world(limits);
    std::vector<JobRecord> open;
    for (int i = 0; i < 15; ++i) {
        open.push_back(openJob("a", {}));
        QCOMPARE(world.write(PutJob{open.back()}), QString());
    }
    for (std::size_t i = open.size(); i > 0; --i) {
        world.clocks.pass(1ms);
        QCOMPARE(world.write(PutJob{ended(open[i - 1], "x")}), QString());
    }
    QCOMPARE(world.tidy(), 5);
    QCOMPARE(world.total.tooMany, 5);
    QCOMPARE(world.total.tooLarge, 0);
    QCOMPARE(oldestAge(world), 9ms);
    // The results that ended first are removed.
    for (std::size_t i = 0; i < open.size(); ++i)
        QCOMPARE(isTombstone(world.find(open[i].id), open[i]), i >= 10);
}

void TestStoreBackend::tooManyBytesBecomeTombstones()
{
    Config::Store limits;
    limits.bytes = 4 * 1024 * 1024;
    BackendWorld world(limits);
    std::vector<JobRecord> results;
    for (int i = 0; i < 200; ++i) {
        results.push_back(ended(openJob("a", {}), QByteArray(100'000, 'x')));
        QCOMPARE(world.write(PutJob{results.back()}), QString());
        world.clocks.pass(1ms);
        QVERIFY(world.tidy() >= 0);
        QVERIFY2(world.backend->size().bytes <= limits.bytes,
                 qPrintable(QString::number(world.backend->size().bytes)));
    }
    QVERIFY(isTombstone(world.find(results[0].id), results[0]));
    QCOMPARE(world.total.tooMany, 0);
    QCOMPARE(world.total.tooLarge, world.total.expired);
    QVERIFY(oldestAge(world) < 200ms);
    // The store removes no more than necessary: about half of the limit is still used.
    for (std::size_t i = 185; i < results.size(); ++i)
        QCOMPARE(world.find(results[i].id), results[i]);
}

void TestStoreBackend::tombstonesGo()
{
    Config::Store limits;
    limits.keepFor = 10s;
    limits.jobs = 10;
    BackendWorld world(limits);
    std::vector<JobRecord> results;
    for (int i = 0; i < 30; ++i) {
        results.push_back(ended(openJob("a", {}), "x"));
        QCOMPARE(world.write(PutJob{results.back()}), QString());
    }
    QCOMPARE(world.tidy(), 20);
    QCOMPARE(world.backend->size().tombstones, 10);
    world.clocks.pass(10'500ms);
    QCOMPARE(world.tidy(), 10);
    QCOMPARE(world.total.tooMany, 20);
    QCOMPARE(world.backend->size().ended, 0);
    QVERIFY(!world.backend->size().oldestEnd);
    world.clocks.pass(20s);
    world.tidy();
    QCOMPARE(world.backend->size().tombstones, 0);
    QVERIFY(!world.find(results.back().id));
}

void TestStoreBackend::deadLetters()
{
    const BackendWorld world;
    std::vector<DeadLetter> letters;
    for (int i = 0; i < 6; ++i) {
        letters.push_back(deadLetter(i % 2 == 0 ? DeadLetter::Kind::Job : DeadLetter::Kind::Callback,
                                     QByteArray("a body\0", 7) + QByteArray::number(i)));
        QCOMPARE(world.write(PutDeadLetter{letters.back()}), QString());
    }
    QCOMPARE(world.reader->findDeadLetter(letters[0].id).value, letters[0]);
    QVERIFY(!world.reader->findDeadLetter("nobody").value);
    letters[0].redriven = 2;
    letters[0].body = "less";
    QCOMPARE(world.write(PutDeadLetter{letters[0]}), QString());
    QCOMPARE(world.reader->findDeadLetter(letters[0].id).value, letters[0]);

    const auto listed = [&](std::optional<DeadLetter::Kind> kind, int most) {
        QByteArrayList ids;
        for (const DeadLetter &letter : world.reader->listDeadLetters(kind, most).value) {
            if (letter.body.isEmpty() && letter.token.isEmpty())
                ids.append(letter.id);
        }
        return ids;
    };
    QCOMPARE(listed({}, 100), (QByteArrayList{letters[5].id, letters[4].id, letters[3].id, letters[2].id,
                                              letters[1].id, letters[0].id}));
    QCOMPARE(listed({}, 2), (QByteArrayList{letters[5].id, letters[4].id}));
    QCOMPARE(listed(DeadLetter::Kind::Job, 2), (QByteArrayList{letters[4].id, letters[2].id}));
    QCOMPARE(world.write(RemoveDeadLetter{letters[4].id}), QString());
    QCOMPARE(world.write(RemoveDeadLetter{letters[4].id}), QString());
    QCOMPARE(listed(DeadLetter::Kind::Job, 9), (QByteArrayList{letters[2].id, letters[0].id}));
    QCOMPARE(world.backend->size().deadLetters, (std::array<std::int64_t, 2>{3, 2}));
}

void TestStoreBackend::deadLettersAreBoundedByKind()
{
    Config::Store limits;
    limits.deadLetters = 10;
    const BackendWorld world(limits);
    const DeadLetter job = deadLetter(DeadLetter::Kind::Job, "x");
    QCOMPARE(world.write(PutDeadLetter{job}), QString());
    std::vector<DeadLetter> flood;
    for (int i = 0; i < 20; ++i) {
        flood.push_back(deadLetter(DeadLetter::Kind::Callback, "x"));
        QCOMPARE(world.write(PutDeadLetter{flood.back()}), QString());
    }
    QCOMPARE(world.backend->size().deadLetters, (std::array<std::int64_t, 2>{5, 1}));
    QVERIFY(world.reader->findDeadLetter(job.id).value);
    QVERIFY(!world.reader->findDeadLetter(flood[14].id).value);
    QVERIFY(world.reader->findDeadLetter(flood[15].id).value);
}

void TestStoreBackend::deadLettersAreBoundedByBytes()
{
    Config::Store limits;
    limits.deadLetterBytes = 1000;
    const BackendWorld world(limits);
    std::vector<DeadLetter> letters;
    for (int i = 0; i < 10; ++i) {
        letters.push_back(deadLetter(DeadLetter::Kind::Callback, QByteArray(200, 'x')));
        QCOMPARE(world.write(PutDeadLetter{letters.back()}), QString());
    }
    QCOMPARE(world.backend->size().deadLetters[0], 2);
    QVERIFY(world.reader->findDeadLetter(letters[8].id).value);
    QVERIFY(!world.reader->findDeadLetter(letters[7].id).value);
}

HOLDLINE_TEST(TestStoreBackend)
#include "tst_storebackend.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Random batches of writes, with reopening of the store in between, compared with a plain map.
#include "service/holdline/store/recordrules.h"
#include "service/holdline/store/store.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <random>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

/// A minimal model of the store.
class Model
{
public:
    /// Applies the write. Returns true when the store must accept it.
    bool apply(const StoreWrite &write)
    {
        if (const auto *removed = std::get_if<RemoveJob>(&write)) {
            jobs.erase(removed->id);
            return true;
        }
        if (const auto *freed = std::get_if<FreeKey>(&write)) {
            const auto known = jobs.find(freed->id);
            if (known != jobs.end() && mayFreeKey(known->second)) {
                known->second.key = {};
                ++known->second.revision;
            }
            return true;
        }
        JobRecord record = std::get<PutJob>(write).record;
        for (const auto &[id, other] : jobs) {
            if (id != record.id && !record.key.isNull() && other.key == record.key &&
                other.account == record.account)
                return false;
        }
        if (!record.request)
            record.request = jobs[record.id].request;
        if (!keepsRequest(record))
            record.request.reset();
        jobs[record.id] = record;
        return true;
    }

    std::map<QByteArray, JobRecord> jobs;
};

}  // namespace

class TestStoreRandom : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameAsAMap_data();
    void sameAsAMap();
};

void TestStoreRandom::sameAsAMap_data()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("memory") << u"memory"_s;
    QTest::newRow("sqlite") << u"sqlite"_s;
}

void TestStoreRandom::sameAsAMap()
{
    QFETCH(QString, kind);
    const auto seed = qEnvironmentVariableIsSet("HOLDLINE_TEST_SEED")
                          ? qEnvironmentVariable("HOLDLINE_TEST_SEED").toUInt()
                          : QRandomGenerator::system()->generate();
    qInfo("seed %u (HOLDLINE_TEST_SEED)", seed);
    std::mt19937 random(seed);
    const auto upTo = [&random](unsigned most) { return static_cast<unsigned>(random() % most); };
    const QTemporaryDir folder;
    const bool isMemory = kind == u"memory";
    const auto backend = makeBackend(isMemory ? kind : folder.filePath(u"holdline.db"_s), {});
    QCOMPARE(backend->open(), QString());
    const auto reader = backend->makeReader();
    Model model;
    std::vector<QByteArray> ids;

    const auto randomPut = [&]() -> JobRecord {
        JobRecord record;
        const auto known =
            ids.empty() ? model.jobs.end() : model.jobs.find(ids[upTo(static_cast<unsigned>(ids.size()))]);
        if (known == model.jobs.end() || upTo(3) == 0) {
            record = openJob("a" + QByteArray::number(upTo(3)),
                             upTo(4) == 0 ? QByteArray() : "k" + QByteArray::number(upTo(40)));
            record.request->body = QByteArray(static_cast<qsizetype>(upTo(6000)), 'r');
            ids.push_back(record.id);
        } else {
            record = known->second;
            ++record.revision;
            switch (upTo(5)) {
                case 0:
                    record = ended(record, QByteArray(static_cast<qsizetype>(upTo(9000)), 'x'));
                    record.status.resultSeen = upTo(2) == 0;
                    record.status.outcome =
                        record.status.resultSeen ? Reason::Completed : Reason::Interrupted;
                    break;
                case 1:
                    record.key = {};
                    break;
                case 2:
                    record.token = CallbackToken::make(0, 0).toText();
                    break;
                case 3:
                    record.status.handedOver = true;
                    break;
                default:
                    ++record.joined;
            }
            if (upTo(2) == 0)
                record.request.reset();
        }
        return record;
    };
    for (int step = 0; step < 400; ++step) {
        std::vector<StoreWrite> writes;
        std::vector<bool> accepted;
        for (unsigned i = 1 + upTo(8); i > 0; --i) {
            if (!ids.empty() && upTo(12) == 0)
                writes.push_back(RemoveJob{ids[upTo(static_cast<unsigned>(ids.size()))]});
            else if (!ids.empty() && upTo(6) == 0)
                writes.push_back(FreeKey{ids[upTo(static_cast<unsigned>(ids.size()))]});
            else
                writes.push_back(PutJob{randomPut()});
            accepted.push_back(model.apply(writes.back()));
        }
        const CommitResult result = backend->commit(writes);
        QCOMPARE(result.error, QString());
        for (std::size_t i = 0; i < writes.size(); ++i)
            QCOMPARE(result.of(i).isEmpty(), accepted[i]);

        if (!isMemory && step % 40 == 39) {
            reader->close();
            backend->close();
            QCOMPARE(backend->open(), QString());
        }
        if (step % 20 != 0)
            continue;
        std::int64_t open = 0;
        std::int64_t weight = 0;
        for (const auto &[id, record] : model.jobs)
            weight += weightOf(record);
        if (isMemory)
            QCOMPARE(backend->size().bytes, weight);
        for (const QByteArray &id : ids) {
            const auto expected = model.jobs.find(id);
            const auto found = reader->find(id);
            QCOMPARE(found.error, QString());
            QCOMPARE(found.value.has_value(), expected != model.jobs.end());
            if (!found.value)
                continue;
            QCOMPARE(*found.value, expected->second);
            open += found.value->isSettled() ? 0 : 1;
            QCOMPARE(reader->findByToken(expected->second.token).value, expected->second);
            if (!expected->second.key.isNull())
                QCOMPARE(reader->findByKey(expected->second.account, expected->second.key).value,
                         expected->second);
        }
        QCOMPARE(backend->size().open, open);
        QCOMPARE(backend->size().ended, static_cast<std::int64_t>(model.jobs.size()) - open);
        QCOMPARE(static_cast<std::int64_t>(backend->unsettled().value.size()), open);
    }
    reader->close();
}

HOLDLINE_TEST(TestStoreRandom)
#include "tst_storerandom.moc"

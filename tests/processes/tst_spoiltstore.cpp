// SPDX-License-Identifier: GPL-3.0-or-later
// The whole service with a store file that is damaged, belongs to another program, or is in use.
#include "tests/processes/storeworld.h"
#include "tests/support/suite.h"

#include <QFile>

#include <random>

using namespace holdline;
using namespace holdline::test;

namespace {

unsigned freshSeed()
{
    const QByteArray replay = qgetenv("HOLDLINE_SEED");
    const unsigned seed = replay.isEmpty() ? std::random_device()() : replay.toUInt();
    qInfo("seed %u", seed);
    return seed;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool replace(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

}  // namespace

class TestSpoiltStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void truncated_data();
    void truncated();
    void aBitFlipped();
    void notADatabase();
    void aSecondProcess();
};

void TestSpoiltStore::truncated_data()
{
    QTest::addColumn<double>("left");
    QTest::newRow("half") << 0.5;
    QTest::newRow("all but the end") << 0.95;
    QTest::newRow("the beginning of the head") << 0.0005;
}

void TestSpoiltStore::truncated()
{
    QFETCH(double, left);
    StoreWorld world;
    QVERIFY(world.start());
    for (int i = 0; i < 30; ++i)
        QCOMPARE(world.keyed("key-" + QByteArray::number(i)).status, 200);
    QVERIFY(world.stop());
    const QByteArray whole = contents(world.file());
    QVERIFY(
        replace(world.file(), whole.left(static_cast<qsizetype>(left * static_cast<double>(whole.size())))));
    QVERIFY(world.start());
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    // The message must name the file, so that an operator can act.
    QVERIFY2(world.program().err().contains(QFile::encodeName(world.file())),
             world.program().err().constData());
    QVERIFY(world.stop());

    // With the undamaged file the service works again, so it has lost nothing meanwhile.
    QVERIFY(replace(world.file(), whole));
    QVERIFY(world.start());
    QCOMPARE(world.keyed("key-7").headers.value("Idempotent-Replayed"), "true"_ba);
}

/// Whichever bit is flipped, the service returns the original response or an error, and no key's job runs
/// again.
void TestSpoiltStore::aBitFlipped()
{
    constexpr int kKeys = 12;
    constexpr int kFlips = 25;
    std::mt19937 random(freshSeed());
    StoreWorld world;
    QVERIFY(world.start());
    std::map<QByteArray, QByteArray> answers;
    for (int i = 0; i < kKeys; ++i) {
        const QByteArray key = "key-" + QByteArray::number(i);
        answers[key] = world.keyed(key).body;
    }
    QVERIFY(world.stop());
    const QByteArray whole = contents(world.file());
    QVERIFY(!whole.isEmpty());

    int refused = 0;
    for (int flip = 0; flip < kFlips; ++flip) {
        QByteArray spoilt = whole;
        const auto at = static_cast<qsizetype>(random() % static_cast<unsigned>(whole.size()));
        const int bit = static_cast<int>(random() % 8);
        spoilt[at] = static_cast<char>(spoilt[at] ^ (1 << bit));
        QFile::remove(world.file() + u"-wal"_s);
        QFile::remove(world.file() + u"-shm"_s);
        QVERIFY(replace(world.file(), spoilt));
        QVERIFY(world.start());
        const QByteArray where = "bit " + QByteArray::number(bit) + " of byte " + QByteArray::number(at) +
                                 " of " + QByteArray::number(whole.size());
        for (const auto &[key, body] : answers) {
            const RawAnswer answer = world.keyed(key);
            if (answer.status == 503) {
                ++refused;
                QCOMPARE(StoreWorld::code(answer), "store_unavailable"_ba);
            } else if (answer.status == 500) {
                // The response of this one job is damaged. Its key stays in use, and the other jobs have
                // their responses.
                ++refused;
                QCOMPARE(StoreWorld::code(answer), "internal_error"_ba);
                QVERIFY2(answer.body.contains("damaged"), (where + ": " + answer.body).constData());
            } else {
                QVERIFY2(answer.status == 200 && answer.body == body,
                         (where + ": " + answer.body).constData());
            }
            QVERIFY2(world.starts(key) == 1, (where + ": " + key + " ran again").constData());
        }
        QCOMPARE(world.plain("plain").status, 200);
        world.kill();
    }
    qInfo("%d of %d answers were refused", refused, kFlips * kKeys);
}

void TestSpoiltStore::notADatabase()
{
    StoreWorld world;
    QVERIFY(replace(world.file(), QByteArray(100'000, 'x')));
    QVERIFY(world.start());
    refusesDurableJobsOnly(world);
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(world.program().err().contains(QFile::encodeName(world.file())),
             world.program().err().constData());
    // The file belongs to another program and must not be changed.
    QCOMPARE(contents(world.file()), QByteArray(100'000, 'x'));
    QFile::remove(world.file());
    takesDurableJobsAgain(world);
}

void TestSpoiltStore::aSecondProcess()
{
    StoreWorld world;
    QVERIFY(world.start());
    QCOMPARE(world.keyed("first's").status, 200);
    HoldlineProgram second({u"--store"_s, world.file(), u"--monitor-socket"_s, u"off"_s});
    QVERIFY(second.startListening());
    const RawAnswer refused =
        ask(second.port(), RawHttpClient::post("/start", R"({"account":"a"})", "Idempotency-Key: \"k\"\r\n"));
    QCOMPARE(refused.status, 503);
    QCOMPARE(StoreWorld::code(refused), "store_unavailable"_ba);
    QVERIFY2(second.err().contains(QFile::encodeName(world.file())), second.err().constData());
    QCOMPARE(world.keyed("still the first's").status, 200);
}

HOLDLINE_TEST(TestSpoiltStore)
#include "tst_spoiltstore.moc"

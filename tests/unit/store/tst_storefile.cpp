// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged store files. The store must report the damage, leave the file unchanged, and never return a wrong
// record.
#include "service/holdline/store/sqliteschema.h"
#include "service/holdline/store/store.h"
#include "service/holdline/store/storenote.h"
#include "tests/support/manualclocks.h"
#include "tests/support/permissions.h"
#include "tests/support/storerecords.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QFileInfo>
#include <QLibrary>
#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QStorageInfo>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>
#include <vector>

#include <unistd.h>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(bytes), bytes.size());
}

/// Returns the error of opening a store at this path.
QString openError(const QString &path)
{
    return makeBackend(path, {})->open();
}

bool sql(const QString &path, const QStringList &statements)
{
    SqliteConnection connection;
    bool good = connection.open(path, SqliteConnection::Access::Write);
    for (const QString &statement : statements)
        good = good && connection.runOnce(statement);
    return good;
}

}  // namespace

class TestStoreFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void onlyItsUserMayReadIt();
    void aPathBelowAFile();
    void aFolderThatCannotBeWritten();
    void aFolderInItsPlace();
    void noPathAtAll();
    void largeBodiesDoNotStayInMemory();
    void garbage();
    void anEmptyFile();
    void anotherProgramsDatabase();
    void aNewerForm();
    void aSecondOneOnTheSameFile();
    void olderFormsAreBroughtUp();
    void aMigrationThatFailsLeavesWhatWas();
    void flippedBits();
    void truncatedFiles();
    void aDamagedResultIsAnError();
    void aLostRequestIsAnError();
    void aLogThatLostItsEnd();
    void notesThatAreNotWhole();
    void whatTheCheckCouldNotRead();
    void roomThatIsFreeIsGivenBack();

private:
    QString path() const { return m_folder->filePath(u"holdline.db"_s); }
    void fill(int records);
    void judge(int seed);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<JobRecord> m_records;
    unsigned m_seed = 0;
};

void TestStoreFile::initTestCase()
{
    m_seed = qEnvironmentVariableIsSet("HOLDLINE_TEST_SEED")
                 ? qEnvironmentVariable("HOLDLINE_TEST_SEED").toUInt()
                 : QRandomGenerator::system()->generate();
    qInfo("seed %u (HOLDLINE_TEST_SEED)", m_seed);
}

void TestStoreFile::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_records.clear();
}

void TestStoreFile::onlyItsUserMayReadIt()
{
    const QString inside = m_folder->filePath(u"a/b/holdline.db"_s);
    QCOMPARE(openError(inside), QString());
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QVERIFY(!(QFile::permissions(inside) & others));
    QVERIFY(!(QFile::permissions(QFileInfo(inside).path()) & (others | QFile::ExeGroup | QFile::ExeOther)));
    QVERIFY(QFile::setPermissions(inside, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    QCOMPARE(openError(inside), QString());
    QVERIFY(!(QFile::permissions(inside) & others));
}

void TestStoreFile::aPathBelowAFile()
{
    write(path(), "a file");
    const QString error = openError(path() + u"/state/holdline.db"_s);
    QVERIFY2(error.startsWith(u"cannot create the folder "_s + path() + u"/state: "_s), qPrintable(error));
    QVERIFY(error.contains(u"store.path"));
    QCOMPARE(contents(path()), QByteArray("a file"));
}

void TestStoreFile::aFolderThatCannotBeWritten()
{
    const BoundByPermissions bound;
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::ExeOwner));
    const QString error = openError(path());
    QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QVERIFY2(error.startsWith(u"cannot open "_s + path()), qPrintable(error));
    QVERIFY2(error.contains(u"Allow this user to write the file and its folder"), qPrintable(error));
}

void TestStoreFile::aFolderInItsPlace()
{
    QVERIFY(openError(m_folder->path()).startsWith(u"cannot open "_s + m_folder->path()));
}

void TestStoreFile::noPathAtAll()
{
    QVERIFY(openError({}).contains(u"store.path"));
}

void TestStoreFile::garbage()
{
    const QByteArray text = QByteArray("nobody's database ").repeated(1000);
    write(path(), text);
    const QString error = openError(path());
    QVERIFY2(error.contains(u"it is not an SQLite database. Move it away"), qPrintable(error));
    QCOMPARE(contents(path()), text);
}

/// An empty file counts as a new store.
void TestStoreFile::anEmptyFile()
{
    write(path(), {});
    QCOMPARE(openError(path()), QString());
}

void TestStoreFile::anotherProgramsDatabase()
{
    QVERIFY(sql(path(), {u"CREATE TABLE mail (sender TEXT)"_s, u"INSERT INTO mail VALUES ('somebody')"_s}));
    const QString error = openError(path());
    QVERIFY2(error.contains(u"the database is not Holdline's"), qPrintable(error));
    QVERIFY(sql(path(), {u"INSERT INTO mail SELECT sender FROM mail"_s}));
    QVERIFY(!sql(path(), {u"SELECT * FROM jobs"_s}));
}

void TestStoreFile::aNewerForm()
{
    fill(3);
    QVERIFY(sql(path(), {u"PRAGMA user_version = 99"_s}));
    const QString error = openError(path());
    QVERIFY2(error.contains(u"newer version of Holdline (its form is 99"), qPrintable(error));
    QVERIFY(sql(path(), {u"PRAGMA user_version = %1"_s.arg(storeMigrations().size())}));
    judge(0);
}

void TestStoreFile::aSecondOneOnTheSameFile()
{
    const auto first = makeBackend(path(), {});
    QCOMPARE(first->open(), QString());
    const auto second = makeBackend(path(), {});
    const QString error = second->open();
    QCOMPARE(error, u"another process (%1) uses %2. End it, or give each its own path (store.path)"_s.arg(
                        QString::number(::getpid()), path()));
    // The lock file stays on disk; only the lock itself matters.
    first->close();
    QVERIFY(QFile::exists(path() + u".lock"_s));
    QCOMPARE(second->open(), QString());
}

void TestStoreFile::olderFormsAreBroughtUp()
{
    const Migrations first{{u"CREATE TABLE things (name TEXT)"_s}};
    const Migrations second{
        first[0], {u"ALTER TABLE things ADD COLUMN size INTEGER"_s, u"UPDATE things SET size = 7"_s}};
    SqliteConnection connection;
    QVERIFY(connection.open(path(), SqliteConnection::Access::Write));
    QVERIFY(migrate(connection, first));
    QVERIFY(connection.runOnce(u"INSERT INTO things VALUES ('a')"_s));
    QVERIFY(migrate(connection, second));
    QCOMPARE(connection.ask("PRAGMA user_version"), QVariant(2));
    QCOMPARE(connection.ask("SELECT size FROM things WHERE name = 'a'"), QVariant(7));
    QVERIFY(migrate(connection, second));
    QVERIFY(!migrate(connection, first));
    QVERIFY(connection.error().contains(u"newer version"));
}

void TestStoreFile::aMigrationThatFailsLeavesWhatWas()
{
    const Migrations first{{u"CREATE TABLE things (name TEXT)"_s}};
    const Migrations second{first[0], {u"INSERT INTO things VALUES ('b')"_s, u"nonsense"_s}};
    SqliteConnection connection;
    QVERIFY(connection.open(path(), SqliteConnection::Access::Write));
    QVERIFY(migrate(connection, first));
    QVERIFY(!migrate(connection, second));
    QCOMPARE(connection.ask("PRAGMA user_version"), QVariant(1));
    QCOMPARE(connection.ask("SELECT count(*) FROM things"), QVariant(0));
}

void TestStoreFile::fill(int records)
{
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    std::vector<StoreWrite> writes;
    for (int i = 0; i < records; ++i) {
        JobRecord record = openJob("account " + QByteArray::number(i % 7), "key " + QByteArray::number(i));
        if (i % 4 != 0)
            record = ended(record,
                           QByteArray("result ").repeated(i % 40 == 1 ? 2000 : 20) + QByteArray::number(i));
        m_records.push_back(record);
        writes.push_back(PutJob{record});
    }
    QCOMPARE(backend->commit(writes).error, QString());
}

/// Whatever the damage, the store must return an error or the original record.
void TestStoreFile::judge(int seed)
{
    const auto backend = makeBackend(path(), {});
    if (!backend->open().isEmpty())
        return;
    const auto reader = backend->makeReader();
    const auto isRight = [](const StoreReader::Job &found, const JobRecord &record) {
        if (!found.error.isEmpty() || found.value == record)
            return true;
        return found.value && record.answer && found.value->id == record.id && found.value->answer &&
               found.value->answer->status == 500 && found.value->answer->body.contains("damaged");
    };
    for (const JobRecord &record : m_records) {
        QVERIFY2(isRight(reader->find(record.id), record), qPrintable(QString::number(seed)));
        QVERIFY2(isRight(reader->findByKey(record.account, record.key), record),
                 qPrintable(QString::number(seed)));
        QVERIFY2(isRight(reader->findByToken(record.token), record), qPrintable(QString::number(seed)));
    }
    auto open = backend->unsettled();
    for (JobRecord &record : open.value)
        record.made.reset();
    std::vector<JobRecord> expected;
    std::copy_if(m_records.begin(), m_records.end(), std::back_inserter(expected),
                 [](const JobRecord &record) { return !record.isSettled(); });
    QVERIFY2(!open.error.isEmpty() || open.value == expected, qPrintable(QString::number(seed)));
    reader->close();
}

void TestStoreFile::flippedBits()
{
    fill(150);
    const QByteArray good = contents(path());
    std::mt19937 random(m_seed);
    // Turns off the store's warning about each damaged result.
    QLoggingCategory::setFilterRules(u"holdline.service.warning=false"_s);
    const auto speak = qScopeGuard([] { QLoggingCategory::setFilterRules({}); });
    int refused = 0;
    constexpr int kRounds = 150;
    for (int round = 0; round < kRounds; ++round) {
        QByteArray bad = good;
        for (auto flips = 1 + random() % 8; flips > 0; --flips) {
            const auto at = static_cast<qsizetype>(random() % static_cast<unsigned>(bad.size()));
            bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
        }
        QFile::remove(path() + u"-wal"_s);
        QFile::remove(path() + u"-shm"_s);
        write(path(), bad);
        refused += openError(path()).isEmpty() ? 0 : 1;
        judge(round);
        if (QTest::currentTestFailed())
            return;
    }
    // Fails when too few of the damaged files are detected.
    QVERIFY2(refused > kRounds / 4, qPrintable(QString::number(refused)));
}

void TestStoreFile::truncatedFiles()
{
    fill(150);
    const QByteArray good = contents(path());
    std::mt19937 random(m_seed);
    for (int round = 0; round < 60; ++round) {
        // At least one byte is left, because an empty file counts as a new store.
        const auto length = static_cast<qsizetype>(1 + random() % static_cast<unsigned>(good.size() - 1));
        QFile::remove(path() + u"-wal"_s);
        QFile::remove(path() + u"-shm"_s);
        write(path(), good.first(length));
        QVERIFY2(!openError(path()).isEmpty(), qPrintable(QString::number(length)));
        QCOMPARE(contents(path()), good.first(length));
    }
}

/// The job's key stays in use, so that the job does not run again.
void TestStoreFile::aDamagedResultIsAnError()
{
    fill(8);
    const JobRecord &victim = m_records[2];
    QByteArray bytes = contents(path());
    const auto at = bytes.indexOf(victim.answer->body);
    QVERIFY(at > 0);
    bytes[at + 3] = 'X';
    write(path(), bytes);
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    const auto reader = backend->makeReader();
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the stored result of job .* is damaged"_s));
    const auto found = reader->findByKey(victim.account, victim.key);
    QCOMPARE(found.error, QString());
    QCOMPARE(found.value->answer->status, 500);
    QCOMPARE(found.value->status.outcome, Reason::InternalError);
    QVERIFY(!backend->commit({PutJob{openJob(victim.account, victim.key)}}).of(0).isEmpty());
    QCOMPARE(reader->find(m_records[3].id).value, m_records[3]);
    reader->close();
}

/// SQLite's integrity check does not detect a wrong row number in another table.
void TestStoreFile::aLostRequestIsAnError()
{
    fill(4);
    QVERIFY(sql(path(), {u"UPDATE requests SET number = number + 1000"_s}));
    const auto backend = makeBackend(path(), {});
    QCOMPARE(backend->open(), QString());
    const auto reader = backend->makeReader();
    const StoreReader::Job found = reader->find(m_records.front().id);
    QVERIFY(!found.value);
    QVERIFY2(found.error.contains(u"is damaged"), qPrintable(found.error));
    QVERIFY(!backend->unsettled().error.isEmpty());
    reader->close();
}

/// The store warns once how many commits were lost, and then uses the database as it is.
void TestStoreFile::aLogThatLostItsEnd()
{
    ManualClocks clocks;
    const auto commit = [this](StoreBackend &backend) {
        QCOMPARE(backend.commit({PutJob{openJob("a", {})}}).of(0), QString());
    };
    const auto backend = makeBackend(path(), {}, clocks.reader());
    QCOMPARE(backend->open(), QString());
    commit(*backend);
    backend->close();
    const QByteArray early = contents(path());
    QCOMPARE(backend->open(), QString());
    for (int i = 0; i < 10; ++i) {
        clocks.pass(2s);
        commit(*backend);
    }
    backend->close();
    // Without a loss there is no warning.
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    QCOMPARE(backend->open(), QString());
    backend->close();

    write(path(), early);
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression(u"holdline.db: the store lost at least 10 commits, of about the "
                                            "last 20s before it was closed"_s));
    QCOMPARE(backend->open(), QString());
    QCOMPARE(backend->size().open, 1);
    backend->close();
    QCOMPARE(backend->open(), QString());
    backend->close();

    // A new database at the same path has lost nothing.
    QVERIFY(QFile::remove(path()));
    const auto other = makeBackend(path(), {}, clocks.reader());
    QCOMPARE(other->open(), QString());
    other->close();
}

void TestStoreFile::notesThatAreNotWhole()
{
    const QString file = m_folder->filePath(u"note"_s);
    QVERIFY(!readNote(file));
    const StoreNote note{"0123456789abcdef", 123'456'789'012, StoreTime(9'876'543'210ms)};
    writeNote(file, note);
    QCOMPARE(readNote(file), note);
    const QByteArray good = contents(file);
    QCOMPARE(good.size(), 96);
    const qsizetype text = good.trimmed().size();
    for (qsizetype i = 0; i < text; ++i) {
        QByteArray bad = good;
        bad[i] = bad[i] == '1' ? '2' : '1';
        write(file, bad);
        QVERIFY2(!readNote(file), bad.constData());
        write(file, good.first(i));
        QVERIFY(!readNote(file));
    }
    write(file, good);
    // A shorter note completely replaces a longer one.
    const StoreNote shorter{"0123456789abcdef", 1, StoreTime(2ms)};
    writeNote(file, shorter);
    QCOMPARE(readNote(file), shorter);
    QCOMPARE(lossOf(note, note), QString());
    QCOMPARE(lossOf(note, shorter), QString());
    QCOMPARE(lossOf(note, std::nullopt), QString());
    QVERIFY(lossOf(shorter, note).contains(u"at least 123456789011 commits"_s));
    QCOMPARE(lossOf({"another", 0, {}}, note), QString());
}

/// SQLite reports a page that it could not read in the same way as a damaged page.
void TestStoreFile::whatTheCheckCouldNotRead()
{
    for (const char *verdict :
         {"*** in database main ***\nTree 5 page 7: unable to get the page. error code=10",
          "Page 3: unable to get the page. error code=266", "error code=7", "Freelist: failed to get page 9",
          "Failed to read ptrmap key=4"})
        QVERIFY2(isUnread(QString::fromLatin1(verdict)), verdict);
    for (const char *verdict :
         {"*** in database main ***\nTree 5 page 7: unable to get the page. error code=11", "error code=26",
          "error code=267", "row 3 missing from index jobs_by_id",
          "Tree 2 page 3 cell 4: invalid page number 99", "wrong # of entries in index"})
        QVERIFY2(!isUnread(QString::fromLatin1(verdict)), verdict);
}

void TestStoreFile::roomThatIsFreeIsGivenBack()
{
    Config::Store limits;
    limits.keepFor = 1s;
    ManualClocks clocks;
    const auto backend = makeBackend(path(), limits, clocks.reader());
    QCOMPARE(backend->open(), QString());
    std::vector<StoreWrite> writes;
    for (int i = 0; i < 100; ++i)
        writes.push_back(PutJob{ended(openJob("a", {}), QByteArray(100'000, 'x'))});
    QCOMPARE(backend->commit(writes).error, QString());
    backend->close();
    const qint64 before = QFileInfo(path()).size();
    QVERIFY(before > 10'000'000);
    QCOMPARE(backend->open(), QString());
    clocks.pass(10s);
    for (bool more = true; more;) {
        const Tidied step = backend->tidy();
        QCOMPARE(step.error, QString());
        more = step.more;
    }
    backend->close();
    QVERIFY2(QFileInfo(path()).size() < before / 2, qPrintable(QString::number(QFileInfo(path()).size())));
    QCOMPARE(openError(path()), QString());
}

void TestStoreFile::largeBodiesDoNotStayInMemory()
{
    const auto bytesOfSqlite =
        reinterpret_cast<std::int64_t (*)()>(QLibrary(u"sqlite3"_s, 0).resolve("sqlite3_memory_used"));
    const QTemporaryDir folder;
    const auto store = makeBackend(folder.filePath(u"store.db"_s), {});
    QCOMPARE(store->open(), QString());
    if (!bytesOfSqlite || bytesOfSqlite() == 0)
        QSKIP("Qt has an SQLite of its own, which nobody can ask for its memory.");
    std::vector<JobRecord> records;
    std::int64_t most = 0;
    for (int i = 0; i < 24; ++i) {
        JobRecord record = openJob("a", {});
        record.request->body = QByteArray(1'000'000, static_cast<char>('a' + i));
        QVERIFY(store->commit({PutJob{record}}).error.isEmpty());
        most = std::max(most, bytesOfSqlite());
        records.push_back(std::move(record));
    }
    QVERIFY2(most < 8 * 1024 * 1024, QByteArray::number(most).constData());
    const auto read = store->unsettled();
    QVERIFY(read.error.isEmpty());
    QCOMPARE(read.value.size(), records.size());
    for (const JobRecord &record : read.value) {
        const auto written = std::find_if(records.begin(), records.end(),
                                          [&record](const JobRecord &one) { return one.id == record.id; });
        QVERIFY(written != records.end());
        QVERIFY(record.request && record.request->body == written->request->body);
    }
}

HOLDLINE_TEST(TestStoreFile)
#include "tst_storefile.moc"

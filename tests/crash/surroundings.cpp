// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/surroundings.h"

#include "tests/support/unsyncedwrites.h"

#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>

#include <algorithm>
#include <array>
#include <vector>

namespace holdline::crash {

using namespace Qt::StringLiterals;
using test::UnsyncedRecord;

namespace {

constexpr std::array kTroubles{"full", "eio", "hang"};
constexpr std::array kClocks{0, 3'600, -3'600, 86'400, -86'400};

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    if (file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        file.write(text);
}

/// A reading program may sync what the service has not synced, and the notes of unsynced writes do not show
/// that. So in each round either a program reads or the power fails.
Disturbances kindsOf(Disturbances kinds, std::uint64_t seed)
{
    const Disturbances both = Disturbances(Disturbance::Reader) | Disturbance::Power;
    if ((kinds & both) == both)
        kinds.setFlag(seed % 2 == 0 ? Disturbance::Reader : Disturbance::Power, false);
    return kinds;
}

}  // namespace

Surroundings::Surroundings(const Options &options, const QString &folder, const QString &store,
                           std::uint64_t seed)
    : m_kinds(kindsOf(options.disturbances, seed)), m_folder(folder), m_store(store), m_random(seed)
{
    m_next.setSingleShot(true);
    m_mend.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &Surroundings::disturb);
    connect(&m_mend, &QTimer::timeout, this, &Surroundings::mendDisk);
    if (has(Disturbance::Power))
        QDir().mkpath(at("unsynced"));
}

int Surroundings::from(int least, int most)
{
    return least + static_cast<int>(m_random() % static_cast<std::uint64_t>(most - least + 1));
}

void Surroundings::addTo(QProcessEnvironment &environment) const
{
    if (!m_kinds)
        return;
    environment.insert(u"LD_PRELOAD"_s, QStringLiteral(HOLDLINE_FAILING_CALLS));
    // Without this option, AddressSanitizer requires to be loaded first. The order does not matter here.
    environment.insert(u"ASAN_OPTIONS"_s, u"verify_asan_link_order=0"_s);
    if (has(Disturbance::Clock))
        environment.insert(u"WRONG_CLOCK"_s, at("clock"));
    if (has(Disturbance::Disk)) {
        // Makes some hangs longer than the service's patience.
        environment.insert(u"HOLDLINE_STORE_PATIENCE"_s, u"400ms"_s);
        environment.insert(u"FAILING_CALLS"_s,
                           u"grow=28?%1 fdatasync=5?%2 pwrite=5?%2 fdatasync=hang?%3 "
                           "pwrite=hang?%3"_s.arg(at("full"), at("eio"), at("hang")));
    }
    if (has(Disturbance::Power))
        environment.insert(u"UNSYNCED"_s, at("unsynced"));
}

void Surroundings::lifeBegins()
{
    if (m_kinds & (Disturbances(Disturbance::Reader) | Disturbance::Clock | Disturbance::Disk))
        m_next.start(from(5, 150));
}

void Surroundings::lifeEnded()
{
    m_next.stop();
    mendDisk();
    if (has(Disturbance::Power))
        cutPower();
    if (has(Disturbance::Clock) && from(1, 2) == 1)
        setClock();
    if (has(Disturbance::Reader) && from(1, 2) == 1)
        look();
}

void Surroundings::spareTheDisk()
{
    m_sparesDisk = true;
    mendDisk();
}

void Surroundings::disturb()
{
    std::vector<void (Surroundings::*)()> choices;
    if (has(Disturbance::Reader))
        choices.push_back(&Surroundings::look);
    if (has(Disturbance::Clock))
        choices.push_back(&Surroundings::setClock);
    if (has(Disturbance::Disk) && !m_sparesDisk && !m_mend.isActive() && m_works.hasExpired())
        choices.push_back(&Surroundings::troubleDisk);
    if (!choices.empty())
        (this->*choices[static_cast<std::size_t>(from(0, static_cast<int>(choices.size()) - 1))])();
    ++m_disturbances;
    m_next.start(from(20, 300));
}

/// Reads the database as a backup program or an operator does.
void Surroundings::look()
{
    if (!QFile::exists(m_store))
        return;
    const QString name = u"look"_s;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, name);
        database.setDatabaseName(m_store);
        // With a longer timeout this thread would wait for the service, and could not repair the disk for
        // which the service waits.
        database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=0"_s);
        if (database.open()) {
            QSqlQuery query(database);
            // The query fails while the service creates the tables or holds a lock. That is no violation.
            if (query.exec(u"SELECT count(*) FROM jobs"_s))
                query.next();
        }
    }
    QSqlDatabase::removeDatabase(name);
}

void Surroundings::setClock()
{
    const int seconds = kClocks.at(static_cast<std::size_t>(from(0, static_cast<int>(kClocks.size()) - 1)));
    write(at("clock"), QByteArray::number(seconds));
}

void Surroundings::troubleDisk()
{
    write(at(kTroubles.at(static_cast<std::size_t>(from(0, static_cast<int>(kTroubles.size()) - 1)))), "1");
    m_mend.start(from(10, 900));
}

void Surroundings::mendDisk()
{
    m_mend.stop();
    // The service retries its store every three seconds. Most retries must find a working disk.
    m_works.setRemainingTime(from(0, 5'000));
    for (const char *trouble : kTroubles)
        QFile::remove(at(trouble));
}

void Surroundings::cutPower()
{
    // The index of the WAL is memory that processes share. It never reaches the disk.
    QFile::remove(m_store + u"-shm"_s);
    for (const QString &file : {m_store, m_store + u"-wal"_s})
        undo(file, at("unsynced/") + QFileInfo(file).fileName());
}

/// Undoes all writes of a note, or the last ones of them.
void Surroundings::undo(const QString &file, const QString &note)
{
    QFile notes(note);
    if (!notes.open(QIODevice::ReadOnly))
        return;
    std::vector<std::pair<UnsyncedRecord, QByteArray>> records;
    UnsyncedRecord record;
    while (notes.read(reinterpret_cast<char *>(&record), sizeof record) == sizeof record) {
        QByteArray bytes = notes.read(record.size);
        if (bytes.size() != record.size)
            break;  // killed between the note and the write
        records.emplace_back(record, std::move(bytes));
    }
    notes.remove();
    QFile target(file);
    if (records.empty() || !target.open(QIODevice::ReadWrite | QIODevice::ExistingOnly))
        return;
    const auto keeps =
        static_cast<std::size_t>(from(1, 2) == 1 ? 0 : from(0, static_cast<int>(records.size()) - 1));
    while (records.size() > keeps) {
        const auto &[last, bytes] = records.back();
        target.seek(last.offset);
        target.write(bytes);
        target.flush();
        m_bytesTaken += std::max<qint64>(last.size, target.size() - last.fileSize);
        target.resize(last.fileSize);
        records.pop_back();
    }
}

}  // namespace holdline::crash

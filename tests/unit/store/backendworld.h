// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/store.h"
#include "tests/support/manualclocks.h"
#include "tests/support/storerecords.h"

#include <QTemporaryDir>
#include <QTest>

namespace holdline::test {

/// A store backend of the kind under test, with a reader.
struct BackendWorld
{
    explicit BackendWorld(const Config::Store &limits = {})
    {
        QFETCH_GLOBAL(QString, kind);
        backend = makeBackend(
            kind == QStringLiteral("memory") ? kind : folder.filePath(QStringLiteral("state/holdline.db")),
            limits, clocks.reader());
        openError = backend->open();
        reader = backend->makeReader();
    }
    ~BackendWorld()
    {
        reader->close();
        backend->close();
    }

    QString write(StoreWrite one) const { return backend->commit({std::move(one)}).of(0); }
    std::optional<JobRecord> find(const QByteArray &id) const
    {
        const auto found = reader->find(id);
        return found.error.isEmpty() ? found.value : std::nullopt;
    }
    /// Runs all steps of tidy(). Returns the number of expired records, or -1 after an error.
    int tidy() const
    {
        int expired = 0;
        for (bool more = true; more;) {
            const Tidied step = backend->tidy();
            if (!step.error.isEmpty())
                return -1;
            expired += step.expired;
            total.expired += step.expired;
            total.tooMany += step.tooMany;
            total.tooLarge += step.tooLarge;
            more = step.more;
        }
        return expired;
    }

    QTemporaryDir folder;
    ManualClocks clocks;
    std::unique_ptr<StoreBackend> backend;
    std::unique_ptr<StoreReader> reader;
    QString openError;
    mutable Tidied total;  ///< sum of all steps so far
};

inline bool isTombstone(const std::optional<JobRecord> &record, const JobRecord &of)
{
    return record && record->expired && record->id == of.id && record->account == of.account &&
           record->key.isNull() && record->token.isNull() && !record->answer && !record->request;
}

/// Adds the backends as global test data. Call this function in initTestCase_data().
inline void addBackends()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("memory") << QStringLiteral("memory");
    QTest::newRow("sqlite") << QStringLiteral("sqlite");
}

}  // namespace holdline::test

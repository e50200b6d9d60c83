// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/sqliteconnection.h"
#include "service/holdline/store/storebackend.h"

namespace holdline {

/// Reads an SQLite store through its own connection, which sees committed data while the writer writes. Opens
/// the connection at the first look-up and again after an error. A failed look-up is repeated once with a new
/// connection, because a single failed read does not prove that the file is damaged.
class SqliteReader final : public StoreReader
{
public:
    explicit SqliteReader(const QString &path) : m_path(path) {}

    QString open() override;
    void close() override { m_connection.close(); }

    Job find(const QByteArray &id) override;
    Job findByKey(const QByteArray &account, const QByteArray &key) override;
    Job findByToken(const QByteArray &token) override;
    Job findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId) override;
    Jobs findAllByKey(const QByteArray &key, int most) override;
    Letter findDeadLetter(const QByteArray &id) override;
    Letters listDeadLetters(std::optional<DeadLetter::Kind> kind, int most) override;

private:
    template <typename Found, typename Read>
    Found read(const Read &read);
    Jobs look(const char *sql, const QVariantList &values);
    Job lookForOne(const char *sql, const QVariantList &values);

    const QString m_path;
    SqliteConnection m_connection;
};

}  // namespace holdline

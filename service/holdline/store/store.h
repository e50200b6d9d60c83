// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/readerthread.h"
#include "service/holdline/store/storethread.h"

#include <memory>

namespace holdline {

/// What outlives the process, for all shards: a writer's thread and a reader's over one backend. A shard
/// speaks to it through a StoreLink of its own.
///
/// Life: construct, open(), then the links; the links before it is destroyed, which ends only when all writes
/// that were asked for are carried out. Thread: the main one, but for what links use.
class Store
{
public:
    /// `path` is for people.
    Store(std::unique_ptr<StoreBackend> backend, const StoreThread::Options &options, const QString &path);
    ~Store();

    /// False when it cannot be used now; errorString() says why and what to do. It is tried again by itself.
    bool open();
    QString errorString() const { return m_writer.state(); }
    QString path() const { return m_path; }
    /// The records of jobs that had not ended when it was opened, oldest first. Moved out.
    std::vector<JobRecord> takeRecovered() { return m_writer.takeRecovered(); }

private:
    friend class StoreLink;

    const QString m_path;
    const std::unique_ptr<StoreBackend> m_backend;
    KnownKeys m_keys;
    StoreThread m_writer;
    ReaderThread m_reader;
};

/// "memory", or the path of an SQLite file.
std::unique_ptr<StoreBackend> makeBackend(const QString &path, const Config::Store &limits);

/// As `config` wants it. `store.path` auto where there is no folder for it: one that is not available.
/// `promised`: jobs that have not ended are never more than that.
std::unique_ptr<Store> makeStore(const Config::Store &config, int durable);

}  // namespace holdline

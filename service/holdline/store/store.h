// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/store/readerthread.h"
#include "service/holdline/store/storeclock.h"
#include "service/holdline/store/storethread.h"

#include <atomic>
#include <memory>

namespace holdline {

/// The store of all shards: a writer thread and a reader thread over one backend. Each shard uses it through
/// its own StoreLink.
///
/// Usage: construct, open(), then make the links. Destroy the links first. The destructor waits until all
/// requested writes are done. When the disk hangs, the destructor ends the process: after `store.patience`,
/// earlier after hurry(), and at once when the store already counts as hanging. Then every answered write is
/// on the disk, and a thread that waits in a system call cannot be ended otherwise. For use in the main
/// thread, except for the functions that links use.
class Store
{
public:
    /// `path` is for messages.
    Store(std::unique_ptr<StoreBackend> backend, const StoreThread::Options &options, const QString &path);
    ~Store();

    /// Returns false when the store cannot be used now, or when it was not open within `store.patience`.
    /// errorString() has the reason and the remedy. The store then goes on opening, or tries again by itself.
    /// open() stops waiting when `hurries` returns true.
    bool open(const std::function<bool()> &hurries = [] { return false; });
    QString errorString() const { return m_hangs ? hangError() : m_writer.state(); }
    /// Makes the destructor wait for the last writes only 250 ms, even when the disk does not answer.
    void hurry() { m_hurries = true; }
    QString path() const { return m_path; }
    /// Returns `store.patience`, see StoreLink.
    std::chrono::milliseconds patience() const { return m_patience; }
    /// Returns the records of jobs that were unfinished when the store was opened, oldest first. A second
    /// call returns none.
    std::vector<JobRecord> takeRecovered() { return m_writer.takeRecovered(); }

private:
    friend class StoreLink;

    QString hangError() const;

    const QString m_path;
    const std::chrono::milliseconds m_patience;
    const std::unique_ptr<StoreBackend> m_backend;
    std::atomic<bool> m_hangs = false;  ///< a link, or open(), stopped waiting for the disk
    bool m_hurries = false;
    KnownKeys m_keys;
    // m_writer uses m_reader, so m_writer is destroyed first.
    ReaderThread m_reader;
    StoreThread m_writer;
};

/// Makes a MemoryStore for "memory", otherwise an SqliteStore for this path. `clocks` reads the machine's
/// clocks.
std::unique_ptr<StoreBackend> makeBackend(const QString &path, const Config::Store &limits,
                                          StoreClock::Reader clocks = machineTime);

/// Makes the store of a configuration. When `store.path` is auto and no folder exists for it, the store is
/// never available. `durable` is the largest number of unfinished jobs.
std::unique_ptr<Store> makeStore(const Config::Store &config, int durable);

}  // namespace holdline

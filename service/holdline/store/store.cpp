// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/store.h"

#include "core/config/exit.h"
#include "core/telemetry/logging.h"
#include "service/holdline/store/memorystore.h"
#include "service/holdline/store/sqlitestore.h"
#include "service/holdline/store/storepath.h"

#include <cstdlib>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

StoreThread::Options withReader(StoreThread::Options options,
                                decltype(options.whileReaderIsClosed) whileClosed)
{
    options.whileReaderIsClosed = std::move(whileClosed);
    return options;
}

}  // namespace

Store::Store(std::unique_ptr<StoreBackend> backend, const StoreThread::Options &options, const QString &path)
    : m_path(path),
      m_patience(options.store.patience),
      m_backend(std::move(backend)),
      m_keys(options.store.jobs + std::int64_t(options.durable)),
      m_reader(m_backend->makeReader()),
      m_writer(*m_backend, m_keys,
               withReader(options, [this](const auto &action) { m_reader.whileClosed(action); }))
{
}

Store::~Store()
{
    const auto patience = m_hangs ? std::chrono::milliseconds(0) : m_patience;
    if (m_writer.waitForEnd(patience) && m_reader.waitForEnd(patience))
        return;
    qCCritical(lcService).noquote() << "the disk of" << m_path
                                    << "does not answer, so the service ends without it";
    std::_Exit(kExitOk);
}

bool Store::open()
{
    if (m_reader.begin())
        return m_writer.begin();
    m_writer.giveUp(u"the system does not allow another thread"_s);
    return false;
}

std::unique_ptr<StoreBackend> makeBackend(const QString &path, const Config::Store &limits)
{
    if (path == "memory"_L1)
        return std::make_unique<MemoryStore>(limits);
    return std::make_unique<SqliteStore>(path, limits);
}

std::unique_ptr<Store> makeStore(const Config::Store &config, int durable)
{
    const QString path =
        config.path == "auto"_L1 ? usualStorePath(QProcessEnvironment::systemEnvironment()) : config.path;
    return std::make_unique<Store>(makeBackend(path, config),
                                   StoreThread::Options{.store = config, .durable = durable}, path);
}

}  // namespace holdline

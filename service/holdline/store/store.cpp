// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/store.h"

#include "core/config/exit.h"
#include "core/config/values.h"
#include "core/telemetry/logging.h"
#include "service/holdline/store/memorystore.h"
#include "service/holdline/store/sqlitestore.h"
#include "service/holdline/store/storepath.h"

#include <algorithm>
#include <cstdlib>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// The time for the last writes after Store::hurry().
constexpr std::chrono::milliseconds kMoment(250);

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
    const auto patience = m_hangs     ? std::chrono::milliseconds(0)
                          : m_hurries ? std::min(kMoment, m_patience)
                                      : m_patience;
    if (m_writer.waitForEnd(patience) && m_reader.waitForEnd(patience))
        return;
    qCCritical(lcService).noquote() << "the disk of" << m_path
                                    << "does not answer, so the service ends without it";
    std::_Exit(kExitOk);
}

bool Store::open(const std::function<bool()> &hurries)
{
    if (!m_reader.begin()) {
        m_writer.giveUp(u"the system does not allow another thread"_s);
        return false;
    }
    const StoreThread::Opened opened = m_writer.begin(m_patience, hurries);
    if (opened == StoreThread::Opened::Hangs) {
        m_hangs = true;
        qCWarning(lcService).noquote() << "the store is not available:" << hangError();
    }
    return opened == StoreThread::Opened::Yes;
}

QString Store::hangError() const
{
    return u"%1: the disk has not answered for %2 (store.patience)"_s.arg(m_path, formatDuration(m_patience));
}

std::unique_ptr<StoreBackend> makeBackend(const QString &path, const Config::Store &limits,
                                          StoreClock::Reader clocks)
{
    if (path == "memory"_L1)
        return std::make_unique<MemoryStore>(limits, std::move(clocks));
    return std::make_unique<SqliteStore>(path, limits, std::move(clocks));
}

std::unique_ptr<Store> makeStore(const Config::Store &config, int durable)
{
    const QString path =
        config.path == "auto"_L1 ? usualStorePath(QProcessEnvironment::systemEnvironment()) : config.path;
    return std::make_unique<Store>(makeBackend(path, config),
                                   StoreThread::Options{.store = config, .durable = durable}, path);
}

}  // namespace holdline

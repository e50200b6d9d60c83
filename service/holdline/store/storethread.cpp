// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storethread.h"

#include "core/telemetry/logging.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

namespace holdline {

namespace {

/// The time between two clean-up steps while there is no more work.
constexpr auto kTidyInterval = std::chrono::seconds(1);
/// The pause between two clean-up steps while there is more work.
constexpr auto kTidyPause = std::chrono::milliseconds(10);
/// How often begin() calls `hurries` while it waits.
constexpr std::chrono::milliseconds kLook(20);
/// When at least this many writes come during one commit, the next commit is not early.
constexpr int kBusy = 2;
/// The number of keys that are read in one step.
constexpr int kKeysAtOnce = 1000;

}  // namespace

StoreThread::StoreThread(StoreBackend &backend, KnownKeys &keys, const Options &options)
    : m_backend(backend), m_keys(keys), m_options(options), m_early(options.early)
{
    setObjectName(QStringLiteral("store"));
}

bool StoreThread::waitForEnd(std::chrono::milliseconds patience)
{
    m_messages.close();
    if (!m_began)
        return true;
    // Many writes may wait. Waits for the thread as long as their number falls.
    for (int before = m_queued; !m_over.try_acquire_for(patience);) {
        const int left = m_queued;
        if (left >= before)
            return false;
        before = left;
    }
    wait();
    return true;
}

StoreThread::Opened StoreThread::begin(std::chrono::milliseconds patience,
                                       const std::function<bool()> &hurries)
{
    start();
    m_began = isRunning() || isFinished();
    if (m_began) {
        const auto opened = m_opened.get_future();
        const TimePoint until = Clock::now() + patience;
        while (opened.wait_for(kLook) == std::future_status::timeout && Clock::now() < until && !hurries()) {
        }
    } else {
        giveUp(QStringLiteral("the system does not allow another thread"));
    }
    const std::lock_guard lock(m_stateMutex);
    // hand() clears m_isAwaited after the first attempt to open the store.
    if (m_began && std::exchange(m_isAwaited, false))
        return Opened::Hangs;
    return m_state.isEmpty() ? Opened::Yes : Opened::No;
}

std::vector<JobRecord> StoreThread::takeRecovered()
{
    const std::lock_guard lock(m_stateMutex);
    return std::move(m_recovered);
}

void StoreThread::giveUp(const QString &error)
{
    m_messages.close();
    setState(error);
}

QString StoreThread::write(WriteRequest message)
{
    if (m_queued.fetch_add(1, std::memory_order_relaxed) >= m_options.store.queued) {
        m_queued.fetch_sub(1, std::memory_order_relaxed);
        m_turnedAway.fetch_add(1, std::memory_order_relaxed);
        return QStringLiteral("too many writes wait for the store, see store.queued");
    }
    if (m_messages.post(std::move(message)) != Posted::Dropped)
        return {};
    m_queued.fetch_sub(1, std::memory_order_relaxed);
    const QString why = state();
    return why.isEmpty() ? QStringLiteral("the service is shutting down") : why;
}

QString StoreThread::state() const
{
    const std::lock_guard lock(m_stateMutex);
    return m_state;
}

void StoreThread::run()
{
    hand(open());
    m_opened.set_value();
    while (true) {
        std::vector<StoreRequest> messages = m_messages.take(nextTurn());
        if (messages.empty() && m_messages.isClosed())
            break;
        const auto isWrite = [](const StoreRequest &message) {
            return std::holds_alternative<WriteRequest>(message);
        };
        if (std::any_of(messages.begin(), messages.end(), isWrite)) {
            if (waitsForMore(Clock::now()))
                m_messages.pause(*m_lastCommit + m_options.store.commitInterval);
            auto more = m_messages.take(TimePoint{});
            std::move(more.begin(), more.end(), std::back_inserter(messages));
        }
        turn(std::move(messages));
    }
    m_backend.close();
    m_over.release();
}

bool StoreThread::waitsForMore(TimePoint now)
{
    const bool isEarly = m_lastCommit && now < *m_lastCommit + m_options.store.commitInterval;
    return isEarly && (m_cameMeanwhile >= kBusy || !m_early.take(now));
}

void StoreThread::turn(std::vector<StoreRequest> messages)
{
    std::vector<WriteRequest> writes;
    for (StoreRequest &message : messages) {
        std::visit(
            [&](auto &&one) {
                if constexpr (std::is_same_v<std::decay_t<decltype(one)>, WriteRequest>)
                    writes.push_back(std::move(one));
                else
                    receive(std::move(one));
            },
            std::move(message));
    }
    if (!writes.empty())
        commit(std::move(writes));
    const TimePoint now = Clock::now();
    if (state().isEmpty()) {
        if (now >= m_nextTidy)
            tidy();
    } else if (now >= m_nextRetry) {
        retry();
    }
}

/// Opens the store for the first time. Returns the unfinished jobs.
std::vector<JobRecord> StoreThread::open()
{
    QString error = m_backend.open();
    Result<std::vector<JobRecord>> found;
    if (error.isEmpty()) {
        found = readAll();
        error = found.error;
    }
    m_isOpen = error.isEmpty();
    m_wasRead = m_isOpen;
    if (!m_isOpen)
        breakDown(error);
    return std::move(found.value);
}

/// Stores recovered jobs for takeRecovered() while begin() waits, otherwise for takeLate().
void StoreThread::hand(std::vector<JobRecord> recovered)
{
    m_status.recovered += static_cast<std::int64_t>(recovered.size());
    const std::lock_guard lock(m_stateMutex);
    if (std::exchange(m_isAwaited, false)) {
        m_recovered = std::move(recovered);
        return;
    }
    if (!recovered.empty())
        qCInfo(lcService) << recovered.size() << "unfinished jobs were recovered late";
    m_late = std::move(recovered);
}

/// Reads the stored keys and the unfinished jobs.
Result<std::vector<JobRecord>> StoreThread::readAll()
{
    const QString error = readKeys();
    return error.isEmpty() ? m_backend.unsettled() : Result<std::vector<JobRecord>>{{}, error};
}

QString StoreThread::readKeys()
{
    m_renewedTo.emplace();
    while (m_renewedTo) {
        if (const QString error = readMoreKeys(); !error.isEmpty())
            return error;
    }
    return {};
}

QString StoreThread::readMoreKeys()
{
    const auto found = m_backend.keysAfter(*m_renewedTo, kKeysAtOnce);
    for (const auto &[key, account] : found.value)
        m_keys.add(account, key);
    if (std::ssize(found.value) == kKeysAtOnce)
        m_renewedTo = found.value.back();
    else
        m_renewedTo.reset();
    return found.error;
}

/// Builds the filter of known keys anew when it is full, one step at each call.
QString StoreThread::renewKeys()
{
    if (!m_renewedTo) {
        if (!m_keys.isFull())
            return {};
        m_keys.beginRenewal();
        m_renewedTo.emplace();
    }
    const QString error = readMoreKeys();
    if (error.isEmpty() && !m_renewedTo)
        m_keys.endRenewal();
    return error;
}

void StoreThread::retry()
{
    QString error;
    if (!m_isOpen) {
        // The reader is closed meanwhile, because an open reader would go on reading the earlier file or its
        // earlier content.
        m_options.whileReaderIsClosed([&] { error = m_backend.open(); });
        m_isOpen = error.isEmpty();
    }
    if (m_isOpen && m_backend.wasReplaced()) {
        m_replaced = true;
        m_wasRead = false;
    }
    // When the store was full, this clean-up step frees space.
    if (error.isEmpty())
        error = tidyOnce().error;
    if (error.isEmpty())
        error = m_backend.probe();
    if (error.isEmpty() && !m_wasRead)
        error = readLate();
    if (error.isEmpty())
        setState(error, std::exchange(m_replaced, false));
    else
        breakDown(error);
}

/// Reads keys and unfinished jobs, before the links are informed that the store is available.
QString StoreThread::readLate()
{
    auto found = readAll();
    m_wasRead = found.error.isEmpty();
    hand(std::move(found.value));
    return found.error;
}

std::vector<JobRecord> StoreThread::takeLate(const std::function<bool(const JobRecord &)> &isWanted)
{
    std::vector<JobRecord> taken;
    const std::lock_guard lock(m_stateMutex);
    const auto wanted = std::stable_partition(m_late.begin(), m_late.end(), std::not_fn(isWanted));
    std::move(wanted, m_late.end(), std::back_inserter(taken));
    m_late.erase(wanted, m_late.end());
    return taken;
}

StoreThread::Batch StoreThread::merged(std::vector<WriteRequest> messages)
{
    Batch batch;
    std::unordered_map<QByteArray, std::size_t> puts;  // job → index of its write
    for (WriteRequest &message : messages) {
        auto *put = std::get_if<PutJob>(&message.write);
        const auto known = put ? puts.find(put->record.id) : puts.end();
        if (known != puts.end()) {
            JobRecord &before = std::get<PutJob>(batch.writes[known->second]).record;
            if (!put->record.request)
                put->record.request = std::move(before.request);
            before = std::move(put->record);
            batch.writeOf.push_back(known->second);
        } else {
            if (put)
                puts.emplace(put->record.id, batch.writes.size());
            else if (const auto *removed = std::get_if<RemoveJob>(&message.write))
                puts.erase(removed->id);
            else if (const auto *freed = std::get_if<FreeKey>(&message.write))
                puts.erase(freed->id);
            batch.writeOf.push_back(batch.writes.size());
            batch.writes.push_back(std::move(message.write));
        }
    }
    batch.messages = std::move(messages);
    return batch;
}

void StoreThread::commit(std::vector<WriteRequest> messages)
{
    const Batch batch = merged(std::move(messages));
    const QString before = state();
    CommitResult result{before, {}};
    if (before.isEmpty()) {
        const TimePoint began = Clock::now();
        m_lastCommit = began;
        if (m_renewedTo)
            addKeys(batch.writes);
        result = m_backend.commit(batch.writes);
        if (result.error.isEmpty()) {
            ++m_status.commits;
            m_status.commitTook.record(Clock::now() - began);
            m_status.largestBatch = std::max<std::uint64_t>(m_status.largestBatch, batch.messages.size());
        } else {
            breakDown(result.error);
        }
    }
    const TimePoint now = Clock::now();
    const int written = static_cast<int>(batch.messages.size());
    m_cameMeanwhile = m_queued.fetch_sub(written, std::memory_order_relaxed) - written;
    for (std::size_t i = 0; i < batch.messages.size(); ++i)
        answer(batch.messages[i], result.of(batch.writeOf[i]), now);
}

/// Adds the keys of writes that are committed during a renewal of m_keys. Such a write may have been posted
/// before the renewal began; then neither StoreLink::put() nor the rows read so far give its key to the new
/// filter.
void StoreThread::addKeys(const std::vector<StoreWrite> &writes)
{
    for (const StoreWrite &write : writes) {
        const auto *put = std::get_if<PutJob>(&write);
        if (put && !put->record.key.isNull())
            m_keys.add(put->record.account, put->record.key);
    }
}

void StoreThread::answer(const WriteRequest &message, const QString &error, TimePoint now)
{
    if (error.isEmpty()) {
        ++m_status.writes;
        m_status.writeTook.record(now - message.asked);
    } else {
        ++m_status.failedWrites;
    }
    if (message.number != 0)
        message.from->post(WrittenAnswer{message.number, error});
}

void StoreThread::setState(const QString &error, bool replaced)
{
    if (!error.isEmpty())
        m_nextRetry = Clock::now() + m_options.retryInterval;
    const QString before = state();
    if (error == before)
        return;
    {
        const std::lock_guard lock(m_stateMutex);
        m_state = error;
    }
    if (error.isEmpty())
        qCInfo(lcService) << "the store is available again";
    else
        qCWarning(lcService).noquote() << "the store is not available:" << error;
    for (const auto &link : m_links)
        link->post(StateAnswer{error, replaced});
}

void StoreThread::receive(StatusRequest &&message)
{
    m_status.error = state();
    m_status.available = m_status.error.isEmpty();
    m_status.durable = m_backend.isDurable();
    m_status.queued = m_queued.load(std::memory_order_relaxed);
    StoreStatus status = m_status;
    status.failedWrites += m_turnedAway.load(std::memory_order_relaxed);
    const StoreSize size = m_backend.size();
    status.records = size.open + size.ended;
    status.open = size.open;
    status.tombstones = size.tombstones;
    status.bytes = size.bytes;
    if (size.oldestEnd)
        status.oldestAge = size.now - *size.oldestEnd;
    status.deadLetters = size.deadLetters;
    message.from->post(StatusAnswer{message.number, std::move(status)});
}

void StoreThread::receive(SubscribeRequest &&message)
{
    message.from->post(StateAnswer{state(), false});
    m_links.push_back(std::move(message.from));
}

void StoreThread::receive(ReaderFailure &&message)
{
    if (state().isEmpty())
        breakDown(message.error);
}

void StoreThread::breakDown(const QString &error)
{
    m_renewedTo.reset();
    m_backend.close();
    m_isOpen = false;
    setState(error);
}

Tidied StoreThread::tidyOnce()
{
    Tidied tidied = m_backend.tidy();
    m_status.expired += static_cast<std::uint64_t>(tidied.expired);
    m_status.evictedByNumber += static_cast<std::uint64_t>(tidied.tooMany);
    m_status.evictedByBytes += static_cast<std::uint64_t>(tidied.tooLarge);
    return tidied;
}

void StoreThread::tidy()
{
    Tidied tidied = tidyOnce();
    if (tidied.error.isEmpty())
        tidied.error = renewKeys();
    const bool more = tidied.more || m_renewedTo;
    m_nextTidy = Clock::now() + (more ? Duration(kTidyPause) : Duration(kTidyInterval));
    if (!tidied.error.isEmpty())
        breakDown(tidied.error);
}

}  // namespace holdline

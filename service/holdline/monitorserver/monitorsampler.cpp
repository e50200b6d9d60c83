// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorserver/monitorsampler.h"

#include "core/monitormessages/monitorcodec.h"

#include <QFile>

#include <numeric>

#include <sys/resource.h>
#include <unistd.h>

namespace holdline::monitor {

namespace {

Microseconds microseconds(const timeval &time)
{
    return std::chrono::seconds(time.tv_sec) + Microseconds(time.tv_usec);
}

StoreSample storeSample(const StoreStatus &status)
{
    StoreSample sample;
    sample.available = status.available;
    sample.durable = status.durable;
    sample.error = rowText(status.error.toUtf8());
    sample.queued = status.queued;
    sample.writes = status.writes;
    sample.failedWrites = status.failedWrites;
    sample.records = status.records;
    sample.bytes = status.bytes;
    return sample;
}

}  // namespace

ProcessUsage ProcessUsage::now()
{
    ProcessUsage usage;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
        usage.cpu = microseconds(used.ru_utime) + microseconds(used.ru_stime);
    QFile statm(QStringLiteral("/proc/self/statm"));
    if (statm.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        usage.rssBytes = statm.read(128).split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE);
    return usage;
}

Sample MonitorSampler::sample(const ShardStatus &sum, const std::optional<StoreStatus> &store,
                              const ProcessUsage &usage, int observers, TimePoint now, WallTime at)
{
    const Counters &counters = sum.counters;
    const Gauges &gauges = sum.gauges;
    Sample sample;
    sample.at = at;
    sample.requests = counters.requests;
    sample.callbacks = counters.callbacks;
    sample.starts = counters.starts;
    sample.retries = counters.retries;
    sample.held = gauges.held;
    sample.heldPeak = sum.heldPeak;
    sample.queued = gauges.queued;
    sample.lanes = gauges.lanes;
    sample.startsInFlight = gauges.startsInFlight;
    sample.clientConnections = gauges.clientConnections;
    sample.upstreamConnections = gauges.upstreamConnections.value_or(0);
    for (const auto &[upstream, state] : gauges.circuits) {
        sample.circuit = worse(sample.circuit, state);
        if (state != CircuitState::Closed && sample.circuits.size() < Sample::kMaxCircuits)
            sample.circuits.push_back({rowText(upstream), state});
    }
    sample.draining = gauges.draining;
    sample.cpu = usage.cpu;
    sample.rssBytes = usage.rssBytes;
    sample.observers = observers;

    sample.durable = gauges.durable;
    sample.waiting = gauges.waiting;
    sample.joined = counters.joined;
    sample.recovered = counters.recovered;
    sample.deadLettersStored = std::accumulate(counters.deadLettersStored.begin(),
                                               counters.deadLettersStored.end(), std::uint64_t{});
    if (store) {
        sample.deadLetters = store->deadLetters;
        sample.store = storeSample(*store);
    }

    auto next = std::make_unique<Before>(
        Before{now,
               {counters.queueTook, counters.startTook, counters.jobTook, counters.requestTook},
               store ? std::optional(store->writeTook) : std::nullopt});
    if (m_before) {
        sample.span = std::chrono::floor<Microseconds>(now - m_before->at);
        for (std::size_t i = 0; i < sample.phases.size(); ++i)
            sample.phases[i] = HistogramSlice::since(next->phases[i], m_before->phases[i]);
        // Set only when the previous sample had the store's status, too.
        if (store && m_before->storeTook)
            sample.store->took = HistogramSlice::since(*next->storeTook, *m_before->storeTook);
    }
    m_before = std::move(next);
    return sample;
}

}  // namespace holdline::monitor

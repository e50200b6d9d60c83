// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/overviewfigures.h"

#include <numeric>

namespace holdline::monitor {

namespace {

/// The growth of a counter. A smaller value means that the service restarted and counts from 0.
std::uint64_t grown(std::uint64_t now, std::uint64_t before)
{
    return now >= before ? now - before : now;
}

template <std::size_t N>
std::array<std::uint64_t, N> grown(const std::array<std::uint64_t, N> &now,
                                   const std::array<std::uint64_t, N> &before)
{
    std::array<std::uint64_t, N> result{};
    for (std::size_t i = 0; i < N; ++i)
        result[i] = grown(now[i], before[i]);
    return result;
}

template <std::size_t N>
std::uint64_t sum(const std::array<std::uint64_t, N> &counts)
{
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{});
}

template <std::size_t N>
void add(std::array<std::uint64_t, N> &to, const std::array<std::uint64_t, N> &from)
{
    for (std::size_t i = 0; i < N; ++i)
        to[i] += from[i];
}

struct Gathering
{
    std::uint64_t starts = 0;
    Microseconds cpu{};
};

void gather(const Sample &before, const Sample &now, OverviewFigures &figures, Gathering &gathering)
{
    figures.span += now.at - before.at;
    add(figures.answers, grown(now.requests, before.requests));
    add(figures.callbacks, grown(now.callbacks, before.callbacks));
    if (now.store)
        figures.failedWrites += grown(now.store->failedWrites,
                                      before.store ? before.store->failedWrites : now.store->failedWrites);
    figures.retries += grown(now.retries, before.retries);
    gathering.starts += sum(grown(now.starts, before.starts));
    gathering.cpu += now.cpu >= before.cpu ? now.cpu - before.cpu : now.cpu;
}

void conclude(OverviewFigures &figures, const Gathering &gathering)
{
    if (figures.span <= Milliseconds::zero())
        return;
    const double seconds = std::chrono::duration<double>(figures.span).count();
    figures.startsPerSecond = static_cast<double>(gathering.starts) / seconds;
    figures.answersPerSecond = static_cast<double>(figures.answerCount()) / seconds;
    figures.cpu = std::chrono::duration<double>(gathering.cpu).count() / seconds;
    if (const std::uint64_t all = figures.answerCount(); all > 0)
        figures.errorShare = static_cast<double>(figures.errorCount()) / static_cast<double>(all);
}

}  // namespace

bool isError(Reason reason)
{
    return reasonInfo(reason).status >= 400 && reason != Reason::ClientGone;
}

std::uint64_t OverviewFigures::answerCount() const
{
    return sum(answers);
}

std::uint64_t OverviewFigures::errorCount() const
{
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < answers.size(); ++i)
        count += isError(static_cast<Reason>(i)) ? answers[i] : 0;
    return count;
}

OverviewFigures figuresBetween(const Sample &before, const Sample &now)
{
    OverviewFigures figures;
    Gathering gathering;
    gather(before, now, figures, gathering);
    conclude(figures, gathering);
    return figures;
}

OverviewFigures figuresOf(const SampleHistory &history, const std::optional<TimeRange> &range)
{
    OverviewFigures figures;
    if (history.isEmpty())
        return figures;
    const auto &samples = history.samples();
    const WallTime newest = samples.back().at;
    const TimeRange span = range.value_or(TimeRange{newest - kRecently, newest});
    Gathering gathering;
    // The first sample has no previous sample to compare with.
    for (std::size_t i = std::max<std::size_t>(history.firstAfter(span.from), 1);
         i < samples.size() && samples[i].at <= span.to; ++i) {
        gather(samples[i - 1], samples[i], figures, gathering);
        if (samples[i].store)
            figures.stored.merge(samples[i].store->took);
        figures.total.merge(samples[i].phases[static_cast<std::size_t>(Phase::Total)]);
    }
    conclude(figures, gathering);
    return figures;
}

}  // namespace holdline::monitor

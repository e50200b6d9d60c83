// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/jobcells.h"

#include <algorithm>

namespace holdline::monitor {

namespace {

Cell between(WallTime from, WallTime to)
{
    return Cell::of(std::optional<Microseconds>(to - from));
}

/// Returns a number cell, or a null cell for 0.
Cell countOf(int value)
{
    return value == 0 ? Cell{} : Cell::of(std::int64_t{value});
}

}  // namespace

WallTime phaseBegan(const JobRow &row)
{
    if (row.state == RowState::Queued)
        return row.created;
    const Microseconds passed = row.queue.value_or(Microseconds{}) + row.start.value_or(Microseconds{});
    return row.created + std::chrono::floor<Milliseconds>(passed);
}

std::optional<double> jobProgress(const JobRow &row, WallTime now)
{
    if (row.deadline <= row.created)
        return std::nullopt;
    const Milliseconds used = (row.state == RowState::Ended ? row.ended() : now) - row.created;
    const double share =
        static_cast<double>(used.count()) / static_cast<double>((row.deadline - row.created).count());
    return std::clamp(share, 0.0, 1.0);
}

Cell jobCell(const JobRow &row, Field field, WallTime now, int position)
{
    const bool isLive = row.state != RowState::Ended;
    switch (field) {
        case Field::State:
            return Cell::of(name(row.state));
        case Field::Job:
            return Cell::of(row.id);
        case Field::Account:
            return Cell::of(row.account);
        case Field::Age:
            return isLive ? between(row.created, now) : Cell{};
        case Field::Deadline:
            if (row.deadline <= row.created)
                return {};
            return between(isLive ? now : row.ended(), row.deadline);
        case Field::Phase:
            return isLive ? between(phaseBegan(row), now) : Cell{};
        case Field::Position:
            return countOf(position);
        case Field::Queue:
            return Cell::of(row.queue);
        case Field::Start:
            return Cell::of(row.start);
        case Field::Running:
            return Cell::of(row.job);
        case Field::Total:
            return Cell::of(row.total);
        case Field::Attempts:
            return Cell::of(std::int64_t{row.attempts});
        case Field::Outcome:
            return row.outcome ? Cell::of(name(*row.outcome)) : Cell{};
        case Field::Status:
            return countOf(row.status);
        case Field::Upstream:
            return Cell::of(row.upstreamId);
        case Field::Client:
            return Cell::of(row.client);
        case Field::Request:
            return Cell::of(row.requestId);
        case Field::Started:
            return Cell::of(row.created);
        case Field::Ended:
            return isLive ? Cell{} : Cell::of(row.ended());
        case Field::Detail:
            return Cell::of(row.detail);
        case Field::Durable:
            return Cell::yes(row.durable);
        case Field::Handed:
            return Cell::yes(row.handedOver);
        case Field::Recovered:
            return Cell::yes(row.recovered);
        case Field::Joined:
            return row.durable ? Cell::of(std::int64_t{row.joined}) : Cell{};
        case Field::Waiting:
            return row.durable ? Cell::of(std::int64_t{row.waiting}) : Cell{};
        default:
            return {};
    }
}

}  // namespace holdline::monitor

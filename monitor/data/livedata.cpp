// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/livedata.h"

#include "monitor/data/changegatherer.h"
#include "monitor/data/livestate.h"

#include <QElapsedTimer>
#include <QTimer>

namespace holdline::monitor {

namespace {

constexpr Milliseconds kSignalInterval{100};

std::uint64_t rowsOf(const Update &update)
{
    return update.jobs.size() + update.ended.size() + update.gone.size() + update.lanes.size() +
           update.lanesGone.size() + update.callbacks.size();
}

}  // namespace

bool Changes::isEmpty() const
{
    return added.empty() && changed.empty() && removed.empty() && ended.empty() && historyDropped == 0 &&
           lanes.empty() && lanesGone.empty() && callbacks.empty() && callbacksDropped == 0 && !deadLetters &&
           !sampled && !service;
}

class LiveData::Private
{
public:
    /// Everything that the getters return.
    struct Known
    {
        std::optional<ServiceFacts> service;
        SampleHistory samples = SampleHistory();
        LiveState rows;
        std::vector<DeadLetterPtr> deadLetters = {};
        std::uint64_t deadLettersOmitted = 0;
    };

    const Known &shown() const { return frozen ? *frozen : known; }
    WallTime now() const;
    void setClock(WallTime at);

    Known known;
    std::unique_ptr<Known> frozen;       ///< copy of `known` at the time of freezing; null when not frozen
    std::unique_ptr<LiveState> loading;  ///< an incomplete snapshot that will replace known.rows
    std::optional<WallTime> setBackTo;   ///< time of that snapshot, if it is older than the data
    ChangeGatherer gatherer;
    bool mustReset = false;
    std::uint64_t hidden = 0;
    QTimer timer;
    QElapsedTimer sinceSignal;
    WallTime at{};  ///< the service's clock at the last update
    QElapsedTimer sinceAt;
    bool isStopped = false;
    WallTime frozenAt{};
};

WallTime LiveData::Private::now() const
{
    return at + (isStopped || !sinceAt.isValid() ? Milliseconds{} : Milliseconds(sinceAt.elapsed()));
}

void LiveData::Private::setClock(WallTime time)
{
    at = time;
    sinceAt.start();
}

LiveData::LiveData(QObject *parent) : QObject(parent), d(std::make_unique<Private>())
{
    d->timer.setSingleShot(true);
    connect(&d->timer, &QTimer::timeout, this, &LiveData::flush);
}

LiveData::~LiveData() = default;

void LiveData::apply(const Update &update)
{
    Private::Known &known = d->known;
    const bool isSnapshot = update.kind == Update::Kind::Snapshot;
    if (isSnapshot && update.part == 1) {
        if (known.rows.isEmpty())
            d->loading.reset();
        else
            d->loading = std::make_unique<LiveState>();
        known.samples.dropAfter(update.at);
        d->setBackTo = update.at < d->at ? std::optional(update.at) : std::nullopt;
        if (!d->loading) {
            known.rows.omitted = 0;
            d->mustReset = true;
        }
    }
    const bool isAside = d->loading && isSnapshot;
    // An older snapshot must not set the clock back before it is complete and shown.
    if (!d->loading || (!isSnapshot && update.at >= d->at))
        d->setClock(update.at);

    if (update.service && update.service != known.service) {
        known.service = update.service;
        d->gatherer.serviceChanged();
    }
    if (update.sample) {
        known.samples.append(*update.sample);
        d->gatherer.sampled();
    }
    if (d->loading)
        d->loading->apply(update, nullptr);
    if (!isAside)
        known.rows.apply(update, d->frozen ? nullptr : &d->gatherer);
    if (d->loading && isSnapshot && update.last) {
        d->loading->takePast(known.rows, d->setBackTo);
        known.rows = std::move(*d->loading);
        d->loading.reset();
        d->setClock(update.at);
        d->mustReset = true;
    }

    if (d->frozen)
        d->hidden += rowsOf(update);
    scheduleFlush();
}

void LiveData::setDeadLetters(const std::vector<DeadLetterRow> &deadLetters, std::uint64_t omitted)
{
    d->known.deadLetters.clear();
    for (const DeadLetterRow &row : deadLetters)
        d->known.deadLetters.push_back(std::make_shared<const DeadLetterRow>(row));
    d->known.deadLettersOmitted = omitted;
    d->gatherer.deadLettersChanged();
    scheduleFlush();
}

void LiveData::scheduleFlush()
{
    if (d->frozen || d->timer.isActive())
        return;
    const Milliseconds elapsed(d->sinceSignal.isValid() ? d->sinceSignal.elapsed() : kSignalInterval.count());
    d->timer.start(std::max(Milliseconds{}, kSignalInterval - elapsed));
}

void LiveData::clear()
{
    const bool wasFrozen = isFrozen();
    Private::Known nothing;
    nothing.rows.numberAfter(d->known.rows);
    d->frozen.reset();
    d->loading.reset();
    d->known = std::move(nothing);
    d->at = {};
    d->sinceAt.invalidate();
    d->mustReset = true;
    flush();
    if (wasFrozen)
        Q_EMIT frozenChanged();
}

void LiveData::flush()
{
    d->timer.stop();
    if (d->frozen)
        return;
    if (d->mustReset) {
        d->mustReset = false;
        d->gatherer.start(d->known.rows);
        d->sinceSignal.start();
        Q_EMIT reset();
        return;
    }
    const Changes changes = d->gatherer.take(d->known.rows);
    if (changes.isEmpty())
        return;
    d->sinceSignal.start();
    Q_EMIT changed(changes);
}

void LiveData::setFrozen(bool frozen)
{
    if (frozen == isFrozen())
        return;
    if (frozen) {
        flush();
        d->hidden = 0;
        d->frozenAt = d->now();
        d->frozen = std::make_unique<Private::Known>(d->known);
    } else {
        d->frozen.reset();
        d->mustReset = true;
        flush();
    }
    Q_EMIT frozenChanged();
}

bool LiveData::isFrozen() const
{
    return d->frozen != nullptr;
}

std::uint64_t LiveData::hiddenChanges() const
{
    return d->hidden;
}

const std::optional<ServiceFacts> &LiveData::service() const
{
    return d->shown().service;
}

const SampleHistory &LiveData::samples() const
{
    return d->shown().samples;
}

const QHash<QByteArray, JobPtr> &LiveData::jobs() const
{
    return d->shown().rows.jobs;
}

const std::deque<JobPtr> &LiveData::history() const
{
    return d->shown().rows.history;
}

const QHash<QByteArray, LaneRow> &LiveData::lanes() const
{
    return d->shown().rows.lanes;
}

const std::deque<CallbackRow> &LiveData::callbacks() const
{
    return d->shown().rows.callbacks;
}

const std::vector<DeadLetterPtr> &LiveData::deadLetters() const
{
    return d->shown().deadLetters;
}

std::uint64_t LiveData::deadLettersOmitted() const
{
    return d->shown().deadLettersOmitted;
}

std::uint64_t LiveData::historyBefore() const
{
    return d->shown().rows.historyBefore;
}

std::uint64_t LiveData::callbacksBefore() const
{
    return d->shown().rows.callbacksBefore;
}

JobPtr LiveData::find(const QByteArray &id) const
{
    const LiveState &rows = d->shown().rows;
    const JobPtr live = rows.jobs.value(id);
    return live ? live : rows.historyById.value(id);
}

int LiveData::count(RowState state) const
{
    return d->shown().rows.counts[static_cast<std::size_t>(state)];
}

int LiveData::held() const
{
    const LiveState &rows = d->shown().rows;
    return static_cast<int>(rows.jobs.size()) - rows.durable + rows.waiting;
}

int LiveData::handedOver() const
{
    return d->shown().rows.handedOver;
}

int LiveData::queuePosition(const JobRow &row) const
{
    return d->shown().rows.queuePosition(row);
}

JobPtr LiveData::oldest() const
{
    const LiveState &rows = d->shown().rows;
    return rows.byAge.empty() ? nullptr : rows.jobs.value(rows.byAge.begin()->second);
}

std::uint64_t LiveData::omitted() const
{
    return d->shown().rows.omitted;
}

WallTime LiveData::now() const
{
    return d->frozen ? d->frozenAt : d->now();
}

void LiveData::setStopped(bool stopped)
{
    if (stopped == d->isStopped)
        return;
    // The clock continues from where it stopped. The next update sets it to the service's time.
    d->at = d->now();
    d->isStopped = stopped;
    if (d->sinceAt.isValid())
        d->sinceAt.start();
}

}  // namespace holdline::monitor

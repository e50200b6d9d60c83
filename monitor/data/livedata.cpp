// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/livedata.h"

namespace holdline::monitor {

namespace {

constexpr Milliseconds kSignalInterval{100};

std::uint64_t rowsOf(const Update &update)
{
    return update.jobs.size() + update.ended.size() + update.gone.size() + update.lanes.size() +
           update.lanesGone.size() + update.callbacks.size();
}

}  // namespace

LiveData::LiveData(QObject *parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &LiveData::flush);
}

WallTime LiveData::clock() const
{
    const bool stands = m_isStopped || !m_sinceAt.isValid();
    return m_at + (stands ? Milliseconds{} : Milliseconds(m_sinceAt.elapsed()));
}

void LiveData::setClock(WallTime time)
{
    m_at = time;
    m_sinceAt.start();
}

void LiveData::apply(const Update &update)
{
    const bool isSnapshot = update.kind == Update::Kind::Snapshot;
    if (isSnapshot && update.part == 1) {
        if (m_known.rows.isEmpty())
            m_loading.reset();
        else
            m_loading = std::make_unique<LiveState>();
        m_known.samples.dropAfter(update.at);
        m_setBackTo = update.at < m_at ? std::optional(update.at) : std::nullopt;
        if (!m_loading) {
            m_known.rows.omitted = 0;
            m_mustReset = true;
        }
    }
    const bool isAside = m_loading && isSnapshot;
    // An older snapshot must not set the clock back before it is complete and shown.
    if (!m_loading || (!isSnapshot && update.at >= m_at))
        setClock(update.at);

    if (update.service && update.service != m_known.service) {
        m_known.service = update.service;
        m_gatherer.serviceChanged();
    }
    if (update.sample) {
        m_known.samples.append(*update.sample);
        m_gatherer.sampled();
    }
    if (m_loading)
        m_loading->apply(update, nullptr);
    if (!isAside)
        m_known.rows.apply(update, m_frozen ? nullptr : &m_gatherer);
    if (m_loading && isSnapshot && update.last) {
        m_loading->takePast(m_known.rows, m_setBackTo);
        m_known.rows = std::move(*m_loading);
        m_loading.reset();
        setClock(update.at);
        m_mustReset = true;
    }

    if (m_frozen)
        m_hidden += rowsOf(update);
    scheduleFlush();
}

void LiveData::setDeadLetters(const std::vector<DeadLetterRow> &deadLetters)
{
    m_known.deadLetters.clear();
    for (const DeadLetterRow &row : deadLetters)
        m_known.deadLetters.push_back(std::make_shared<const DeadLetterRow>(row));
    m_gatherer.deadLettersChanged();
    scheduleFlush();
}

void LiveData::scheduleFlush()
{
    if (m_frozen || m_timer.isActive())
        return;
    const Milliseconds elapsed(m_sinceSignal.isValid() ? m_sinceSignal.elapsed() : kSignalInterval.count());
    m_timer.start(std::max(Milliseconds{}, kSignalInterval - elapsed));
}

void LiveData::clear()
{
    const bool wasFrozen = isFrozen();
    Known nothing;
    nothing.rows.numberAfter(m_known.rows);
    m_frozen.reset();
    m_loading.reset();
    m_known = std::move(nothing);
    m_at = {};
    m_sinceAt.invalidate();
    m_mustReset = true;
    flush();
    if (wasFrozen)
        Q_EMIT frozenChanged();
}

void LiveData::flush()
{
    m_timer.stop();
    if (m_frozen)
        return;
    if (m_mustReset) {
        m_mustReset = false;
        m_gatherer.start(m_known.rows);
        m_sinceSignal.start();
        Q_EMIT reset();
        return;
    }
    const Changes changes = m_gatherer.take(m_known.rows);
    if (changes.isEmpty())
        return;
    m_sinceSignal.start();
    Q_EMIT changed(changes);
}

void LiveData::setFrozen(bool frozen)
{
    if (frozen == isFrozen())
        return;
    if (frozen) {
        flush();
        m_hidden = 0;
        m_frozenAt = clock();
        m_frozen = std::make_unique<Known>(m_known);
    } else {
        m_frozen.reset();
        m_mustReset = true;
        flush();
    }
    Q_EMIT frozenChanged();
}

JobPtr LiveData::find(const QByteArray &id) const
{
    const LiveState &rows = shown().rows;
    const JobPtr live = rows.jobs.value(id);
    return live ? live : rows.historyById.value(id);
}

int LiveData::held() const
{
    const LiveState &rows = shown().rows;
    return static_cast<int>(rows.jobs.size()) - rows.durable + rows.waiting;
}

JobPtr LiveData::oldest() const
{
    const LiveState &rows = shown().rows;
    return rows.byAge.empty() ? nullptr : rows.jobs.value(rows.byAge.begin()->second);
}

void LiveData::setStopped(bool stopped)
{
    if (stopped == m_isStopped)
        return;
    // The clock continues from where it stopped. The next update sets it to the service's time.
    m_at = clock();
    m_isStopped = stopped;
    if (m_sinceAt.isValid())
        m_sinceAt.start();
}

}  // namespace holdline::monitor

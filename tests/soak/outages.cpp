// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/outages.h"

#include "tests/soak/figurestext.h"

namespace holdline::soak {

using namespace Qt::StringLiterals;
using State = Relay::State;

namespace {

/// Time under load before, between and after the outages.
constexpr std::chrono::milliseconds kBetween = 6s;
constexpr double kPlainMayFail = 0.01;

}  // namespace

Outages::Outages(const Options &options)
    : m_options(options),
      m_parts{
          {"four times 1.5 s", 1500ms, {State::Refuses, State::Resets, State::Stalls, State::Refuses}, true},
          {"once 20 s", 20s, {State::Refuses}, false}}
{
}

Outages::~Outages() = default;

WorldOptions Outages::worldOptions() const
{
    WorldOptions world;
    world.holdline = m_options.holdline;
    world.folder = m_options.folder;
    world.threads = m_options.threads;
    world.upstreamPort = m_starts.port();
    world.callbackPort = m_callbacks.port();
    world.configuration = "[retry]\nambiguous = \"" +
                          QByteArray(m_options.ambiguousAlways ? "always" : "never") +
                          "\"\n[log]\naccess_lines_per_second = 100\n";
    world.upstream.seed = m_options.seed;
    world.upstream.secret = QByteArray::number(qulonglong(m_options.seed));
    world.upstream.startLatency = 3ms;
    world.upstream.idempotentStarts = m_options.ambiguousAlways;
    world.upstream.callbackRetries = 1'000;
    return world;
}

bool Outages::start()
{
    if (!m_starts.listen() || !m_callbacks.listen()) {
        m_error = u"cannot listen"_s;
        return false;
    }
    m_world = std::make_unique<World>(worldOptions());
    connect(m_world.get(), &World::ended, this, &Outages::finished);
    connect(m_world.get(), &World::violated, this, [this](const QString &text) {
        m_isClean = false;
        Q_EMIT noted(u"violation: "_s + text);
    });
    if (!m_world->start())
        return false;
    m_starts.setTarget(m_world->upstream().port());
    m_callbacks.setTarget(m_world->port());
    beginPart();
    return true;
}

void Outages::beginPart()
{
    LoadOptions load;
    load.rate = m_options.rate;
    load.accounts = m_options.accounts;
    load.mix = {60, 0, 20, 0, 7, 7, 6, 0};
    load.impatientPercent = 0;
    // In this scenario a refusal counts as a failure.
    load.patient = false;
    load.seed = m_options.seed + m_part;
    m_load = std::make_unique<Load>(load, m_world->port(), m_world->upstream());
    connect(m_load.get(), &Load::violated, this,
            [this](const QString &text) { Q_EMIT noted(u"violation: "_s + text); });
    // A queued connection, because the load's own code is still running.
    connect(m_load.get(), &Load::quiet, this, &Outages::partEnded, Qt::QueuedConnection);
    m_load->start();
    m_absence = 0;
    QTimer::singleShot(kBetween, this, &Outages::leave);
}

void Outages::setState(State state)
{
    m_starts.setState(state);
    m_callbacks.setState(state);
}

void Outages::leave()
{
    setState(m_parts[m_part].absences[m_absence]);
    QTimer::singleShot(m_parts[m_part].away, this, &Outages::comeBack);
}

void Outages::comeBack()
{
    setState(State::Passes);
    if (++m_absence < m_parts[m_part].absences.size())
        QTimer::singleShot(kBetween, this, &Outages::leave);
    else
        QTimer::singleShot(kBetween, m_load.get(), &Load::stop);
}

void Outages::partEnded()
{
    if (!m_load)
        return;
    const Figures &figures = m_load->figures();
    const Part &part = m_parts[m_part];
    const auto plain = static_cast<double>(figures.orders.front());
    const double share = static_cast<double>(figures.plainFailed) / plain;
    const bool mayDoubt = !m_options.ambiguousAlways;
    const bool isClean = figures.isClean() && figures.durableFailed == 0 &&
                         (mayDoubt || figures.inDoubt == 0) && (!part.judgesPlain || share <= kPlainMayFail);
    m_isClean = m_isClean && isClean;
    m_summary += QByteArray(part.name) + (isClean ? ": good, " : ": BAD, ") + figuresText(figures) +
                 ", plain_failed_percent " + QByteArray::number(100 * share, 'f', 2) + '\n';
    m_load.reset();
    if (++m_part < m_parts.size())
        beginPart();
    else
        m_world->end();
}

}  // namespace holdline::soak

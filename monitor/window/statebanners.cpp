// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/statebanners.h"

#include "monitor/window/statetexts.h"

#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kClock = 250ms;

}  // namespace

StateBanners::StateBanners(LiveData *live, QWidget *parent)
    : QWidget(parent),
      m_data(live),
      m_connection(new Banner(this)),
      m_drain(new Banner(this)),
      m_store(new Banner(this)),
      m_circuit(new Banner(this)),
      m_frozen(new Banner(this)),
      m_lag(new Banner(this)),
      m_failure(new Banner(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(1);
    for (Banner *banner : {m_connection, m_failure, m_drain, m_store, m_circuit, m_lag, m_frozen})
        layout->addWidget(banner);
    m_connection->setObjectName(u"banner.connection"_s);
    m_drain->setObjectName(u"banner.drain"_s);
    m_store->setObjectName(u"banner.store"_s);
    m_circuit->setObjectName(u"banner.circuit"_s);
    m_frozen->setObjectName(u"banner.frozen"_s);
    m_lag->setObjectName(u"banner.lag"_s);
    m_failure->setObjectName(u"banner.failure"_s);
    connect(m_connection, &Banner::actionClicked, this, &StateBanners::retryClicked);
    connect(m_frozen, &Banner::actionClicked, this, &StateBanners::unfreezeClicked);
    connect(m_lag, &Banner::dismissed, this, [this] { m_lagsDismissed = m_lags; });
    m_clock.setInterval(kClock);
    connect(&m_clock, &QTimer::timeout, this, &StateBanners::renew);
    connect(live, &LiveData::changed, this, [this](const Changes &changes) {
        if (changes.sampled)
            renew();
    });
    connect(live, &LiveData::reset, this, &StateBanners::renew);
    connect(live, &LiveData::frozenChanged, this, &StateBanners::renew);
}

void StateBanners::setSource(UpdateSource *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    m_lags = m_lagsDismissed = 0;
    if (source) {
        connect(source, &UpdateSource::statusChanged, this, &StateBanners::renew);
        connect(source, &UpdateSource::received, this, &StateBanners::count);
    }
    renew();
}

void StateBanners::showFailure(const QString &text)
{
    m_failure->show(
        {.kind = BannerText::Kind::Trouble, .icon = u"warning"_s, .text = text, .dismissable = true});
}

void StateBanners::count(const Update &update)
{
    if (update.kind == Update::Kind::Snapshot && update.part == 1 &&
        update.reason == SnapshotReason::Lagged) {
        ++m_lags;
        renew();
    }
}

void StateBanners::renew()
{
    const bool knowsSomething = m_data->service().has_value();
    const SourceStatus status = m_source ? m_source->status() : SourceStatus{};
    // Without data, the HintPage shows the connection's state instead.
    m_connection->show(m_source && knowsSomething
                           ? connectionBanner(status, m_data->now(), QDateTime::currentDateTime())
                           : BannerText{});
    // The last known state of a disconnected service may be outdated, so do not show it.
    const bool isThere = status.state == SourceStatus::State::Live ||
                         status.state == SourceStatus::State::Recording ||
                         status.state == SourceStatus::State::Lagging;
    m_drain->show(isThere ? drainBanner(*m_data) : BannerText{});
    m_store->show(isThere ? storeBanner(*m_data) : BannerText{});
    m_circuit->show(isThere ? circuitBanner(*m_data) : BannerText{});
    m_frozen->show(frozenBanner(*m_data));
    m_lag->show(m_lags > m_lagsDismissed ? lagBanner(m_lags) : BannerText{});
    const bool counts = status.nextTry.has_value() || m_data->isFrozen();
    if (counts && !m_clock.isActive())
        m_clock.start();
    else if (!counts)
        m_clock.stop();
}

}  // namespace holdline::monitor

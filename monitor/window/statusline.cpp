// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/statusline.h"

#include "monitor/charts/icons.h"
#include "monitor/charts/texts.h"
#include "monitor/data/format.h"
#include "monitor/data/livedata.h"
#include "monitor/window/statetexts.h"

#include <QLabel>
#include <QStatusBar>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kClock = 250ms;
constexpr int kRateEvery = 4;  ///< ticks of the clock between updates of the rate

/// Indexed by BannerText::Kind.
constexpr std::array kInks{Ink::Good, Ink::Warn, Ink::Bad};

Ink inkOf(BannerText::Kind kind)
{
    return kInks[static_cast<std::size_t>(kind)];
}

QLabel *label(QStatusBar *bar, const QString &name)
{
    auto *made = new QLabel(bar);
    made->setObjectName(u"status."_s + name);
    made->setTextFormat(Qt::PlainText);
    bar->addPermanentWidget(made);
    return made;
}

void setPart(QLabel *label, const QString &text, const QString &what)
{
    label->setText(text);
    label->setAccessibleName(what + u": "_s + (text.isEmpty() ? StatusLine::tr("none") : text));
}

}  // namespace

StatusLine::StatusLine(QStatusBar *bar, LiveData *data)
    : QObject(bar),
      m_data(data),
      m_sign(new QLabel(bar)),
      m_state(label(bar, u"state"_s)),
      m_where(label(bar, u"where"_s)),
      m_rate(label(bar, u"rate"_s)),
      m_hidden(label(bar, u"hidden"_s)),
      m_recording(label(bar, u"recording"_s))
{
    // Parts that are often hidden come first, so that the other parts do not move.
    for (QLabel *part : {m_recording, m_hidden, m_rate, m_where, m_sign, m_state}) {
        bar->removeWidget(part);
        bar->addPermanentWidget(part);
        part->show();
    }
    m_rate->setToolTip(tr(
        "Number of updates per second and of the rows in them. When very many jobs end or callbacks arrive "
        "at once, the service only counts some of them."));
    m_clock.setInterval(kClock);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        if (m_data->isFrozen())
            renew();
        if (++m_turn % kRateEvery == 0)
            showRate();
    });
    m_clock.start();
    m_since.start();
    connect(data, &LiveData::frozenChanged, this, &StatusLine::renew);
    connect(data, &LiveData::reset, this, &StatusLine::renew);
    setRecording({});
    renew();
    showRate();
}

void StatusLine::setSource(UpdateSource *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    m_updates = m_rows = 0;
    if (source) {
        connect(source, &UpdateSource::statusChanged, this, &StatusLine::renew);
        connect(source, &UpdateSource::received, this, [this](const Update &update) {
            ++m_updates;
            m_rows += static_cast<int>(update.jobs.size() + update.ended.size() + update.lanes.size() +
                                       update.callbacks.size());
        });
    }
    renew();
}

void StatusLine::setRecording(const QString &text)
{
    setPart(m_recording, text, tr("Recording"));
    m_recording->setVisible(!text.isEmpty());
}

void StatusLine::renew()
{
    const int size = m_sign->fontMetrics().height();
    if (!m_source) {
        m_sign->setPixmap(
            icon(u"disconnected"_s, Ink::AxisText).pixmap(QSize(size, size), m_sign->devicePixelRatioF()));
        setPart(m_state, tr("No service"), tr("Connection"));
        setPart(m_where, {}, tr("Service"));
    } else {
        const SourceStatus status = m_source->status();
        const StateText state = shortStateText(status);
        m_sign->setPixmap(
            icon(state.icon, inkOf(state.kind)).pixmap(QSize(size, size), m_sign->devicePixelRatioF()));
        setPart(m_state, state.text, tr("Connection"));
        m_state->setToolTip(status.error);
        setPart(m_where,
                status.serviceVersion.isEmpty()
                    ? status.where
                    : tr("holdline %1 at %2").arg(QString::fromUtf8(status.serviceVersion), status.where),
                tr("Service"));
    }
    m_sign->setAccessibleName(m_state->text());
    setPart(m_hidden,
            m_data->isFrozen() ? tr("Frozen: %1 hidden")
                                     .arg(formatCounted(static_cast<std::int64_t>(m_data->hiddenChanges()),
                                                        tr("change"), tr("changes")))
                               : QString(),
            tr("Frozen"));
    m_hidden->setVisible(m_data->isFrozen());
}

void StatusLine::showRate()
{
    const double seconds = std::max(static_cast<double>(m_since.restart()) / 1000.0, 0.001);
    QString text =
        tr("%1 updates/s · %2 rows/s").arg(rateText(m_updates / seconds), rateText(m_rows / seconds));
    if (const auto omitted = m_data->omitted(); omitted > 0)
        text += u" · "_s + tr("%1 only counted").arg(formatCount(static_cast<std::int64_t>(omitted)));
    setPart(m_rate, text, tr("Update rate"));
    m_updates = m_rows = 0;
}

}  // namespace holdline::monitor

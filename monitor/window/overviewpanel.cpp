// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/overviewpanel.h"

#include "monitor/charts/icons.h"
#include "monitor/charts/ratechart.h"
#include "monitor/charts/sparkline.h"
#include "monitor/charts/texts.h"
#include "monitor/data/format.h"
#include "monitor/data/livedata.h"
#include "monitor/data/timeselection.h"
#include "monitor/window/limitbar.h"
#include "monitor/window/reasontexts.h"
#include "monitor/window/spantext.h"
#include "monitor/window/tile.h"
#include "monitor/window/tilelayout.h"

#include <QLocale>
#include <QScrollArea>

#include <numeric>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kClock = 250ms;
constexpr int kChartBeside = 900;  ///< width from which the chart stands beside the tiles
constexpr int kChartBelow = 420;   ///< height from which it stands below them
constexpr double kManyErrors = 0.05;
/// A job that has used so much of its time is worth a look.
constexpr double kLateShare = 0.75;

QString dash()
{
    return u"–"_s;
}

QString percent(double share)
{
    return QLocale().toString(share * 100, 'f', share < 0.1 ? 1 : 0) + u" %"_s;
}

QString circuitText(CircuitState state)
{
    switch (state) {
        case CircuitState::Closed:
            return OverviewPanel::tr("Closed");
        case CircuitState::Open:
            return OverviewPanel::tr("Open");
        case CircuitState::HalfOpen:
            return OverviewPanel::tr("Half open");
    }
    return {};
}

QString circuitNote(CircuitState state)
{
    switch (state) {
        case CircuitState::Closed:
            return OverviewPanel::tr("starts are sent");
        case CircuitState::Open:
            return OverviewPanel::tr("no starts are sent");
        case CircuitState::HalfOpen:
            return OverviewPanel::tr("one start tries it");
    }
    return {};
}

QString number(std::uint64_t count)
{
    return formatCount(static_cast<std::int64_t>(count));
}

std::uint64_t count(const OverviewFigures &figures, CallbackOutcome word)
{
    return figures.callbacks[static_cast<std::size_t>(word)];
}

}  // namespace

OverviewPanel::OverviewPanel(LiveData *live, TimeSelection *selection, QWidget *parent)
    : QWidget(parent),
      m_data(live),
      m_selection(selection),
      m_rates(new RateChart(live->samples())),
      m_limit(new LimitBar),
      m_heldCourse(new Sparkline),
      m_startsCourse(new Sparkline),
      m_answersCourse(new Sparkline),
      m_errorsCourse(new Sparkline),
      m_queueCourse(new Sparkline)
{
    setAccessibleName(tr("Overview"));
    m_tileField = new QWidget;
    buildTiles(m_tileField);
    auto *scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setAccessibleName(tr("Figures"));
    scroll->setWidget(m_tileField);
    m_parts = new QBoxLayout(QBoxLayout::LeftToRight, this);
    m_parts->setContentsMargins(0, 0, 6, 6);
    m_parts->setSpacing(0);
    m_parts->addWidget(scroll, 3);
    m_parts->addWidget(m_rates, 1);
    m_rates->view()->setSpan(1min);

    m_clock.setInterval(kClock);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        if (isVisible())
            showNow();
        else
            m_clock.stop();
    });
    connect(live, &LiveData::changed, this, [this](const Changes &changes) {
        if (changes.sampled || changes.service)
            showSample();
    });
    connect(live, &LiveData::reset, this, &OverviewPanel::showSample);
    connect(selection, &TimeSelection::changed, this, &OverviewPanel::showSample);
    connect(selection, &TimeSelection::changed, m_rates,
            [this] { m_rates->setSelection(m_selection->range()); });
    connect(m_rates, &ChartWidget::told, this, &OverviewPanel::told);
    connect(m_rates, &RateChart::rangeSelected, this,
            [this](const std::optional<TimeRange> &range) { m_selection->setRange(range); });
}

void OverviewPanel::buildTiles(QWidget *tiles)
{
    auto *layout = new TileLayout(tiles);
    const std::array<QString, kFigures> titles{tr("Held now"),
                                               tr("Starts per second"),
                                               tr("Answers per second"),
                                               tr("Total time"),
                                               tr("Errors"),
                                               tr("Oldest held"),
                                               tr("Queued"),
                                               tr("Circuit breaker"),
                                               tr("Callbacks"),
                                               tr("Promised jobs"),
                                               tr("Store"),
                                               tr("holdline")};
    for (std::size_t i = 0; i < titles.size(); ++i) {
        m_tiles[i] = new Tile(titles[i], tiles);
        layout->addWidget(m_tiles[i]);
    }
    tile(Times).setWords({u"p50"_s, u"p95"_s, u"p99"_s});
    tile(Times).setToolTip(
        tr("How long requests were held: half of them at most p50, 99 % of them at most p99."));
    tile(Callbacks).setToolTip(tr("What came back from the upstream, by the word it is entered under."));
    tile(Durable).setToolTip(
        tr("Jobs with an Idempotency-Key, or handed over: they go on without their client."));
    tile(Held).setDrawing(m_limit);
    tile(Held).setDrawing(m_heldCourse);
    tile(Starts).setDrawing(m_startsCourse);
    tile(Answers).setDrawing(m_answersCourse);
    tile(Errors).setDrawing(m_errorsCourse);
    tile(Queue).setDrawing(m_queueCourse);
    tile(Oldest).setToolTip(tr("Shows the job that has been held longest."));
    tile(Oldest).setActivatable(true);
    connect(&tile(Oldest), &Tile::activated, this, [this] {
        if (!m_oldest.isEmpty())
            Q_EMIT jobSelected(m_oldest);
    });
}

void OverviewPanel::setStale(const QString &text)
{
    m_rates->setStale(text);
}

QSize OverviewPanel::sizeHint() const
{
    const int width = 1200;
    return {width, m_tileField->layout()->heightForWidth(width * 3 / 4)};
}

void OverviewPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_clock.start();
    showSample();
}

void OverviewPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const bool isBeside = width() >= kChartBeside;
    m_parts->setDirection(isBeside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_rates->setVisible(isBeside || height() >= kChartBelow);
}

void OverviewPanel::showSample()
{
    if (!isVisible())
        return;
    const SampleHistory &history = m_data->samples();
    const OverviewFigures figures = figuresOf(history, m_selection->range());
    showRates(figures);
    showErrors(figures);
    showCallbacks(figures);
    const Sample sample = history.isEmpty() ? Sample{} : history.samples().back();
    showDurableJobs(sample);
    showStore(figures, sample);
    showProcess(figures, sample);
    if (history.isEmpty()) {
        tile(Circuit).setValue(dash());
        tile(Circuit).setNote({});
        tile(Circuit).setTone(Tile::Tone::Calm);
    } else {
        tile(Circuit).setValue(circuitText(sample.circuit));
        tile(Circuit).setNote(circuitNote(sample.circuit));
        tile(Circuit).setTone(sample.circuit == CircuitState::Closed ? Tile::Tone::Calm
                              : sample.circuit == CircuitState::Open ? Tile::Tone::Alarming
                                                                     : Tile::Tone::Warning);
    }
    showCourses();
    m_rates->refresh();
    showNow();
}

void OverviewPanel::showNow()
{
    const bool isKnown = m_data->service().has_value();
    const Sample sample = m_data->samples().isEmpty() ? Sample{} : m_data->samples().samples().back();
    const int limit = isKnown ? m_data->service()->heldLimit : 0;
    const int held = m_data->held();
    const int peak = std::max(sample.heldPeak, held);
    tile(Held).setValue(isKnown ? formatCount(held) : dash());
    tile(Held).setNote(isKnown ? tr("peak %1 · limit %2").arg(formatCount(peak), formatCount(limit))
                               : QString());
    tile(Held).setTone(limit > 0 && held >= LimitBar::kWarnFrom * limit ? Tile::Tone::Warning
                                                                        : Tile::Tone::Calm);
    m_limit->setValues(held, peak, limit);

    const int queued = m_data->count(RowState::Queued) + m_data->count(RowState::Retrying);
    tile(Queue).setValue(isKnown ? formatCount(queued) : dash());
    tile(Queue).setNote(isKnown ? tr("lanes %1 · starting %2")
                                      .arg(formatCount(m_data->lanes().size()),
                                           formatCount(m_data->count(RowState::Starting)))
                                : QString());

    const JobPtr oldest = m_data->oldest();
    m_oldest = oldest ? oldest->id : QByteArray();
    if (!oldest) {
        tile(Oldest).setValue(dash());
        tile(Oldest).setNote(isKnown ? tr("nothing is held") : QString());
        tile(Oldest).setTone(Tile::Tone::Calm);
        return;
    }
    const Milliseconds age = std::max(m_data->now() - oldest->created, Milliseconds::zero());
    const Milliseconds time = oldest->deadline - oldest->created;
    // To tenths: what changes faster cannot be read.
    tile(Oldest).setValue(spanText(std::chrono::floor<std::chrono::duration<std::int64_t, std::deci>>(age)));
    tile(Oldest).setNote(QString::fromUtf8(oldest->account) + u" · "_s + stateText(oldest->state));
    tile(Oldest).setTone(time > Milliseconds::zero() && age > kLateShare * time ? Tile::Tone::Warning
                                                                                : Tile::Tone::Calm);
}

void OverviewPanel::showRates(const OverviewFigures &figures)
{
    const auto rate = [](const std::optional<double> &perSecond) {
        return perSecond ? rateText(*perSecond) : dash();
    };
    const auto range = m_selection->range();
    const QString span =
        range ? tr("in the range")
        : figures.span > Milliseconds::zero()
            ? tr("over %1").arg(spanText(std::chrono::round<std::chrono::seconds>(figures.span)))
            : QString();
    tile(Starts).setValue(rate(figures.startsPerSecond));
    tile(Starts).setNote(figures.retries > 0 ? span + u" · "_s + tr("%1 again").arg(number(figures.retries))
                                             : span);
    tile(Answers).setValue(rate(figures.answersPerSecond));
    tile(Answers).setNote(span);
    if (figures.total.isEmpty()) {
        tile(Times).setValues({dash(), dash(), dash()});
        return;
    }
    tile(Times).setValues({durationText(figures.total.quantile(0.5)),
                           durationText(figures.total.quantile(0.95)),
                           durationText(figures.total.quantile(0.99))});
}

void OverviewPanel::showErrors(const OverviewFigures &figures)
{
    Tile &errors = tile(Errors);
    if (!figures.errorShare) {
        errors.setValue(dash());
        errors.setNote({});
        errors.setToolTip(tr("Of all answers, those with a status of 400 or more."));
        errors.setTone(Tile::Tone::Calm);
        return;
    }
    errors.setValue(shareText(figures.errorCount(), figures.answerCount()));
    errors.setNote(tr("%1 of %2").arg(number(figures.errorCount()), number(figures.answerCount())));
    errors.setTone(figures.errorCount() == 0           ? Tile::Tone::Calm
                   : *figures.errorShare < kManyErrors ? Tile::Tone::Warning
                                                       : Tile::Tone::Alarming);
    QStringList lines{tr("Of all answers, those with a status of 400 or more.")};
    for (int i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (const std::uint64_t n = figures.answers[static_cast<std::size_t>(i)]; n > 0 && isError(reason))
            lines.append(number(n) + u' ' + name(reason));
    }
    errors.setToolTip(lines.join(u'\n'));
}

void OverviewPanel::showCallbacks(const OverviewFigures &figures)
{
    const std::uint64_t well =
        count(figures, CallbackOutcome::Matched) + count(figures, CallbackOutcome::Early);
    QStringList others;
    for (int i = static_cast<int>(CallbackOutcome::Duplicate); i < kCallbackOutcomeCount; ++i) {
        const auto word = static_cast<CallbackOutcome>(i);
        if (const std::uint64_t n = count(figures, word); n > 0)
            others.append(callbackText(word).toLower() + u' ' + number(n));
    }
    if (const std::uint64_t early = count(figures, CallbackOutcome::Early); early > 0)
        others.append(callbackText(CallbackOutcome::Early).toLower() + u' ' + number(early));
    Tile &callbacks = tile(Callbacks);
    callbacks.setValue(figures.span > Milliseconds::zero() ? number(well) : dash());
    callbacks.setNote(others.isEmpty() ? tr("all as expected") : others.join(u" · "_s));
    const bool isStrange = count(figures, CallbackOutcome::Unknown) +
                               count(figures, CallbackOutcome::Mismatched) +
                               count(figures, CallbackOutcome::Malformed) >
                           0;
    callbacks.setTone(isStrange ? Tile::Tone::Warning : Tile::Tone::Calm);
    QStringList lines{tr("What came back from the upstream, by the word it is entered under.")};
    for (int i = 1; i < kCallbackOutcomeCount; ++i) {
        const auto word = static_cast<CallbackOutcome>(i);
        lines.append(number(count(figures, word)) + u' ' + callbackText(word).toLower() + u" – "_s +
                     explain(word));
    }
    callbacks.setToolTip(lines.join(u'\n'));
}

void OverviewPanel::showDurableJobs(const Sample &sample)
{
    Tile &durable = tile(Durable);
    if (m_data->samples().isEmpty()) {
        durable.setValue(dash());
        durable.setNote({});
        return;
    }
    durable.setValue(formatCount(sample.durable));
    QStringList parts{tr("%1 waiting").arg(formatCount(sample.waiting))};
    if (sample.joined > 0)
        parts << tr("joined %1").arg(number(sample.joined));
    if (sample.recovered > 0)
        parts << tr("recovered %1").arg(number(sample.recovered));
    durable.setNote(parts.join(u" · "_s));
}

void OverviewPanel::showStore(const OverviewFigures &figures, const Sample &sample)
{
    Tile &tile = this->tile(Store);
    tile.setTone(Tile::Tone::Calm);
    if (m_data->samples().isEmpty() || !sample.store) {
        tile.setValue(dash());
        tile.setNote({});
        tile.setToolTip(tr("Where promised jobs are kept."));
        return;
    }
    const StoreSample &store = *sample.store;
    const std::int64_t letters =
        std::accumulate(sample.letters.begin(), sample.letters.end(), std::int64_t{});
    QStringList lines{store.durable
                          ? tr("Where promised jobs are kept: on disk.")
                          : tr("Where promised jobs are kept: in memory only, until the service ends."),
                      tr("%1 jobs, %2").arg(formatCount(store.records), formatBytes(store.bytes)),
                      tr("%1 writes, %2 of them failed")
                          .arg(number(store.writes + store.failedWrites), number(store.failedWrites)),
                      tr("%1 dead letters").arg(formatCount(letters))};
    if (!store.available) {
        tile.setValue(tr("Unavailable"));
        tile.setNote(QString::fromUtf8(store.error));
        tile.setTone(Tile::Tone::Alarming);
        lines.prepend(QString::fromUtf8(store.error));
    } else {
        tile.setValue(figures.stored.isEmpty() ? tr("Ready") : durationText(figures.stored.quantile(0.99)));
        QStringList parts{figures.stored.isEmpty() ? store.durable ? tr("on disk") : tr("in memory")
                                                   : tr("p99 write")};
        if (store.queued > 0)
            parts << tr("%1 queued").arg(formatCount(store.queued));
        if (figures.failedWrites > 0) {
            parts << tr("%1 failed").arg(number(figures.failedWrites));
            tile.setTone(Tile::Tone::Warning);
        }
        if (letters > 0)
            parts << tr("%n dead letter(s)", nullptr, static_cast<int>(letters));
        tile.setNote(parts.join(u" · "_s));
    }
    tile.setToolTip(lines.join(u'\n'));
}

void OverviewPanel::showProcess(const OverviewFigures &figures, const Sample &sample)
{
    Tile &process = tile(Process);
    if (!m_data->service() || m_data->samples().isEmpty()) {
        process.setValue(dash());
        process.setNote({});
        return;
    }
    const ServiceFacts &facts = *m_data->service();
    const QString memory = formatBytes(sample.rssBytes);
    process.setValue(figures.cpu ? tr("CPU %1").arg(percent(*figures.cpu)) : dash());
    process.setNote(tr("%1 · up %2")
                        .arg(memory, spanText(std::chrono::floor<std::chrono::seconds>(
                                         std::max(sample.at - facts.startedAt, Milliseconds::zero())))));
    process.setToolTip(
        tr("Version %1, process %2, %n thread(s); connections: %3 from clients, %4 to the upstream", nullptr,
           facts.threads)
            .arg(QString::fromUtf8(facts.version), QString::number(facts.pid),
                 formatCount(sample.clientConnections), formatCount(sample.upstreamConnections)));
}

void OverviewPanel::showCourses()
{
    std::vector<std::optional<double>> held, starts, answers, errors, queued;
    const auto &samples = m_data->samples().samples();
    const std::size_t first = samples.size() > Sparkline::kValues ? samples.size() - Sparkline::kValues : 0;
    for (std::size_t i = first; i < samples.size(); ++i) {
        held.emplace_back(samples[i].held);
        queued.emplace_back(samples[i].queued);
        const std::optional<OverviewFigures> step =
            i == 0 ? std::nullopt : std::optional(figuresBetween(samples[i - 1], samples[i]));
        starts.push_back(step ? step->startsPerSecond : std::nullopt);
        answers.push_back(step ? step->answersPerSecond : std::nullopt);
        errors.push_back(step && step->answerCount() > 0 ? step->errorShare : std::optional<double>(0));
    }
    m_heldCourse->setValues(std::move(held));
    m_queueCourse->setValues(std::move(queued));
    m_startsCourse->setValues(std::move(starts));
    m_answersCourse->setValues(std::move(answers));
    m_errorsCourse->setValues(std::move(errors));
}

}  // namespace holdline::monitor

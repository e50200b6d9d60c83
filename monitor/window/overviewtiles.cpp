// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/overviewtiles.h"

#include "monitor/charts/icons.h"
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

#include <numeric>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

using Tone = Tile::Tone;

constexpr double kManyErrors = 0.05;
/// The oldest job gets a warning when it has used more than this share of its time until the deadline.
constexpr double kLateShare = 0.75;

QString dash()
{
    return u"–"_s;
}

QString percent(double share)
{
    return QLocale().toString(share * 100, 'f', share < 0.1 ? 1 : 0) + u" %"_s;
}

std::uint64_t count(const OverviewFigures &figures, CallbackOutcome outcome)
{
    return figures.callbacks[static_cast<std::size_t>(outcome)];
}

}  // namespace

OverviewTiles::OverviewTiles(const LiveData *live, const TimeSelection *selection, QWidget *parent)
    : QWidget(parent), m_data(live), m_selection(selection), m_limit(new LimitBar)
{
    auto *layout = new TileLayout(this);
    const std::array<QString, kFigures> titles{tr("Held now"),
                                               tr("Starts per second"),
                                               tr("Answers per second"),
                                               tr("Total time"),
                                               tr("Errors"),
                                               tr("Oldest held"),
                                               tr("Queued"),
                                               tr("Circuit breaker"),
                                               tr("Callbacks"),
                                               tr("Durable jobs"),
                                               tr("Store"),
                                               tr("holdline")};
    for (std::size_t i = 0; i < titles.size(); ++i) {
        m_tiles[i] = new Tile(titles[i], this);
        layout->addWidget(m_tiles[i]);
    }
    tile(Times).setValueLabels({u"p50"_s, u"p95"_s, u"p99"_s});
    tile(Times).setToolTip(
        tr("Time from request to response. p95 means that 95 % of the requests took at most this time."));
    tile(Callbacks).setToolTip(tr("Callbacks from the upstream, by outcome."));
    tile(Durable).setToolTip(tr(
        "Jobs with an Idempotency-Key and jobs that were handed over. They continue without their client."));
    tile(Held).addDrawing(m_limit);
    for (std::size_t i = 0; i < kLines.size(); ++i) {
        m_lines[i] = new Sparkline;
        tile(kLines[i]).addDrawing(m_lines[i]);
    }
    tile(Oldest).setToolTip(tr("Show the oldest held job."));
    tile(Oldest).setActivatable(true);
    connect(&tile(Oldest), &Tile::activated, this, [this] {
        if (!m_oldest.isEmpty())
            Q_EMIT jobSelected(m_oldest);
    });
}

void OverviewTiles::showSample()
{
    const SampleHistory &history = m_data->samples();
    const OverviewFigures figures = figuresOf(history, m_selection->range());
    showRates(figures);
    showErrors(figures);
    showCallbacks(figures);
    const Sample sample = history.isEmpty() ? Sample{} : history.samples().back();
    showDurableJobs(sample);
    showStore(figures, sample);
    showProcess(figures, sample);
    if (history.isEmpty())
        tile(Circuit).setFigure({dash()});
    else
        showCircuit(sample.circuit);
    showSparklines();
    showNow();
}

void OverviewTiles::showCircuit(CircuitState state)
{
    switch (state) {
        case CircuitState::Closed:
            tile(Circuit).setFigure({tr("Closed")}, tr("sends starts"));
            return;
        case CircuitState::Open:
            tile(Circuit).setFigure({tr("Open")}, tr("starts wait"), Tone::Alarming);
            return;
        case CircuitState::HalfOpen:
            tile(Circuit).setFigure({tr("Half open")}, tr("one start tries the upstream"), Tone::Warning);
    }
}

void OverviewTiles::showNow()
{
    const bool isKnown = m_data->service().has_value();
    const Sample sample = m_data->samples().isEmpty() ? Sample{} : m_data->samples().samples().back();
    const int limit = isKnown ? m_data->service()->heldLimit : 0;
    const int held = m_data->held();
    const int peak = std::max(sample.heldPeak, held);
    const int queued = m_data->count(RowState::Queued) + m_data->count(RowState::Retrying);
    m_limit->setValues(held, peak, limit);
    if (isKnown) {
        const bool isHigh = limit > 0 && held >= LimitBar::kWarnFrom * limit;
        tile(Held).setFigure({formatCount(held)},
                             tr("peak %1 · limit %2").arg(formatCount(peak), formatCount(limit)),
                             isHigh ? Tone::Warning : Tone::Calm);
        tile(Queue).setFigure(
            {formatCount(queued)},
            tr("lanes %1 · starting %2")
                .arg(formatCount(m_data->lanes().size()), formatCount(m_data->count(RowState::Starting))));
    } else {
        tile(Held).setFigure({dash()});
        tile(Queue).setFigure({dash()});
    }

    const JobPtr oldest = m_data->oldest();
    m_oldest = oldest ? oldest->id : QByteArray();
    if (!oldest) {
        tile(Oldest).setFigure({dash()}, isKnown ? tr("no request is held") : QString());
        return;
    }
    const Milliseconds age = std::max(m_data->now() - oldest->created, Milliseconds::zero());
    const Milliseconds time = oldest->deadline - oldest->created;
    const bool isLate = time > Milliseconds::zero() && age > kLateShare * time;
    // Show the age in tenths of a second, because faster changes are not readable.
    tile(Oldest).setFigure(
        {spanText(std::chrono::floor<std::chrono::duration<std::int64_t, std::deci>>(age))},
        QString::fromUtf8(oldest->account) + u" · "_s + stateText(oldest->state),
        isLate ? Tone::Warning : Tone::Calm);
}

void OverviewTiles::showRates(const OverviewFigures &figures)
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
    const QString retries = tr("%1 retries").arg(countText(figures.retries));
    tile(Starts).setFigure({rate(figures.startsPerSecond)},
                           figures.retries > 0 ? span + u" · "_s + retries : span);
    tile(Answers).setFigure({rate(figures.answersPerSecond)}, span);
    QStringList times;
    for (const double q : {0.5, 0.95, 0.99})
        times << (figures.total.isEmpty() ? dash() : durationText(figures.total.quantile(q)));
    tile(Times).setFigure(times);
}

void OverviewTiles::showErrors(const OverviewFigures &figures)
{
    Tile &errors = tile(Errors);
    if (!figures.errorShare) {
        errors.setFigure({dash()});
        errors.setToolTip(tr("The share of answers with a status of 400 or more."));
        return;
    }
    errors.setFigure({shareText(figures.errorCount(), figures.answerCount())},
                     tr("%1 of %2").arg(countText(figures.errorCount()), countText(figures.answerCount())),
                     figures.errorCount() == 0           ? Tone::Calm
                     : *figures.errorShare < kManyErrors ? Tone::Warning
                                                         : Tone::Alarming);
    QStringList lines{tr("The share of answers with a status of 400 or more.")};
    for (int i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (const std::uint64_t n = figures.answers[static_cast<std::size_t>(i)]; n > 0 && isError(reason))
            lines.append(countText(n) + u' ' + name(reason));
    }
    errors.setToolTip(lines.join(u'\n'));
}

void OverviewTiles::showCallbacks(const OverviewFigures &figures)
{
    const std::uint64_t well =
        count(figures, CallbackOutcome::Matched) + count(figures, CallbackOutcome::Early);
    QStringList others;
    for (int i = static_cast<int>(CallbackOutcome::Duplicate); i < kCallbackOutcomeCount; ++i) {
        const auto outcome = static_cast<CallbackOutcome>(i);
        if (const std::uint64_t n = count(figures, outcome); n > 0)
            others.append(callbackText(outcome).toLower() + u' ' + countText(n));
    }
    for (const auto outcome : {CallbackOutcome::Early, CallbackOutcome::Progress}) {
        if (const std::uint64_t n = count(figures, outcome); n > 0)
            others.append(callbackText(outcome).toLower() + u' ' + countText(n));
    }
    Tile &callbacks = tile(Callbacks);
    const bool isStrange =
        count(figures, CallbackOutcome::Unknown) + count(figures, CallbackOutcome::Mismatched) +
            count(figures, CallbackOutcome::Malformed) + count(figures, CallbackOutcome::Unauthorised) >
        0;
    callbacks.setFigure({figures.span > Milliseconds::zero() ? countText(well) : dash()},
                        others.isEmpty() ? tr("no problems") : others.join(u" · "_s),
                        isStrange ? Tone::Warning : Tone::Calm);
    QStringList lines{tr("Callbacks from the upstream, by outcome.")};
    for (int i = 1; i < kCallbackOutcomeCount; ++i) {
        const auto outcome = static_cast<CallbackOutcome>(i);
        lines.append(countText(count(figures, outcome)) + u' ' + callbackText(outcome).toLower() + u" – "_s +
                     explain(outcome));
    }
    callbacks.setToolTip(lines.join(u'\n'));
}

void OverviewTiles::showDurableJobs(const Sample &sample)
{
    Tile &durable = tile(Durable);
    if (m_data->samples().isEmpty()) {
        durable.setFigure({dash()});
        return;
    }
    QStringList parts{tr("%1 waiting").arg(formatCount(sample.waiting))};
    if (sample.joined > 0)
        parts << tr("joined %1").arg(countText(sample.joined));
    if (sample.recovered > 0)
        parts << tr("recovered %1").arg(countText(sample.recovered));
    durable.setFigure({formatCount(sample.durable)}, parts.join(u" · "_s));
}

void OverviewTiles::showStore(const OverviewFigures &figures, const Sample &sample)
{
    Tile &tile = this->tile(Store);
    if (m_data->samples().isEmpty() || !sample.store) {
        tile.setFigure({dash()});
        tile.setToolTip(tr("The store of durable jobs."));
        return;
    }
    const StoreSample &store = *sample.store;
    const std::int64_t deadLetters =
        std::accumulate(sample.deadLetters.begin(), sample.deadLetters.end(), std::int64_t{});
    const QString deadLettersText = formatCounted(deadLetters, tr("dead letter"), tr("dead letters"));
    QStringList lines{
        store.durable ? tr("The store of durable jobs is on disk.")
                      : tr("The store of durable jobs is in memory. It ends with the service."),
        tr("%1, %2").arg(formatCounted(store.records, tr("job"), tr("jobs")), formatBytes(store.bytes)),
        tr("%1 writes, %2 of them failed")
            .arg(countText(store.writes + store.failedWrites), countText(store.failedWrites)),
        deadLettersText};
    if (!store.available) {
        tile.setFigure({tr("Unavailable")}, QString::fromUtf8(store.error), Tone::Alarming);
        lines.prepend(QString::fromUtf8(store.error));
    } else {
        QStringList parts{figures.stored.isEmpty() ? store.durable ? tr("on disk") : tr("in memory")
                                                   : tr("p99 write")};
        if (store.queued > 0)
            parts << tr("%1 queued").arg(formatCount(store.queued));
        if (figures.failedWrites > 0)
            parts << tr("%1 failed").arg(countText(figures.failedWrites));
        if (deadLetters > 0)
            parts << deadLettersText;
        tile.setFigure({figures.stored.isEmpty() ? tr("Ready") : durationText(figures.stored.quantile(0.99))},
                       parts.join(u" · "_s), figures.failedWrites > 0 ? Tone::Warning : Tone::Calm);
    }
    tile.setToolTip(lines.join(u'\n'));
}

void OverviewTiles::showProcess(const OverviewFigures &figures, const Sample &sample)
{
    Tile &process = tile(Process);
    if (!m_data->service() || m_data->samples().isEmpty()) {
        process.setFigure({dash()});
        return;
    }
    const ServiceFacts &facts = *m_data->service();
    const QString memory = formatBytes(sample.rssBytes);
    const auto up =
        std::chrono::floor<std::chrono::seconds>(std::max(sample.at - facts.startedAt, Milliseconds::zero()));
    process.setFigure({figures.cpu ? tr("CPU %1").arg(percent(*figures.cpu)) : dash()},
                      tr("%1 · up %2").arg(memory, spanText(up)));
    process.setToolTip(tr("Version %1, process %2, %3.\nConnections: %4 from clients, %5 to the upstream.")
                           .arg(QString::fromUtf8(facts.version), QString::number(facts.pid),
                                formatCounted(facts.threads, tr("thread"), tr("threads")),
                                formatCount(sample.clientConnections),
                                formatCount(sample.upstreamConnections)));
}

void OverviewTiles::showSparklines()
{
    std::array<std::vector<std::optional<double>>, kLines.size()> lines;
    const auto &samples = m_data->samples().samples();
    const std::size_t first = samples.size() > Sparkline::kValues ? samples.size() - Sparkline::kValues : 0;
    for (std::size_t i = first; i < samples.size(); ++i) {
        const OverviewFigures step = i == 0 ? OverviewFigures{} : figuresBetween(samples[i - 1], samples[i]);
        // The values are in the order of kLines.
        const std::array<std::optional<double>, kLines.size()> values{
            samples[i].held, step.startsPerSecond, step.answersPerSecond, step.errorShare.value_or(0),
            samples[i].queued};
        for (std::size_t line = 0; line < lines.size(); ++line)
            lines[line].push_back(values[line]);
    }
    for (std::size_t line = 0; line < lines.size(); ++line)
        m_lines[line]->setValues(std::move(lines[line]));
}

}  // namespace holdline::monitor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/decimate.h"
#include "monitor/charts/latencybins.h"
#include "monitor/charts/rates.h"
#include "monitor/charts/series.h"
#include "monitor/charts/timeview.h"
#include "tests/support/samplestream.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;

namespace {

std::deque<Sample> manySamples(int count, std::uint32_t seed, bool withGaps)
{
    SampleStream stream(seed);
    stream.setLoad(3);
    std::mt19937 random(seed);
    std::deque<Sample> samples;
    for (int i = 0; i < count; ++i) {
        if (withGaps && random() % 97 == 0)
            stream.skip(std::chrono::seconds(3 + random() % 40));
        samples.push_back(stream.next());
        // Like the service's first sample after a gap, the span is only one second long.
        samples.back().span = std::min<Microseconds>(samples.back().span, 1001ms);
    }
    return samples;
}

}  // namespace

class TestDecimate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void columnsAreAsFewAsAsked();
    void everySampleIsInOneColumn();
    void columnsStayWhileScrolling();
    void gapsAreFoundWhereTheyAre();
    void driftLeavesNoHoles();
    void extremesSurvive();
    void runsBreakAtGapsAndMissingValues();
    void aloneItHasItsOwnWidth();

    void binsKeepEveryJob();
    void binsKnowWhereAJobBelongs();
    void binsHoldAllValues();
    void smoothTimesGiveSmoothBars();

    void ratesCountDifferences();
    void viewFollowsAndStands();
    void zoomKeepsThePlace();
};

void TestDecimate::columnsAreAsFewAsAsked()
{
    for (int most = 1; most < 2000; most += 13) {
        for (Milliseconds span = 10s; span <= 2h; span = span * 4 / 3) {
            const std::chrono::seconds length = columnLength(span, most);
            QVERIFY(length >= 1s);
            QVERIFY(length * most >= span);
            QVERIFY(length < 60s || length % 60s == 0s);
        }
    }
    QCOMPARE(columnLength(5min, 1200), 1s);
    QCOMPARE(columnLength(60min, 1200), 5s);
    QCOMPARE(columnLength(60min, 40), std::chrono::seconds(2min));
}

void TestDecimate::everySampleIsInOneColumn()
{
    for (const bool withGaps : {false, true}) {
        const std::deque<Sample> samples = manySamples(1200, 3, withGaps);
        for (const int most : {20, 100, 333, 1200, 5000}) {
            const TimeRange range{samples.front().at + 5min, samples.back().at - 30s};
            const std::vector<TimeColumn> columns = columnsOf(samples, range, most);
            QVERIFY(std::ssize(columns) <= most + 2);
            std::size_t next = columns.front().first;
            QVERIFY(samples[next].at > range.from && samples[next - 1].at <= range.from);
            for (std::size_t i = 0; i < columns.size(); ++i) {
                QCOMPARE(columns[i].first, next);
                QVERIFY(columns[i].last > columns[i].first);
                QVERIFY(i == 0 || columns[i].from >= columns[i - 1].to);
                for (std::size_t j = columns[i].first; j < columns[i].last; ++j)
                    QVERIFY(samples[j].at > columns[i].from && samples[j].at <= columns[i].to);
                next = columns[i].last;
            }
            QVERIFY(samples[next].at - 1001ms >= range.to - 1ms);
        }
    }
    QVERIFY(columnsOf({}, {WallTime(0s), WallTime(1s)}, 10).empty());
}

void TestDecimate::columnsStayWhileScrolling()
{
    const std::deque<Sample> samples = manySamples(900, 5, true);
    for (const int most : {30, 120, 300}) {
        std::map<WallTime, TimeColumn> seen;
        for (int scrolled = 0; scrolled < 120; ++scrolled) {
            const WallTime end = samples.front().at + 6min + std::chrono::seconds(scrolled);
            const std::vector<TimeColumn> columns = columnsOf(samples, {end - 5min, end}, most);
            // The first and the last column are incomplete, so they are not compared.
            for (std::size_t i = 1; i + 1 < columns.size(); ++i) {
                const auto [known, isNew] = seen.emplace(columns[i].from, columns[i]);
                QVERIFY(isNew || known->second == columns[i]);
            }
        }
    }
}

void TestDecimate::gapsAreFoundWhereTheyAre()
{
    const std::deque<Sample> samples = manySamples(600, 11, true);
    const TimeRange all{samples.front().at - 1s, samples.back().at + 1ms};
    const std::vector<TimeColumn> columns = columnsOf(samples, all, 10'000);
    int gaps = 0;
    for (std::size_t i = 1; i < columns.size(); ++i) {
        const bool isGap = samples[columns[i].first].at - samples[columns[i].first - 1].at > 2s;
        QCOMPARE(columns[i].afterGap, isGap);
        gaps += isGap ? 1 : 0;
    }
    QVERIFY(gaps > 2);
}

void TestDecimate::driftLeavesNoHoles()
{
    // Samples of 20 minutes, each 2 ms later than due. No column on the screen may be empty.
    std::deque<Sample> samples;
    for (int i = 1; i <= 1200; ++i) {
        Sample sample;
        sample.at = SampleStream::kStart + i * 1002ms;
        sample.span = 1002ms;
        samples.push_back(sample);
    }
    for (const int most : {60, 300, 5000}) {
        const auto columns = columnsOf(samples, {SampleStream::kStart, samples.back().at + 1ms}, most);
        const std::vector<Run> runs = runsOf(columns, [](std::size_t) { return true; });
        QCOMPARE(runs.size(), std::size_t(1));
        for (std::size_t i = 1; i < columns.size(); ++i)
            QVERIFY(columns[i].from - columns[i - 1].to <= 1ms);
    }
}

void TestDecimate::extremesSurvive()
{
    const std::deque<Sample> samples = manySamples(1800, 17, true);
    const TimeRange all{samples.front().at - 1s, samples.back().at + 1ms};
    for (const int most : {10, 77, 500}) {
        double highestOfAll = 0;
        for (const TimeColumn &column : columnsOf(samples, all, most)) {
            double sum = 0;
            double count = 0;
            double tail = -1;
            for (std::size_t i = column.first; i < column.last; ++i) {
                const HistogramSlice &values = samples[i].phases[static_cast<std::size_t>(Phase::Total)];
                sum += static_cast<double>(values.sum().count());
                count += static_cast<double>(values.count());
                if (!values.isEmpty())
                    tail = std::max(tail, static_cast<double>(values.quantile(0.99).count()));
            }
            const std::optional<double> mean = meanOf(samples, column, Phase::Total);
            const std::optional<double> quantile = quantileOf(samples, column, Phase::Total, 0.99);
            QCOMPARE(mean.has_value(), count > 0);
            QCOMPARE(quantile.value_or(-1), tail);
            if (mean)
                QVERIFY(std::abs(*mean - sum / count) < 1e-6 * sum);
            highestOfAll = std::max(highestOfAll, tail);
        }
        double highest = 0;
        for (const Sample &sample : samples)
            highest = std::max(
                highest, static_cast<double>(
                             sample.phases[static_cast<std::size_t>(Phase::Total)].quantile(0.99).count()));
        QCOMPARE(highestOfAll, highest);
    }
}

void TestDecimate::runsBreakAtGapsAndMissingValues()
{
    std::vector<TimeColumn> columns(8);
    columns[3].afterGap = true;
    const auto runs = runsOf(columns, [](std::size_t i) { return i != 5 && i != 6; });
    QCOMPARE(runs, (std::vector<Run>{{0, 3}, {3, 5}, {7, 8}}));
    QVERIFY(runsOf(columns, [](std::size_t) { return false; }).empty());
}

void TestDecimate::aloneItHasItsOwnWidth()
{
    Series series;
    series.runs = {{{10, 15, 20, 50, 10}}};
    const Scale values(Scale::Kind::Linear, 0, 100, 100, 0);
    QCOMPARE(series.lines(values).front(), (QPolygonF{{10, 50}, {15, 50}, {20, 50}}));
    QCOMPARE(series.areas(values).front().boundingRect(), QRectF(10, 50, 10, 40));

    // A line with many points is drawn in pieces without gaps or overlaps.
    series.runs.front().clear();
    for (int i = 0; i < 100; ++i)
        series.runs.front().push_back({i * 1.7, i * 1.7 + 0.85, i * 1.7 + 1.7, 50, 10});
    double end = 0;
    for (const QPolygonF &area : series.areas(values)) {
        QCOMPARE(area.boundingRect().left(), end);
        QCOMPARE(area.boundingRect().height(), 40.0);
        end = area.boundingRect().right();
        QVERIFY(end == std::round(end));
    }
    QCOMPARE(end, 170.0);
}

void TestDecimate::binsKeepEveryJob()
{
    std::mt19937 random(23);
    for (int round = 0; round < 200; ++round) {
        std::lognormal_distribution<double> times(4 + round % 14, 1.2);
        LatencyHistogram histogram;
        const std::uint64_t jobs = 1 + random() % 3000;
        for (std::uint64_t i = 0; i < jobs; ++i)
            histogram.record(std::chrono::microseconds(std::llround(times(random))));
        const HistogramSlice values = HistogramSlice::since(histogram, {});
        LatencyBins bins(Microseconds(100), 100s, 1 + round % 90);
        bins.add(values);
        bins.add(values);
        std::uint64_t sum = 0;
        for (int bin = 0; bin < bins.size(); ++bin)
            sum += bins.count(bin);
        QCOMPARE(sum, 2 * jobs);
        bins.zero();
        QCOMPARE(bins.highest(), std::uint64_t(0));
    }
}

void TestDecimate::binsKnowWhereAJobBelongs()
{
    const LatencyBins bins(1ms, 10s, 40);
    QCOMPARE(bins.size(), 40);
    QCOMPARE(bins.edge(0), Microseconds(1ms));
    QCOMPARE(bins.edge(10), Microseconds(10ms));
    QCOMPARE(bins.edge(40), Microseconds(10s));
    QCOMPARE(bins.binOf(Microseconds(0)), 0);
    QCOMPARE(bins.binOf(9h), 39);
    for (int us = 1'000; us < 10'000'000; us += us / 100) {
        // A value far enough from the edges of a bin counts in this bin, despite the histogram's rounding.
        const int bin = bins.binOf(Microseconds(us));
        if (us < static_cast<double>(bins.edge(bin).count()) * 1.04 ||
            us > static_cast<double>(bins.edge(bin + 1).count()) / 1.04)
            continue;
        LatencyHistogram histogram;
        histogram.record(std::chrono::microseconds(us));
        LatencyBins one = bins;
        one.add(HistogramSlice::since(histogram, {}));
        QCOMPARE(one.count(bin), std::uint64_t(1));
    }
}

void TestDecimate::binsHoldAllValues()
{
    for (const Microseconds also : {Microseconds(0), Microseconds(10s), Microseconds(1min)}) {
        for (double low = 1; low < 1e9; low *= 2.7) {
            for (double ratio = 1; ratio < 1e4 && low * ratio < 3.5e9; ratio *= 2.3) {
                LatencyHistogram histogram;
                histogram.record(std::chrono::microseconds(std::llround(low)));
                histogram.record(std::chrono::microseconds(std::llround(low * ratio)));
                const LatencyBins bins = LatencyBins::around(HistogramSlice::since(histogram, {}), also, 64);
                QVERIFY(bins.low() <= Microseconds(std::llround(low)));
                QVERIFY(bins.high() >= Microseconds(std::llround(low * ratio)));
                QVERIFY(bins.high() > also);
                QVERIFY(bins.high() >= bins.low() * 10);
                for (int bin = 0; bin < bins.size(); ++bin)
                    QVERIFY(bins.edge(bin) < bins.edge(bin + 1));
            }
        }
    }
    QVERIFY(LatencyBins::around({}, {}, 10).size() > 0);
}

void TestDecimate::smoothTimesGiveSmoothBars()
{
    // Equal numbers of jobs in each logarithmic step. The histogram's rounding must not make one bar higher.
    LatencyHistogram histogram;
    constexpr int kJobs = 200'000;
    for (int i = 0; i < kJobs; ++i)
        histogram.record(std::chrono::microseconds(std::llround(1e3 * std::pow(1e3, (i + 0.5) / kJobs))));
    LatencyBins bins(1ms, 1s, 64);
    bins.add(HistogramSlice::since(histogram, {}));
    const double mean = kJobs / 64.0;
    for (int bin = 1; bin + 1 < bins.size(); ++bin)
        QVERIFY2(std::abs(static_cast<double>(bins.count(bin)) - mean) < mean * 0.03,
                 qPrintable(QString::number(bins.count(bin))));
}

void TestDecimate::ratesCountDifferences()
{
    Sample before;
    before.at = SampleStream::kStart;
    before.requests[static_cast<std::size_t>(Reason::Completed)] = 100;
    Sample now = before;
    now.at += 2s;
    now.requests[static_cast<std::size_t>(Reason::Completed)] = 110;
    now.requests[static_cast<std::size_t>(Reason::JobFailed)] = 4;
    now.requests[static_cast<std::size_t>(Reason::ClientGone)] = 50;
    now.starts[static_cast<std::size_t>(StartFate::Accepted)] = 6;
    now.starts[static_cast<std::size_t>(StartFate::Unknown)] = 2;
    const Rates rates = ratesBetween(before, now);
    QCOMPARE(rates.answered, 5.0);
    QCOMPARE(rates.failed, 2.0);
    QCOMPARE(rates.starts, 4.0);

    QCOMPARE(ratesBetween(now, now).answered, 0.0);
    // A restarted service counts from zero.
    Sample other;
    other.at = now.at + 1s;
    other.requests[static_cast<std::size_t>(Reason::Completed)] = 7;
    QCOMPARE(ratesBetween(now, other).answered, 7.0);
}

void TestDecimate::viewFollowsAndStands()
{
    SampleHistory history;
    TimeView view;
    QVERIFY(!view.range(history));
    SampleStream stream;
    // A short run fills the whole chart.
    for (int i = 0; i < 100; ++i)
        history.append(stream.next());
    QCOMPARE(view.range(history)->length(), Milliseconds(2min));
    QVERIFY(view.range(history)->from <= history.samples().front().at);
    for (int i = 0; i < 2900; ++i)
        history.append(stream.next());
    const WallTime newest = history.samples().back().at;
    QCOMPARE(*view.range(history), (TimeRange{newest - 5min, newest}));

    view.pan(-10min, history);
    QVERIFY(!view.isFollowing());
    QCOMPARE(view.range(history)->to, newest - 10min);
    history.append(stream.next());
    QCOMPARE(view.range(history)->to, newest - 10min);
    view.pan(-24h, history);
    QVERIFY(view.range(history)->from >= history.extent()->from);
    view.pan(24h, history);
    QVERIFY(view.isFollowing());
    QCOMPARE(view.range(history)->to, history.samples().back().at);
    view.pan(-1min, history);
    view.follow();
    QVERIFY(view.isFollowing());
}

void TestDecimate::zoomKeepsThePlace()
{
    SampleHistory history;
    SampleStream stream;
    for (int i = 0; i < 3600; ++i)
        history.append(stream.next());
    TimeView view;
    view.zoom(false, history);
    view.zoom(false, history);
    view.zoom(false, history);
    QCOMPARE(view.span(), 60min);
    QVERIFY(view.isFollowing());
    const WallTime place = history.samples()[900].at;
    const auto shareOf = [&] {
        const TimeRange range = *view.range(history);
        return static_cast<double>((place - range.from).count()) /
               static_cast<double>(range.length().count());
    };
    const double share = shareOf();
    for (const std::chrono::minutes span : {15min, 5min, 1min}) {
        view.zoom(true, history, place);
        QCOMPARE(view.span(), span);
        QVERIFY(std::abs(shareOf() - share) < 0.01);
    }
    view.zoom(true, history, place);
    QCOMPARE(view.span(), 1min);
    view.setSpan(2min);
    QCOMPARE(view.span(), 1min);
}

HOLDLINE_TEST(TestDecimate)
#include "tst_decimate.moc"

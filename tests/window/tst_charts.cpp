// SPDX-License-Identifier: GPL-3.0-or-later
// Tests the texts and pixels that charts over time show. Writes pictures of all these charts.
#include "monitor/charts/histogramchart.h"
#include "tests/support/suite.h"
#include "tests/window/chartfixture.h"

#include <QDir>
#include <QTest>

#include <cmath>
#include <memory>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

void save(const QImage &image, const QString &name)
{
    QVERIFY(QDir().mkpath(QStringLiteral(HOLDLINE_PICTURES)));
    QVERIFY(image.save(QStringLiteral(HOLDLINE_PICTURES "/%1.png").arg(name)));
}

}  // namespace

class TestCharts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { useEnglishAndLight(); }

    void pictures_data();
    void pictures();
    void emptyOnesSaySo_data() { allKindsOfCharts(); }
    void emptyOnesSaySo();
    void pixelsAreTimes_data() { allKindsOfCharts(); }
    void pixelsAreTimes();
    void paintsWhatChanges_data() { allKindsOfCharts(); }
    void paintsWhatChanges();
    void gapsHaveNoValues();
    void staleChartsSaySince();
    void phasesSayWhatTheyShow();
    void heatSaysHowManyInTheCell();
    void ratesSayPerSecond();
    void histogramSaysHowMany();
    void histogramByKeys();
    void histogramNarrows();
    void sharpOnDenseScreens_data() { allKindsOfCharts(); }
    void sharpOnDenseScreens();

private:
    SampleHistory m_history = busyHistory(3600);
};

void TestCharts::pictures_data()
{
    QTest::addColumn<bool>("dark");
    QTest::addColumn<int>("minutes");

    for (const int minutes : {1, 5, 60}) {
        QTest::addRow("light, %d min", minutes) << false << minutes;
        QTest::addRow("dark, %d min", minutes) << true << minutes;
    }
}

void TestCharts::pictures()
{
    QFETCH(bool, dark);
    QFETCH(int, minutes);
    const QPalette palette = dark ? darkPalette() : lightPalette();
    const QString look = dark ? u"dark"_s : u"light"_s;
    for (const QString &kind : {u"phases"_s, u"heat"_s, u"rates"_s}) {
        const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
        chart->setPalette(palette);
        chart->view()->setSpan(std::chrono::minutes(minutes));
        const QImage image = chart->render({1200, 300}, 1);
        QCOMPARE(image.size(), QSize(1200, 300));
        save(image, u"%1-%2-%3min"_s.arg(kind, look).arg(minutes));
        save(chart->render({420, 160}, 2), u"%1-%2-%3min-small"_s.arg(kind, look).arg(minutes));
        // The chart as it looks on the screen, with the cursor and a selection.
        show(*chart);
        const TimeRange shown = *chart->view()->range(m_history);
        chart->setSelection(TimeRange{shown.from + shown.length() / 2, shown.from + shown.length() * 5 / 8});
        move(*chart, {700, 120});
        save(chart->grab().toImage(), u"%1-%2-%3min-cursor"_s.arg(kind, look).arg(minutes));
    }
    HistogramChart histogram(m_history);
    histogram.setDeadline(SampleStream::kDeadline);
    histogram.setPalette(palette);
    const TimeRange all = *m_history.extent();
    histogram.setRange(TimeRange{all.to - std::chrono::minutes(minutes), all.to});
    show(histogram);
    save(histogram.grab().toImage(), u"histogram-%1-%2min"_s.arg(look).arg(minutes));
    histogram.resize(420, 200);
    move(histogram, {250, 100});
    save(histogram.grab().toImage(), u"histogram-%1-%2min-small"_s.arg(look).arg(minutes));
}

void TestCharts::emptyOnesSaySo()
{
    QFETCH(QString, kind);
    SampleHistory none;
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, none);
    show(*chart);
    QCOMPARE(chart->accessibleDescription(), u"No data yet"_s);
    QVERIFY(!chart->accessibleName().isEmpty());
    QVERIFY(!chart->timeAt(600));
    // No user action causes a crash.
    drag(*chart, {300, 100}, {500, 100});
    for (const Qt::Key key :
         {Qt::Key_Left, Qt::Key_Home, Qt::Key_End, Qt::Key_Plus, Qt::Key_Minus, Qt::Key_Escape})
        QTest::keyClick(chart.get(), key, Qt::ShiftModifier);
    turnWheel(*chart, {300, 100}, 120);
    QVERIFY(!chart->selection());
    const QImage before = chart->grab().toImage();
    SampleStream stream;
    none.append(stream.next());
    none.append(stream.next());
    chart->refresh();
    QVERIFY(differingPixels(before, chart->grab().toImage()) > 100);
    QVERIFY(chart->accessibleDescription() != u"No data yet"_s);
}

void TestCharts::pixelsAreTimes()
{
    QFETCH(QString, kind);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
    show(*chart);
    const TimeRange shown = *chart->view()->range(m_history);
    QVERIFY(!chart->timeAt(2));
    QVERIFY(!chart->timeAt(1199));
    std::optional<WallTime> before;
    int inside = 0;
    for (int x = 0; x < chart->width(); ++x) {
        const std::optional<WallTime> now = chart->timeAt(x);
        if (!now)
            continue;
        QVERIFY(*now >= shown.from - 1s && *now <= shown.to);
        QVERIFY(!before || *now > *before);
        before = now;
        ++inside;
    }
    QVERIFY(inside > 1000);
}

void TestCharts::paintsWhatChanges()
{
    QFETCH(QString, kind);
    SampleHistory history = busyHistory(300);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, history);
    show(*chart);
    const QImage before = chart->grab().toImage();
    QCOMPARE(differingPixels(before, chart->grab().toImage()), 0);
    SampleStream stream(9, history.samples().back().at);
    for (int i = 0; i < 10; ++i)
        history.append(stream.next());
    // The chart does not repaint by itself. It shows new samples only after refresh().
    QCOMPARE(differingPixels(before, chart->grab().toImage()), 0);
    chart->refresh();
    const QImage after = chart->grab().toImage();
    QVERIFY(differingPixels(before, after) > 1000);
    chart->setPalette(darkPalette());
    QVERIFY(differingPixels(after, chart->grab().toImage()) > after.width() * after.height() / 2);
    const QImage dark = chart->grab().toImage();
    chart->setSelection(TimeRange{history.samples()[100].at, history.samples()[150].at});
    QVERIFY(differingPixels(dark, chart->grab().toImage()) > 1000);
}

void TestCharts::gapsHaveNoValues()
{
    StackedPhasesChart chart(m_history);
    show(chart);
    chart.view()->setSpan(60min);
    // After a quarter of the history, three minutes of samples are missing.
    std::size_t after = 1;
    while (m_history.samples()[after].at - m_history.samples()[after - 1].at < 60s)
        ++after;
    const WallTime gap = m_history.samples()[after - 1].at + 90s;
    QVERIFY(chart.readout(gap).isEmpty());
    QVERIFY(!chart.readout(gap - 2min).isEmpty());
    QVERIFY(!chart.readout(gap + 2min).isEmpty());
    // The areas are interrupted at the gap: that column of pixels does not have the colour of the job phase.
    const QImage image = chart.render({1200, 300}, 1);
    const Theme theme(chart.palette());
    const auto hasArea = [&](WallTime at) {
        int x = 0;
        while (x < 1199 && (!chart.timeAt(x) || *chart.timeAt(x) < at))
            ++x;
        for (int y = 40; y < 280; ++y) {
            if (QColor(image.pixel(x, y)).rgb() == theme.tint(Ink::Running, 0.6).rgb())
                return true;
        }
        return false;
    };
    QVERIFY(!hasArea(gap));
    QVERIFY(hasArea(gap - 3min));
    QVERIFY(hasArea(gap + 3min));
}

void TestCharts::staleChartsSaySince()
{
    RateChart chart(m_history);
    show(chart);
    const QImage before = chart.grab().toImage();
    chart.setStale(u"as of 10:31:07"_s);
    QVERIFY(chart.accessibleDescription().startsWith(u"as of 10:31:07"_s));
    QVERIFY(differingPixels(before, chart.grab().toImage()) > 5000);
    chart.setStale({});
    QCOMPARE(differingPixels(before, chart.grab().toImage()), 0);
}

void TestCharts::phasesSayWhatTheyShow()
{
    SampleHistory history;
    LatencyHistogram queue;
    LatencyHistogram start;
    LatencyHistogram job;
    LatencyHistogram total;
    queue.record(100ms);
    queue.record(300ms);
    start.record(8ms);
    job.record(512ms);
    total.record(1024ms);
    Sample sample;
    sample.at = SampleStream::kStart;
    sample.span = 1s;
    sample.phases = {HistogramSlice::since(queue, {}), HistogramSlice::since(start, {}),
                     HistogramSlice::since(job, {}), HistogramSlice::since(total, {})};
    history.append(sample);
    StackedPhasesChart chart(history);
    show(chart);
    const WallTime at = SampleStream::kStart - 500ms;
    QCOMPARE(chart.readout(at),
             u"10:00:00\nJob 512 ms\nStart 8.00 ms\nQueue 200 ms\np99 of the total 1.02 s\nJobs ended 1"_s);
    chart.setFigure(Figure::P95);
    QVERIFY(chart.readout(at).contains(u"Queue 300 ms"_s));
    QVERIFY(chart.title().contains(u"p95"_s));
    QCOMPARE(chart.accessibleName(), chart.title());
}

void TestCharts::heatSaysHowManyInTheCell()
{
    SampleHistory history;
    LatencyHistogram total;
    for (int i = 0; i < 7; ++i)
        total.record(600ms);
    Sample sample;
    sample.at = SampleStream::kStart;
    sample.span = 1s;
    sample.phases[static_cast<std::size_t>(Phase::Total)] = HistogramSlice::since(total, {});
    history.append(sample);
    HeatMapChart chart(history);
    chart.setDeadline(10s);
    show(chart);
    const WallTime at = SampleStream::kStart - 500ms;
    // Read the text for each row of the picture, from top to bottom, and count each heat-map row once.
    qulonglong sum = 0;
    int filled = 0;
    QString before;
    for (int y = 0; y < chart.height(); ++y) {
        const QString text = chart.readout(at, y);
        QVERIFY(text.contains(u"Jobs ended 7"_s));
        const QString cell = text.section(u'\n', 1, 1);
        if (!cell.contains(u" to "_s))
            continue;
        const qulonglong count = cell.section(u' ', -1).toULongLong();
        filled += count > 0 ? 1 : 0;
        sum += std::exchange(before, cell) == cell ? 0 : count;
    }
    QCOMPARE(sum, 7ULL);
    // One bucket of the histogram may cover two rows, so the number of filled rows varies.
    QVERIFY2(filled >= 4 && filled <= 16, qPrintable(QString::number(filled)));
    chart.setPhase(Phase::Queue);
    QVERIFY(chart.readout(at, 100).contains(u"Jobs ended 0"_s));
}

void TestCharts::ratesSayPerSecond()
{
    SampleHistory history;
    Sample sample;
    for (int i = 0; i < 3; ++i) {
        sample.at = SampleStream::kStart + std::chrono::seconds(i);
        sample.span = 1s;
        history.append(sample);
        sample.requests[static_cast<std::size_t>(Reason::Completed)] += 1200;
        sample.requests[static_cast<std::size_t>(Reason::CallbackTimeout)] += 3;
        sample.starts[static_cast<std::size_t>(StartFate::Accepted)] += 1204;
    }
    RateChart chart(history);
    show(chart);
    QCOMPARE(chart.readout(SampleStream::kStart + 1500ms),
             u"10:00:02\nStarts 1,204/s\nAnswered 1,200/s\nFailed 3.0/s"_s);
    QCOMPARE(chart.accessibleDescription(), chart.readout(SampleStream::kStart + 1500ms));
    QVERIFY(chart.readout(SampleStream::kStart - 500ms).contains(u"no earlier sample"_s));
}

void TestCharts::histogramSaysHowMany()
{
    HistogramChart chart(m_history);
    chart.setDeadline(SampleStream::kDeadline);
    show(chart);
    const std::uint64_t all = m_history.merged(Phase::Total).count();
    QVERIFY(chart.accessibleDescription().startsWith(QLocale().toString(qulonglong(all)) + u" jobs: p50 "_s));
    QVERIFY(chart.readout({2, 100}).isEmpty());
    std::uint64_t sum = 0;
    QString before;
    for (int x = 0; x < chart.width(); ++x) {
        const QString text = chart.readout({static_cast<qreal>(x), 150});
        if (text.isEmpty() || text == before)
            continue;
        before = text;
        bool ok = false;
        sum += QLocale().toULongLong(text.section(u' ', 0, 0), &ok);
        QVERIFY2(ok && text.contains(u" between "_s) && text.endsWith(u" %)"_s), qPrintable(text));
    }
    QCOMPARE(sum, all);
    move(chart, {600, 150});
    QCOMPARE(chart.readout(), chart.readout({600, 150}));
}

void TestCharts::histogramByKeys()
{
    HistogramChart chart(m_history);
    show(chart);
    QTest::keyClick(&chart, Qt::Key_Right);
    const QString middle = chart.readout();
    QVERIFY(!middle.isEmpty());
    QCOMPARE(chart.accessibleDescription(), middle);
    QTest::keyClick(&chart, Qt::Key_Right);
    QVERIFY(chart.readout() != middle);
    QTest::keyClick(&chart, Qt::Key_Left);
    QCOMPARE(chart.readout(), middle);
    for (int i = 0; i < 200; ++i)
        QTest::keyClick(&chart, Qt::Key_Left);
    QVERIFY(!chart.readout().isEmpty());
    QTest::keyClick(&chart, Qt::Key_Escape);
    QVERIFY(chart.readout().isEmpty());
}

void TestCharts::histogramNarrows()
{
    HistogramChart chart(m_history);
    show(chart);
    const QString all = chart.accessibleDescription();
    const TimeRange range{m_history.samples()[2000].at, m_history.samples()[2100].at};
    chart.setRange(range);
    const std::uint64_t few = m_history.merged(Phase::Total, range).count();
    QVERIFY(chart.accessibleDescription() != all);
    QVERIFY(chart.accessibleDescription().startsWith(QLocale().toString(qulonglong(few))));
    chart.setPhase(Phase::Start);
    QVERIFY(chart.title().contains(u"start"_s));
    chart.setRange(TimeRange{SampleStream::kStart - 2h, SampleStream::kStart - 1h});
    QVERIFY(chart.readout({600, 150}).isEmpty());
    chart.setRange(std::nullopt);
    chart.setPhase(Phase::Total);
    QCOMPARE(chart.accessibleDescription(), all);
}

void TestCharts::sharpOnDenseScreens()
{
    QFETCH(QString, kind);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
    const QImage once = chart->render({600, 200}, 1);
    const QImage twice = chart->render({600, 200}, 2);
    QCOMPARE(twice.size(), QSize(1200, 400));
    // The larger picture is painted anew; it is not an enlarged copy.
    QImage blown = once.scaled(1200, 400, Qt::IgnoreAspectRatio, Qt::FastTransformation);
    QVERIFY(differingPixels(twice, blown) > 5000);
    // The same content is at the same positions.
    const QImage shrunk = twice.scaled(600, 200, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    qint64 apart = 0;
    for (int y = 0; y < 200; ++y) {
        for (int x = 0; x < 600; ++x)
            apart += std::abs(qGray(shrunk.pixel(x, y)) - qGray(once.pixel(x, y)));
    }
    QVERIFY2(apart < 600LL * 200 * 12, qPrintable(QString::number(static_cast<double>(apart) / 600 / 200)));
}

HOLDLINE_TEST(TestCharts)
#include "tst_charts.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Tests the painted parts other than charts over time: a job's waterfall, cells of tables, sparklines, the
// latency panel.
#include "monitor/charts/deadlinebardelegate.h"
#include "monitor/charts/heatmapchart.h"
#include "monitor/charts/histogramchart.h"
#include "monitor/charts/icons.h"
#include "monitor/charts/latencypanel.h"
#include "monitor/charts/palettes.h"
#include "monitor/charts/sparkline.h"
#include "monitor/charts/stackedphaseschart.h"
#include "monitor/charts/statedelegate.h"
#include "monitor/charts/waterfall.h"
#include "monitor/data/recordtable.h"
#include "monitor/data/timeselection.h"
#include "tests/support/samplestream.h"
#include "tests/support/suite.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QHeaderView>
#include <QPainter>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <cmath>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

using Part = WaterfallBar::Part;

constexpr WallTime kAsked = SampleStream::kStart;

JobRow endedJob()
{
    JobRow row;
    row.id = "01J";
    row.created = kAsked;
    row.deadline = kAsked + 10s;
    row.state = RowState::Ended;
    row.outcome = Reason::Completed;
    row.queue = 120ms;
    row.start = 40ms;
    row.job = 800ms;
    row.total = 961ms;
    row.attempts = 1;
    return row;
}

JobRow runningJob()
{
    JobRow row = endedJob();
    row.state = RowState::Running;
    row.outcome.reset();
    row.job.reset();
    row.total.reset();
    row.attempts = 3;
    return row;
}

/// Returns a picture of the widget with twice its resolution.
QImage rendered(QWidget &widget, QSize size)
{
    widget.resize(size);
    QImage image(size * 2, QImage::Format_RGB32);
    image.setDevicePixelRatio(2);
    widget.render(&image);
    return image;
}

QImage grabbed(QWidget &widget)
{
    return widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
}

void save(const QImage &image, const QString &name)
{
    QVERIFY(QDir().mkpath(QStringLiteral(HOLDLINE_PICTURES)));
    QVERIFY(image.save(QStringLiteral(HOLDLINE_PICTURES "/%1.png").arg(name)));
}

/// Returns the number of pixels in `where` that are close to the colour.
int pixelsOf(const QImage &image, const QColor &colour, const QRect &where)
{
    int count = 0;
    for (int y = where.top(); y <= where.bottom(); ++y) {
        for (int x = where.left(); x <= where.right(); ++x) {
            const QColor pixel(image.pixel(x, y));
            count += std::abs(pixel.red() - colour.red()) + std::abs(pixel.green() - colour.green()) +
                                 std::abs(pixel.blue() - colour.blue()) <
                             8
                         ? 1
                         : 0;
        }
    }
    return count;
}

void show(QWidget &widget, QSize size)
{
    widget.resize(size);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
}

}  // namespace

class TestChartParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void barsFollowOneAnother();
    void liveBarsGrow();
    void partsThatNeverCameAreLeftOut();
    void barsNeverGoBeyondTheEnd();
    void waterfallTells();
    void waterfallGrows();
    void waterfallPictures();

    void sparklineDrawsItsValues();
    void cellsOfTables();
    void deadlineBarsDifferWithoutColour();

    void panelSharesTheSelection();
    void panelPicture();
};

void TestChartParts::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
    qputenv("TZ", "UTC");
    QApplication::setPalette(lightPalette());
}

void TestChartParts::barsFollowOneAnother()
{
    QCOMPARE(waterfallBars(endedJob(), kAsked + 1h), (std::vector<WaterfallBar>{
                                                         {Part::Queue, 0ms, 120ms, false},
                                                         {Part::Start, 120ms, 160ms, false},
                                                         {Part::Job, 160ms, 960ms, false},
                                                         {Part::Answer, 960ms, 961ms, false},
                                                     }));
}

void TestChartParts::liveBarsGrow()
{
    JobRow row = runningJob();
    QCOMPARE(waterfallBars(row, kAsked + 700ms),
             (std::vector<WaterfallBar>{{Part::Queue, 0ms, 120ms, false},
                                        {Part::Start, 120ms, 160ms, false},
                                        {Part::Job, 160ms, 700ms, true}}));
    row.state = RowState::Starting;
    row.start.reset();
    QCOMPARE(
        waterfallBars(row, kAsked + 150ms),
        (std::vector<WaterfallBar>{{Part::Queue, 0ms, 120ms, false}, {Part::Start, 120ms, 150ms, true}}));
    row.state = RowState::Queued;
    row.queue.reset();
    QCOMPARE(waterfallBars(row, kAsked + 50ms), (std::vector<WaterfallBar>{{Part::Queue, 0ms, 50ms, true}}));
    // The monitor's clock is slightly behind the service's.
    QCOMPARE(waterfallBars(row, kAsked - 50ms), (std::vector<WaterfallBar>{{Part::Queue, 0ms, 0ms, true}}));
}

void TestChartParts::partsThatNeverCameAreLeftOut()
{
    JobRow row = endedJob();
    row.job.reset();
    row.start.reset();
    row.queue.reset();
    row.outcome = Reason::QueueTimeout;
    QCOMPARE(waterfallBars(row, kAsked), (std::vector<WaterfallBar>{{Part::Queue, 0ms, 961ms, false}}));
    // When no callback arrived, the job bar covers the wait for it.
    row = endedJob();
    row.job.reset();
    row.outcome = Reason::CallbackTimeout;
    QCOMPARE(waterfallBars(row, kAsked).back(), (WaterfallBar{Part::Job, 160ms, 961ms, false}));
    // A passed-through request has no job bar, because it waits only for the upstream's response.
    row.passThrough = true;
    row.outcome = Reason::PassedThrough;
    QCOMPARE(waterfallBars(row, kAsked).size(), std::size_t(2));
}

void TestChartParts::barsNeverGoBeyondTheEnd()
{
    JobRow row = endedJob();
    row.total = 150ms;
    for (const WaterfallBar &bar : waterfallBars(row, kAsked)) {
        QVERIFY(bar.from <= bar.to);
        QVERIFY(bar.to <= 150ms);
    }
}

void TestChartParts::waterfallTells()
{
    Waterfall waterfall;
    QVERIFY(waterfall.accessibleDescription().isEmpty());
    waterfall.setJob(std::make_shared<const JobRow>(endedJob()), kAsked);
    QVERIFY(waterfall.accessibleDescription().startsWith(
        u"Queue 120 ms (12 %), Start 40 ms (4.2 %), Job 800 ms (83 %)"_s));
    JobRow row = runningJob();
    waterfall.setJob(std::make_shared<const JobRow>(row), kAsked + 1s);
    QVERIFY(waterfall.accessibleDescription().contains(u"3 attempt"_s));
    QVERIFY(waterfall.accessibleDescription().contains(u"so far"_s));
    waterfall.setJob(nullptr, kAsked);
    QVERIFY(waterfall.accessibleDescription().isEmpty());
}

void TestChartParts::waterfallGrows()
{
    Waterfall waterfall;
    show(waterfall, {600, 160});
    waterfall.setJob(std::make_shared<const JobRow>(runningJob()), kAsked + 300ms);
    const QImage before = grabbed(waterfall);
    const QString said = waterfall.accessibleDescription();
    waterfall.setNow(kAsked + 900ms);
    QVERIFY(grabbed(waterfall) != before);
    QVERIFY(waterfall.accessibleDescription() != said);
    // The waterfall of an ended job does not move.
    waterfall.setJob(std::make_shared<const JobRow>(endedJob()), kAsked);
    const QImage ended = grabbed(waterfall);
    waterfall.setNow(kAsked + 1h);
    QVERIFY(grabbed(waterfall) == ended);
}

void TestChartParts::waterfallPictures()
{
    for (const bool dark : {false, true}) {
        const QString look = dark ? u"dark"_s : u"light"_s;
        Waterfall waterfall;
        waterfall.setPalette(dark ? darkPalette() : lightPalette());
        const QSize size(640, waterfall.sizeHint().height());
        save(rendered(waterfall, size), u"waterfall-%1-none"_s.arg(look));
        waterfall.setJob(std::make_shared<const JobRow>(endedJob()), kAsked);
        save(rendered(waterfall, size), u"waterfall-%1-ended"_s.arg(look));
        waterfall.setJob(std::make_shared<const JobRow>(runningJob()), kAsked + 6200ms);
        save(rendered(waterfall, size), u"waterfall-%1-running"_s.arg(look));
        save(rendered(waterfall, {300, size.height()}), u"waterfall-%1-narrow"_s.arg(look));
        JobRow late = endedJob();
        late.job.reset();
        late.total = 10s;
        late.outcome = Reason::CallbackTimeout;
        waterfall.setJob(std::make_shared<const JobRow>(late), kAsked);
        save(rendered(waterfall, size), u"waterfall-%1-timeout"_s.arg(look));
    }
}

void TestChartParts::sparklineDrawsItsValues()
{
    Sparkline spark;
    show(spark, {140, 40});
    const QImage empty = grabbed(spark);
    std::vector<std::optional<double>> values;
    for (int i = 0; i < 300; ++i)
        values.push_back(i > 200 && i < 220 ? std::nullopt : std::optional(50 + 40 * std::sin(i / 9.0)));
    spark.setValues(values, 80.0);
    const QImage drawn = grabbed(spark);
    QVERIFY(drawn != empty);
    save(drawn, u"sparkline"_s);
    QVERIFY(pixelsOf(drawn, Theme(spark.palette())[Ink::Line], spark.rect()) > 5);
    // Painting a constant value, no value or a single value causes no error.
    spark.setValues({0.0, 0.0, 0.0});
    grabbed(spark);
    spark.setValues({std::nullopt, std::nullopt});
    QVERIFY(grabbed(spark) == empty);
    spark.setValues({5.0});
    QVERIFY(grabbed(spark) != empty);
    spark.setValues({});
    QVERIFY(grabbed(spark) == empty);
}

void TestChartParts::cellsOfTables()
{
    QStandardItemModel model(8, 2);
    const std::array shares{0.0, 0.1, 0.4, 0.74, 0.8, 0.97, 1.0, 1.4};
    for (int row = 0; row < 8; ++row) {
        JobRow job;
        job.state = static_cast<RowState>(std::min(row, static_cast<int>(RowState::Ended)));
        job.outcome = row == 7 ? Reason::CallbackTimeout : Reason::Completed;
        auto *state = new QStandardItem(stateText(job.state));
        state->setData(static_cast<int>(job.state), RecordTable::StateRole);
        state->setData(QVariant::fromValue(std::make_shared<const JobRow>(job)), RecordTable::RowRole);
        model.setItem(row, 0, state);
        const double share = shares[static_cast<std::size_t>(row)];
        auto *bar = new QStandardItem(u"%1 s of 10 s"_s.arg(share * 10, 0, 'f', 1));
        bar->setData(share, RecordTable::ProgressRole);
        model.setItem(row, 1, bar);
    }
    for (const bool dark : {false, true}) {
        const QPalette palette = dark ? darkPalette() : lightPalette();
        QApplication::setPalette(palette);
        QTableView view;
        view.setModel(&model);
        view.setItemDelegateForColumn(0, new StateDelegate(&view));
        view.setItemDelegateForColumn(1, new DeadlineBarDelegate(&view));
        view.setShowGrid(false);
        view.setAlternatingRowColors(true);
        view.setSelectionBehavior(QAbstractItemView::SelectRows);
        view.verticalHeader()->hide();
        view.verticalHeader()->setDefaultSectionSize(24);
        view.resizeColumnsToContents();
        view.setColumnWidth(1, 160);
        show(view, {330, 230});
        view.selectRow(2);
        QVERIFY(view.columnWidth(0) >
                view.fontMetrics().horizontalAdvance(stateText(RowState::Retrying)) + 16);
        const QImage image = grabbed(view);
        save(image, u"cells-%1"_s.arg(dark ? u"dark"_s : u"light"_s));

        const Theme theme(palette);
        const auto barOf = [&](int row) {
            QRect rect = view.visualRect(model.index(row, 1));
            rect.translate(view.viewport()->mapTo(&view, QPoint(0, 0)));
            return rect;
        };
        // The bar grows with the share. Its colour changes above three quarters and past the deadline.
        int before = 0;
        for (int row = 1; row <= 3; ++row) {
            const int now = pixelsOf(image, theme[Ink::Good], barOf(row));
            QVERIFY2(now > before, qPrintable(u"%1: %2 %3"_s.arg(row).arg(now).arg(before)));
            before = now;
        }
        for (const int row : {4, 5}) {
            QVERIFY(pixelsOf(image, theme[Ink::Warn], barOf(row)) > 100);
            QCOMPARE(pixelsOf(image, theme[Ink::Good], barOf(row)), 0);
        }
        for (const int row : {6, 7})
            QVERIFY(pixelsOf(image, theme[Ink::Bad], barOf(row)) > 100);
    }
    QApplication::setPalette(lightPalette());
}

void TestChartParts::deadlineBarsDifferWithoutColour()
{
    // In greyscale, the patterns below three quarters, above them and past the deadline differ.
    QStandardItemModel model(1, 1);
    QTableView view;
    view.setModel(&model);
    DeadlineBarDelegate delegate;
    QStyleOptionViewItem option;
    option.initFrom(&view);
    option.rect = QRect(0, 0, 120, 24);
    option.widget = &view;
    const auto changesAlong = [&](double share) {
        model.setData(model.index(0, 0), share, RecordTable::ProgressRole);
        QImage image(120, 24, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        delegate.paint(&painter, option, model.index(0, 0));
        painter.end();
        int changes = 0;
        for (int x = 8; x < 60; ++x)
            changes += qGray(image.pixel(x, 10)) != qGray(image.pixel(x - 1, 10)) ? 1 : 0;
        return changes;
    };
    QCOMPARE(changesAlong(0.7), 0);
    const int hatched = changesAlong(0.8);
    QVERIFY(hatched > 5);
    QVERIFY(changesAlong(1.2) != hatched);
}

void TestChartParts::panelSharesTheSelection()
{
    LiveData data;
    TimeSelection selection;
    LatencyPanel panel(&data, &selection);
    SampleStream stream(3);
    Update update;
    update.kind = Update::Kind::Snapshot;
    update.part = 1;
    update.last = true;
    update.service.emplace();
    update.service->deadline = SampleStream::kDeadline;
    data.apply(update);
    for (std::uint64_t i = 0; i < 400; ++i) {
        Update next;
        next.seq = i + 2;
        next.sample = stream.next();
        next.at = next.sample->at;
        data.apply(next);
    }
    data.flush();
    show(panel, {1000, 720});
    auto *phases = panel.findChild<StackedPhasesChart *>();
    auto *heat = panel.findChild<HeatMapChart *>();
    auto *histogram = panel.findChild<HistogramChart *>();
    QVERIFY(phases && heat && histogram);
    // Without a selection the histogram shows the visible range.
    QCOMPARE(histogram->range(), phases->view()->range(data.samples()));

    const TimeRange range{data.samples().samples()[300].at, data.samples().samples()[330].at};
    Q_EMIT phases->rangeSelected(range);
    QCOMPARE(selection.range(), std::optional(range));
    QCOMPARE(heat->selection(), std::optional(range));
    QCOMPARE(histogram->range(), std::optional(range));
    // Clearing the shared selection clears the selections of the charts.
    selection.clear();
    QVERIFY(!phases->selection() && !heat->selection());
    QCOMPARE(histogram->range(), phases->view()->range(data.samples()));

    const QList<QComboBox *> boxes = panel.findChildren<QComboBox *>();
    const auto choose = [&](const QString &item) {
        for (QComboBox *box : boxes) {
            if (const int index = box->findText(item); index >= 0) {
                box->setCurrentIndex(index);
                Q_EMIT box->activated(index);
            }
        }
    };
    choose(u"15 min"_s);
    QCOMPARE(heat->view()->span(), 15min);
    QCOMPARE(phases->view(), heat->view());
    choose(u"Queue"_s);
    QCOMPARE(heat->phase(), Phase::Queue);
    QCOMPARE(histogram->phase(), Phase::Queue);
    choose(u"p95"_s);
    QCOMPARE(phases->figure(), Figure::P95);

    // The description changes with the data.
    const QString before = phases->accessibleDescription();
    Update next;
    next.seq = 402;
    next.sample = stream.next();
    next.at = next.sample->at;
    data.apply(next);
    data.flush();
    QTRY_VERIFY(phases->accessibleDescription() != before);
}

void TestChartParts::panelPicture()
{
    LiveData data;
    TimeSelection selection;
    QTemporaryDir folder;
    for (const bool dark : {false, true}) {
        QApplication::setPalette(dark ? darkPalette() : lightPalette());
        LatencyPanel panel(&data, &selection);
        SampleStream stream(3);
        Update update;
        update.kind = Update::Kind::Snapshot;
        update.part = 1;
        update.last = true;
        update.service.emplace();
        update.service->deadline = SampleStream::kDeadline;
        data.apply(update);
        for (std::uint64_t i = 0; i < 400; ++i) {
            stream.setTrouble(i > 200 && i < 260 ? 3 : 1);
            Update next;
            next.seq = i + 2;
            next.sample = stream.next();
            next.at = next.sample->at;
            data.apply(next);
        }
        data.flush();
        show(panel, {1200, 800});
        const QString look = dark ? u"dark"_s : u"light"_s;
        save(grabbed(panel), u"panel-%1"_s.arg(look));
        const QString path = folder.filePath(look + u".png"_s);
        QCOMPARE(panel.savePicture(path), QString());
        const QImage saved(path);
        QVERIFY(saved.width() > 2000 && saved.height() > 1000);
        save(saved, u"panel-export-%1"_s.arg(look));
        for (const ChartWidget *chart : panel.findChildren<ChartWidget *>()) {
            const QString one = folder.filePath(look + u"-one.png"_s);
            QCOMPARE(chart->savePicture(one), QString());
            QCOMPARE(QImage(one).size(), chart->size() * 2);
            QVERIFY(!chart->savePicture(folder.filePath(u"no/such/folder.png"_s)).isEmpty());
            // The chart's context menu has the action, for mouse and keys.
            QCOMPARE(chart->contextMenuPolicy(), Qt::ActionsContextMenu);
            QCOMPARE(chart->actions().size(), 1);
        }
        panel.resize(690, 430);
        save(grabbed(panel), u"panel-%1-small"_s.arg(look));
        QVERIFY(!panel.savePicture(folder.filePath(u"no/such/folder.png"_s)).isEmpty());
    }
    QApplication::setPalette(lightPalette());
}

HOLDLINE_TEST(TestChartParts)
#include "tst_chartparts.moc"

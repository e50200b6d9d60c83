// SPDX-License-Identifier: GPL-3.0-or-later
// Measures one complete repaint of each chart: an hour of samples, 1200 × 300, on usual and on high-density
// screens.
#include "monitor/charts/heatmapchart.h"
#include "monitor/charts/histogramchart.h"
#include "monitor/charts/ratechart.h"
#include "monitor/charts/stackedphaseschart.h"
#include "tests/support/samplestream.h"
#include "tests/support/suite.h"

#include <QTest>

#include <memory>

using namespace holdline::monitor;
using namespace std::chrono_literals;

class MicroCharts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void repaint_data();
    void repaint();
    void gathersAndRepaintsHistogram();
    void movesCursor_data();
    void movesCursor();

private:
    SampleHistory m_history;
};

namespace {

constexpr QSize kSize(1200, 300);

std::unique_ptr<TimelineChart> chartOf(const QString &kind, const SampleHistory &history)
{
    if (kind == u"phases")
        return std::make_unique<StackedPhasesChart>(history);
    if (kind == u"heat")
        return std::make_unique<HeatMapChart>(history);
    return std::make_unique<RateChart>(history);
}

}  // namespace

void MicroCharts::initTestCase()
{
    SampleStream stream;
    stream.setLoad(100);
    for (int i = 0; i < 3600; ++i)
        m_history.append(stream.next());
}

void MicroCharts::repaint_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<int>("minutes");
    QTest::addColumn<int>("ratio");

    for (const char *kind : {"phases", "heat", "rates"}) {
        for (const int minutes : {5, 60}) {
            for (const int ratio : {1, 2})
                QTest::addRow("%s, %d min, x%d", kind, minutes, ratio)
                    << QString::fromLatin1(kind) << minutes << ratio;
        }
    }
}

void MicroCharts::repaint()
{
    QFETCH(QString, kind);
    QFETCH(int, minutes);
    QFETCH(int, ratio);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
    chart->view()->setSpan(std::chrono::minutes(minutes));
    QBENCHMARK
    {
        chart->render(kSize, ratio);
    }
}

void MicroCharts::gathersAndRepaintsHistogram()
{
    HistogramChart chart(m_history);
    chart.resize(kSize);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    QBENCHMARK
    {
        chart.refresh();
        chart.render(kSize);
    }
}

void MicroCharts::movesCursor_data()
{
    QTest::addColumn<QString>("kind");

    for (const char *kind : {"phases", "heat", "rates"})
        QTest::newRow(kind) << QString::fromLatin1(kind);
}

void MicroCharts::movesCursor()
{
    QFETCH(QString, kind);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
    chart->view()->setSpan(60min);
    chart->resize(kSize);
    chart->show();
    QVERIFY(QTest::qWaitForWindowExposed(chart.get()));
    QImage canvas(kSize, QImage::Format_RGB32);
    static_cast<QWidget *>(chart.get())->render(&canvas);
    chart->setFocus();
    QBENCHMARK
    {
        QTest::keyClick(chart.get(), Qt::Key_Left);
        static_cast<QWidget *>(chart.get())->render(&canvas);
    }
}

HOLDLINE_TEST(MicroCharts)
#include "micro_charts.moc"

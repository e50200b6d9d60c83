// SPDX-License-Identifier: GPL-3.0-or-later
// Tests how charts over time react to mouse, keys and wheel.
#include "tests/support/suite.h"
#include "tests/window/chartfixture.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

using Chosen = std::optional<TimeRange>;

class TestChartInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void dragChoosesARange_data() { allKindsOfCharts(); }
    void dragChoosesARange();
    void clickLetsGo();
    void keysMoveAndChoose_data() { allKindsOfCharts(); }
    void keysMoveAndChoose();
    void keysPanAndZoom();
    void wheelZoomsAndPans();
    void cursorStaysBelowTheMouse();
    void neighboursShareTheCursor();

private:
    SampleHistory m_history = busyHistory(3600);
};

void TestChartInput::initTestCase()
{
    useEnglishAndLight();
    qRegisterMetaType<Chosen>();
}

void TestChartInput::dragChoosesARange()
{
    QFETCH(QString, kind);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
    show(*chart);
    QSignalSpy chosen(chart.get(), &TimelineChart::rangeSelected);
    for (const auto &[from, to] :
         {std::pair(QPoint(300, 100), QPoint(600, 140)), std::pair(QPoint(600, 100), QPoint(300, 100))}) {
        chosen.clear();
        drag(*chart, from, to);
        QCOMPARE(chosen.count(), 1);
        const Chosen range = chosen.first().first().value<Chosen>();
        QVERIFY(range);
        QCOMPARE(chart->selection(), range);
        const WallTime left = *chart->timeAt(300);
        const WallTime right = *chart->timeAt(600);
        // The selection consists of whole columns.
        QVERIFY(range->from <= left && range->from >= left - 1100ms);
        QVERIFY(range->to >= right && range->to <= right + 1100ms);
    }
    // A drag beyond the plot's edge selects up to the edge.
    chosen.clear();
    drag(*chart, {900, 100}, {1500, 100});
    QCOMPARE(chosen.count(), 1);
    QVERIFY(chart->selection()->to >= m_history.samples().back().at - 1100ms);
}

void TestChartInput::clickLetsGo()
{
    StackedPhasesChart chart(m_history);
    show(chart);
    QSignalSpy chosen(&chart, &TimelineChart::rangeSelected);
    chart.setSelection(TimeRange{m_history.samples()[3500].at, m_history.samples()[3550].at});
    QCOMPARE(chosen.count(), 0);
    QTest::mouseClick(&chart, Qt::LeftButton, {}, {500, 100});
    QCOMPARE(chosen.count(), 1);
    QVERIFY(!chosen.first().first().value<Chosen>());
    QVERIFY(!chart.selection());
    // A click without a selection emits no signal.
    QTest::mouseClick(&chart, Qt::LeftButton, {}, {500, 100});
    QCOMPARE(chosen.count(), 1);
    drag(chart, {500, 100}, {502, 100});
    QVERIFY(!chart.selection());
    QTest::mouseClick(&chart, Qt::RightButton, {}, {500, 100});
    QCOMPARE(chosen.count(), 1);
}

void TestChartInput::keysMoveAndChoose()
{
    QFETCH(QString, kind);
    const std::unique_ptr<TimelineChart> chart = chartOf(kind, m_history);
    show(*chart);
    QSignalSpy chosen(chart.get(), &TimelineChart::rangeSelected);
    QTest::keyClick(chart.get(), Qt::Key_Left);
    const WallTime newest = m_history.samples().back().at;
    QVERIFY(chart->cursor());
    QVERIFY(*chart->cursor() < newest && *chart->cursor() > newest - 1100ms);
    QTest::keyClick(chart.get(), Qt::Key_Left);
    const WallTime before = *chart->cursor();
    QVERIFY(before < newest - 1s);
    QCOMPARE(chart->accessibleDescription(), chart->readout(before));
    QCOMPARE(chosen.count(), 0);

    for (int i = 0; i < 5; ++i)
        QTest::keyClick(chart.get(), Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(chosen.count(), 5);
    QVERIFY(chart->selection()->contains(before));
    QVERIFY(chart->selection()->length() > 5900ms && chart->selection()->length() < 6100ms);
    for (int i = 0; i < 7; ++i)
        QTest::keyClick(chart.get(), Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(chart->selection()->length() > 1900ms && chart->selection()->length() < 2100ms);
    QCOMPARE(chart->selection()->to, newest);

    // Moving the cursor keeps the selection. A new selection begins at the cursor.
    QTest::keyClick(chart.get(), Qt::Key_Home);
    const Chosen kept = chart->selection();
    QVERIFY(kept->to == newest);
    QTest::keyClick(chart.get(), Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(chart->selection()->to < newest - 4min);
    QTest::keyClick(chart.get(), Qt::Key_End, Qt::ShiftModifier);
    QVERIFY(chart->selection()->length() > 290s);
    QTest::keyClick(chart.get(), Qt::Key_Escape);
    QVERIFY(!chart->selection());
    QVERIFY(!chart->cursor());
    QVERIFY(!chosen.last().first().value<Chosen>());
}

void TestChartInput::keysPanAndZoom()
{
    StackedPhasesChart chart(m_history);
    show(chart);
    QTest::keyClick(&chart, Qt::Key_Minus);
    QCOMPARE(chart.view()->span(), 15min);
    QVERIFY(chart.view()->isFollowing());
    QTest::keyClick(&chart, Qt::Key_PageUp);
    QVERIFY(!chart.view()->isFollowing());
    const TimeRange before = *chart.view()->range(m_history);
    QTest::keyClick(&chart, Qt::Key_Right, Qt::ControlModifier);
    QCOMPARE(chart.view()->range(m_history)->from - before.from, Milliseconds(90s));
    QTest::keyClick(&chart, Qt::Key_End);
    QVERIFY(chart.view()->isFollowing());
    QTest::keyClick(&chart, Qt::Key_Plus);
    QCOMPARE(chart.view()->span(), 5min);
}

void TestChartInput::wheelZoomsAndPans()
{
    HeatMapChart chart(m_history);
    show(chart);
    turnWheel(chart, {600, 100}, -120);
    QCOMPARE(chart.view()->span(), 15min);
    // High-resolution wheels report small parts of a step.
    for (int i = 0; i < 7; ++i)
        turnWheel(chart, {600, 100}, -15);
    QCOMPARE(chart.view()->span(), 15min);
    turnWheel(chart, {600, 100}, -15);
    QCOMPARE(chart.view()->span(), 60min);
    const WallTime place = *chart.timeAt(300);
    turnWheel(chart, {300, 100}, 120);
    QCOMPARE(chart.view()->span(), 15min);
    QVERIFY(std::chrono::abs(*chart.timeAt(300) - place) < 2s);
    turnWheel(chart, {600, 100}, 120, Qt::ShiftModifier);
    QVERIFY(*chart.timeAt(300) < place - 80s);
    QTest::mouseDClick(&chart, Qt::LeftButton, {}, {600, 100});
    QVERIFY(chart.view()->isFollowing());
}

void TestChartInput::cursorStaysBelowTheMouse()
{
    SampleHistory history = busyHistory(600);
    RateChart chart(history);
    show(chart);
    move(chart, {600, 100});
    QCOMPARE(chart.cursor(), chart.timeAt(600));
    const WallTime before = *chart.cursor();
    SampleStream stream(9, history.samples().back().at);
    for (int i = 0; i < 10; ++i)
        history.append(stream.next());
    chart.refresh();
    QCOMPARE(chart.cursor(), chart.timeAt(600));
    QVERIFY(*chart.cursor() > before + 9s);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(&chart, &leave);
    QVERIFY(!chart.cursor());
}

void TestChartInput::neighboursShareTheCursor()
{
    StackedPhasesChart one(m_history);
    HeatMapChart other(m_history);
    TimeView view;
    one.setView(&view);
    other.setView(&view);
    connect(&one, &TimelineChart::cursorMoved, &other, &TimelineChart::setFollowedCursor);
    show(one);
    show(other);
    const QImage before = other.grab().toImage();
    move(one, {600, 100});
    QCOMPARE(other.cursor(), one.cursor());
    // The other chart shows a line and no box.
    const int changed = differingPixels(before, other.grab().toImage());
    QVERIFY2(changed > 50 && changed < 400, qPrintable(QString::number(changed)));
    view.setSpan(60min);
    QCOMPARE(one.timeAt(600), other.timeAt(600));
}

HOLDLINE_TEST(TestChartInput)
#include "tst_chartinput.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/charts/heatmapchart.h"
#include "monitor/charts/palettes.h"
#include "monitor/charts/ratechart.h"
#include "monitor/charts/stackedphaseschart.h"
#include "tests/support/samplestream.h"

#include <QApplication>
#include <QMouseEvent>
#include <QTest>
#include <QWheelEvent>

#include <memory>

namespace holdline::test {

using namespace holdline::monitor;
using namespace std::chrono_literals;

/// Returns the samples of a busy service over `seconds` seconds: slow jobs for a while, a gap without
/// samples, and a drain at the end.
inline SampleHistory busyHistory(int seconds)
{
    SampleHistory history;
    SampleStream stream(42);
    for (int i = 0; i < seconds; ++i) {
        const double share = i / static_cast<double>(seconds);
        stream.setTrouble(share > 0.55 && share < 0.68 ? 3.5 : 1);
        stream.setDraining(share > 0.95);
        if (i == seconds / 4)
            stream.skip(std::chrono::seconds(seconds / 20));
        Sample sample = stream.next();
        sample.span = std::min<Microseconds>(sample.span, 1001ms);
        history.append(std::move(sample));
    }
    return history;
}

inline std::unique_ptr<TimelineChart> chartOf(const QString &kind, const SampleHistory &history)
{
    if (kind == u"phases") {
        auto chart = std::make_unique<StackedPhasesChart>(history);
        chart->setDeadline(SampleStream::kDeadline);
        return chart;
    }
    if (kind == u"heat") {
        auto chart = std::make_unique<HeatMapChart>(history);
        chart->setDeadline(SampleStream::kDeadline);
        return chart;
    }
    return std::make_unique<RateChart>(history);
}

inline void move(QWidget &widget, QPointF to, Qt::MouseButtons held = Qt::NoButton)
{
    QMouseEvent event(QEvent::MouseMove, to, widget.mapToGlobal(to), Qt::NoButton, held, Qt::NoModifier);
    QCoreApplication::sendEvent(&widget, &event);
}

inline void drag(QWidget &widget, QPoint from, QPoint to)
{
    QTest::mousePress(&widget, Qt::LeftButton, {}, from);
    move(widget, (from + to) / 2, Qt::LeftButton);
    move(widget, to, Qt::LeftButton);
    QTest::mouseRelease(&widget, Qt::LeftButton, {}, to);
}

inline void turnWheel(QWidget &widget, QPointF at, int eighths, Qt::KeyboardModifiers keys = {})
{
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, eighths}, Qt::NoButton, keys, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&widget, &event);
}

inline void show(QWidget &widget, QSize size = {1200, 300})
{
    widget.resize(size);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
    widget.setFocus();
}

inline int differingPixels(const QImage &one, const QImage &other)
{
    int differing = 0;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x)
            differing += one.pixel(x, y) != other.pixel(x, y) ? 1 : 0;
    }
    return differing;
}

/// Sets English, UTC and the light palette, because the tests of charts compare texts and colours.
inline void useEnglishAndLight()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
    qputenv("TZ", "UTC");
    QApplication::setPalette(lightPalette());
}

/// Adds a test row for each kind of chart that chartOf() makes.
inline void allKindsOfCharts()
{
    QTest::addColumn<QString>("kind");

    for (const char *kind : {"phases", "heat", "rates"})
        QTest::newRow(kind) << QString::fromLatin1(kind);
}

}  // namespace holdline::test

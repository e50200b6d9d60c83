// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/telemetry/latencyhistogram.h"

#include <QByteArray>
#include <QByteArrayView>

#include <initializer_list>
#include <utility>

namespace holdline {

/// Writes metrics in the text format 0.0.4 of Prometheus. Call counter(), gauge() or histogram() to begin a
/// metric family, then add() for each of its values. Begin each family only once. Names of metrics and labels
/// must be valid. Values of labels are escaped. Values of metrics must be in base units: seconds, bytes.
class PrometheusText
{
public:
    static constexpr auto kContentType = "text/plain; version=0.0.4; charset=utf-8";

    using Labels = std::initializer_list<std::pair<QByteArrayView, QByteArrayView>>;

    /// `name` must end in `_total`.
    void counter(QByteArrayView name, QByteArrayView help) { open(name, "counter", help); }
    void gauge(QByteArrayView name, QByteArrayView help) { open(name, "gauge", help); }
    /// `name` must end in its unit, `_seconds`.
    void histogram(QByteArrayView name, QByteArrayView help) { open(name, "histogram", help); }

    void add(double value, Labels labels = {});
    void add(std::uint64_t value, Labels labels = {});
    void add(int value, Labels labels = {}) { add(static_cast<double>(value), labels); }
    /// Adds a histogram: cumulative buckets from 1 ms to 5 min and +Inf, the sum and the count.
    void add(const LatencyHistogram &histogram, Labels labels = {});

    const QByteArray &text() const { return m_text; }

private:
    void open(QByteArrayView name, QByteArrayView type, QByteArrayView help);
    void line(QByteArrayView suffix, Labels labels, QByteArrayView le, const QByteArray &value);

    QByteArray m_text;
    QByteArray m_name;
};

}  // namespace holdline
